//! How long tokens still work, and from when on that is worth a warning.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use scim_schema::api::connections::TokenView;

use super::{new_token::NewTokenButton, one::Shown};
use crate::{
    clock::{self, Clock},
    text::connections as words,
    ui::{Family, Icon, Notice, RelativeTime, dynamic, lozenge, optional},
};

const DAY_MS: i64 = 86_400_000;
/// Days before the end from which on it is said, more loudly each time.
const WARNINGS: [(i64, Family); 3] = [(7, Family::Guard), (30, Family::Pause), (60, Family::Rest)];

/// What is to be said about the end of a token, or of all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    /// Nothing yet.
    Far,
    /// It ends in so many whole days.
    Soon {
        /// Whole days.
        days: i64,
        /// How loudly it is said.
        family: Family,
        /// When.
        at: DateTime<Utc>,
    },
    /// It has ended.
    Past {
        /// When.
        at: DateTime<Utc>,
    },
}

impl Expiry {
    /// That of one token; `now` in milliseconds since 1970.
    pub(super) fn of(token: &TokenView, now: i64) -> Self {
        let at = token.expires_at;
        let left = at.timestamp_millis() - now;
        if left <= 0 {
            return Self::Past { at };
        }
        let days = left / DAY_MS;
        WARNINGS
            .into_iter()
            .find(|(within, _)| days < *within)
            .map_or(Self::Far, |(_, family)| Self::Soon { days, family, at })
    }

    /// That of a connection: its token that works longest counts. `None` when it has no token.
    pub(super) fn of_all(tokens: &[TokenView], now: i64) -> Option<Self> {
        let longest = tokens.iter().max_by_key(|token| token.expires_at)?;
        Some(Self::of(longest, now))
    }
}

/// How many tokens work.
pub(super) fn valid(tokens: &[TokenView], now: i64) -> usize {
    let works = |token: &&TokenView| token.expires_at.timestamp_millis() > now;
    tokens.iter().filter(works).count()
}

/// When a token ends, as a lozenge where that is near or past; renewed as time passes.
pub(super) fn expiry_view(token: &TokenView) -> AnyView {
    let token = token.clone();
    (move || match Expiry::of(&token, Clock::now().ms) {
        Expiry::Far => view! { <RelativeTime at=token.expires_at /> }.into_any(),
        soon => warning(soon),
    })
    .into_any()
}

/// What a list says about a connection's tokens, where that is worth a word.
pub(super) fn outlook_view(tokens: &[TokenView]) -> AnyView {
    let tokens = tokens.to_vec();
    (move || match Expiry::of_all(&tokens, Clock::now().ms) {
        None | Some(Expiry::Far) => ().into_any(),
        Some(Expiry::Past { .. }) => lozenge(Family::Stop, Icon::Key, words::ALL_EXPIRED),
        Some(soon) => warning(soon),
    })
    .into_any()
}

/// Says that no token works any more, or soon will not.
#[component]
pub(super) fn ExpiryNotice(
    /// The connection.
    shown: Shown,
    /// Whether the person may create a token.
    may_manage: Memo<bool>,
    /// Whether the question for another token is open.
    creating: RwSignal<bool>,
) -> impl IntoView {
    let said = Memo::new(move |_| {
        let now = Clock::now().ms;
        shown.with(|shown| {
            let name = &shown.name;
            let date = |at| clock::in_zone(at).date();
            match Expiry::of_all(&shown.tokens, now)? {
                Expiry::Far => None,
                Expiry::Soon { days, family, at } => Some((
                    family,
                    words::ends_soon(name, days, &date(at)),
                    words::ends_soon_why(name),
                )),
                Expiry::Past { at } => Some((
                    Family::Stop,
                    words::all_expired(name, &date(at)),
                    words::all_expired_why(name),
                )),
            }
        })
    });
    dynamic(move || {
        let (family, headline, why) = said.get()?;
        let act = optional(move || {
            let may_manage = may_manage.get();
            may_manage.then(|| view! { <NewTokenButton open=creating /> })
        });
        Some(view! {
            <Notice family glyph=Icon::Key>
                <div class="stack s2">
                    <p>
                        <strong>{headline}</strong>
                        <br />
                        {why}
                    </p>
                    <div class="row">{act}</div>
                </div>
            </Notice>
        })
    })
}

fn warning(expiry: Expiry) -> AnyView {
    match expiry {
        Expiry::Far => ().into_any(),
        Expiry::Soon { days, family, .. } => lozenge(family, Icon::Clock, words::expires_in(days)),
        Expiry::Past { at } => {
            let on = words::expired_on(&clock::in_zone(at).date());
            lozenge(Family::Stop, Icon::X, on)
        }
    }
}

#[cfg(test)]
mod tests {
    use scim_schema::{id::ScimTokenId, scope::Scopes};
    use uuid::Uuid;

    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn token(ms_left: i64) -> TokenView {
        let at = DateTime::from_timestamp_millis(NOW + ms_left).expect("a time");
        TokenView {
            id: ScimTokenId(Uuid::from_u128(1)),
            hint: "rc_abcd".to_owned(),
            scopes: Scopes::all(),
            created_at: DateTime::UNIX_EPOCH,
            expires_at: at,
            last_used_at: None,
        }
    }

    fn family(ms_left: i64) -> Option<Family> {
        match Expiry::of(&token(ms_left), NOW) {
            Expiry::Soon { family, .. } => Some(family),
            Expiry::Far | Expiry::Past { .. } => None,
        }
    }

    #[test]
    fn a_token_that_has_ended_is_past_at_once() {
        assert!(matches!(Expiry::of(&token(0), NOW), Expiry::Past { .. }));
        assert!(matches!(
            Expiry::of(&token(1), NOW),
            Expiry::Soon { days: 0, .. }
        ));
    }

    #[test]
    fn warnings_come_60_30_and_7_days_before() {
        assert_eq!(family(60 * DAY_MS), None);
        assert_eq!(family(60 * DAY_MS - 1), Some(Family::Rest));
        assert_eq!(family(30 * DAY_MS - 1), Some(Family::Pause));
        assert_eq!(family(7 * DAY_MS - 1), Some(Family::Guard));
    }

    #[test]
    fn the_token_that_works_longest_counts_for_a_connection() {
        assert_eq!(Expiry::of_all(&[], NOW), None);
        let renewed = [token(90 * DAY_MS), token(-DAY_MS), token(DAY_MS)];
        assert_eq!(Expiry::of_all(&renewed, NOW), Some(Expiry::Far));
        assert_eq!(valid(&renewed, NOW), 2);
        let expired = [token(-DAY_MS), token(-2 * DAY_MS)];
        assert!(matches!(
            Expiry::of_all(&expired, NOW),
            Some(Expiry::Past { at }) if at == expired[0].expires_at
        ));
        assert_eq!(valid(&expired, NOW), 0);
    }
}
