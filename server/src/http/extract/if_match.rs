//! Which version of something a change was made for.

use axum::http::{HeaderMap, header::IF_MATCH};

use crate::ops::precondition::Precondition;

/// What `If-Match` asks for; a header that is no text asks for nothing.
#[must_use]
pub fn if_match(headers: &HeaderMap) -> Precondition {
    let tags = headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
    Precondition::parse(tags, None)
}
