//! The answer to a Bulk (RFC 7644 section 3.7.3).

use serde::Serialize;
use serde_json::{Value, json};

use crate::schema::urn;

/// What became of one operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkResult {
    /// Address of the resource; a POST that failed has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// `method`, as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// `bulkId`, as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bulk_id: Option<String>,
    /// The resource's version now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The HTTP status of a request of its own, as a string.
    pub status: String,
    /// The body of the answer to a request of its own; always there when it is an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Value>,
}

/// The body of the answer.
#[must_use]
pub fn bulk_response(results: &[BulkResult]) -> Value {
    json!({
        "schemas": [urn::BULK_RESPONSE],
        "Operations": results,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_not_is_left_out() {
        let done = BulkResult {
            location: Some("https://example.com/Users/7".to_owned()),
            method: Some("DELETE".to_owned()),
            status: "204".to_owned(),
            ..BulkResult::default()
        };
        assert_eq!(
            bulk_response(&[done]),
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
                "Operations": [{
                    "location": "https://example.com/Users/7",
                    "method": "DELETE",
                    "status": "204",
                }],
            })
        );
    }
}
