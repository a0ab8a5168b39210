//! The transitions T1 to T17 as one table: what each changes on the three axes, and what follows from
//! it (domain.md section 5). Whoever carries one out reads its effects here and decides nothing.

mod table;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use table::{ApiTokens, Change, Effects, Mail, Row, Seats, Sessions, TRANSITIONS};

use super::{
    axes::{HoldKind, HoldScope, Lifecycle, OpenHold, word_enum},
    status::Axes,
};

word_enum! {
    /// What can happen to a user; the words are those of the API and the audit log.
    Transition {
        /// T2: somebody who was created begins.
        Start = "start",
        /// T3.
        Suspend = "suspend",
        /// T4.
        Unsuspend = "unsuspend",
        /// T5.
        Ban = "ban",
        /// T6.
        Unban = "unban",
        /// T7: ten wrong passwords in a row.
        Deny = "deny",
        /// T7 and T8 backwards, and T17 where an administrator ends it: whatever waits for an
        /// administrator to say that all is well.
        Validate = "validate",
        /// T8: nothing for three months.
        Inactivate = "inactivate",
        /// T9: the identity provider says so.
        Disable = "disable",
        /// T10: the identity provider takes that back.
        Enable = "enable",
        /// T11.
        Archive = "archive",
        /// T12.
        Unarchive = "unarchive",
        /// T13b.
        Delete = "delete",
        /// T14.
        Restore = "restore",
        /// T15.
        Purge = "purge",
        /// T17: a signal asks for a new sign-in.
        RequireReauthentication = "require_reauthentication",
    }
}

/// Why a transition does not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standstill {
    /// It is so already: nothing would change.
    AlreadySo,
    /// Nobody comes there from this lifecycle.
    NotFrom(Lifecycle),
}

impl Transition {
    /// Its row of the table.
    #[must_use]
    pub fn row(self) -> &'static Row {
        // The table has a row for each; a test holds it to that.
        let [first, ..] = &TRANSITIONS;
        TRANSITIONS
            .iter()
            .find(|row| row.transition == self)
            .unwrap_or(first)
    }

    /// What follows from it.
    #[must_use]
    pub fn effects(self) -> Effects {
        self.row().effects
    }

    /// Whether it stops somebody from signing in who could before.
    #[must_use]
    pub fn stops(self) -> bool {
        self.effects().sessions == Sessions::Ended || self == Self::Deny
    }
}

impl Axes {
    /// The axes after a transition of the whole account. `before` is the lifecycle to come back to,
    /// of somebody who is restored.
    ///
    /// # Errors
    /// Why it does not happen.
    pub fn after(&self, transition: Transition, before: Lifecycle) -> Result<Self, Standstill> {
        match transition.row().change {
            Change::Place(kind) => self.with_hold(kind),
            Change::Lift(kinds) => self.without_holds(kinds),
            Change::Move(_, to) if to == self.lifecycle => Err(Standstill::AlreadySo),
            Change::Move(from, to) if from.contains(&self.lifecycle) => Ok(self.moved(to)),
            Change::Back if self.lifecycle == Lifecycle::Deleted => Ok(self.back(before)),
            Change::Move(..) | Change::Back => Err(Standstill::NotFrom(self.lifecycle)),
        }
    }

    fn with_hold(&self, kind: HoldKind) -> Result<Self, Standstill> {
        self.is_living()?;
        let hold = OpenHold {
            kind,
            scope: HoldScope::Account,
        };
        if self.holds.contains(&hold) {
            return Err(Standstill::AlreadySo);
        }
        let mut after = self.clone();
        after.holds.push(hold);
        Ok(after)
    }

    fn without_holds(&self, kinds: &[HoldKind]) -> Result<Self, Standstill> {
        self.is_living()?;
        let mut after = self.clone();
        after
            .holds
            .retain(|hold| hold.scope == HoldScope::Organisation || !kinds.contains(&hold.kind));
        match after.holds.len() == self.holds.len() {
            true => Err(Standstill::AlreadySo),
            false => Ok(after),
        }
    }

    fn moved(&self, to: Lifecycle) -> Self {
        Self {
            lifecycle: to,
            ..self.clone()
        }
    }

    /// The link of whoever was deleted has ended, so nobody could lift its provider's hold.
    fn back(&self, before: Lifecycle) -> Self {
        let mut after = self.moved(before);
        after
            .holds
            .retain(|hold| hold.kind != HoldKind::IdpDisabled);
        after
    }

