//! Queries of the admin API.

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use super::serde_words::readable;
use crate::{
    app_state::AppState,
    http::{escapes::is_utf8, problem::ApiError},
};

/// A query; a fault names the parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        parameters(&parts.uri)
    }
}

fn parameters<T: DeserializeOwned>(uri: &axum::http::Uri) -> Result<Parameters<T>, ApiError> {
    let pairs = uri.query().unwrap_or_default().split('&');
    if let Some(broken) = pairs.into_iter().find(|pair| !is_utf8(pair)) {
        let name = broken.split('=').next().filter(|name| is_utf8(name));
        return Err(ApiError::invalid(
            name.unwrap_or_default(),
            "The query is not valid UTF-8 once it is percent-decoded.",
        ));
    }
    Query::try_from_uri(uri)
        .map(|Query(query)| Parameters(query))
        .map_err(|rejection| {
            let text = rejection.body_text();
            let fault = text
                .split_once(": ")
                .map_or(text.as_str(), |(_, fault)| fault);
            let (path, message) = fault.split_once(": ").unwrap_or(("", fault));
            ApiError::invalid(
                path,
                format!("The query does not fit: {}.", readable(message)),
            )
        })
}

#[cfg(test)]
mod tests {
    use scim_schema::api::users::UserQuery;

    use super::*;

    #[test]
    fn a_wrong_parameter_is_named() {
        let uri = "/users?limit=many".parse().unwrap();
        let error = parameters::<UserQuery>(&uri).unwrap_err();
        assert_eq!(error.errors[0].path, "limit");
        for broken in ["/users?q=%FF", "/users?limit=1&q=a%C3"] {
            let error = parameters::<UserQuery>(&broken.parse().unwrap()).unwrap_err();
            assert_eq!(error.errors[0].path, "q", "{broken}");
        }
        let uri = "/users?q=anna%20b&limit=10".parse().unwrap();
        let Parameters(query) = parameters::<UserQuery>(&uri).unwrap();
        assert_eq!(
            (query.q.as_deref(), query.limit),
            (Some("anna b"), Some(10))
        );
    }
}
