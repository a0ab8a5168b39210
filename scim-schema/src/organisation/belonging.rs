//! Which organisations somebody belongs to, and what becomes of that (features.md A21, A36).

use super::MEMBERSHIPS_MAX;
use crate::{
    api::organisations::{ChangeMemberships, Mode},
    id::OrganisationId,
};

/// A membership as far as changing it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Belonging {
    /// Where.
    pub organisation: OrganisationId,
    /// Whether a mapping rule gave it, which alone takes it back.
    pub mapped: bool,
    /// Whether it is within the reach of whoever changes it.
    pub reached: bool,
}

/// What is to be stored, so that somebody belongs where they are asked to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Where they come to.
    pub new: Vec<OrganisationId>,
    /// What they leave.
    pub gone: Vec<OrganisationId>,
    /// The home organisation, where it changes.
    pub home: Option<OrganisationId>,
}

/// Why somebody is not made to belong where they are asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// The list is wrong; the sentence says how.
    #[error("{0}")]
    Organisations(&'static str),
    /// The home organisation is wrong; the sentence says how.
    #[error("{0}")]
    Home(&'static str),
    /// A mapping gave it.
    #[error(
        "A mapping rule of an identity provider gave this membership, and takes it back when it is changed."
    )]
    Mapped,
}

const TOO_MANY: Misfit = Misfit::Organisations("Somebody belongs to at most 100 organisations.");
const _: () = assert!(MEMBERSHIPS_MAX == 100);

/// What follows for somebody who belongs to `now`, oldest first, when `asked` is carried out. What a
/// mapping gave, and what is beyond the reach, stays.
///
/// # Errors
/// What is wrong with it.
pub fn plan(
    now: &[Belonging],
    home: Option<OrganisationId>,
    asked: &ChangeMemberships,
) -> Result<Plan, Misfit> {
    check_list(&asked.organisations)?;
    let mode = asked.mode.unwrap_or(Mode::Replace);
    let named = |one: &Belonging| asked.organisations.contains(&one.organisation);
    if mode == Mode::Remove && now.iter().any(|one| named(one) && one.mapped) {
        return Err(Misfit::Mapped);
    }
    let goes = |one: &&Belonging| {
        let is_meant = match mode {
            Mode::Replace => !named(one),
            Mode::Add => false,
            Mode::Remove => named(one),
        };
        is_meant && one.reached && !one.mapped
    };
    let gone = now.iter().filter(goes).map(|one| one.organisation);
    let gone: Vec<OrganisationId> = gone.collect();
    let is_new = |id: &OrganisationId| {
        mode != Mode::Remove && !now.iter().any(|one| one.organisation == *id)
    };
    let new = asked.organisations.iter().copied().filter(is_new);
    let new: Vec<OrganisationId> = new.collect();
    let stays = now.iter().copied();
    let comes = new.iter().map(|id| Belonging {
        organisation: *id,
        mapped: false,
        reached: true,
    });
    let left: Vec<Belonging> = stays
        .filter(|one| !gone.contains(&one.organisation))
        .chain(comes)
        .collect();
    if left.is_empty() {
        return Err(Misfit::Organisations(
            "Choose one organisation at least. Whoever is to leave the last one is removed from it.",
        ));
    }
    if left.len() > MEMBERSHIPS_MAX {
        return Err(TOO_MANY);
    }
    let home = home_after((now, home), &left, asked.home)?;
    Ok(Plan { new, gone, home })
}

fn check_list(organisations: &[OrganisationId]) -> Result<(), Misfit> {
    if organisations.len() > MEMBERSHIPS_MAX {
        return Err(TOO_MANY);
    }
    let mut distinct = organisations.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    match distinct.len() == organisations.len() {
        true => Ok(()),
        false => Err(Misfit::Organisations("Name each organisation once.")),
    }
}

