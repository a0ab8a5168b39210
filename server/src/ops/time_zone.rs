//! Time zones as people name them: those of the IANA database.

use chrono_tz::Tz;

use super::OpError;

/// Longest name that is looked up; the longest of the database has 32 characters.
const NAME_MAX: usize = 64;

/// The zone of this name as the database spells it.
///
/// # Errors
/// [`OpError::Invalid`] with `path` when there is no such zone.
pub fn read(path: &'static str, name: &str) -> Result<Tz, OpError> {
    let name = name.trim();
    let found = (name.len() <= NAME_MAX)
        .then(|| name.parse().ok())
        .flatten();
    found.ok_or_else(|| OpError::Invalid {
        path,
        message: "There is no such time zone. Use a name of the IANA database, such as Europe/London or America/New_York.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_zones_of_the_database_are_read() {
        for name in ["UTC", "Europe/London", " America/New_York ", "Asia/Kolkata"] {
            let zone = read("time_zone", name).unwrap();
            assert_eq!(zone.name(), name.trim());
        }
        let longest = "x".repeat(100);
        for name in ["", "Berlin", "Europe/Nowhere", "GMT+25", "+01:00", &longest] {
            let refused = read("time_zone", name);
            assert!(
                matches!(refused, Err(OpError::Invalid { path, .. }) if path == "time_zone"),
                "{name}"
            );
        }
    }
}
