//! Name, picture, and what blocks the sign-in.

use leptos::prelude::*;
use scim_schema::{
    api::users::{Actor, HoldView, UserDetail},
    lifecycle::{HoldScope, Lifecycle, Status},
};

use super::Shown;
use crate::{
    clock::{self, Clock},
    pages::status::{is_absent, look, provider, status_of, status_view},
    routes,
    text::{self, user as words},
    ui::{Avatar, Family, Icon, Notice, PageHead},
};

/// The head of the page.
#[component]
pub(super) fn Head(
    /// The user.
    user: Shown,
) -> impl IntoView {
    let name = Signal::derive(move || user.with(|user| user.row.name.clone()));
    let off = Signal::derive(move || user.with(|user| is_off(user)));
    let lede = Signal::derive(move || user.with(|user| Some(second_line(user))));
    let avatar = view! { <Avatar name off large=true /> }.into_any();
    // The banner says it where something blocks the sign-in.
    let status = move || {
        user.with(|user| {
            banner(user, |_| String::new())
                .is_none()
                .then(|| status_view(user.row.status, &user.row.holds, &user.row.source))
        })
    };
    view! {
        <PageHead title=name lede avatar crumb=(text::users::TITLE, routes::USERS)>
            {status}
        </PageHead>
    }
}

fn is_off(user: &UserDetail) -> bool {
    is_absent(user.row.status) || user.row.status != Status::Active
}

fn second_line(user: &UserDetail) -> String {
    user.row
        .email
        .clone()
        .unwrap_or_else(|| user.row.user_name.clone())
}

/// What the banner says.
#[derive(Debug, PartialEq, Eq)]
struct Banner {
    family: Family,
    glyph: Icon,
    headline: String,
    text: String,
}

/// The hold that the displayed status stands for, if it is one.
fn leading(user: &UserDetail) -> Option<&HoldView> {
    blocking(user)
        .find(|hold| status_of(hold.kind) == user.row.status)
        .or_else(|| blocking(user).next())
}

/// Open holds that block every sign-in or that by password.
fn blocking(user: &UserDetail) -> impl Iterator<Item = &HoldView> {
    user.open_holds
        .iter()
        .filter(|hold| hold.scope != HoldScope::Organisation)
}

fn banner(user: &UserDetail, since: impl Fn(&HoldView) -> String) -> Option<Banner> {
    match user.lifecycle {
        Lifecycle::Deleted | Lifecycle::Purged => {
            return Some(gone(Status::Deleted, words::DELETED, words::DELETED_WHY));
        }
        Lifecycle::Archived => {
            return Some(gone(Status::Archived, words::ARCHIVED, words::ARCHIVED_WHY));
        }
        Lifecycle::Staged | Lifecycle::Active => {}
    }
    let hold = leading(user)?;
    let status = status_of(hold.kind);
    let (family, glyph) = look(status);
    let who = provider(&user.row.source);
    let mut text = words::blocking(blocking(user).count());
    if let Some(placed) = placed_by(&hold.placed_by) {
        text.push(' ');
        text.push_str(&placed);
    }
    if let Some(reason) = hold.reason.as_deref().filter(|reason| !reason.is_empty()) {
        text.push(' ');
        text.push_str(reason);
    }
    Some(Banner {
        family,
        glyph,
        headline: words::blocked(&text::status::word(status, who), &since(hold)),
        text,
    })
}

fn gone(status: Status, headline: &str, text: &str) -> Banner {
    let (family, glyph) = look(status);
    Banner {
        family,
        glyph,
        headline: headline.to_owned(),
        text: text.to_owned(),
    }
}

/// Who placed it, where the status does not say so already.
fn placed_by(actor: &Actor) -> Option<String> {
    match actor {
        Actor::Connection { .. } => None,
        Actor::User { name, .. } => Some(words::placed_by(name)),
        Actor::System { name } => Some(words::placed_by(&words::system_actor(name))),
        Actor::Operator => Some(words::placed_by(words::OPERATOR)),
    }
}

