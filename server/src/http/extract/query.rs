//! Queries of the admin API.

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::{app_state::AppState, http::problem::ApiError};

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
    Query::try_from_uri(uri)
        .map(|Query(query)| Parameters(query))
        .map_err(|rejection| {
            let text = rejection.body_text();
            let fault = text
                .split_once(": ")
                .map_or(text.as_str(), |(_, fault)| fault);
            let (path, message) = fault.split_once(": ").unwrap_or(("", fault));
            ApiError::invalid(path, format!("The query does not fit: {message}."))
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
        let uri = "/users?q=anna%20b&limit=10".parse().unwrap();
        let Parameters(query) = parameters::<UserQuery>(&uri).unwrap();
        assert_eq!(
            (query.q.as_deref(), query.limit),
            (Some("anna b"), Some(10))
        );
    }
}
