//! Wrong passwords: the tenth in a row locks a person out; whoever must never be locked out, and
//! whoever is, is slowed down instead (domain.md section 5, *Lock-out*, T7).

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::{events::ChangeKind, users::Actor},
    id::UserId,
    lifecycle::{HoldKind, Transition},
};
use serde_json::json;

use super::{
    error::OpError,
    mails,
    policy::LockOut,
    user_acts::{self, END_HOLDS},
};
use crate::db::{AccountTx, AuditEntry, Change, NewHold, SignInUser, Written};

/// Wrong passwords in a row after which somebody who is never locked out has to wait.
const FREE_TRIES: i32 = 5;
/// The longest wait, reached by doubling from one second.
pub(super) const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);
const DOUBLINGS: i32 = 10;

/// Who placed the hold, in audit log and console.
const SOURCE: &str = "lock_out";

/// The instants that [`AccountTx::count_password_try`] compares with. Those who can be locked out
/// are slowed once they are, except for the first try, which may tell them why: a locked account
/// must not become a place to guess passwords at.
pub(crate) fn waits(
    never_locked: bool,
    threshold: i32,
    now: DateTime<Utc>,
) -> Vec<(i32, DateTime<Utc>)> {
    let first = if never_locked {
        FREE_TRIES
    } else {
        threshold + 1
    };
    (0..=DOUBLINGS)
        .map(|doubling| {
            let wait = TimeDelta::seconds(1 << doubling).min(LONGEST_WAIT);
            (first + doubling, now - wait)
        })
        .collect()
}

/// Whether a lock-out would leave the account without anybody who could lift it: break-glass and
/// the last System Administrator.
///
/// # Errors
/// Those of the database.
pub(crate) async fn never_locked(tx: &AccountTx, user: &SignInUser) -> Result<bool, OpError> {
    if user.break_glass {
        return Ok(true);
    }
    if !user.roles.standing().is_system_administrator() {
        return Ok(false);
    }
    let administrators = tx.system_administrators(2).await?;
    Ok(administrators == [user.id])
}

/// Records a wrong password or other proof, and locks the person out when it was one too many: whoever
/// knows a password has no more tries at the second factor than at the password. `on_device` is how
/// many there were on a browser of the person, whose tries count apart.
///
/// # Errors
/// Those of the database.
pub(crate) async fn wrong_proof(
    tx: &AccountTx,
    rule: LockOut,
    (user, on_device): (UserId, Option<i32>),
    (action, reason): (&'static str, &'static str),
) -> Result<Written<()>, OpError> {
    let refused = |details| AuditEntry::done(action, "user", user, details).refused();
    let reason = json!({ "reason": reason });
    let Some(person) = tx.lock_sign_in_user(user).await? else {
        return Ok(Written::audited((), refused(reason)));
    };
    let written = Written::audited((), refused(reason));
    let tries = on_device.unwrap_or(person.failed_passwords);
    if tries < rule.threshold || never_locked(tx, &person).await? {
        return Ok(written);
    }
    let hold = NewHold {
        kind: HoldKind::Denied,
        scope: rule.scope,
        source: Actor::System {
            name: SOURCE.to_owned(),
        },
        reason: Some(format!("{} wrong passwords in a row", rule.threshold)),
        until: rule.release.map(|release| tx.ctx().now + release),
    };
    if !tx.place_hold(user, hold).await? {
        return Ok(written);
    }
    let version = tx.user_version(user).await?;
    let mut written = written.announcing(Change::updated(ChangeKind::User, user, version));
    written.audit.push(AuditEntry::done(
        "user.hold",
        "user",
        user,
        json!({ "kind": HoldKind::Denied, "scope": rule.scope, "source": SOURCE }),
    ));
    let release = rule.release.map(|release| tx.ctx().now + release);
    let end = release.map(|at| user_acts::later(tx, END_HOLDS, user, at));
    written.jobs.extend(end);
    Ok(written.mailing(mails::of_transition(tx, Transition::Deny, &person).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-22T08:00:00Z".parse().unwrap()
    }

    #[test]
    fn waits_double_from_a_second_to_a_quarter_of_an_hour() {
        let waits: Vec<(i32, i64)> = waits(true, 10, now())
            .into_iter()
            .map(|(count, latest)| (count, (now() - latest).num_seconds()))
            .collect();
        assert_eq!(waits.first(), Some(&(5, 1)));
        assert_eq!(waits.get(1), Some(&(6, 2)));
        assert_eq!(waits.last(), Some(&(15, 900)));
        assert!(waits.is_sorted_by_key(|(_, seconds)| *seconds));
    }

    #[test]
    fn whoever_can_be_locked_out_has_all_ten_tries_and_one_to_learn_of_it() {
        assert_eq!(waits(false, 10, now()).first().map(|wait| wait.0), Some(11));
    }
}
