//! What becomes of people: most are at work, and every other state occurs.

use chrono::TimeDelta;

use super::{
    chance::Chance,
    roster::{Origin, Person, rank},
};

/// How long ago those arrived who are prepared and not started.
const STAGED: TimeDelta = TimeDelta::days(12);
const LONG_HERE: TimeDelta = TimeDelta::days(200);
/// How long ago those were made who are invited and have not come yet.
const INVITED: TimeDelta = TimeDelta::days(4);

/// What became of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    AtWork,
    /// `active: false` of the provider.
    DisabledByIdp,
    Suspended,
    /// Suspended here, then disabled by the provider as well.
    SuspendedAndDisabled,
    Banned,
    LockedOut,
    Dormant,
    SecurityCheck,
    Archived,
    /// Prepared and not started.
    Staged,
    /// Asked to come, and not there yet.
    Invited,
    /// Deleted by the provider, and kept until the purge.
    Deleted,
}

impl Fate {
    /// How long ago it came to the one at this place of the roster; `None` where nothing came.
    pub(super) fn came(self, place: usize) -> Option<TimeDelta> {
        let place = i64::try_from(place).unwrap_or(0);
        let days = match self {
            Self::AtWork | Self::Staged | Self::Invited => return None,
            Self::DisabledByIdp | Self::SuspendedAndDisabled => 2 + place % 24,
            Self::Suspended => 1 + place % 9,
            Self::Banned => 18 + place % 40,
            Self::LockedOut | Self::SecurityCheck => place % 2,
            Self::Dormant => 3 + place % 7,
            Self::Archived => 30 + place % 60,
            Self::Deleted => 3 + place % 17,
        };
        Some(TimeDelta::days(days) + TimeDelta::minutes(7 + place % 600))
    }

    /// Whether it asks for somebody who has been here for long.
    fn takes_long(self) -> bool {
        matches!(self, Self::Dormant | Self::Archived | Self::Banned)
    }
}

/// How many people of each origin something happened to.
pub(super) const FATES: [(Origin, Fate, usize); 16] = [
    (Origin::Staff, Fate::DisabledByIdp, 13),
    (Origin::Staff, Fate::Suspended, 4),
    (Origin::Staff, Fate::SuspendedAndDisabled, 1),
    (Origin::Staff, Fate::Banned, 1),
    (Origin::Staff, Fate::Dormant, 6),
    (Origin::Staff, Fate::SecurityCheck, 2),
    (Origin::Services, Fate::DisabledByIdp, 8),
    (Origin::Services, Fate::Suspended, 1),
    (Origin::Services, Fate::Banned, 1),
    (Origin::Services, Fate::Dormant, 4),
    (Origin::Services, Fate::SecurityCheck, 1),
    (Origin::Services, Fate::Deleted, 3),
    (Origin::Local, Fate::Invited, 4),
    (Origin::Local, Fate::LockedOut, 3),
    (Origin::Local, Fate::Dormant, 2),
    (Origin::Local, Fate::Archived, 6),
];

/// Gives everybody a fate; heads stay at work, and so do those who place holds.
pub(super) fn give_fates(people: &mut [Person], chance: &mut Chance) {
    for person in people
        .iter_mut()
        .filter(|person| person.title == "Student Teacher")
    {
        person.fate = Fate::Staged;
        person.arrived = STAGED;
    }
    for (origin, fate, count) in FATES {
        for _ in 0..count {
            let mut candidates: Vec<&mut Person> = people
                .iter_mut()
                .filter(|person| {
                    person.origin == origin
                        && person.fate == Fate::AtWork
                        && rank(person) == 2
                        && person.department != "Human Resources"
                        && (person.arrived > LONG_HERE || !fate.takes_long())
                })
                .collect();
            let chosen = chance.below(candidates.len());
            if let Some(person) = candidates.get_mut(chosen) {
                person.fate = fate;
                if fate == Fate::Invited {
                    person.arrived = INVITED;
                }
            }
        }
    }
}