/// The home organisation of somebody to whom these memberships are left, where it changes: the one
/// that is asked for, or the first that is left when the present one goes.
///
/// # Errors
/// [`Misfit::Home`].
pub fn home_after(
    (now, home): (&[Belonging], Option<OrganisationId>),
    left: &[Belonging],
    asked: Option<OrganisationId>,
) -> Result<Option<OrganisationId>, Misfit> {
    let of = |id: OrganisationId| left.iter().find(|one| one.organisation == id);
    let stays = home.filter(|home| of(*home).is_some());
    let Some(asked) = asked else {
        let first = left.first().map(|one| one.organisation);
        return Ok(first.filter(|_| stays.is_none()));
    };
    if stays == Some(asked) {
        return Ok(None);
    }
    if !of(asked).is_some_and(|one| one.reached) {
        return Err(Misfit::Home(
            "The person does not belong to this organisation. Choose one of theirs.",
        ));
    }
    let present = now.iter().find(|one| Some(one.organisation) == home);
    if present.is_some_and(|one| !one.reached) {
        return Err(Misfit::Home(
            "The home organisation is one that you do not administer. Leave it as it is.",
        ));
    }
    Ok(Some(asked))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> OrganisationId {
        OrganisationId(Uuid::from_u128(number))
    }

    fn by_hand(number: u128) -> Belonging {
        Belonging {
            organisation: id(number),
            mapped: false,
            reached: true,
        }
    }

    fn mapped(number: u128) -> Belonging {
        Belonging {
            mapped: true,
            ..by_hand(number)
        }
    }

    fn beyond(number: u128) -> Belonging {
        Belonging {
            reached: false,
            ..by_hand(number)
        }
    }

    fn asked(mode: Mode, organisations: &[u128], home: Option<u128>) -> ChangeMemberships {
        ChangeMemberships {
            mode: Some(mode),
            organisations: organisations.iter().copied().map(id).collect(),
            home: home.map(id),
        }
    }

    #[test]
    fn replacing_leaves_what_a_rule_gave_and_what_others_administer() {
        let now = [by_hand(1), mapped(2), beyond(3)];
        let done = plan(&now, Some(id(3)), &asked(Mode::Replace, &[4], None)).unwrap();
        assert_eq!((done.new, done.gone), (vec![id(4)], vec![id(1)]));
        assert_eq!(done.home, None);
        let done = plan(&now, Some(id(1)), &asked(Mode::Replace, &[2], None)).unwrap();
        assert_eq!(done.gone, [id(1)]);
        assert_eq!(done.home, Some(id(2)), "the first that is left");
    }

    #[test]
    fn a_rule_s_membership_is_not_removed_by_hand() {
        let now = [by_hand(1), mapped(2)];
        let refused = plan(&now, Some(id(1)), &asked(Mode::Remove, &[2], None));
        assert_eq!(refused, Err(Misfit::Mapped));
    }

    #[test]
    fn nobody_is_left_without_an_organisation_or_has_too_many() {
        let now = [by_hand(1)];
        let many: Vec<u128> = (2..102).collect();
        for wrong in [
            asked(Mode::Replace, &[], None),
            asked(Mode::Remove, &[1], None),
            asked(Mode::Add, &[2, 2], None),
            asked(Mode::Add, &many, None),
        ] {
            let refused = plan(&now, Some(id(1)), &wrong);
            assert!(
                matches!(refused, Err(Misfit::Organisations(_))),
                "{wrong:?}"
            );
        }
        assert!(plan(&now, Some(id(1)), &asked(Mode::Replace, &many, None)).is_ok());
    }

    #[test]
    fn the_home_is_one_of_theirs_and_of_the_caller_s() {
        let now = [by_hand(1), beyond(3)];
        let done = plan(&now, Some(id(1)), &asked(Mode::Add, &[4], Some(4))).unwrap();
        assert_eq!(done.home, Some(id(4)));
        for (home, wanted) in [(1, 5), (1, 3), (3, 1)] {
            let refused = plan(&now, Some(id(home)), &asked(Mode::Add, &[], Some(wanted)));
            assert!(matches!(refused, Err(Misfit::Home(_))), "{home} {wanted}");
        }
    }

    fn belongings() -> impl Strategy<Value = Vec<Belonging>> {
        let one = (1_u128..8, 0_u8..3).prop_map(|(number, kind)| match kind {
            0 => by_hand(number),
            1 => mapped(number),
            _ => beyond(number),
        });
        proptest::collection::vec(one, 1..6).prop_map(|mut all| {
            all.sort_by_key(|one| one.organisation);
            all.dedup_by_key(|one| one.organisation);
            all
        })
    }

    proptest! {
        #[test]
        fn somebody_belongs_where_they_are_asked_to_and_the_home_is_among_it(
            now in belongings(),
            mode in proptest::sample::select(Mode::ALL),
            named in proptest::collection::btree_set(1_u128..8, 0..5),
        ) {
            let home = now.first().map(|one| one.organisation);
            let named: Vec<u128> = named.into_iter().collect();
            let Ok(done) = plan(&now, home, &asked(mode, &named, None)) else {
                return Ok(());
            };
            let fixed = |one: &Belonging| one.mapped || !one.reached;
            let kept = now.iter().map(|one| one.organisation);
            let left: Vec<OrganisationId> = kept
                .filter(|one| !done.gone.contains(one))
                .chain(done.new.iter().copied())
                .collect();
            for one in now.iter().filter(|one| fixed(one)) {
                prop_assert!(left.contains(&one.organisation));
            }
            for number in named {
                let theirs = now.iter().find(|one| one.organisation == id(number));
                let is_there = left.contains(&id(number));
                match mode {
                    Mode::Replace | Mode::Add => prop_assert!(is_there),
                    Mode::Remove => prop_assert_eq!(is_there, theirs.is_some_and(fixed)),
                }
            }
            prop_assert!(left.contains(&done.home.or(home).unwrap()));
        }
    }
}
