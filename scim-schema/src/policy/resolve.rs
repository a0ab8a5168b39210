//! What holds in an organisation: its own value, or the nearest one above it, and nothing freer than
//! the strictest floor.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    choices::Choice,
    setting::{Setting, Value},
};
use crate::id::OrganisationId;

/// Settings with their values.
pub type Settings = BTreeMap<Setting, Value>;

/// What one organisation decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Which organisation.
    pub organisation: OrganisationId,
    /// What holds there and below.
    pub values: Settings,
    /// What nobody may go under, there and below.
    pub floors: Settings,
}

/// Why a setting has the value it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// Nobody decided.
    Default,
    /// This organisation did.
    Set {
        /// Which.
        organisation: OrganisationId,
    },
    /// What was decided is freer than the floor of this organisation.
    Floor {
        /// Which.
        organisation: OrganisationId,
    },
}

/// What holds of one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
    /// The strictest floor, and whose it is.
    pub floor: Option<(Value, OrganisationId)>,
}

/// What holds in one organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy(BTreeMap<Setting, Effective>);

impl Policy {
    /// The policy of the last of `line`, whose organisations go from the root downwards; one that
    /// decided nothing may be left out.
    #[must_use]
    pub fn of(line: &[Layer]) -> Self {
        let settings = Setting::ALL.iter();
        Self(
            settings
                .map(|setting| (*setting, effective(*setting, line)))
                .collect(),
        )
    }

    /// What holds of one setting.
    #[must_use]
    pub fn effective(&self, setting: Setting) -> Effective {
        self.0
            .get(&setting)
            .cloned()
            .unwrap_or_else(|| effective(setting, &[]))
    }

    /// The word of a setting that is one.
    #[must_use]
    pub fn choice<C: Choice>(&self) -> C {
        match self.effective(C::SETTING).value {
            Value::Word(word) => word.parse().unwrap_or(C::DEFAULT),
            Value::Number(_) => C::DEFAULT,
        }
    }

    /// The number of a setting that is one, in its unit; 0 of one that is a word.
    #[must_use]
    pub fn number(&self, setting: Setting) -> u32 {
        match self.effective(setting).value {
            Value::Number(number) => number,
            Value::Word(_) => 0,
        }
    }
}

fn effective(setting: Setting, line: &[Layer]) -> Effective {
    // What is stored was checked; a later version may take less than an earlier one did.
    let taken = |value: &&Value| setting.check(value).is_ok();
    let set = line.iter().rev().find_map(|layer| {
        let value = layer.values.get(&setting).filter(taken)?;
        Some((value.clone(), layer.organisation))
    });
    let floor = strictest_floor(setting, line);
    let (value, origin) = match set {
        Some((value, organisation)) => (value, Origin::Set { organisation }),
        None => (setting.default_value(), Origin::Default),
    };
    match &floor {
        Some((least, organisation)) if setting.strictness(&value) < setting.strictness(least) => {
            Effective {
                value: least.clone(),
                origin: Origin::Floor {
                    organisation: *organisation,
                },
                floor,
            }
        }
        _ => Effective {
            value,
            origin,
            floor,
        },
    }
}

/// Of two equal ones that of the organisation further up, which would still hold without the other.
fn strictest_floor(setting: Setting, line: &[Layer]) -> Option<(Value, OrganisationId)> {
    let floors = line.iter().filter_map(|layer| {
        let value = layer.floors.get(&setting)?;
        let strictness = setting.strictness(value)?;
        Some((strictness, value, layer.organisation))
    });
    let strictest = floors.rev().max_by_key(|(strictness, ..)| *strictness)?;
    Some((strictest.1.clone(), strictest.2))
}

/// A value that is freer than a floor above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLow {
    /// The floor.
    pub floor: Value,
    /// Whose.
    pub organisation: OrganisationId,
}

