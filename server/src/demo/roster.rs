//! Everybody in the district, invented the same way at every start.

use chrono::TimeDelta;

use super::{
    chance::Chance,
    district::{self, LOCAL, Posts, SERVICES, SITES},
    fates::{Fate, give_fates},
    names::{FAMILY, GIVEN, handle},
};

/// Everything that looks like chance follows from this number.
const SEED: u64 = 1_887;
/// Days ago at which people of each origin arrived, in as many parts.
const STAFF_ARRIVED: [i64; 9] = [612, 611, 610, 609, 608, 481, 365, 208, 96];
const SERVICES_ARRIVED: [i64; 4] = [304, 303, 212, 41];
const LOCAL_ARRIVED: [i64; 2] = [540, 74];
/// Sign-ins lie at most so many days back.
const SEEN_WITHIN_DAYS: i32 = 30;
/// Absence after which the product keeps somebody out.
const DORMANT_AFTER: TimeDelta = TimeDelta::days(90);

/// Who manages a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The provider of the staff.
    Staff,
    /// The provider of contractors and student services.
    Services,
    /// Nobody but the product itself.
    Local,
}

/// One invented person.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) given: &'static str,
    pub(super) family: &'static str,
    pub(super) origin: Origin,
    /// Place of the home organisation in [`SITES`].
    pub(super) site: usize,
    /// Place of a second organisation.
    pub(super) second_site: Option<usize>,
    pub(super) title: &'static str,
    pub(super) department: &'static str,
    /// Place of the manager in the roster, always before this one; of the same origin.
    pub(super) manager: Option<usize>,
    /// How long ago the person arrived.
    pub(super) arrived: TimeDelta,
    /// How long ago the person last signed in.
    pub(super) last_seen: Option<TimeDelta>,
    pub(super) fate: Fate,
    /// How long ago the fate came.
    pub(super) befell: Option<TimeDelta>,
    /// A number of the person's own, for the provider's id and the employee number.
    pub(super) number: u64,
}

impl Person {
    /// Sign-in name and mail address.
    pub(super) fn address(&self) -> String {
        let domain = match self.origin {
            Origin::Staff => "northfield.example",
            Origin::Services => "services.northfield.example",
            Origin::Local => "community.northfield.example",
        };
        format!("{}.{}@{domain}", handle(self.given), handle(self.family))
    }

