//! The rewrites, one function each. A function whose switch is off changes nothing.

use std::fmt;

use serde_json::{Map, Value};

use super::{Dialect, Notes};
use crate::{
    attr::{AttrDef, AttrId, AttrType},
    json::parse_inner,
    resource::{At, ScimError},
    schema::{Extension, ResourceType, urn},
};

/// D4: an undeclared schema URN is ignored and noted, or refused by name.
///
/// Okta and Entra ID put custom URNs into `schemas` and bodies whether they are declared or not.
pub(crate) fn undeclared_urn(
    dialect: &Dialect,
    urn: &str,
    notes: &mut Notes,
) -> Result<(), ScimError> {
    if dialect.ignore_undeclared_urn {
        notes.add("ignore_undeclared_urn", format!("Ignored the schema {urn}"));
        return Ok(());
    }
    Err(ScimError::invalid_value(
        "schemas",
        format!("must not name {urn}: the schema is not declared on this connection"),
    ))
}

/// Interop draft section 4: an unknown attribute is an error. Elsewhere it is ignored (D3).
pub(crate) fn refuse_unknown_attribute(
    dialect: &Dialect,
    at: impl fmt::Display,
) -> Result<(), ScimError> {
    if dialect.refuse_unknown_attribute {
        return Err(ScimError::invalid_syntax(format!(
            "{at} is not a known attribute"
        )));
    }
    Ok(())
}

/// D17: an operation without path is refused.
pub(crate) fn refuse_pathless_patch(dialect: &Dialect, index: usize) -> Result<(), ScimError> {
    if dialect.refuse_pathless_patch {
        return Err(ScimError::of(
            crate::resource::ScimType::InvalidPath,
            format!("Operations[{index}].path is required on this connection"),
        ));
    }
    Ok(())
}

/// D11: the SCIM 2 URN that a SCIM 1 URN stands for. OneLogin sends `urn:scim:schemas:core:2.0`.
pub(crate) fn scim1_urn(
    dialect: &Dialect,
    rt: &ResourceType,
    sent: &str,
    notes: &mut Notes,
) -> Option<String> {
    const PREFIX: &str = "urn:scim:schemas:";
    if !dialect.scim1_urns {
        return None;
    }
    let head = sent.get(..PREFIX.len())?;
    if !head.eq_ignore_ascii_case(PREFIX) {
        return None;
    }
    let rest = sent[PREFIX.len()..].to_ascii_lowercase();
    let urn = if rest.starts_with("core:") {
        rt.schema.urn.as_ref()
    } else if rest.starts_with("extension:enterprise:") {
        urn::ENTERPRISE_USER
    } else {
        return None;
    };
    notes.add("scim1_urns", format!("Read {sent} as {urn}"));
    Some(urn.to_owned())
}

/// D6: Entra ID sends booleans as `"True"` and `"False"`.
pub(crate) fn boolean_as_string(
    dialect: &Dialect,
    def: &AttrDef,
    value: Value,
    at: At<'_>,
    notes: &mut Notes,
) -> Value {
    if !dialect.boolean_as_string || def.attr_type != AttrType::Boolean {
        return value;
    }
    let boolean = match &value {
        Value::String(text) if text.eq_ignore_ascii_case("true") => true,
        Value::String(text) if text.eq_ignore_ascii_case("false") => false,
        _ => return value,
    };
    notes.add("boolean_as_string", format!("Read {at} as {boolean}"));
    Value::Bool(boolean)
}

/// D5: Entra ID sends `manager` as a bare id, or as a list of one object.
pub(crate) fn manager_as_string(
    dialect: &Dialect,
    def: &AttrDef,
    value: Value,
    notes: &mut Notes,
) -> Value {
    if !dialect.manager_as_string || def.id != AttrId::EnterpriseManager {
        return value;
    }
    match value {
        Value::String(id) => {
            notes.add("manager_as_string", "Read manager as manager.value");
            if id.is_empty() {
                return Value::Null;
            }
            Value::Object(Map::from_iter([("value".to_owned(), Value::String(id))]))
        }
        Value::Array(mut items) if items.len() == 1 => {
            notes.add("manager_as_string", "Read the one value of manager");
            items.pop().unwrap_or(Value::Null)
        }
        other => other,
    }
}

