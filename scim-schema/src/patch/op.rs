//! The body of a PATCH.

use serde_json::{Map, Value};

use super::path::PatchPath;
use crate::{
    dialect::{Dialect, Notes, quirks},
    json::take_fields,
    resource::{ScimError, ScimType},
    schema::{ResourceType, urn},
};

/// Most operations of one request.
pub const MAX_OPERATIONS: usize = 1000;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Adds a value or sets an attribute.
    Add,
    /// Removes a value or an attribute.
    Remove,
    /// Replaces a value or sets an attribute.
    Replace,
}

impl Op {
    fn from_word(word: &str) -> Option<Self> {
        [
            ("add", Self::Add),
            ("remove", Self::Remove),
            ("replace", Self::Replace),
        ]
        .into_iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word))
        .map(|(_, op)| op)
    }
}

/// One operation; its path is resolved, its value is as sent.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchOp {
    /// Its place in the request, from 0; errors name it.
    pub index: usize,
    /// What it does.
    pub op: Op,
    /// Where; `None` is the resource itself.
    pub path: Option<PatchPath>,
    /// `value`; always there for `add` and `replace` (it may be null).
    pub value: Option<Value>,
}

/// Reads the body of a PATCH. Names and `op` are taken in any case.
///
/// # Errors
/// 400: `invalidSyntax` for a body that is no `PatchOp`, `invalidValue` for a missing value,
/// `noTarget` for `remove` without path, `invalidPath` and `invalidFilter` for a path that names
/// nothing; 413 for more than [`MAX_OPERATIONS`] operations.
pub fn parse_patch(
    rt: &ResourceType,
    body: Map<String, Value>,
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<Vec<PatchOp>, ScimError> {
    let [schemas, operations] = take_fields(body, ["schemas", "Operations"]);
    check_schemas(schemas.as_ref())?;
    let operations = match operations {
        Some(Value::Array(operations)) if !operations.is_empty() => operations,
        _ => {
            return Err(ScimError::invalid_syntax(
                "Operations is required and must be a list of one operation at least",
            ));
        }
    };
    if operations.len() > MAX_OPERATIONS {
        return Err(ScimError::status(
            413,
            format!("Operations must have at most {MAX_OPERATIONS} operations in one request"),
        ));
    }
    operations
        .into_iter()
        .enumerate()
        .map(|(index, operation)| parse_operation(rt, index, operation, dialect, notes))
        .collect()
}

fn check_schemas(schemas: Option<&Value>) -> Result<(), ScimError> {
    let named = schemas.and_then(Value::as_array).is_some_and(|urns| {
        urns.iter()
            .filter_map(Value::as_str)
            .any(|urn| urn.eq_ignore_ascii_case(urn::PATCH_OP))
    });
    if named {
        return Ok(());
    }
    Err(ScimError::invalid_syntax(format!(
        "schemas is required and must contain {}",
        urn::PATCH_OP
    )))
}

fn parse_operation(
    rt: &ResourceType,
    index: usize,
    operation: Value,
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<PatchOp, ScimError> {
    let Value::Object(operation) = operation else {
        return Err(ScimError::invalid_syntax(format!(
            "Operations[{index}] must be an object"
        )));
    };
    let [op, path, value] = take_fields(operation, ["op", "path", "value"]);
    let op = op.as_ref().and_then(Value::as_str).and_then(Op::from_word);
    let Some(op) = op else {
        return Err(ScimError::invalid_syntax(format!(
            "Operations[{index}].op is required and must be 'add', 'remove' or 'replace'"
        )));
    };
    let path = match path {
        None | Some(Value::Null) => None,
        // The core schema's URN names the resource itself.
        Some(Value::String(text)) if rt.schema.is_named(&text) => None,
        Some(Value::String(text)) => {
            let path = PatchPath::parse(rt, &text, dialect, notes);
            Some(path.map_err(|error| error.in_operation(index))?)
        }
        Some(_) => {
            return Err(ScimError::of(
                ScimType::InvalidPath,
                format!("Operations[{index}].path must be a string"),
            ));
        }
    };
    if path.is_none() && op == Op::Remove {
        return Err(ScimError::of(
            ScimType::NoTarget,
            format!("Operations[{index}].path is required for 'remove'"),
        ));
    }
    if path.is_none() {
        quirks::refuse_pathless_patch(dialect, index)?;
        if value.as_ref().is_some_and(|value| !value.is_object()) {
            return Err(ScimError::invalid_value(
                format!("Operations[{index}].value"),
                "must be an object with attributes when there is no path",
            ));
        }
    }
    if value.is_none() && op != Op::Remove {
        return Err(ScimError::invalid_value(
            format!("Operations[{index}].value"),
            "is required for 'add' and 'replace'",
        ));
    }
    Ok(PatchOp {
        index,
        op,
        path,
        value,
    })
}
