//! Where a request comes from, before it is known who sent it.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{header::USER_AGENT, request::Parts},
};
use scim_schema::id::RequestId;

use super::cookie;
use crate::{
    app_state::AppState,
    http::client_address::ClientAddress,
    ops::{secrets, sessions::Visitor},
};

/// Bytes kept of what a client calls itself.
const USER_AGENT_MAX: usize = 256;

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Self, Self::Rejection> {
        let now = state.clock.now();
        let known = parts.extensions.get::<RequestId>().copied();
        let request_id = known.unwrap_or_else(|| RequestId(state.ids.uuid_v7(now)));
        // Later extractors of the same request speak of the same id.
        parts.extensions.insert(request_id);
        let address = parts.extensions.get::<ClientAddress>();
        let source_ip = address
            .map(|client| client.ip)
            .filter(|ip| !ip.is_unspecified());
        let user_agent = parts.headers.get(USER_AGENT);
        let user_agent = user_agent
            .and_then(|value| value.to_str().ok())
            .map(|text| text.chars().take(USER_AGENT_MAX).collect());
        Ok(Self {
            request_id,
            source_ip,
            user_agent,
            device: cookie::device(&state.config.public_url, &parts.headers)
                .map(|secret| secrets::hash(&secret)),
            now,
        })
    }
}
