//! "Why is Anna disabled?" Everything that keeps a person from signing in, each with who set it, through
//! what, when and why, and with who can end it.

use scim_schema::{
    api::{
        audit::{AuditRow, CauseKind, Remedy, StatusCause, StatusExplanation},
        users::{Actor, HoldView, UserDetail},
    },
    id::UserId,
    lifecycle::{Axes, Change, HoldKind, Lifecycle, SignInMethod, Transition, may_sign_in},
    permission::{AccountRole, Reach, can, needed_for},
};

use crate::{
    ctx::actor_columns,
    db::{AccountScope, DbError},
    ops::OpError,
};

/// Acts at the instants of open holds that are looked at; a person has a handful of holds.
const ACTS: u64 = 50;

/// Explains the status of a person.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn explain(scope: AccountScope<'_>, id: UserId) -> Result<StatusExplanation, OpError> {
    let person = scope
        .user_detail(id, &Reach::Account)
        .await?
        .ok_or(OpError::NotFound)?;
    let mut causes = Vec::new();
    causes.extend(of_lifecycle(scope, &person).await?);
    let instants: Vec<_> = person.open_holds.iter().map(|hold| hold.since).collect();
    let acts = scope.acts_at(id, &instants, ACTS).await?;
    let holds = person.open_holds.iter();
    causes.extend(holds.map(|hold| of_hold(hold, &acts)));
    Ok(StatusExplanation {
        status: person.row.status,
        causes,
    })
}

/// The lifecycle, where it alone keeps the person out.
async fn of_lifecycle(
    scope: AccountScope<'_>,
    person: &UserDetail,
) -> Result<Option<StatusCause>, DbError> {
    let without_holds = Axes {
        holds: Vec::new(),
        ..person.axes()
    };
    if may_sign_in(&without_holds, SignInMethod::Password).is_ok() {
        return Ok(None);
    }
    let acts: &[&str] = match person.lifecycle {
        Lifecycle::Staged => &["user.create", "user.adopt", "user.restore"],
        Lifecycle::Active => &[],
        Lifecycle::Archived => &["user.archive"],
        Lifecycle::Deleted => &["user.delete"],
        Lifecycle::Purged => &["user.purge"],
    };
    let act = scope.last_act(person.row.id, acts).await?;
    let at = act.as_ref().map_or(person.updated_at, |act| act.at);
    let reason = act.as_ref().and_then(reason_of);
    let by = act.as_ref().map(|act| act.actor.clone());
    let what = CauseKind::Lifecycle {
        lifecycle: person.lifecycle,
    };
    let remedy = remedy_of_lifecycle(person);
    Ok(Some(StatusCause {
        by,
        reason,
        until: None,
        ..cause(what, remedy, at, act.as_ref())
    }))
}

fn of_hold(hold: &HoldView, acts: &[AuditRow]) -> StatusCause {
    let (_, source, _) = actor_columns(&hold.placed_by);
    let is_its_act = |act: &&AuditRow| {
        let (_, actor, _) = actor_columns(&act.actor);
        act.at == hold.since && actor == source && places(&act.action, hold.kind)
    };
    let what = CauseKind::Hold {
        hold: hold.kind,
        scope: hold.scope,
    };
    let act = acts.iter().find(is_its_act);
    StatusCause {
        by: Some(hold.placed_by.clone()),
        reason: hold.reason.clone(),
        until: hold.until,
        ..cause(what, remedy_of_hold(hold), hold.since, act)
    }
}

/// Whether an act may have placed a hold: by its own verb, or together with what created the person.
fn places(action: &str, kind: HoldKind) -> bool {
    let of_creation = matches!(action, "user.create" | "user.adopt" | "user.update");
    match kind {
        HoldKind::Suspended => action == "user.suspend",
        HoldKind::Banned => action == "user.ban",
        HoldKind::Denied => matches!(action, "user.deny" | "user.hold"),
        HoldKind::Inactive => matches!(action, "user.inactivate" | "user.hold"),
        HoldKind::IdpDisabled => of_creation || matches!(action, "user.disable" | "user.move"),
        HoldKind::Security => action == "user.require_reauthentication",
    }
}

