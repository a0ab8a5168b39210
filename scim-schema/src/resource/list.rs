//! List answers (RFC 7644 section 3.4.2, RFC 9865 section 2).

use serde::Serialize;

use crate::schema::urn;

/// A page of resources. `T` is whatever serialises to a resource: a map, or a document that is
/// already text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListResponse<T> {
    schemas: [&'static str; 1],
    /// Matches of the whole query; left out when it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_results: Option<u64>,
    /// Resources of this page.
    items_per_page: usize,
    /// Index of the first resource, from 1; only with index paging.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    #[serde(rename = "Resources")]
    resources: Vec<T>,
}

impl<T> ListResponse<T> {
    /// A page by start index, which counts from 1.
    #[must_use]
    pub fn by_index(total_results: u64, start_index: u64, resources: Vec<T>) -> Self {
        Self {
            schemas: [urn::LIST_RESPONSE],
            total_results: Some(total_results),
            items_per_page: resources.len(),
            start_index: Some(start_index),
            previous_cursor: None,
            next_cursor: None,
            resources,
        }
    }

    /// A page by cursor; no next cursor means the last page.
    #[must_use]
    pub fn by_cursor(
        total_results: Option<u64>,
        previous_cursor: Option<String>,
        next_cursor: Option<String>,
        resources: Vec<T>,
    ) -> Self {
        Self {
            schemas: [urn::LIST_RESPONSE],
            total_results,
            items_per_page: resources.len(),
            start_index: None,
            previous_cursor,
            next_cursor,
            resources,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_index_page_has_integers_and_no_cursor() {
        let page = ListResponse::by_index(41, 11, vec![json!({"id": "a"})]);
        assert_eq!(
            json!(page),
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": 41,
                "itemsPerPage": 1,
                "startIndex": 11,
                "Resources": [{"id": "a"}],
            })
        );
    }

    #[test]
    fn the_last_cursor_page_has_no_next_cursor() {
        let page = ListResponse::<()>::by_cursor(None, Some("p".into()), None, Vec::new());
        assert_eq!(
            json!(page),
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "itemsPerPage": 0,
                "previousCursor": "p",
                "Resources": [],
            })
        );
    }
}
