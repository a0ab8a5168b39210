//! One operation of a Bulk (RFC 7644 section 3.7).

use serde_json::{Map, Value};

use super::reference::{self, bulk_id_of};
use crate::{
    json::take_fields,
    resource::{ScimError, ScimType},
    schema::{ResourceKind, registry},
};

/// One operation. What is wrong with it is its own error: the others are carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkOperation {
    /// `method`, as sent, for the answer.
    pub method: Option<String>,
    /// `bulkId`, as sent; of POST operations unique in the request.
    pub bulk_id: Option<String>,
    /// What to do.
    pub call: Result<BulkCall, ScimError>,
}

/// An operation that can be tried.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkCall {
    /// Its HTTP method.
    pub method: BulkMethod,
    /// On what.
    pub target: BulkTarget,
    /// `version`: what `If-Match` is to a request of its own.
    pub version: Option<String>,
    /// The body of a request of its own; empty for DELETE.
    pub data: Map<String, Value>,
    /// The bulkIds that path and data refer to, each once.
    pub references: Vec<String>,
}

/// The methods that a Bulk can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkMethod {
    /// Creates a resource.
    Post,
    /// Replaces a resource.
    Put,
    /// Changes a resource.
    Patch,
    /// Deletes a resource.
    Delete,
}

/// What an operation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkTarget {
    /// The resource type.
    pub kind: ResourceKind,
    /// The resource: its id or `bulkId:` and a bulkId. `None` for POST alone.
    pub id: Option<String>,
}

impl BulkMethod {
    fn parse(text: &str) -> Option<Self> {
        [
            ("POST", Self::Post),
            ("PUT", Self::Put),
            ("PATCH", Self::Patch),
            ("DELETE", Self::Delete),
        ]
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(_, method)| method)
    }
}

/// Reads one operation; only one that is no object is an error of the whole request.
pub(super) fn parse_operation(index: usize, operation: Value) -> Result<BulkOperation, ScimError> {
    let Value::Object(operation) = operation else {
        return Err(ScimError::invalid_syntax(format!(
            "Operations[{index}] must be an object"
        )));
    };
    let [method, bulk_id, version, path, data] =
        take_fields(operation, ["method", "bulkId", "version", "path", "data"]);
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
    let (method_text, bulk_id_text) = (text(&method), text(&bulk_id));
    let parts = Parts {
        index,
        method: method_text.as_deref(),
        bulk_id,
        version,
        path: text(&path),
        data,
    };
    Ok(BulkOperation {
        call: parts.into_call(),
        method: method_text,
        bulk_id: bulk_id_text,
    })
}

impl BulkOperation {
    /// The bulkId under which others may refer to what this operation creates.
    #[must_use]
    pub fn created_as(&self) -> Option<&str> {
        let creates = self.method.as_deref().and_then(BulkMethod::parse) == Some(BulkMethod::Post);
        self.bulk_id.as_deref().filter(|_| creates)
    }
}

struct Parts<'a> {
    index: usize,
    method: Option<&'a str>,
    bulk_id: Option<Value>,
    version: Option<Value>,
    path: Option<String>,
    data: Option<Value>,
}

impl Parts<'_> {
    fn at(&self, name: &str) -> String {
        format!("Operations[{}].{name}", self.index)
    }

    fn into_call(self) -> Result<BulkCall, ScimError> {
        let method = self.method.and_then(BulkMethod::parse).ok_or_else(|| {
            ScimError::invalid_value(self.at("method"), "must be POST, PUT, PATCH or DELETE")
        })?;
        match &self.bulk_id {
            Some(Value::String(id)) if !id.is_empty() => {}
            None | Some(Value::Null) if method != BulkMethod::Post => {}
            _ => {
                let why = "is required for POST and must be a string with a character at least";
                return Err(ScimError::invalid_value(self.at("bulkId"), why));
            }
        }
        let path = self.path.as_deref().ok_or_else(|| {
            ScimError::invalid_value(self.at("path"), "is required and must be a string")
        })?;
        let target = parse_path(method, path)?;
        let version = match &self.version {
            None | Some(Value::Null) => None,
            Some(Value::String(version)) => Some(version.clone()),
            Some(_) => {
                return Err(ScimError::invalid_value(
                    self.at("version"),
                    "must be a string",
                ));
            }
        };
        let at = self.at("data");
        let mut data = match self.data {
            _ if method == BulkMethod::Delete => Map::new(),
            Some(Value::Object(data)) => data,
            _ => {
                let why = "is required for POST, PUT and PATCH and must be an object";
                return Err(ScimError::of(
                    ScimType::InvalidSyntax,
                    format!("{at} {why}"),
                ));
            }
        };
        let references = reference::references(method, &target, &mut data);
        Ok(BulkCall {
            method,
            target,
            version,
            data,
            references,
        })
    }
}

