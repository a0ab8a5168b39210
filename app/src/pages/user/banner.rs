//! What stands above a person's tabs when something keeps them from signing in: what it is, who set it
//! and when, what it means, and what to do.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::users::{Actor, HoldView, UserDetail},
    lifecycle::{HoldKind, HoldScope, Lifecycle, Status},
};

use crate::{
    pages::status::{look, provider, status_of},
    text::{self, user as words},
    ui::{Family, Icon},
};

/// What the banner says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Banner {
    /// How serious it is.
    pub family: Family,
    /// Picture.
    pub glyph: Icon,
    /// What it is, who set it, when.
    pub headline: String,
    /// What it means and what to do.
    pub text: String,
}

/// How times are told in the viewer's zone.
pub(super) struct When<'a> {
    /// `14 Nov 16:59:58`.
    pub moment: &'a dyn Fn(DateTime<Utc>) -> String,
    /// `14 Nov 2026`.
    pub date: &'a dyn Fn(DateTime<Utc>) -> String,
}

impl When<'_> {
    /// Tells nothing, for those who only want to know whether there is a banner.
    pub(super) const fn untold() -> Self {
        Self {
            moment: &|_| String::new(),
            date: &|_| String::new(),
        }
    }
}

/// What is to be said of `user`; `None` when nothing keeps them out.
pub(super) fn banner(user: &UserDetail, when: &When<'_>) -> Option<Banner> {
    match user.lifecycle {
        Lifecycle::Deleted | Lifecycle::Purged => Some(deleted(user, when)),
        Lifecycle::Archived => Some(of_status(
            Status::Archived,
            words::ARCHIVED.to_owned(),
            words::ARCHIVED_WHY.to_owned(),
        )),
        Lifecycle::Staged => held(user, when).or_else(|| staged(user, when)),
        Lifecycle::Active => held(user, when),
    }
}

fn of_status(status: Status, headline: String, text: String) -> Banner {
    let (family, glyph) = look(status);
    Banner {
        family,
        glyph,
        headline,
        text,
    }
}

fn deleted(user: &UserDetail, when: &When<'_>) -> Banner {
    let deletion = user.deletion.as_ref();
    let by = deletion.and_then(|deletion| deletion.by.as_ref());
    let headline = deletion.map_or_else(
        || words::DELETED.to_owned(),
        |deletion| {
            let by = by.map(words::actor);
            words::deleted(by.as_deref(), &(when.moment)(deletion.at))
        },
    );
    let until = deletion
        .and_then(|deletion| deletion.purge_at)
        .map(|at| (when.date)(at));
    let provider = match by {
        Some(Actor::Connection { name, .. }) => Some(name.as_str()),
        _ => None,
    };
    let text = words::deleted_why(until.as_deref(), provider);
    of_status(Status::Deleted, headline, text)
}

/// Created and not started; who was invited may sign in by accepting, and is said to be invited.
fn staged(user: &UserDetail, when: &When<'_>) -> Option<Banner> {
    if user.row.status != Status::Staged {
        return None;
    }
    let who = provider(&user.row.source);
    Some(of_status(
        Status::Staged,
        words::staged(who, &(when.moment)(user.row.created_at)),
        words::staged_why(who),
    ))
}

