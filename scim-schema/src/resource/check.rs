//! Rules that look at more than one value.

use serde_json::{Map, Value};

use super::{At, Document, ScimError, ScimType};
use crate::schema::ResourceType;

/// Most values of one attribute; operations compare values pairwise.
const MAX_VALUES: usize = 500;

/// The number of values is bounded.
pub(crate) fn check_count(count: usize, at: At<'_>) -> Result<(), ScimError> {
    if count <= MAX_VALUES {
        return Ok(());
    }
    let why = format!("must have at most {MAX_VALUES} values");
    Err(ScimError::invalid_value(at, why))
}

/// Most bytes of a resource, names and values together as JSON writes them. A page has up to a
/// thousand resources, and a search reads many more.
const MAX_BYTES: usize = 512 * 1024;

impl Document {
    /// Bytes of its names and values as JSON writes them.
    #[must_use]
    pub fn bytes(&self) -> usize {
        bytes_of_members(self.as_map())
    }

    /// The size of a resource is bounded, whatever its attributes allow each. One that had more bytes
    /// `before` may keep them: somebody can always be shut out.
    ///
    /// # Errors
    /// 400 `invalidValue` when it has more bytes than a resource may have, and more than before.
    pub fn check_size(&self, before: usize) -> Result<(), ScimError> {
        let bytes = self.bytes();
        if bytes <= MAX_BYTES || bytes <= before {
            return Ok(());
        }
        let why = format!(
            "The resource would have more than {} KiB; send fewer or shorter values",
            MAX_BYTES / 1024
        );
        Err(ScimError::of(ScimType::InvalidValue, why))
    }
}

fn bytes_of_members(members: &Map<String, Value>) -> usize {
    let sizes = members
        .iter()
        .map(|(name, value)| escaped(name) + bytes_of(value));
    sizes.sum()
}

fn bytes_of(value: &Value) -> usize {
    match value {
        Value::String(text) => escaped(text),
        Value::Array(items) => items.iter().map(bytes_of).sum(),
        Value::Object(members) => bytes_of_members(members),
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    }
}

/// Bytes of a text between its quotes (RFC 8259 section 7).
fn escaped(text: &str) -> usize {
    let sizes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0x00..=0x1f => "\\u0000".len(),
        _ => 1,
    });
    sizes.sum()
}

/// `primary` is true at most once (RFC 7643 section 2.4).
pub(crate) fn check_primary(items: &[Value], at: At<'_>) -> Result<(), ScimError> {
    let primary = items
        .iter()
        .filter(|item| item.get("primary") == Some(&Value::Bool(true)))
        .count();
    if primary > 1 {
        return Err(ScimError::invalid_value(
            at,
            "must have 'primary' true in one value at most",
        ));
    }
    Ok(())
}

/// Required attributes that a client sets have a value; `document` holds canonical names.
/// `schemas` is checked where it is read: a document does not hold it.
pub(crate) fn check_required(
    rt: &ResourceType,
    document: &Map<String, Value>,
) -> Result<(), ScimError> {
    let core = rt.schema.attributes.iter();
    for def in core.filter(|def| def.required && def.is_writable()) {
        if !document.contains_key(def.name.as_ref()) {
            return Err(ScimError::invalid_value(&def.name, "is required"));
        }
    }
    for extension in &rt.extensions {
        let urn = extension.schema.urn.as_ref();
        let members = document.get(urn).and_then(Value::as_object);
        let Some(members) = members else {
            if extension.required {
                return Err(ScimError::invalid_value(urn, "is required"));
            }
            continue;
        };
        for def in extension
            .schema
            .attributes
            .iter()
            .filter(|def| def.required)
        {
            if !members.contains_key(def.name.as_ref()) {
                let at = At::new(Some(urn), &def.name);
                return Err(ScimError::invalid_value(at, "is required"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(bytes: usize) -> Document {
        let value = json!({ "title": "x".repeat(bytes - "title".len()) });
        Document::from_map(value.as_object().cloned().unwrap_or_default())
    }

    #[test]
    fn what_json_escapes_counts_as_it_is_written() {
        let text: String = (0..=255_u8).map(char::from).collect();
        let written = Value::from(text.as_str()).to_string();
        assert_eq!(escaped(&text) + "\"\"".len(), written.len());
        let value = json!({ "title": "\u{1}".repeat(MAX_BYTES / 6) });
        let document = Document::from_map(value.as_object().cloned().unwrap_or_default());
        assert!(document.check_size(0).is_err());
    }

    #[test]
    fn a_resource_may_stay_larger_than_it_may_become() {
        assert!(of(MAX_BYTES).check_size(0).is_ok());
        let larger = of(MAX_BYTES + 1);
        let refused = larger.check_size(0).unwrap_err();
        assert!(refused.detail.contains("512 KiB"), "{refused}");
        assert!(larger.check_size(MAX_BYTES).is_err());
        assert!(larger.check_size(larger.bytes()).is_ok());
        assert!(larger.check_size(MAX_BYTES + 2).is_ok());
    }
}
