//! Members of a group as a client names them (RFC 7643 section 4.2).

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{At, ScimError};
use crate::schema::ResourceKind;

/// One member. `display` and `$ref` are the server's own to make and are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRef {
    /// The member's SCIM id, as sent.
    pub value: String,
    /// `type`, if sent.
    pub kind: Option<ResourceKind>,
}

/// Longest id that is looked up, in bytes; ids of this server are shorter.
const ID_MAX: usize = 255;

/// A list of members, each once, in the order sent.
pub(crate) fn parse_members(value: Value) -> Result<Vec<MemberRef>, ScimError> {
    let at = At::new(None, "members");
    let items = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) => items,
        _ => return Err(ScimError::invalid_value(at, "must be a list of members")),
    };
    let mut members = Vec::with_capacity(items.len());
    let mut seen = HashSet::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let member = parse_member(item, at.index(index))?;
        if seen.insert(member.value.clone()) {
            members.push(member);
        }
    }
    Ok(members)
}

/// One member.
fn parse_member(item: Value, at: At<'_>) -> Result<MemberRef, ScimError> {
    let Value::Object(members) = item else {
        return Err(ScimError::invalid_value(
            at,
            "must be an object with 'value'",
        ));
    };
    let value = text(&members, "value", at)?
        .filter(|value| !value.is_empty())
        .ok_or_else(|| ScimError::invalid_value(at.sub("value"), "is required"))?;
    if value.len() > ID_MAX {
        let why = format!("must have at most {ID_MAX} characters");
        return Err(ScimError::invalid_value(at.sub("value"), why));
    }
    text(&members, "$ref", at)?;
    let kind = match text(&members, "type", at)? {
        None | Some("") => None,
        Some(name) => Some(ResourceKind::from_name(name).ok_or_else(|| {
            ScimError::invalid_value(at.sub("type"), "must be 'User' or 'Group'")
        })?),
    };
    Ok(MemberRef {
        value: value.to_owned(),
        kind,
    })
}

fn text<'a>(
    members: &'a Map<String, Value>,
    name: &'static str,
    at: At<'_>,
) -> Result<Option<&'a str>, ScimError> {
    let value = members.get(name).or_else(|| {
        members
            .iter()
            .find(|(sent, _)| sent.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    });
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.contains('\0') => Err(ScimError::invalid_value(
            at.sub(name),
            "must not contain the character U+0000",
        )),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ScimError::invalid_value(at.sub(name), "must be a string")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_taken_once_and_in_order() {
        let members = parse_members(json!([
            {"value": "b", "$ref": null, "display": "B"},
            {"VALUE": "a", "type": "group"},
            {"value": "b"},
        ]))
        .unwrap();
        let of = |value: &str, kind| MemberRef {
            value: value.to_owned(),
            kind,
        };
        assert_eq!(members, [of("b", None), of("a", Some(ResourceKind::Group))]);
        assert_eq!(parse_members(json!(null)).unwrap(), []);
    }

    #[test]
    fn a_bad_member_is_named() {
        let detail = |value| parse_members(value).unwrap_err().detail;
        assert_eq!(
            detail(json!([{"value": "a"}, {}])),
            "members[1].value is required"
        );
        assert_eq!(
            detail(json!([{"value": ""}])),
            "members[0].value is required"
        );
        assert_eq!(
            detail(json!([{"value": "a", "type": "Robot"}])),
            "members[0].type must be 'User' or 'Group'"
        );
        assert_eq!(
            detail(json!(["a"])),
            "members[0] must be an object with 'value'"
        );
        assert_eq!(detail(json!("a")), "members must be a list of members");
        assert_eq!(
            detail(json!([{"value": 1}])),
            "members[0].value must be a string"
        );
    }
}