/// D5: Entra ID writes `manager` without the URN of its extension.
pub(crate) fn manager_without_urn<'a>(
    dialect: &Dialect,
    rt: &'a ResourceType,
    name: &str,
    notes: &mut Notes,
) -> Option<(&'a Extension, &'a AttrDef)> {
    if !dialect.manager_as_string || !name.eq_ignore_ascii_case("manager") {
        return None;
    }
    let (_, extension) = rt.extension(urn::ENTERPRISE_USER)?;
    let def = extension.schema.attribute(name)?;
    notes.add(
        "manager_as_string",
        format!("Read manager as {}:{}", extension.schema.urn, def.name),
    );
    Some((extension, def))
}

/// D8: the value that a value path would have selected, made of what its filter asks for.
pub(crate) fn create_missing_element(
    dialect: &Dialect,
    seed: Option<&Map<String, Value>>,
    path: &str,
    notes: &mut Notes,
) -> Option<Map<String, Value>> {
    if !dialect.create_missing_element {
        return None;
    }
    let seed = seed?;
    notes.add(
        "create_missing_element",
        format!("Made the value that '{path}' does not find"),
    );
    Some(seed.clone())
}

/// D7: whether `remove` with a list of values removes just these. Read strictly, the list would be
/// ignored and every value removed, which no client ever means.
pub(crate) fn remove_by_value(
    dialect: &Dialect,
    path: &str,
    notes: &mut Notes,
) -> Result<(), ScimError> {
    if !dialect.remove_members_by_value {
        return Err(ScimError::invalid_value(
            path,
            "cannot be removed by a 'value': name the values in the path, as in \
             members[value eq \"...\"]",
        ));
    }
    notes.add(
        "remove_members_by_value",
        format!("Removed the listed values of {path} only"),
    );
    Ok(())
}

/// Entra ID with its flag writes paths as keys: `{"name.givenName": "A"}`. True when the key has
/// to be read as a path.
pub(crate) fn dotted_key(dialect: &Dialect, key: &str, notes: &mut Notes) -> bool {
    if !dialect.dotted_keys {
        return false;
    }
    notes.add("dotted_keys", format!("Read the key {key} as a path"));
    true
}

/// Values in roles that are sent as text: some two hundred roles. In memory they are many times as
/// large as the text, and a PATCH reads them while it holds its user.
const VALUES_IN_TEXT: usize = 1_000;

/// Entra ID maps application roles to one string of JSON: a role, or a list of roles.
///
/// JSON text inside `value` of a role is the role's value and stays as it is.
pub(crate) fn roles_as_text(
    dialect: &Dialect,
    def: &AttrDef,
    value: Value,
    notes: &mut Notes,
) -> Value {
    if !dialect.dotted_keys || def.id != AttrId::Roles {
        return value;
    }
    let Value::String(text) = &value else {
        return value;
    };
    let roles = match parse_inner(text, VALUES_IN_TEXT) {
        Some(Value::Array(roles)) => roles,
        Some(Value::Object(role)) => vec![Value::Object(role)],
        _ => return value,
    };
    notes.add("dotted_keys", "Read roles from JSON text");
    Value::Array(roles)
}

/// Entra ID filters with `emails[type eq "work"].value eq "x"` and with values without quotes.
/// `what` says which; false means that the filter is to be refused.
pub(crate) fn filter_beyond_abnf(dialect: &Dialect, what: &str, notes: &mut Notes) -> bool {
    if dialect.filter_beyond_abnf {
        notes.add("filter_beyond_abnf", format!("Accepted {what} in a filter"));
    }
    dialect.filter_beyond_abnf
}
