//! Ids in paths.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use crate::{app_state::AppState, http::problem::ApiError};

/// The first id of a path. Text that is no id names nothing, so it answers 404.
#[derive(Clone, Copy, Debug)]
pub struct Id<T>(pub T);

/// Both ids of a path with two.
#[derive(Clone, Copy, Debug)]
pub struct Ids<A, B>(pub A, pub B);

impl<T: FromStr> FromRequestParts<AppState> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let texts = texts(parts, state).await?;
        parse(texts.first()).map(Id)
    }
}

impl<A: FromStr, B: FromStr> FromRequestParts<AppState> for Ids<A, B> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let texts = texts(parts, state).await?;
        Ok(Self(parse(texts.first())?, parse(texts.get(1))?))
    }
}

async fn texts(parts: &mut Parts, state: &AppState) -> Result<Vec<String>, ApiError> {
    let params = RawPathParams::from_request_parts(parts, state)
        .await
        .map_err(|_| ApiError::not_found())?;
    Ok(params.iter().map(|(_, text)| text.to_owned()).collect())
}

fn parse<T: FromStr>(text: Option<&String>) -> Result<T, ApiError> {
    text.and_then(|text| text.parse().ok())
        .ok_or_else(ApiError::not_found)
}
