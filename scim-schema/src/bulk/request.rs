//! The body of a Bulk (RFC 7644 section 3.7).

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::operation::{BulkOperation, parse_operation};
use crate::{dialect::Dialect, json::take_fields, resource::ScimError, schema::urn};

/// Most operations of one request: `bulk.maxOperations` (RFC 7643 section 5).
pub const MAX_OPERATIONS: usize = 1_000;
/// The same where each operation may set a password, whose hash takes many times longer than the
/// rest: the answer comes before clients give up.
const MAX_OPERATIONS_WITH_PASSWORDS: usize = 100;

/// `bulk.maxOperations` of a connection.
#[must_use]
pub const fn max_operations(dialect: &Dialect) -> usize {
    if dialect.accept_password {
        MAX_OPERATIONS_WITH_PASSWORDS
    } else {
        MAX_OPERATIONS
    }
}

/// A Bulk whose outer form is right.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRequest {
    /// After so many errors nothing more is carried out; at least 1.
    pub fail_on_errors: Option<u64>,
    /// At least one, at most as many as were allowed.
    pub operations: Vec<BulkOperation>,
}

/// Reads the body of a Bulk. Names of members are taken in any case.
///
/// # Errors
/// 400 `invalidSyntax` for a body that is no `BulkRequest`, 400 `invalidValue` for a bulkId that two
/// operations have or a `failOnErrors` that is no whole number from 1, 413 for more than
/// `max_operations`.
pub fn parse_bulk(
    body: Map<String, Value>,
    max_operations: usize,
) -> Result<BulkRequest, ScimError> {
    let [schemas, fail_on_errors, operations] =
        take_fields(body, ["schemas", "failOnErrors", "Operations"]);
    check_schemas(schemas.as_ref())?;
    let operations = match operations {
        Some(Value::Array(operations)) if !operations.is_empty() => operations,
        _ => {
            return Err(ScimError::invalid_syntax(
                "Operations is required and must be a list of one operation at least",
            ));
        }
    };
    if operations.len() > max_operations {
        let detail = format!(
            "The request has {} operations, and maxOperations is {max_operations}",
            operations.len()
        );
        return Err(ScimError::status(413, detail));
    }
    let fail_on_errors = parse_fail_on_errors(fail_on_errors.as_ref())?;
    let operations = operations
        .into_iter()
        .enumerate()
        .map(|(index, operation)| parse_operation(index, operation))
        .collect::<Result<Vec<_>, _>>()?;
    check_bulk_ids(&operations)?;
    Ok(BulkRequest {
        fail_on_errors,
        operations,
    })
}

fn check_schemas(schemas: Option<&Value>) -> Result<(), ScimError> {
    let named = schemas.and_then(Value::as_array).is_some_and(|urns| {
        urns.iter()
            .filter_map(Value::as_str)
            .any(|urn| urn.eq_ignore_ascii_case(urn::BULK_REQUEST))
    });
    if named {
        return Ok(());
    }
    let detail = format!("schemas is required and must contain {}", urn::BULK_REQUEST);
    Err(ScimError::invalid_syntax(detail))
}

fn parse_fail_on_errors(value: Option<&Value>) -> Result<Option<u64>, ScimError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(limit) if limit > 0 => Ok(Some(limit)),
            _ => Err(ScimError::invalid_value(
                "failOnErrors",
                "must be a whole number from 1",
            )),
        },
    }
}

/// A bulkId is unique in its request (RFC 7644 section 3.7): a reference to one of two would be a
/// guess.
fn check_bulk_ids(operations: &[BulkOperation]) -> Result<(), ScimError> {
    let mut seen = HashSet::new();
    for (index, operation) in operations.iter().enumerate() {
        let Some(bulk_id) = operation.created_as() else {
            continue;
        };
        if !seen.insert(bulk_id) {
            let path = format!("Operations[{index}].bulkId");
            let why = format!("'{bulk_id}' is the bulkId of an earlier operation, too");
            return Err(ScimError::invalid_value(path, why));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{dialect::ConnectionKind, resource::ScimType};

    fn parse(operations: &Value) -> Result<BulkRequest, ScimError> {
        let body = json!({"schemas": [urn::BULK_REQUEST], "Operations": operations});
        parse_bulk(body.as_object().cloned().unwrap(), MAX_OPERATIONS)
    }

    #[test]
    fn where_each_operation_may_set_a_password_fewer_are_taken() {
        let mut dialect = Dialect::of(ConnectionKind::Generic);
        assert_eq!(max_operations(&dialect), MAX_OPERATIONS);
        dialect.accept_password = true;
        assert_eq!(max_operations(&dialect), MAX_OPERATIONS_WITH_PASSWORDS);
    }

    #[test]
    fn the_outer_form_is_checked() {
        let post = json!({"method": "POST", "path": "/Users", "bulkId": "a", "data": {}});
        assert_eq!(parse(&json!([])).unwrap_err().status, 400);
        assert_eq!(parse(&json!([1])).unwrap_err().status, 400);
        let twice = parse(&json!([post, post])).unwrap_err();
        assert_eq!(twice.scim_type, Some(ScimType::InvalidValue));
        let many = vec![json!({"method": "DELETE", "path": "/Users/1"}); MAX_OPERATIONS + 1];
        let many = parse(&json!(many)).unwrap_err();
        assert_eq!(many.status, 413);
        assert!(
            many.detail.contains("maxOperations is 1000"),
            "{}",
            many.detail
        );
        for limit in [json!(0), json!("1"), json!(1.5)] {
            let body = json!({
                "schemas": [urn::BULK_REQUEST],
                "failOnErrors": limit,
                "Operations": [post],
            });
            assert!(
                parse_bulk(body.as_object().cloned().unwrap(), MAX_OPERATIONS).is_err(),
                "{limit}"
            );
        }
    }
}