/// The banner above the tabs.
#[component]
pub(super) fn Blocked(
    /// The user.
    user: Shown,
) -> impl IntoView {
    let since = |hold: &HoldView| clock::in_zone(hold.since).short(&Clock::now());
    move || {
        let Banner {
            family,
            glyph,
            headline,
            text,
        } = user.with(|user| banner(user, since))?;
        Some(view! {
            <div class="body narrow lead">
                <Notice family glyph>
                    <strong>{headline}</strong>
                    <br />
                    <span class="muted">{text}</span>
                </Notice>
            </div>
        })
    }
}

#[cfg(test)]
mod tests {
    use scim_schema::{
        api::users::Source,
        id::{ConnectionId, HoldId, UserId},
        lifecycle::{HoldKind, InvitationState},
    };
    use uuid::Uuid;

    use super::*;

    fn user(lifecycle: Lifecycle, status: Status, open_holds: Vec<HoldView>) -> UserDetail {
        let connection = ConnectionId(Uuid::from_u128(2));
        UserDetail {
            row: scim_schema::api::users::UserRow {
                id: UserId(Uuid::from_u128(1)),
                name: "Anna Kowalczyk".to_owned(),
                user_name: "anna".to_owned(),
                email: None,
                status,
                holds: open_holds.iter().map(|hold| hold.kind).collect(),
                source: Source::Connection {
                    id: connection,
                    name: "Okta".to_owned(),
                },
                organisations: Vec::new(),
                organisation_count: 0,
                last_login_at: None,
                created_at: chrono::DateTime::UNIX_EPOCH,
                version: 1,
            },
            given_name: None,
            family_name: None,
            display_name: None,
            lifecycle,
            invitation: InvitationState::NotSent,
            time_zone: None,
            locale: None,
            roles: Vec::new(),
            break_glass: false,
            updated_at: chrono::DateTime::UNIX_EPOCH,
            open_holds,
            lifted_holds: Vec::new(),
            memberships: Vec::new(),
            groups: Vec::new(),
            group_count: 0,
            link: None,
        }
    }

    fn hold(kind: HoldKind, scope: HoldScope, placed_by: Actor) -> HoldView {
        HoldView {
            id: HoldId(Uuid::from_u128(3)),
            kind,
            scope,
            placed_by,
            reason: None,
            since: chrono::DateTime::UNIX_EPOCH,
            until: None,
            lifted_at: None,
            lifted_by: None,
        }
    }

    #[test]
    fn the_banner_leads_with_the_displayed_hold_and_counts_the_others() {
        let okta = Actor::Connection {
            id: ConnectionId(Uuid::from_u128(2)),
            name: "Okta".to_owned(),
        };
        let lock_out = Actor::System {
            name: "lock_out".to_owned(),
        };
        let user = user(
            Lifecycle::Active,
            Status::IdpDisabled,
            vec![
                hold(HoldKind::Denied, HoldScope::PasswordOnly, lock_out),
                hold(HoldKind::IdpDisabled, HoldScope::Account, okta),
            ],
        );
        let banner = banner(&user, |_| "14 Nov 16:59:58".to_owned()).expect("a banner");
        assert_eq!(banner.headline, "Disabled by Okta, 14 Nov 16:59:58.");
        assert_eq!(banner.text, "Two holds block sign-in.");
        assert_eq!(banner.family, Family::Idp);
    }

    #[test]
    fn nothing_is_said_where_nothing_blocks() {
        let free = user(Lifecycle::Active, Status::Active, Vec::new());
        assert_eq!(banner(&free, |_| String::new()), None);
        let elsewhere = hold(
            HoldKind::Suspended,
            HoldScope::Organisation,
            Actor::Operator,
        );
        let free = user(Lifecycle::Active, Status::Active, vec![elsewhere]);
        assert_eq!(banner(&free, |_| String::new()), None);
    }

    #[test]
    fn deleted_people_are_said_to_be_deleted_whatever_holds_them() {
        let banned = hold(HoldKind::Banned, HoldScope::Account, Actor::Operator);
        let gone = user(Lifecycle::Deleted, Status::Deleted, vec![banned]);
        let banner = banner(&gone, |_| String::new()).expect("a banner");
        assert_eq!(banner.headline, words::DELETED);
    }
}
