//! Metadata of a resource (RFC 7643 section 3.1).

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};

use crate::schema::ResourceKind;

/// The `meta` attribute, set by the server alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Type of the resource.
    pub resource_type: ResourceKind,
    /// When it was added.
    pub created: DateTime<Utc>,
    /// When it was last changed.
    pub last_modified: DateTime<Utc>,
    /// Its URI.
    pub location: String,
    /// Its entity tag, as in the header: `W/"7"`.
    pub version: String,
}

impl Meta {
    /// The JSON object; times in UTC with microseconds, as they are stored, so that a filter finds what it was shown.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut meta = Map::new();
        let mut put = |name: &str, text: String| {
            meta.insert(name.to_owned(), Value::String(text));
        };
        put("resourceType", self.resource_type.name().to_owned());
        put("created", date_time(self.created));
        put("lastModified", date_time(self.last_modified));
        put("location", self.location.clone());
        put("version", self.version.clone());
        Value::Object(meta)
    }
}

fn date_time(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Micros, true)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_utc_with_microseconds() {
        let created = Utc.with_ymd_and_hms(2026, 1, 2, 3, 4, 5).unwrap();
        let meta = Meta {
            resource_type: ResourceKind::User,
            created,
            last_modified: created + chrono::TimeDelta::milliseconds(7),
            location: "https://example.com/scim/v2/Users/1".to_owned(),
            version: "W/\"3\"".to_owned(),
        };
        assert_eq!(
            meta.to_json(),
            json!({
                "resourceType": "User",
                "created": "2026-01-02T03:04:05.000000Z",
                "lastModified": "2026-01-02T03:04:05.007000Z",
                "location": "https://example.com/scim/v2/Users/1",
                "version": "W/\"3\"",
            })
        );
    }
}
