//! The variable segment of a path.

use std::{convert::Infallible, ops::Deref};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

/// A path's variable segment, decoded. It refuses nothing: text that is not UTF-8 becomes text
/// that no id has, so that a request is answered only after it is known who asks, and in SCIM.
#[derive(Clone, Debug)]
pub(super) struct Segment(String);

impl Deref for Segment {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let text = params
            .ok()
            .and_then(|params| params.iter().next().map(|(_, text)| text.to_owned()));
        Ok(Self(
            text.unwrap_or_else(|| char::REPLACEMENT_CHARACTER.into()),
        ))
    }
}