    const fn is_living(&self) -> Result<(), Standstill> {
        match self.lifecycle {
            Lifecycle::Staged | Lifecycle::Active | Lifecycle::Archived => Ok(()),
            gone @ (Lifecycle::Deleted | Lifecycle::Purged) => Err(Standstill::NotFrom(gone)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lifecycle::{InvitationState, SignInMethod, Status, displayed_status, may_sign_in};

    fn active() -> Axes {
        Axes {
            lifecycle: Lifecycle::Active,
            holds: Vec::new(),
            invitation: InvitationState::Accepted,
        }
    }

    fn after(axes: &Axes, transition: Transition) -> Result<Axes, Standstill> {
        axes.after(transition, Lifecycle::Active)
    }

    #[test]
    fn every_transition_has_one_row() {
        for transition in Transition::ALL {
            let rows = TRANSITIONS
                .iter()
                .filter(|row| row.transition == *transition);
            assert_eq!(rows.count(), 1, "{transition}");
            assert_eq!(transition.row().transition, *transition);
        }
    }

    #[test]
    fn each_hold_goes_by_its_own_transition_and_leaves_the_others() {
        let pairs = [
            (
                Transition::Suspend,
                Transition::Unsuspend,
                Status::Suspended,
            ),
            (Transition::Ban, Transition::Unban, Status::Banned),
            (Transition::Deny, Transition::Validate, Status::Denied),
            (
                Transition::Inactivate,
                Transition::Validate,
                Status::Inactive,
            ),
            (Transition::Disable, Transition::Enable, Status::IdpDisabled),
        ];
        let disabled = after(&active(), Transition::Disable).unwrap();
        for (place, lift, status) in pairs {
            let held = after(&active(), place).unwrap();
            assert_eq!(displayed_status(&held), status);
            assert_eq!(after(&held, place), Err(Standstill::AlreadySo));
            assert_eq!(after(&held, lift), Ok(active()));
            assert_eq!(after(&active(), lift), Err(Standstill::AlreadySo));
            if place != Transition::Disable {
                let both = after(&disabled, place).unwrap();
                assert_eq!(after(&both, lift).as_ref(), Ok(&disabled), "{lift}");
            }
        }
    }

    #[test]
    fn archive_and_suspension_are_independent_a117() {
        let archived = after(&active(), Transition::Archive).unwrap();
        let both = after(&archived, Transition::Suspend).unwrap();
        assert_eq!(displayed_status(&both), Status::Archived);
        let suspended = after(&both, Transition::Unarchive).unwrap();
        assert_eq!(displayed_status(&suspended), Status::Suspended);
        assert_eq!(after(&suspended, Transition::Unsuspend), Ok(active()));
        assert_eq!(after(&both, Transition::Unsuspend), Ok(archived));
    }

    #[test]
    fn whoever_is_gone_stays_as_they_are_but_for_a_restore() {
        let deleted = after(&active(), Transition::Delete).unwrap();
        for transition in Transition::ALL {
            let outcome = after(&deleted, *transition);
            match transition {
                Transition::Restore => assert_eq!(outcome, Ok(active())),
                Transition::Purge => assert!(outcome.is_ok()),
                Transition::Delete => assert_eq!(outcome, Err(Standstill::AlreadySo)),
                _ => assert_eq!(outcome, Err(Standstill::NotFrom(Lifecycle::Deleted))),
            }
        }
    }

    fn transitions() -> impl Strategy<Value = Vec<Transition>> {
        proptest::collection::vec(proptest::sample::select(Transition::ALL), 0..12)
    }

    proptest! {
        #[test]
        fn whatever_ends_sessions_refuses_the_next_sign_in(before in transitions()) {
            let mut axes = active();
            for transition in before {
                let Ok(next) = after(&axes, transition) else { continue };
                if transition.stops() {
                    prop_assert!(may_sign_in(&next, SignInMethod::Password).is_err());
                }
                axes = next;
            }
        }

        #[test]
        fn a_transition_that_is_repeated_changes_nothing(before in transitions()) {
            let mut axes = active();
            for transition in before {
                let Ok(next) = after(&axes, transition) else { continue };
                prop_assert!(after(&next, transition).is_err());
                axes = next;
            }
        }
    }
}
