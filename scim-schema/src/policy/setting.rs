//! The settings of a policy: what each takes, and which way is the stricter one.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::choices::{
    Choice, DomainRule, IdpAttributes, ImportMode, InactiveReturn, LicenceOnSuspend,
    LockoutRelease, LockoutScope, MembershipOnInvite, RemovalMode, RemovalPrecondition,
    RoleCardinality, ScimRecreate, SecondFactorRule,
};
use crate::lifecycle::word_enum;

word_enum! {
    /// One thing that an organisation decides.
    Setting {
        /// What becomes of somebody who is deleted.
        RemovalMode = "removal_mode",
        /// Days until somebody who was deleted is erased.
        GraceDays = "grace_days",
        /// What happens to licences of somebody who is removed.
        RemovalPrecondition = "removal_precondition",
        /// Minutes in which an operation can be undone.
        UndoMinutes = "undo_minutes",
        /// What happens when a provider creates somebody again.
        ScimRecreate = "scim_recreate",
        /// Whose address has to be in a verified domain.
        DomainRule = "domain_rule",
        /// Whether an identity provider's attributes can be changed here.
        IdpAttributes = "idp_attributes",
        /// How many functional roles somebody may have in one organisation.
        RoleCardinality = "role_cardinality",
        /// When an invited person becomes active.
        MembershipOnInvite = "membership_on_invite",
        /// Wrong passwords in a row that lock somebody out.
        LockoutThreshold = "lockout_threshold",
        /// What ends a lock-out.
        LockoutRelease = "lockout_release",
        /// Minutes after which a timed lock-out ends.
        LockoutMinutes = "lockout_minutes",
        /// What a lock-out refuses.
        LockoutScope = "lockout_scope",
        /// Who needs a second factor.
        SecondFactorRule = "second_factor",
        /// Calendar months without activity after which somebody is inactive; 0 is never.
        DormancyMonths = "dormancy_months",
        /// Who lets somebody in again who was inactive.
        InactiveReturn = "inactive_return",
        /// What happens to licences of somebody who is suspended.
        LicenceOnSuspend = "licence_on_suspend",
        /// Days for which the licences of somebody stay whom the provider disabled.
        SeatGraceDays = "seat_grace_days",
        /// Days until the licences of somebody inactive are listed to be reclaimed.
        ReclaimDays = "reclaim_days",
        /// What an import does that has errors.
        ImportMode = "import_mode",
        /// Rows of one paste.
        BulkInteractiveMax = "bulk_interactive_max",
        /// Rows of one file.
        BulkFileMax = "bulk_file_max",
    }
}

/// What a setting is set to: a word or a number, as on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A number, in the unit of the setting.
    Number(u32),
    /// One of the setting's words.
    Word(String),
}

/// What a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of these words, from the freest to the strictest.
    Choice(&'static [&'static str]),
    /// A whole number.
    Number {
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
        /// What it counts, such as `days`.
        unit: &'static str,
    },
}

/// Which way a setting gets stricter, so that a floor can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stricter {
    /// A later word.
    Later,
    /// A higher number.
    Higher,
    /// A lower number.
    Lower,
    /// Neither: there is no floor.
    Neither,
}

const fn choice<C: Choice>(words: &'static [&'static str]) -> (Kind, Stricter) {
    let _setting = C::SETTING;
    (Kind::Choice(words), Stricter::Later)
}

const fn number(min: u32, max: u32, unit: &'static str) -> Kind {
    Kind::Number { min, max, unit }
}

impl Setting {
    const fn row(self) -> (Kind, Stricter) {
        match self {
            Self::RemovalMode => choice::<RemovalMode>(RemovalMode::WORDS),
            Self::GraceDays => (number(1, 365, "days"), Stricter::Higher),
            Self::RemovalPrecondition => choice::<RemovalPrecondition>(RemovalPrecondition::WORDS),
            Self::UndoMinutes => (number(1, 1_440, "minutes"), Stricter::Higher),
            Self::ScimRecreate => choice::<ScimRecreate>(ScimRecreate::WORDS),
            Self::DomainRule => choice::<DomainRule>(DomainRule::WORDS),
            Self::IdpAttributes => choice::<IdpAttributes>(IdpAttributes::WORDS),
            Self::RoleCardinality => choice::<RoleCardinality>(RoleCardinality::WORDS),
            Self::MembershipOnInvite => choice::<MembershipOnInvite>(MembershipOnInvite::WORDS),
            Self::LockoutThreshold => (number(3, 100, "wrong passwords"), Stricter::Lower),
            Self::LockoutRelease => choice::<LockoutRelease>(LockoutRelease::WORDS),
            Self::LockoutMinutes => (number(1, 1_440, "minutes"), Stricter::Higher),
            Self::LockoutScope => choice::<LockoutScope>(LockoutScope::WORDS),
            Self::SecondFactorRule => choice::<SecondFactorRule>(SecondFactorRule::WORDS),
            Self::DormancyMonths => (number(0, 24, "months"), Stricter::Neither),
            Self::InactiveReturn => choice::<InactiveReturn>(InactiveReturn::WORDS),
            Self::LicenceOnSuspend => (Kind::Choice(LicenceOnSuspend::WORDS), Stricter::Neither),
            Self::SeatGraceDays => (number(0, 90, "days"), Stricter::Neither),
            Self::ReclaimDays => (number(1, 365, "days"), Stricter::Neither),
            Self::ImportMode => choice::<ImportMode>(ImportMode::WORDS),
            Self::BulkInteractiveMax => (number(1, 500, "rows"), Stricter::Lower),
            Self::BulkFileMax => (number(1, 25_000, "rows"), Stricter::Lower),
        }
    }