    /// Given and family name.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

/// Everybody: staff, then services, then local people; managers come before those they manage.
pub(super) fn roster() -> Vec<Person> {
    let mut chance = Chance::from(SEED);
    let mut people = Vec::new();
    for (place, site) in SITES.iter().enumerate() {
        fill(
            &mut people,
            Origin::Staff,
            Some(place),
            district::posts(site.level),
        );
    }
    fill(&mut people, Origin::Services, None, SERVICES);
    fill(&mut people, Origin::Local, None, LOCAL);
    let mut people = arranged(people, &mut chance);
    give_names(&mut people, &mut chance);
    for (origin, parts) in [
        (Origin::Staff, &STAFF_ARRIVED[..]),
        (Origin::Services, &SERVICES_ARRIVED[..]),
        (Origin::Local, &LOCAL_ARRIVED[..]),
    ] {
        give_arrivals(&mut people, origin, parts);
    }
    give_managers(&mut people);
    give_fates(&mut people, &mut chance);
    for (place, person) in people.iter_mut().enumerate() {
        person.befell = person.fate.came(place);
        give_habits(person, &mut chance);
    }
    people
}

fn fill(people: &mut Vec<Person>, origin: Origin, site: Option<usize>, posts: Posts) {
    for &(title, department, count) in posts {
        for _ in 0..count {
            people.push(Person {
                given: "",
                family: "",
                origin,
                // Those who belong to no school in particular go round the schools.
                site: site.unwrap_or(1 + people.len() % (SITES.len() - 1)),
                second_site: None,
                title,
                department,
                manager: None,
                arrived: TimeDelta::zero(),
                last_seen: None,
                fate: Fate::AtWork,
                befell: None,
                number: 0,
            });
        }
    }
}

/// Whether somebody comes first: the head of the district or of a provider's people, then the head
/// of a school.
pub(super) fn rank(person: &Person) -> u8 {
    match person.title {
        "Superintendent" | "Contract Services Coordinator" => 0,
        "Principal" => 1,
        _ => 2,
    }
}

fn arranged(mut people: Vec<Person>, chance: &mut Chance) -> Vec<Person> {
    chance.shuffle(&mut people);
    people.sort_by_key(|person| (person.origin as u8, rank(person)));
    people
}

fn give_names(people: &mut [Person], chance: &mut Chance) {
    let (mut given, mut family) = (GIVEN, FAMILY);
    chance.shuffle(&mut given);
    chance.shuffle(&mut family);
    for (place, person) in people.iter_mut().enumerate() {
        person.given = given[place % given.len()];
        person.family = family[place % family.len()];
    }
}

fn give_arrivals(people: &mut [Person], origin: Origin, parts: &[i64]) {
    let count = people
        .iter()
        .filter(|person| person.origin == origin)
        .count();
    let of_origin = people.iter_mut().filter(|person| person.origin == origin);
    for (place, person) in of_origin.enumerate() {
        let part = place * parts.len() / count.max(1);
        person.arrived = TimeDelta::days(parts[part]);
    }
}

fn give_managers(people: &mut [Person]) {
    let head = |origin: Origin| people.iter().position(|person| person.origin == origin);
    let heads = [head(Origin::Staff), head(Origin::Services)];
    let principals: Vec<(usize, usize)> = people
        .iter()
        .enumerate()
        .filter(|(_, person)| rank(person) == 1)
        .map(|(place, person)| (person.site, place))
        .collect();
    for (place, person) in people.iter_mut().enumerate() {
        let principal = principals
            .iter()
            .find(|(site, _)| *site == person.site)
            .map(|(_, place)| *place);
        person.manager = match (person.origin, rank(person)) {
            (Origin::Local, _) | (_, 0) => None,
            (Origin::Services, _) => heads[1],
            (Origin::Staff, 1) => heads[0],
            (Origin::Staff, _) => principal.or(heads[0]),
        }
        .filter(|manager| *manager < place);
    }
}

fn give_habits(person: &mut Person, chance: &mut Chance) {
    person.number = chance.number();
    if person.site > 0 && chance.below(11) == 0 {
        let other = 1 + chance.below(SITES.len() - 1);
        person.second_site = (other != person.site).then_some(other);
    }
    let minutes = i64::from(SEEN_WITHIN_DAYS) * 24 * 60;
    let (one, other) = (chance.below(1_000), chance.below(1_000));
    let newcomer = chance.below(20) == 0;
    // The product of two chances lies near zero more often than not: most were here lately.
    let ago = i64::try_from(one * other).unwrap_or(0) * minutes / 1_000_000;
    let ago = TimeDelta::minutes(ago + 3);
    person.last_seen = match (person.fate, person.befell) {
        (Fate::Staged | Fate::Invited, _) => None,
        (Fate::AtWork, _) if newcomer => None,
        // The hold comes within a day after so long an absence.
        (Fate::Dormant, Some(held)) => Some(held + DORMANT_AFTER + ago / SEEN_WITHIN_DAYS),
        // Whoever is kept out has not signed in since.
        (_, befell) => Some(befell.unwrap_or_default() + ago),
    }
    .filter(|ago| *ago < person.arrived);
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{super::fates::FATES, *};

    #[test]
    fn the_district_is_the_same_at_every_start_and_has_several_hundred_people() {
        let (one, other) = (roster(), roster());
        let names = |people: &[Person]| people.iter().map(Person::address).collect::<Vec<_>>();
        assert_eq!(names(&one), names(&other));
        assert_eq!(one.len(), 480);
        assert_eq!(names(&one).iter().collect::<HashSet<_>>().len(), one.len());
    }

    #[test]
    fn managers_come_first_and_belong_to_the_same_provider() {
        let people = roster();
        for (place, person) in people.iter().enumerate() {
            if let Some(manager) = person.manager {
                assert!(manager < place, "{}", person.name());
                assert_eq!(people[manager].origin, person.origin, "{}", person.name());
            }
        }
        assert!(
            people
                .iter()
                .filter(|person| person.manager.is_some())
                .count()
                > 400
        );
    }

    #[test]
    fn most_people_are_at_work_and_every_fate_happens() {
        let people = roster();
        let count = |fate| people.iter().filter(|person| person.fate == fate).count();
        assert!(count(Fate::AtWork) > 400);
        for (_, fate, _) in FATES {
            assert!(count(fate) > 0, "{fate:?}");
        }
        assert_eq!(count(Fate::Staged), 10);
    }

    #[test]
    fn every_team_has_members() {
        for team in district::teams(&roster()) {
            assert!(team.members.len() >= 4, "{}", team.name);
        }
    }

    #[test]
    fn people_arrive_then_sign_in_and_then_meet_their_fate() {
        for person in roster() {
            let name = person.name();
            assert!(
                person.last_seen.is_none_or(|ago| ago < person.arrived),
                "{name}"
            );
            let Some(befell) = person.befell else {
                continue;
            };
            assert!(befell < person.arrived, "{name}");
            assert!(person.last_seen.is_none_or(|ago| ago > befell), "{name}");
            if person.fate == Fate::Dormant {
                let absent = person.last_seen.expect("somebody who came once") - befell;
                assert!((90..=91).contains(&absent.num_days()), "{name}: {absent}");
            }
        }
    }
}
