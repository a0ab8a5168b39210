//! SCIM requests beside the base URL: what somebody gets who configured another one.

use axum::{Router, extract::State, http::Uri, response::Response, routing::any};
use scim_schema::resource::{ScimError, ScimType};

use super::{
    BASE_PATH,
    answer::{scim_error_response, shortened},
};
use crate::app_state::AppState;

/// Where clients look for endpoints when the base URL is not the right one. `/Users` with a capital
/// is no page of the console.
const STARTS: [&str; 11] = [
    "scim",
    "v1",
    "v2",
    "Users",
    "Groups",
    "Bulk",
    "Me",
    "Schemas",
    "ResourceTypes",
    "ServiceProviderConfig",
    ".search",
];

/// Answers of SCIM at paths that are not below [`BASE_PATH`].
pub fn router() -> Router<AppState> {
    STARTS.iter().fold(Router::new(), |router, start| {
        router
            .route(&format!("/{start}"), any(answer))
            .route(&format!("/{start}/{{*rest}}"), any(answer))
    })
}

async fn answer(State(state): State<AppState>, uri: Uri) -> Response {
    let origin = state.config.public_url.as_str().trim_end_matches('/');
    let base_url = format!("{origin}{BASE_PATH}");
    scim_error_response(&error(uri.path(), &base_url))
}

/// RFC 7644 section 3.13: a version that is not spoken is told apart from a path that is wrong.
fn error(path: &str, base_url: &str) -> ScimError {
    let version = path
        .split('/')
        .filter(|segment| !segment.is_empty() && *segment != "scim")
        .find(|segment| is_version(segment))
        .filter(|version| *version != "v2");
    match version {
        Some(version) => ScimError::of(
            ScimType::InvalidVers,
            format!(
                "This server speaks SCIM 2.0 and not {}: set the base URL to {base_url}",
                shortened(version)
            ),
        ),
        None => ScimError::status(
            404,
            format!(
                "There is no SCIM endpoint at {}: set the base URL to {base_url}",
                shortened(path)
            ),
        ),
    }
}

/// `v` and a number.
fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix('v').unwrap_or_default();
    !number.is_empty()
        && number
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_told_apart_from_another_path() {
        const BASE: &str = "https://people.example.org/scim/v2";
        for (path, status) in [
            ("/scim/v1/Users", 400),
            ("/scim/v1.1", 400),
            ("/v1/Users", 400),
            ("/scim", 404),
            ("/scim/Users", 404),
            ("/v2/Users", 404),
            ("/Users/v1x", 404),
            ("/Users", 404),
        ] {
            let error = error(path, BASE);
            assert_eq!(error.status, status, "{path}");
            assert_eq!(error.scim_type.is_some(), status == 400, "{path}");
            assert!(error.detail.ends_with(BASE), "{}", error.detail);
        }
    }
}