    /// What it takes.
    #[must_use]
    pub const fn kind(self) -> Kind {
        self.row().0
    }

    /// Which way is the stricter one.
    #[must_use]
    pub const fn stricter(self) -> Stricter {
        self.row().1
    }

    /// What holds where nobody decided (features.md section A12, in bold).
    #[must_use]
    pub fn default_value(self) -> Value {
        let word = |word: &str| Value::Word(word.to_owned());
        match self {
            Self::RemovalMode => word(RemovalMode::DEFAULT.as_str()),
            Self::GraceDays => Value::Number(30),
            Self::RemovalPrecondition => word(RemovalPrecondition::DEFAULT.as_str()),
            Self::UndoMinutes => Value::Number(60),
            Self::ScimRecreate => word(ScimRecreate::DEFAULT.as_str()),
            Self::DomainRule => word(DomainRule::DEFAULT.as_str()),
            Self::IdpAttributes => word(IdpAttributes::DEFAULT.as_str()),
            Self::RoleCardinality => word(RoleCardinality::DEFAULT.as_str()),
            Self::MembershipOnInvite => word(MembershipOnInvite::DEFAULT.as_str()),
            Self::LockoutThreshold => Value::Number(10),
            Self::LockoutRelease => word(LockoutRelease::DEFAULT.as_str()),
            Self::LockoutMinutes => Value::Number(15),
            Self::LockoutScope => word(LockoutScope::DEFAULT.as_str()),
            Self::SecondFactorRule => word(SecondFactorRule::DEFAULT.as_str()),
            Self::DormancyMonths => Value::Number(3),
            Self::InactiveReturn => word(InactiveReturn::DEFAULT.as_str()),
            Self::LicenceOnSuspend => word(LicenceOnSuspend::DEFAULT.as_str()),
            Self::SeatGraceDays => Value::Number(7),
            Self::ReclaimDays => Value::Number(14),
            Self::ImportMode => word(ImportMode::DEFAULT.as_str()),
            Self::BulkInteractiveMax => Value::Number(50),
            Self::BulkFileMax => Value::Number(25_000),
        }
    }

    /// Whether it takes this value.
    ///
    /// # Errors
    /// What it takes instead, as a sentence.
    pub fn check(self, value: &Value) -> Result<(), String> {
        match (self.kind(), value) {
            (Kind::Choice(words), Value::Word(word)) if words.contains(&word.as_str()) => Ok(()),
            (Kind::Choice(words), _) => Err(format!("Choose one of {}.", words.join(", "))),
            (Kind::Number { min, max, .. }, Value::Number(number))
                if (min..=max).contains(number) =>
            {
                Ok(())
            }
            (Kind::Number { min, max, unit }, _) => Err(format!(
                "Enter a whole number of {unit} from {min} to {max}."
            )),
        }
    }

    /// How strict a value is, to compare two of the same setting; `None` when neither way is the
    /// stricter one, or it does not take the value.
    #[must_use]
    pub fn strictness(self, value: &Value) -> Option<i64> {
        match (self.stricter(), self.kind(), value) {
            (Stricter::Later, Kind::Choice(words), Value::Word(word)) => {
                let place = words.iter().position(|known| known == word)?;
                i64::try_from(place).ok()
            }
            (Stricter::Higher, _, Value::Number(number)) => Some(i64::from(*number)),
            (Stricter::Lower, _, Value::Number(number)) => Some(-i64::from(*number)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_value_that_the_setting_takes() {
        for setting in Setting::ALL {
            let default = setting.default_value();
            assert_eq!(setting.check(&default), Ok(()), "{setting}");
            let has_floor = setting.stricter() != Stricter::Neither;
            assert_eq!(
                setting.strictness(&default).is_some(),
                has_floor,
                "{setting}"
            );
        }
    }

    #[test]
    fn what_a_setting_does_not_take_is_refused_with_what_it_takes() {
        let word = |word: &str| Value::Word(word.to_owned());
        for (setting, value, sentence) in [
            (
                Setting::ImportMode,
                word("lax"),
                "Choose one of best_effort, strict.",
            ),
            (
                Setting::ImportMode,
                Value::Number(1),
                "Choose one of best_effort, strict.",
            ),
            (
                Setting::GraceDays,
                Value::Number(0),
                "Enter a whole number of days from 1 to 365.",
            ),
            (
                Setting::GraceDays,
                word("30"),
                "Enter a whole number of days from 1 to 365.",
            ),
        ] {
            assert_eq!(setting.check(&value), Err(sentence.to_owned()));
        }
    }
}