fn held(user: &UserDetail, when: &When<'_>) -> Option<Banner> {
    let hold = leading(user)?;
    let status = status_of(hold.kind);
    let who = provider(&user.row.source);
    let mut sentences = vec![words::blocking(blocking(user).count())];
    sentences.extend(placed_by(&hold.placed_by));
    sentences.extend(own_words(hold).map(sentence));
    if user.lifecycle == Lifecycle::Staged {
        sentences.push(words::NOT_STARTED.to_owned());
    }
    sentences.push(words::who_lifts(&text::status::lifted_by(hold.kind, who)));
    Some(of_status(
        status,
        words::blocked(&text::status::word(status, who), &(when.moment)(hold.since)),
        sentences.join(" "),
    ))
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

/// Who placed it, where the status does not say so already.
fn placed_by(actor: &Actor) -> Option<String> {
    match actor {
        Actor::Connection { .. } => None,
        Actor::User { .. } | Actor::System { .. } | Actor::Operator => {
            Some(words::placed_by(&words::actor(actor)))
        }
    }
}

/// The reason in the words of who placed the hold; `None` where the product's own words for the kind
/// and the actor say the same.
pub(super) fn own_words(hold: &HoldView) -> Option<&str> {
    let told = match &hold.placed_by {
        Actor::Connection { .. } => hold.kind == HoldKind::IdpDisabled,
        Actor::System { name } => name == words::LOCK_OUT,
        Actor::User { .. } | Actor::Operator => false,
    };
    let reason = hold.reason.as_deref().filter(|reason| !reason.is_empty());
    reason.filter(|_| !told)
}

/// Words that somebody typed, with the full stop that they may have left out.
fn sentence(typed: &str) -> String {
    let typed = typed.trim();
    let ended = typed.ends_with(['.', '!', '?', '…']);
    format!("{typed}{}", if ended { "" } else { "." })
}

#[cfg(test)]
mod tests {
    use scim_schema::{
        api::users::{DeletionView, RemovalView, Source},
        id::{ConnectionId, HoldId, UserId},
        lifecycle::{HoldKind, InvitationState},
        policy::RemovalMode,
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
            pending_identifiers: Vec::new(),
            deletion: None,
            acts: Vec::new(),
            removal: RemovalView {
                mode: RemovalMode::PurgeAfterGrace,
                restorable_minutes: 30 * 24 * 60,
            },
            password_link: false,
            capabilities: Vec::new(),
            permissions: Vec::new(),
            shared: false,
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

    fn okta() -> Actor {
        Actor::Connection {
            id: ConnectionId(Uuid::from_u128(2)),
            name: "Okta".to_owned(),
        }
    }

    fn told() -> When<'static> {
        When {
            moment: &|_| "14 Nov 16:59:58".to_owned(),
            date: &|_| "14 Dec 2026".to_owned(),
        }
    }

    #[test]
    fn the_banner_leads_with_the_displayed_hold_and_counts_the_others() {
        let lock_out = Actor::System {
            name: "lock_out".to_owned(),
        };
        let user = user(
            Lifecycle::Active,
            Status::IdpDisabled,
            vec![
                hold(HoldKind::Denied, HoldScope::PasswordOnly, lock_out),
                hold(HoldKind::IdpDisabled, HoldScope::Account, okta()),
            ],
        );
        let banner = banner(&user, &told()).expect("a banner");
        assert_eq!(banner.headline, "Disabled by Okta, 14 Nov 16:59:58.");
        assert_eq!(
            banner.text,
            "Two holds block sign-in. Who can lift it: Okta, by sending active=true."
        );
        assert_eq!(banner.family, Family::Idp);
    }

    #[test]
    fn a_reason_ends_its_sentence_whether_or_not_its_writer_did() {
        for (typed, said) in [
            ("Breach of the policy", "Breach of the policy. Who can"),
            ("Breach of the policy.", "Breach of the policy. Who can"),
            ("On leave until when?", "On leave until when? Who can"),
        ] {
            let mut banned = hold(HoldKind::Banned, HoldScope::Account, Actor::Operator);
            banned.reason = Some(typed.to_owned());
            let user = user(Lifecycle::Active, Status::Banned, vec![banned]);
            let banner = banner(&user, &told()).expect("a banner");
            assert!(banner.text.contains(said), "{}", banner.text);
        }
    }

    #[test]
    fn nothing_is_said_where_nothing_blocks() {
        let free = user(Lifecycle::Active, Status::Active, Vec::new());
        assert_eq!(banner(&free, &told()), None);
        let elsewhere = hold(
            HoldKind::Suspended,
            HoldScope::Organisation,
            Actor::Operator,
        );
        let free = user(Lifecycle::Active, Status::Active, vec![elsewhere]);
        assert_eq!(banner(&free, &told()), None);
    }

    #[test]
    fn what_the_product_says_itself_is_not_said_twice() {
        let mut sent = hold(HoldKind::IdpDisabled, HoldScope::Account, okta());
        sent.reason = Some("sent active=false".to_owned());
        let user = user(Lifecycle::Active, Status::IdpDisabled, vec![sent]);
        let banner = banner(&user, &told()).expect("a banner");
        assert!(!banner.text.contains("active=false"), "{}", banner.text);

        let lock_out = Actor::System {
            name: "lock_out".to_owned(),
        };
        let mut locked = hold(HoldKind::Denied, HoldScope::PasswordOnly, lock_out);
        locked.reason = Some("10 wrong passwords in a row".to_owned());
        assert_eq!(own_words(&locked), None);
        let mut banned = hold(HoldKind::Banned, HoldScope::Account, Actor::Operator);
        banned.reason = Some("Shared the answers.".to_owned());
        assert_eq!(own_words(&banned), Some("Shared the answers."));
    }

    #[test]
    fn staged_people_are_said_not_to_be_started_and_who_does_it() {
        let mut staged = user(Lifecycle::Staged, Status::Staged, Vec::new());
        let said = banner(&staged, &told()).expect("a banner");
        assert_eq!(said.headline, "Staged by Okta, 14 Nov 16:59:58.");
        assert!(said.text.contains("cannot sign in"), "{}", said.text);
        assert!(said.text.contains("Okta"), "{}", said.text);
        staged.row.source = Source::Local;
        let said = banner(&staged, &told()).expect("a banner");
        assert_eq!(said.headline, "Staged, 14 Nov 16:59:58.");
        assert!(!said.text.contains("Okta"), "{}", said.text);

        let sent = hold(HoldKind::IdpDisabled, HoldScope::Account, okta());
        let held = user(Lifecycle::Staged, Status::IdpDisabled, vec![sent]);
        let said = banner(&held, &told()).expect("a banner");
        assert_eq!(said.headline, "Disabled by Okta, 14 Nov 16:59:58.");
        assert!(said.text.contains("not been started"), "{}", said.text);
    }

    #[test]
    fn deleted_people_are_said_to_be_deleted_whatever_holds_them_by_whom_and_until_when() {
        let banned = hold(HoldKind::Banned, HoldScope::Account, Actor::Operator);
        let mut gone = user(Lifecycle::Deleted, Status::Deleted, vec![banned]);
        gone.deletion = Some(DeletionView {
            by: Some(okta()),
            at: chrono::DateTime::UNIX_EPOCH,
            purge_at: Some(chrono::DateTime::UNIX_EPOCH),
        });
        let said = banner(&gone, &told()).expect("a banner");
        assert_eq!(said.headline, "Deleted by Okta, 14 Nov 16:59:58.");
        for part in ["cannot sign in", "until 14 Dec 2026", "again from Okta"] {
            assert!(said.text.contains(part), "{part}: {}", said.text);
        }
        gone.deletion = Some(DeletionView {
            by: Some(Actor::System {
                name: "demo".to_owned(),
            }),
            at: chrono::DateTime::UNIX_EPOCH,
            purge_at: None,
        });
        let said = banner(&gone, &told()).expect("a banner");
        assert_eq!(
            said.headline,
            "Deleted by Rollcall (demo), 14 Nov 16:59:58."
        );
        gone.deletion = None;
        let said = banner(&gone, &told()).expect("a banner");
        assert_eq!(said.headline, "Deleted.");
    }
}
