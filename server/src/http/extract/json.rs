//! JSON bodies of the admin API: bounded, of the right media type, every fault with its place.

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header::CONTENT_TYPE},
};
use scim_schema::api::problem::ErrorCode;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use super::serde_words::readable;
use crate::{app_state::AppState, http::problem::ApiError};

/// Largest body of the admin API.
pub const BODY_LIMIT: usize = 64 * 1024;

/// A JSON body.
#[derive(Clone, Copy, Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, ApiError> {
        require_json(request.headers())?;
        let body = to_bytes(request.into_body(), BODY_LIMIT)
            .await
            .map_err(|_| {
                ApiError::new(
                    ErrorCode::TooLarge,
                    format!("The body is larger than {BODY_LIMIT} bytes, or was cut off."),
                )
            })?;
        read(&body).map(Body)
    }
}

/// Reads an object. A list of its values would fit as well, and means nothing.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let begins_object = body.trim_ascii_start().first() == Some(&b'{');
    if !begins_object && serde_json::from_slice::<IgnoredAny>(body).is_ok() {
        return Err(ApiError::invalid("", "The body must be a JSON object."));
    }
    serde_json::from_slice(body).map_err(|error| refusal(&error))
}

/// Refuses anything but `application/json`, with or without parameters.
///
/// # Errors
/// 415.
pub fn require_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let content_type = headers.get(CONTENT_TYPE);
    let media_type = content_type
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.split(';').next())
        .map(str::trim);
    match media_type {
        Some(found) if found.eq_ignore_ascii_case("application/json") => Ok(()),
        _ => Err(ApiError::new(
            ErrorCode::UnsupportedMediaType,
            "Send JSON with the header Content-Type: application/json.",
        )),
    }
}

fn refusal(error: &serde_json::Error) -> ApiError {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Data => {
            let text = error.to_string();
            let message = text.split(" at line ").next().unwrap_or(&text);
            ApiError::invalid(
                field_of(message),
                format!(
                    "The body does not fit (line {line}, column {column}): {}.",
                    readable(message)
                ),
            )
        }
        _ => ApiError::invalid(
            "",
            format!("The body is no JSON: look at line {line}, column {column}."),
        ),
    }
}

/// The field that serde speaks of, as in "unknown field `x`, expected …".
fn field_of(message: &str) -> String {
    let is_field = message.contains("field `");
    let name = message.split('`').nth(1).filter(|_| is_field);
    name.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use scim_schema::api::connections::CreateConnection;

    use super::*;

    fn refused(body: &str) -> ApiError {
        read::<CreateConnection>(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn unknown_missing_and_repeated_fields_are_named() {
        for (body, field) in [
            (r#"{"name":"a","kind":"okta","extra":1}"#, "extra"),
            (r#"{"name":"a"}"#, "kind"),
            (r#"{"name":"a","name":"b","kind":"okta"}"#, "name"),
        ] {
            let error = refused(body);
            assert_eq!(error.code, ErrorCode::Invalid);
            assert_eq!(error.errors[0].path, field, "{body}");
        }
    }

    #[test]
    fn a_body_of_the_wrong_shape_is_told_without_names_of_ours() {
        for body in ["[]", "5", "null", r#"["a","okta"]"#] {
            assert_eq!(refused(body).detail, "The body must be a JSON object.");
        }
        for body in [
            r#"{"name":5,"kind":"okta"}"#,
            r#"{"name":"a","kind":{}}"#,
            r#"{"name":"a","kind":null}"#,
            r#"{"name":["a"],"kind":[]}"#,
        ] {
            let detail = refused(body).detail;
            for word in ["struct", "enum", "Connection", "sequence", "map"] {
                assert!(!detail.contains(word), "{detail}");
            }
        }
    }

    #[test]
    fn broken_json_tells_the_place() {
        let error = refused("{\n  \"name\": ,\n}");
        assert!(error.detail.contains("line 2, column"), "{}", error.detail);
    }

    #[test]
    fn the_media_type_may_have_parameters_and_must_be_json() {
        let check = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, value.parse().unwrap());
            require_json(&headers).is_ok()
        };
        assert!(check("application/json") && check("Application/JSON; charset=utf-8"));
        assert!(!check("text/plain") && !check("application/jsonp"));
        assert!(require_json(&HeaderMap::new()).is_err());
    }
}
