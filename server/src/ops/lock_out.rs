//! Wrong passwords: the tenth in a row locks a person out; whoever must never be locked out, and
//! whoever is, is slowed down instead (domain.md section 5, *Lock-out*, T7).

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::{events::ChangeKind, users::Actor},
    id::UserId,
    lifecycle::{HoldKind, HoldScope, Transition},
    permission::AccountRole,
};
use serde_json::json;

use super::{error::OpError, mails};
use crate::db::{AccountTx, AuditEntry, Change, NewHold, SignInUser, Written};

/// Wrong passwords in a row that lock somebody out.
pub(super) const WRONG_PASSWORDS: i32 = 10;
/// Wrong passwords in a row after which somebody who is never locked out has to wait.
const FREE_TRIES: i32 = 5;
/// The longest wait, reached by doubling from one second.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);
const DOUBLINGS: i32 = 10;

/// Who placed the hold, in audit log and console.
const SOURCE: &str = "lock_out";

/// The instants that [`AccountTx::count_password_try`] compares with. Those who can be locked out
/// are slowed once they are, except for the first try, which may tell them why: a locked account
/// must not become a place to guess passwords at.
pub(crate) fn waits(never_locked: bool, now: DateTime<Utc>) -> Vec<(i32, DateTime<Utc>)> {
    let first = if never_locked {
        FREE_TRIES
    } else {
        WRONG_PASSWORDS + 1
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
    if !user.roles.contains(&AccountRole::SystemAdministrator) {
        return Ok(false);
    }
    let administrators = tx.system_administrators(2).await?;
    Ok(administrators == [user.id])
}

/// Records a wrong password and locks the person out when it was one too many.
///
/// # Errors
/// Those of the database.
pub(crate) async fn wrong_password(tx: &AccountTx, user: UserId) -> Result<Written<()>, OpError> {
    let refused = |details| AuditEntry::done("session.create", "user", user, details).refused();
    let reason = json!({ "reason": "wrong_password" });
    let Some(person) = tx.lock_sign_in_user(user).await? else {
        return Ok(Written::audited((), refused(reason)));
    };
    let written = Written::audited((), refused(reason));
    if person.failed_passwords < WRONG_PASSWORDS || never_locked(tx, &person).await? {
        return Ok(written);
    }
    let hold = NewHold {
        kind: HoldKind::Denied,
        scope: HoldScope::Account,
        source: Actor::System {
            name: SOURCE.to_owned(),
        },
        reason: Some(format!("{WRONG_PASSWORDS} wrong passwords in a row")),
        until: None,
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
        json!({ "kind": HoldKind::Denied, "scope": HoldScope::Account, "source": SOURCE }),
    ));
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
        let waits: Vec<(i32, i64)> = waits(true, now())
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
        assert_eq!(waits(false, now()).first().map(|wait| wait.0), Some(11));
    }
}