/// The resource type and id of a path below the base URL; the answers are those of a request of its
/// own on that path.
fn parse_path(method: BulkMethod, path: &str) -> Result<BulkTarget, ScimError> {
    let unknown = || ScimError::not_found(format!("SCIM endpoint {}", shorten(path)));
    let below = path.strip_prefix('/').unwrap_or(path);
    let (endpoint, id) = match below.split_once('/') {
        None => (below, None),
        Some((_, "")) => return Err(unknown()),
        Some((endpoint, id)) => (endpoint, Some(id)),
    };
    let kind = [ResourceKind::User, ResourceKind::Group]
        .into_iter()
        .find(|kind| {
            let known = &registry().resource_type(*kind).endpoint;
            known.trim_start_matches('/') == endpoint
        })
        .ok_or_else(unknown)?;
    if id.is_some_and(|id| id.contains('/') || bulk_id_of(id).is_some_and(str::is_empty)) {
        return Err(unknown());
    }
    match (method, id) {
        (BulkMethod::Post, Some(_)) => Err(ScimError::status(
            405,
            format!("POST creates a resource at /{endpoint}; its path must not name one"),
        )),
        (BulkMethod::Put | BulkMethod::Patch | BulkMethod::Delete, None) => Err(ScimError::status(
            405,
            format!("/{endpoint} has no such method; the path must name a resource"),
        )),
        (_, id) => Ok(BulkTarget {
            kind,
            id: id.map(str::to_owned),
        }),
    }
}

fn shorten(path: &str) -> String {
    path.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(operation: &Value) -> Result<BulkCall, ScimError> {
        parse_operation(0, operation.clone()).unwrap().call
    }

    #[test]
    fn an_operation_is_read_with_what_it_refers_to() {
        let call = call(&json!({
            "METHOD": "patch",
            "path": "/Groups/bulkId:g",
            "version": "W/\"1\"",
            "data": {"Operations": [{"op": "add", "path": "members", "value": [{"value": "bulkId:u"}]}]},
        }))
        .unwrap();
        assert_eq!(call.method, BulkMethod::Patch);
        assert_eq!(call.target.kind, ResourceKind::Group);
        assert_eq!(call.target.id.as_deref(), Some("bulkId:g"));
        assert_eq!(call.version.as_deref(), Some("W/\"1\""));
        assert_eq!(call.references, ["g", "u"]);
    }

    #[test]
    fn a_wrong_operation_is_its_own_error() {
        for (operation, status, part) in [
            (
                json!({"method": "GET", "path": "/Users"}),
                400,
                "Operations[0].method",
            ),
            (
                json!({"method": "POST", "path": "/Users", "data": {}}),
                400,
                "Operations[0].bulkId",
            ),
            (json!({"method": "DELETE"}), 400, "Operations[0].path"),
            (json!({"method": "DELETE", "path": "/Users"}), 405, "/Users"),
            (
                json!({"method": "DELETE", "path": "/Users/"}),
                404,
                "/Users/",
            ),
            (
                json!({"method": "DELETE", "path": "/Shoes/1"}),
                404,
                "/Shoes/1",
            ),
            (
                json!({"method": "DELETE", "path": "/Users/1", "version": 1}),
                400,
                "version",
            ),
            (
                json!({"method": "PUT", "path": "/Users/1"}),
                400,
                "Operations[0].data",
            ),
            (
                json!({"method": "POST", "path": "/Users/1", "bulkId": "a", "data": {}}),
                405,
                "POST",
            ),
        ] {
            let error = call(&operation).unwrap_err();
            assert_eq!(error.status, status, "{operation}");
            assert!(error.detail.contains(part), "{}", error.detail);
        }
    }
}
