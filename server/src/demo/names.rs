//! Names of people, as a district with families from everywhere has them.

/// Given names. Their number and that of [`FAMILY`] have no common divisor, so that walking through
/// both lists at once repeats no pair before all have been used.
pub(super) const GIVEN: [&str; 97] = [
    "Aaliyah",
    "Abdul",
    "Adriana",
    "Agnieszka",
    "Aiko",
    "Alejandro",
    "Amélie",
    "Amina",
    "Andrés",
    "Anneliese",
    "Anika",
    "Antoine",
    "Arjun",
    "Åsa",
    "Ayşe",
    "Beatriz",
    "Benjamin",
    "Björn",
    "Bronwyn",
    "Camila",
    "Carlos",
    "Chidi",
    "Chloé",
    "Connor",
    "Daniela",
    "David",
    "Deepika",
    "Dmitri",
    "Ebony",
    "Elif",
    "Emeka",
    "Emily",
    "Erik",
    "Esperanza",
    "Fatima",
    "Félix",
    "Fernanda",
    "François",
    "Gabriela",
    "George",
    "Giulia",
    "Grace",
    "Günther",
    "Hana",
    "Hassan",
    "Helena",
    "Hiroshi",
    "Imani",
    "Inés",
    "Ingrid",
    "Isaac",
    "Jamal",
    "Jasmine",
    "Joanna",
    "João",
    "José",
    "Jürgen",
    "Karin",
    "Kateřina",
    "Kenji",
    "Kwame",
    "Laila",
    "Latoya",
    "Leilani",
    "Linh",
    "Lucía",
    "Magdalena",
    "Marcus",
    "María José",
    "Mateusz",
    "Maya",
    "Mei-Ling",
    "Michael",
    "Mohammed",
    "Nadia",
    "Naomi",
    "Ngozi",
    "Nikolai",
    "Olivia",
    "Omar",
    "Paweł",
    "Priya",
    "Rachel",
    "Raúl",
    "Renée",
    "Rosa",
    "Ruth",
    "Samuel",
    "Sinéad",
    "Søren",
    "Sofía",
    "Thandiwe",
    "Tomáš",
    "Valentina",
    "Wei",
    "Yuki",
    "Zoë",
];

/// Family names.
pub(super) const FAMILY: [&str; 89] = [
    "Abernathy",
    "Achebe",
    "Adeyemi",
    "Aguilar",
    "Álvarez",
    "Andersson",
    "Baptiste",
    "Bauer",
    "Begaye",
    "Bergström",
    "Boateng",
    "Brännström",
    "Brooks",
    "Calloway",
    "Carvalho",
    "Castañeda",
    "Chaudhry",
    "Chávez",
    "Chen",
    "Cohen",
    "Córdova",
    "D’Angelo",
    "Delgado-Ruiz",
    "Demir",
    "Đặng",
    "Dubois",
    "Edwards",
    "Eze",
    "Fernández",
    "Fitzgerald",
    "Fontaine",
    "Fujimoto",
    "Garcia",
    "Goldberg",
    "Gonçalves",
    "Guðmundsson",
    "Gupta",
    "Haddad",
    "Hashemi",
    "Hernández",
    "Hoffmann",
    "Horvat",
    "Ibrahim",
    "Jankowski",
    "Johnson",
    "Kaczmarek",
    "Kaya",
    "Kim",
    "Köhler",
    "Kowalczyk",
    "Krüger",
    "Lê",
    "Lefèvre",
    "Lindqvist",
    "López-Vega",
    "Marsh",
    "Martínez",
    "McAllister",
    "Mendoza",
    "Müller",
    "Nakamura",
    "Ndiaye",
    "Nguyễn",
    "Novák",
    "O’Brien",
    "Okafor",
    "Okonkwo",
    "Oliveira",
    "Owens",
    "Park",
    "Patel",
    "Peña",
    "Petrović",
    "Quispe",
    "Ramírez",
    "Reyes",
    "Rossi",
    "Sánchez",
    "Şahin",
    "Schäfer",
    "Singh",
    "Strauß",
    "Tanaka",
    "Thompson",
    "Tran",
    "Wallace",
    "Washington",
    "Whitfield-Hughes",
    "Yazzie",
];

/// Letters that a mail address spells without their marks.
const SPELLINGS: [(&str, &str); 19] = [
    ("áàâãåăặ", "a"),
    ("ä", "ae"),
    ("çčć", "c"),
    ("đð", "d"),
    ("éèêëễ", "e"),
    ("ğ", "g"),
    ("íìîïı", "i"),
    ("ł", "l"),
    ("ñńň", "n"),
    ("óòôõø", "o"),
    ("ö", "oe"),
    ("ř", "r"),
    ("şšś", "s"),
    ("ß", "ss"),
    ("ťţ", "t"),
    ("úùûů", "u"),
    ("ü", "ue"),
    ("ýÿ", "y"),
    ("žźż", "z"),
];

/// The name as part of a mail address: lower-case ASCII letters and hyphens.
pub(super) fn handle(name: &str) -> String {
    name.chars()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'a'..='z' | '-' => letter.to_string(),
            ' ' => "-".to_owned(),
            other => spelling(other).to_owned(),
        })
        .collect()
}

fn spelling(letter: char) -> &'static str {
    SPELLINGS
        .iter()
        .find(|(letters, _)| letters.contains(letter))
        .map_or("", |(_, spelling)| spelling)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_letter_has_a_spelling() {
        for name in GIVEN.into_iter().chain(FAMILY) {
            let letters = name.chars().filter(|letter| letter.is_alphabetic()).count();
            let spelled = handle(name)
                .chars()
                .filter(char::is_ascii_lowercase)
                .count();
            assert!(spelled >= letters, "{name} became {}", handle(name));
        }
    }

    #[test]
    fn umlauts_marks_and_apostrophes_are_spelled_out() {
        assert_eq!(handle("Günther"), "guenther");
        assert_eq!(handle("Nguyễn"), "nguyen");
        assert_eq!(handle("O’Brien"), "obrien");
        assert_eq!(handle("María José"), "maria-jose");
    }

    #[test]
    fn no_two_people_can_get_the_same_address() {
        let handles = |names: &[&str]| {
            names
                .iter()
                .map(|name| handle(name))
                .collect::<HashSet<_>>()
        };
        assert_eq!(handles(&GIVEN).len(), GIVEN.len());
        assert_eq!(handles(&FAMILY).len(), FAMILY.len());
        let divides = |n: &usize| GIVEN.len().is_multiple_of(*n) && FAMILY.len().is_multiple_of(*n);
        assert_eq!((2..=GIVEN.len()).find(divides), None, "a common divisor");
    }
}
