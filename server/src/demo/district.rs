//! The district: its sites, who works at each, and the teams they form.

use super::roster::{Origin, Person};

/// Name of the account and of the root of its organisations.
pub(super) const NAME: &str = "Northfield Unified";
/// Where the district is.
pub(super) const TIME_ZONE: &str = "America/Chicago";

/// What kind of place a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Office,
    Elementary,
    Middle,
    High,
}

/// An organisation below the root.
pub(super) struct Site {
    pub(super) name: &'static str,
    pub(super) level: Level,
}

pub(super) const SITES: [Site; 7] = [
    Site {
        name: "District Office",
        level: Level::Office,
    },
    Site {
        name: "Cedar Hill Elementary",
        level: Level::Elementary,
    },
    Site {
        name: "Lakeside Elementary",
        level: Level::Elementary,
    },
    Site {
        name: "Maple Grove Elementary",
        level: Level::Elementary,
    },
    Site {
        name: "Eastbrook Middle School",
        level: Level::Middle,
    },
    Site {
        name: "Marlow Middle School",
        level: Level::Middle,
    },
    Site {
        name: "Northfield High School",
        level: Level::High,
    },
];

/// Title, department and number of people.
pub(super) type Posts = &'static [(&'static str, &'static str, usize)];

const OFFICE: Posts = &[
    ("Superintendent", "Leadership", 1),
    ("Deputy Superintendent", "Leadership", 1),
    ("HR Specialist", "Human Resources", 4),
    ("Accountant", "Finance", 3),
    ("Payroll Specialist", "Finance", 2),
    ("Systems Administrator", "Information Technology", 2),
    ("Help Desk Technician", "Information Technology", 4),
    ("Curriculum Coordinator", "Curriculum", 6),
    ("Special Services Coordinator", "Special Education", 4),
    ("Bus Driver", "Transportation", 4),
    ("Transportation Dispatcher", "Transportation", 1),
    ("Maintenance Technician", "Facilities", 5),
    ("Communications Officer", "Communications", 2),
    ("Data Analyst", "Curriculum", 3),
];

const ELEMENTARY: Posts = &[
    ("Principal", "Leadership", 1),
    ("Assistant Principal", "Leadership", 1),
    ("School Counselor", "Counseling", 1),
    ("Librarian", "Library", 1),
    ("School Nurse", "Health Services", 1),
    ("Office Manager", "School Office", 1),
    ("Kindergarten Teacher", "Elementary Grades", 4),
    ("Grade 1 Teacher", "Elementary Grades", 4),
    ("Grade 2 Teacher", "Elementary Grades", 4),
    ("Grade 3 Teacher", "Elementary Grades", 4),
    ("Grade 4 Teacher", "Elementary Grades", 4),
    ("Grade 5 Teacher", "Elementary Grades", 4),
    ("Music Teacher", "Arts and Music", 1),
    ("Art Teacher", "Arts and Music", 1),
    ("Physical Education Teacher", "Physical Education", 1),
    ("Special Education Teacher", "Special Education", 3),
    ("Paraeducator", "Special Education", 4),
    ("Custodian", "Facilities", 2),
];

const MIDDLE: Posts = &[
    ("Principal", "Leadership", 1),
    ("Assistant Principal", "Leadership", 1),
    ("School Counselor", "Counseling", 2),
    ("Librarian", "Library", 1),
    ("School Nurse", "Health Services", 1),
    ("Office Manager", "School Office", 1),
    ("Mathematics Teacher", "Mathematics", 6),
    ("Science Teacher", "Science", 5),
    ("English Teacher", "English Language Arts", 6),
    ("Social Studies Teacher", "Social Studies", 5),
    ("Spanish Teacher", "World Languages", 2),
    ("French Teacher", "World Languages", 1),
    ("Music Teacher", "Arts and Music", 2),
    ("Art Teacher", "Arts and Music", 1),
    ("Physical Education Teacher", "Physical Education", 3),
    ("Special Education Teacher", "Special Education", 4),
    ("Paraeducator", "Special Education", 3),
    ("Custodian", "Facilities", 2),
];

const HIGH: Posts = &[
    ("Principal", "Leadership", 1),
    ("Assistant Principal", "Leadership", 2),
    ("School Counselor", "Counseling", 3),
    ("Librarian", "Library", 1),
    ("School Nurse", "Health Services", 1),
    ("Office Manager", "School Office", 2),
    ("Mathematics Teacher", "Mathematics", 8),
    ("Science Teacher", "Science", 8),
    ("English Teacher", "English Language Arts", 8),
    ("Social Studies Teacher", "Social Studies", 7),
    ("Spanish Teacher", "World Languages", 3),
    ("Mandarin Teacher", "World Languages", 1),
    ("German Teacher", "World Languages", 1),
    ("Music Teacher", "Arts and Music", 3),
    ("Drama Teacher", "Arts and Music", 1),
    ("Art Teacher", "Arts and Music", 1),
    ("Physical Education Teacher", "Physical Education", 4),
    ("Special Education Teacher", "Special Education", 5),
    (
        "Career and Technical Teacher",
        "Career and Technical Education",
        3,
    ),
    ("Paraeducator", "Special Education", 3),
    ("Custodian", "Facilities", 3),
    ("Athletic Director", "Physical Education", 1),
];

