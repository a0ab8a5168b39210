//! What a check expects of an answer: each expectation says in a sentence how it was disappointed.

use axum::http::{HeaderMap, header::HeaderName};
use scim_schema::schema::urn;
use serde_json::Value;

use super::probe::{Outcome, Stop};

/// An answer of the service.
pub(super) struct Answer {
    status: u16,
    headers: HeaderMap,
    /// Null when there is no body or it is no JSON.
    pub(super) json: Value,
}

impl Answer {
    pub(super) fn new(status: u16, headers: HeaderMap, body: &str) -> Self {
        Self {
            status,
            headers,
            json: serde_json::from_str(body).unwrap_or(Value::Null),
        }
    }

    /// The status is this one.
    pub(super) fn status(&self, wanted: u16) -> Outcome {
        self.one_of(&[wanted])
    }

    /// The status is one of these.
    pub(super) fn one_of(&self, wanted: &[u16]) -> Outcome {
        if wanted.contains(&self.status) {
            return Ok(());
        }
        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        let detail = self.json["detail"].as_str();
        let said = detail.map_or_else(String::new, |detail| format!(" It says: {detail}"));
        let (wanted, status) = (wanted.join(" or "), self.status);
        Err(Stop::Failed(format!(
            "The status is {status} and not {wanted}.{said}"
        )))
    }

    /// A SCIM error (RFC 7644 section 3.12) of this status and keyword.
    pub(super) fn error(&self, status: u16, scim_type: Option<&str>) -> Outcome {
        self.status(status)?;
        self.is("/schemas", &Value::from(vec![urn::ERROR]))?;
        self.is("/status", &Value::from(status.to_string()))?;
        if self.text("/detail")?.is_empty() {
            return Err(Stop::Failed("detail is empty.".to_owned()));
        }
        match scim_type {
            Some(keyword) => self.is("/scimType", &Value::from(keyword)),
            None => Ok(()),
        }
    }

    /// The value at a JSON pointer.
    pub(super) fn at(&self, pointer: &str) -> Result<&Value, Stop> {
        let found = self.json.pointer(pointer);
        found.ok_or_else(|| Stop::Failed(format!("The answer has no {}.", named(pointer))))
    }

    /// The text at a JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> Result<String, Stop> {
        let found = self.at(pointer)?.as_str();
        found
            .map(str::to_owned)
            .ok_or_else(|| Stop::Failed(format!("{} is no text.", named(pointer))))
    }

    /// The resource's `id`.
    pub(super) fn id(&self) -> Result<String, Stop> {
        self.text("/id")
    }

    /// The value at a pointer is this one.
    pub(super) fn is(&self, pointer: &str, wanted: &Value) -> Outcome {
        let found = self.at(pointer)?;
        if found == wanted {
            return Ok(());
        }
        let name = named(pointer);
        Err(Stop::Failed(format!("{name} is {found} and not {wanted}.")))
    }

    /// Nothing is there.
    pub(super) fn lacks(&self, pointer: &str) -> Outcome {
        match self.json.pointer(pointer) {
            None | Some(Value::Null) => Ok(()),
            Some(found) => {
                let name = named(pointer);
                Err(Stop::Failed(format!("{name} is there, with {found}.")))
            }
        }
    }

    /// A header.
    pub(super) fn header(&self, name: &HeaderName) -> Result<&str, Stop> {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.ok_or_else(|| Stop::Failed(format!("The answer has no header {name}.")))
    }

    /// The elements of an array; none when the array is not there, which means the same
    /// (RFC 7643 section 2.5).
    pub(super) fn list(&self, pointer: &str) -> &[Value] {
        let list = self.json.pointer(pointer).and_then(Value::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    /// The texts in each element of an array, sorted.
    pub(super) fn texts(&self, array: &str, member: &str) -> Vec<String> {
        let texts = self.list(array).iter();
        let mut texts: Vec<String> = texts
            .filter_map(|element| element[member].as_str().map(str::to_owned))
            .collect();
        texts.sort_unstable();
        texts
    }

    /// The values of an attribute are these, in any order.
    pub(super) fn values(&self, attribute: &str, wanted: &[&str]) -> Outcome {
        let found = self.texts(&format!("/{attribute}"), "value");
        let mut wanted: Vec<&str> = wanted.to_vec();
        wanted.sort_unstable();
        if found == wanted {
            return Ok(());
        }
        Err(Stop::Failed(format!(
            "The values of {attribute} are {found:?} and not {wanted:?}."
        )))
    }

    /// A list answer (RFC 7644 section 3.4.2) with exactly these ids, in any order.
    pub(super) fn finds(&self, ids: &[&str]) -> Outcome {
        self.status(200)?;
        self.is("/schemas", &Value::from(vec![urn::LIST_RESPONSE]))?;
        self.is("/totalResults", &Value::from(ids.len()))?;
        let found = self.texts("/Resources", "id");
        let mut wanted: Vec<&str> = ids.to_vec();
        wanted.sort_unstable();
        if found == wanted {
            return Ok(());
        }
        Err(Stop::Failed(format!(
            "The resources found are {found:?} and not {wanted:?}."
        )))
    }
}

/// A pointer as people write it: `/name/givenName` is `name.givenName`.
fn named(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

/// Fails with this sentence unless it holds.
pub(super) fn holds(condition: bool, otherwise: impl Into<String>) -> Outcome {
    if condition {
        return Ok(());
    }
    Err(Stop::Failed(otherwise.into()))
}