fn cause(
    what: CauseKind,
    remedy: Remedy,
    at: chrono::DateTime<chrono::Utc>,
    act: Option<&AuditRow>,
) -> StatusCause {
    StatusCause {
        what,
        by: None,
        channel: act.map(|act| act.channel),
        at,
        reason: None,
        until: None,
        event: act.map(|act| act.id),
        request: act.map(|act| act.request),
        log: act.and_then(|act| act.log),
        remedy,
    }
}

fn reason_of(act: &AuditRow) -> Option<String> {
    let reason = act.details.as_ref()?.get("reason")?.as_str()?;
    Some(reason.to_owned())
}

fn remedy_of_hold(hold: &HoldView) -> Remedy {
    let lifts = |transition: &Transition| match transition.row().change {
        Change::Lift(kinds) => kinds.contains(&hold.kind),
        Change::Place(_) | Change::Move(..) | Change::Back => false,
    };
    let mut remedy = by_act(
        Transition::ALL
            .iter()
            .copied()
            .find(|act| lifts(act) && needed_for(*act).is_some()),
    );
    remedy.time = hold.until.is_some();
    remedy.person = hold.kind == HoldKind::Security;
    if let (HoldKind::IdpDisabled, Actor::Connection { id, name }) = (hold.kind, &hold.placed_by) {
        remedy.connection = Some(*id);
        remedy.connection_name = Some(name.clone());
    }
    remedy
}

fn remedy_of_lifecycle(person: &UserDetail) -> Remedy {
    match person.lifecycle {
        Lifecycle::Archived => by_act(Some(Transition::Unarchive)),
        Lifecycle::Deleted => by_act(Some(Transition::Restore)),
        Lifecycle::Staged => Remedy {
            connection: person.link.as_ref().map(|link| link.connection),
            connection_name: person
                .link
                .as_ref()
                .map(|link| link.connection_name.clone()),
            ..Remedy::default()
        },
        Lifecycle::Active | Lifecycle::Purged => Remedy::default(),
    }
}

/// An act with the roles that may ask for it.
fn by_act(act: Option<Transition>) -> Remedy {
    let needed = act.and_then(needed_for);
    let roles = AccountRole::ALL.iter().copied();
    Remedy {
        act,
        roles: roles
            .filter(|role| needed.is_some_and(|needed| can(*role, needed)))
            .collect(),
        ..Remedy::default()
    }
}

#[cfg(test)]
mod tests {
    use scim_schema::{
        id::{ConnectionId, HoldId},
        lifecycle::HoldScope,
    };
    use uuid::Uuid;

    use super::*;

    fn hold(kind: HoldKind, placed_by: Actor) -> HoldView {
        HoldView {
            id: HoldId(Uuid::nil()),
            kind,
            scope: HoldScope::Account,
            placed_by,
            reason: None,
            since: chrono::DateTime::UNIX_EPOCH,
            until: None,
            lifted_at: None,
            lifted_by: None,
        }
    }

    #[test]
    fn each_hold_names_the_act_that_lifts_it_and_who_may_ask_for_it() {
        use AccountRole::{ItAdministrator, SystemAdministrator};
        let both = vec![SystemAdministrator, ItAdministrator];
        for (kind, act, roles) in [
            (HoldKind::Suspended, Transition::Unsuspend, both.clone()),
            (
                HoldKind::Banned,
                Transition::Unban,
                vec![SystemAdministrator],
            ),
            (HoldKind::Denied, Transition::Validate, both.clone()),
            (HoldKind::Inactive, Transition::Validate, both.clone()),
            (HoldKind::Security, Transition::Validate, both),
        ] {
            let remedy = remedy_of_hold(&hold(kind, Actor::Operator));
            assert_eq!((remedy.act, remedy.roles), (Some(act), roles), "{kind}");
            assert_eq!(remedy.person, kind == HoldKind::Security, "{kind}");
        }
    }

    #[test]
    fn what_a_provider_holds_only_the_provider_lifts() {
        let okta = Actor::Connection {
            id: ConnectionId(Uuid::from_u128(7)),
            name: "Okta".to_owned(),
        };
        let remedy = remedy_of_hold(&hold(HoldKind::IdpDisabled, okta));
        assert_eq!(remedy.act, None);
        assert_eq!(remedy.connection_name.as_deref(), Some("Okta"));
    }
}
