//! The body of a search by POST (RFC 7644 section 3.4.3, RFC 9865 section 3).

use serde_json::{Map, Value};

use super::{ScimError, ScimType};
use crate::schema::urn;

/// What a client searches for; what it left out or set to null is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchRequest {
    /// Names of the attributes to answer with.
    pub attributes: Option<Vec<String>>,
    /// Names of the attributes to leave out.
    pub excluded_attributes: Option<Vec<String>>,
    /// The filter's text.
    pub filter: Option<String>,
    /// The attribute to sort by.
    pub sort_by: Option<String>,
    /// `ascending` or `descending`, not checked.
    pub sort_order: Option<String>,
    /// Index of the first resource, from 1; not checked.
    pub start_index: Option<i64>,
    /// Resources of a page; not checked.
    pub count: Option<i64>,
    /// A cursor; empty for the first page.
    pub cursor: Option<String>,
}

/// Reads the body of a search by POST. Names are taken in any case, unknown ones are ignored.
///
/// # Errors
/// 400: `invalidSyntax` for a body that is no `SearchRequest`, `invalidValue` for a parameter of
/// another type, `invalidCount` for a `count` that is no whole number.
pub fn parse_search(body: Map<String, Value>) -> Result<SearchRequest, ScimError> {
    let mut search = SearchRequest::default();
    let mut named = false;
    for (name, value) in body {
        if value.is_null() {
            continue;
        }
        match name.to_ascii_lowercase().as_str() {
            "schemas" => named = names_search(&value),
            "attributes" => search.attributes = Some(names("attributes", value)?),
            "excludedattributes" => {
                search.excluded_attributes = Some(names("excludedAttributes", value)?);
            }
            "filter" => search.filter = given(text("filter", value)?),
            "sortby" => search.sort_by = given(text("sortBy", value)?),
            "sortorder" => search.sort_order = given(text("sortOrder", value)?),
            "cursor" => search.cursor = Some(text("cursor", value)?),
            "startindex" => {
                let index = value.as_i64().ok_or_else(|| {
                    ScimError::invalid_value("startIndex", "must be a whole number")
                })?;
                search.start_index = Some(index);
            }
            "count" => {
                let count = value.as_i64().ok_or_else(|| {
                    ScimError::of(ScimType::InvalidCount, "count must be a whole number")
                })?;
                search.count = Some(count);
            }
            _ => {}
        }
    }
    if named {
        return Ok(search);
    }
    let urn = urn::SEARCH_REQUEST;
    let detail = format!("schemas is required and must contain {urn}");
    Err(ScimError::invalid_syntax(detail))
}

fn names_search(schemas: &Value) -> bool {
    schemas.as_array().is_some_and(|urns| {
        urns.iter()
            .filter_map(Value::as_str)
            .any(|urn| urn.eq_ignore_ascii_case(urn::SEARCH_REQUEST))
    })
}

fn text(name: &str, value: Value) -> Result<String, ScimError> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(ScimError::invalid_value(name, "must be a string")),
    }
}

/// An empty text says nothing, as an empty parameter of a query does.
fn given(text: String) -> Option<String> {
    (!text.trim().is_empty()).then_some(text)
}

fn names(list: &str, value: Value) -> Result<Vec<String>, ScimError> {
    let wrong = || ScimError::invalid_value(list, "must be a list of attribute names");
    let Value::Array(names) = value else {
        return Err(wrong());
    };
    names
        .into_iter()
        .map(|name| match name {
            Value::String(name) => Ok(name),
            _ => Err(wrong()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(mut body: Value) -> Result<SearchRequest, ScimError> {
        let members = body.as_object_mut().unwrap();
        members.insert("schemas".to_owned(), json!([urn::SEARCH_REQUEST]));
        parse_search(members.clone())
    }

    #[test]
    fn parameters_are_taken_in_any_case_and_null_is_nothing() {
        let search = parse(json!({
            "Attributes": ["userName", "displayName"],
            "FILTER": "title pr",
            "sortBy": null,
            "startIndex": 11,
            "count": -1,
            "cursor": "",
            "unknown": {},
        }))
        .unwrap();
        let wanted = SearchRequest {
            attributes: Some(vec!["userName".to_owned(), "displayName".to_owned()]),
            filter: Some("title pr".to_owned()),
            start_index: Some(11),
            count: Some(-1),
            cursor: Some(String::new()),
            ..SearchRequest::default()
        };
        assert_eq!(search, wanted);
    }

    #[test]
    fn wrong_types_are_refused_by_name() {
        for (body, scim_type) in [
            (json!({"count": "10"}), ScimType::InvalidCount),
            (json!({"count": 1.5}), ScimType::InvalidCount),
            (json!({"startIndex": "1"}), ScimType::InvalidValue),
            (json!({"filter": 1}), ScimType::InvalidValue),
            (json!({"attributes": "userName"}), ScimType::InvalidValue),
            (json!({"excludedAttributes": [1]}), ScimType::InvalidValue),
            (json!({"cursor": 7}), ScimType::InvalidValue),
        ] {
            let error = parse(body.clone()).unwrap_err();
            assert_eq!(error.scim_type, Some(scim_type), "{body}");
        }
    }

    #[test]
    fn the_message_must_say_that_it_is_a_search() {
        let body = json!({"filter": "title pr"}).as_object().cloned().unwrap();
        let error = parse_search(body).unwrap_err();
        assert_eq!(error.scim_type, Some(ScimType::InvalidSyntax));
    }
}