/// The floor that forbids `value` in the last organisation of `line`, if any does.
#[must_use]
pub fn below_floor(setting: Setting, value: &Value, line: &[Layer]) -> Option<TooLow> {
    let (floor, organisation) = strictest_floor(setting, line)?;
    let is_below = setting.strictness(value) < setting.strictness(&floor);
    is_below.then_some(TooLow {
        floor,
        organisation,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::policy::{RemovalMode, Stricter};

    fn organisation(number: u128) -> OrganisationId {
        OrganisationId(Uuid::from_u128(number))
    }

    fn word(word: &str) -> Value {
        Value::Word(word.to_owned())
    }

    fn layer(number: u128, values: &[(Setting, Value)], floors: &[(Setting, Value)]) -> Layer {
        Layer {
            organisation: organisation(number),
            values: values.iter().cloned().collect(),
            floors: floors.iter().cloned().collect(),
        }
    }

    #[test]
    fn the_nearest_value_holds_and_says_whose_it_is() {
        let mode = Setting::RemovalMode;
        let district = layer(1, &[(mode, word("tombstone"))], &[]);
        let school = layer(2, &[(mode, word("purge_now"))], &[]);
        let nobody = Policy::of(&[]);
        assert_eq!(nobody.choice::<RemovalMode>(), RemovalMode::PurgeAfterGrace);
        assert_eq!(nobody.effective(mode).origin, Origin::Default);
        let above = Policy::of(std::slice::from_ref(&district));
        assert_eq!(above.choice::<RemovalMode>(), RemovalMode::Tombstone);
        let both = Policy::of(&[district, school]).effective(mode);
        assert_eq!(both.value, word("purge_now"));
        let organisation = organisation(2);
        assert_eq!(both.origin, Origin::Set { organisation });
    }

    #[test]
    fn a_floor_lifts_what_is_freer_and_leaves_what_is_stricter() {
        let (mode, lockout) = (Setting::RemovalMode, Setting::LockoutThreshold);
        let district = layer(
            1,
            &[],
            &[(mode, word("tombstone")), (lockout, Value::Number(8))],
        );
        let free = layer(
            2,
            &[(mode, word("purge_now")), (lockout, Value::Number(20))],
            &[],
        );
        let strict = layer(
            2,
            &[(mode, word("never_delete")), (lockout, Value::Number(5))],
            &[],
        );
        let lifted = Policy::of(&[district.clone(), free]);
        assert_eq!(lifted.choice::<RemovalMode>(), RemovalMode::Tombstone);
        assert_eq!(lifted.number(lockout), 8);
        let organisation = organisation(1);
        assert_eq!(
            lifted.effective(mode).origin,
            Origin::Floor { organisation }
        );
        let kept = Policy::of(&[district.clone(), strict]);
        assert_eq!(kept.choice::<RemovalMode>(), RemovalMode::NeverDelete);
        assert_eq!(kept.number(lockout), 5);
        let refused = below_floor(mode, &word("purge_after_grace"), &[district]);
        assert_eq!(refused.map(|floor| floor.floor), Some(word("tombstone")));
    }

    #[test]
    fn what_an_earlier_version_took_and_this_one_does_not_is_passed_over() {
        let district = layer(1, &[(Setting::GraceDays, Value::Number(90))], &[]);
        let school = layer(2, &[(Setting::GraceDays, Value::Number(9_000))], &[]);
        assert_eq!(
            Policy::of(&[district, school]).number(Setting::GraceDays),
            90
        );
    }

    fn layers() -> impl Strategy<Value = Vec<Layer>> {
        let days = || proptest::option::of(1_u32..=365);
        let line = proptest::collection::vec((days(), days()), 0..5);
        line.prop_map(|line| {
            let numbered = line.into_iter().zip(1_u128..);
            numbered
                .map(|((value, floor), number)| {
                    let of = |days: Option<u32>| {
                        let days = days.map(|days| (Setting::GraceDays, Value::Number(days)));
                        days.into_iter().collect::<Vec<_>>()
                    };
                    layer(number, &of(value), &of(floor))
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn nothing_goes_under_a_floor_above_it(line in layers()) {
            let setting = Setting::GraceDays;
            let holds = Policy::of(&line).number(setting);
            for layer in &line {
                if let Some(Value::Number(floor)) = layer.floors.get(&setting) {
                    prop_assert!(holds >= *floor);
                }
            }
            prop_assert!(below_floor(setting, &Value::Number(holds), &line).is_none());
        }

        #[test]
        fn a_setting_without_an_order_has_no_floor(months in 0_u32..=24, floor in 0_u32..=24) {
            let setting = Setting::DormancyMonths;
            prop_assert_eq!(setting.stricter(), Stricter::Neither);
            let line = [layer(
                1,
                &[(setting, Value::Number(months))],
                &[(setting, Value::Number(floor))],
            )];
            prop_assert_eq!(Policy::of(&line).number(setting), months);
        }
    }
}
