//! What becomes of somebody who is deleted, by all the organisations that they belong to.

use chrono::{DateTime, TimeDelta, Utc};

use super::{choices::RemovalMode, resolve::Policy, setting::Setting};

/// What becomes of somebody who is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal {
    /// How.
    pub mode: RemovalMode,
    /// How long they can be restored.
    pub restorable: TimeDelta,
}

impl Removal {
    /// The strictest of the policies of all organisations that somebody belongs to (domain.md section
    /// 1, *Home organisation*), and of equally strict ones the longest time; the defaults of somebody
    /// who belongs to none.
    #[must_use]
    pub fn strictest(policies: &[Policy]) -> Self {
        let removals = policies.iter().map(Self::of);
        removals
            .max_by_key(|removal| (removal.mode, removal.restorable))
            .unwrap_or_else(|| Self::of(&Policy::of(&[])))
    }

    fn of(policy: &Policy) -> Self {
        let mode = policy.choice::<RemovalMode>();
        let number = |setting| i64::from(policy.number(setting));
        let restorable = match mode {
            RemovalMode::PurgeNow => TimeDelta::minutes(number(Setting::UndoMinutes)),
            _ => TimeDelta::days(number(Setting::GraceDays)),
        };
        Self { mode, restorable }
    }

    /// When somebody is erased who is deleted `now`; `None` when nobody may be deleted.
    #[must_use]
    pub fn purge_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.mode {
            RemovalMode::NeverDelete => None,
            _ => Some(now + self.restorable),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        id::OrganisationId,
        policy::{Layer, Settings, Value},
    };

    fn policy(mode: &str, days: u32) -> Policy {
        Policy::of(&[Layer {
            organisation: OrganisationId(Uuid::from_u128(1)),
            values: [
                (Setting::RemovalMode, Value::Word(mode.to_owned())),
                (Setting::GraceDays, Value::Number(days)),
                (Setting::UndoMinutes, Value::Number(20)),
            ]
            .into(),
            floors: Settings::new(),
        }])
    }

    #[test]
    fn the_strictest_of_all_memberships_decides() {
        let now: DateTime<Utc> = "2026-11-23T08:00:00Z".parse().unwrap();
        let of = |policies: &[Policy]| Removal::strictest(policies).purge_at(now);
        assert_eq!(of(&[]), Some(now + TimeDelta::days(30)));
        let quick = policy("purge_now", 90);
        assert_eq!(
            of(std::slice::from_ref(&quick)),
            Some(now + TimeDelta::minutes(20))
        );
        let slow = policy("purge_after_grace", 10);
        assert_eq!(
            of(&[slow.clone(), quick.clone()]),
            Some(now + TimeDelta::days(10))
        );
        let slower = policy("purge_after_grace", 11);
        assert_eq!(of(&[slower, slow.clone()]), Some(now + TimeDelta::days(11)));
        assert_eq!(of(&[quick, policy("never_delete", 1), slow]), None);
    }
}