/// People whom the second identity provider manages; they work at all schools in turn.
pub(super) const SERVICES: Posts = &[
    ("Contract Services Coordinator", "Contract Services", 1),
    ("Substitute Teacher", "Substitute Teaching", 33),
    ("After-School Instructor", "After-School Program", 20),
    ("Speech-Language Pathologist", "Student Services", 8),
    ("Occupational Therapist", "Student Services", 6),
    ("School Psychologist", "Student Services", 6),
    ("Social Worker", "Student Services", 6),
    ("Tutor", "Tutoring", 14),
    ("Sign Language Interpreter", "Student Services", 6),
    ("Network Engineer (contract)", "IT Contractors", 8),
];

/// People without an identity provider.
pub(super) const LOCAL: Posts = &[
    ("Board Member", "Board of Education", 7),
    ("Volunteer", "Volunteers", 18),
    ("Student Teacher", "Student Teaching", 10),
    ("External Auditor", "Finance", 2),
    ("Community Partner", "Community", 3),
];

/// Who works at a site of this level.
pub(super) const fn posts(level: Level) -> Posts {
    match level {
        Level::Office => OFFICE,
        Level::Elementary => ELEMENTARY,
        Level::Middle => MIDDLE,
        Level::High => HIGH,
    }
}

/// A group of one identity provider; `members` are places in the roster.
pub(super) struct Team {
    pub(super) name: String,
    pub(super) origin: Origin,
    pub(super) members: Vec<usize>,
}

const SUBJECTS: [&str; 8] = [
    "Mathematics",
    "Science",
    "English Language Arts",
    "Social Studies",
    "World Languages",
    "Arts and Music",
    "Physical Education",
    "Special Education",
];

/// Groups by department, under a name of their own.
const DEPARTMENTS: [(&str, Origin, &str); 11] = [
    ("School Leadership", Origin::Staff, "Leadership"),
    ("Counselors", Origin::Staff, "Counseling"),
    ("Librarians", Origin::Staff, "Library"),
    ("School Nurses", Origin::Staff, "Health Services"),
    ("IT Support", Origin::Staff, "Information Technology"),
    ("Transportation", Origin::Staff, "Transportation"),
    (
        "Substitute Teachers",
        Origin::Services,
        "Substitute Teaching",
    ),
    ("Student Services", Origin::Services, "Student Services"),
    ("Tutors", Origin::Services, "Tutoring"),
    ("IT Contractors", Origin::Services, "IT Contractors"),
    (
        "After-School Program",
        Origin::Services,
        "After-School Program",
    ),
];

/// Every group, the last one of the second provider last.
pub(super) fn teams(roster: &[Person]) -> Vec<Team> {
    let pick = |name: String, origin: Origin, belongs: &dyn Fn(&Person) -> bool| Team {
        name,
        origin,
        members: (0..roster.len())
            .filter(|&place| roster[place].origin == origin && belongs(&roster[place]))
            .collect(),
    };
    let mut teams = Vec::new();
    for (place, site) in SITES.iter().enumerate() {
        let name = format!("Staff – {}", site.name);
        teams.push(pick(name, Origin::Staff, &|person| person.site == place));
    }
    for subject in SUBJECTS {
        let name = format!("Teachers – {subject}");
        teams.push(pick(name, Origin::Staff, &|person| {
            person.department == subject && is_teacher(person)
        }));
    }
    let elementary =
        |titles: &'static [&'static str]| move |person: &Person| titles.contains(&person.title);
    let lower = elementary(&["Kindergarten Teacher", "Grade 1 Teacher", "Grade 2 Teacher"]);
    let upper = elementary(&["Grade 3 Teacher", "Grade 4 Teacher", "Grade 5 Teacher"]);
    let at = |level: Level| {
        move |person: &Person| SITES[person.site].level == level && is_teacher(person)
    };
    teams.push(pick("Grades K–2".to_owned(), Origin::Staff, &lower));
    teams.push(pick("Grades 3–5".to_owned(), Origin::Staff, &upper));
    teams.push(pick(
        "Grades 6–8".to_owned(),
        Origin::Staff,
        &at(Level::Middle),
    ));
    teams.push(pick(
        "Grades 9–12".to_owned(),
        Origin::Staff,
        &at(Level::High),
    ));
    for (name, origin, department) in DEPARTMENTS {
        teams.push(pick(name.to_owned(), origin, &|person| {
            person.department == department
        }));
    }
    teams
}

fn is_teacher(person: &Person) -> bool {
    person.title.ends_with("Teacher")
}
