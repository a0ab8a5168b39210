//! The token endpoint of OAuth 2.0 (RFC 6749 section 3.2) and what describes it (RFC 8414).
//! Translation only; the grant is in `ops`.

mod request;

use std::time::Duration;

use axum::{
    Json, Router,
    body::to_bytes,
    extract::{FromRequestParts, Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
    routing::{get, post},
};
use scim_schema::{
    id::OAuthClientId,
    scope::{SCIM, Scopes},
};
use serde_json::{Value, json};

use self::request::TokenRequest;
use super::{access_log::LogIdentity, problem::with_sources};
use crate::{
    app_state::AppState,
    ops::{
        OpError,
        client_assertion::Audience,
        client_credentials::{self, GrantError, Granted},
        client_keys::ALGORITHMS,
        sessions::Visitor,
    },
};

/// Path of the token endpoint.
pub const TOKEN_PATH: &str = "/oauth/token";
/// Path of the metadata (RFC 8414 section 3).
const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";

/// Largest body of a request for a token.
const BODY_LIMIT: usize = 16 * 1024;

/// The endpoint and its description.
pub fn router() -> Router<AppState> {
    Router::new()
        .route(TOKEN_PATH, post(token))
        .route(METADATA_PATH, get(metadata))
}

/// An error answer (RFC 6749 section 5.2).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OAuthError {
    status: StatusCode,
    code: &'static str,
    description: String,
    retry_after: Option<Duration>,
}

impl OAuthError {
    fn new(status: StatusCode, code: &'static str, description: impl Into<String>) -> Self {
        Self {
            status,
            code,
            description: description.into(),
            retry_after: None,
        }
    }

    /// `invalid_request`, or another code of status 400.
    fn bad(code: &'static str, description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, description)
    }

    fn too_many(wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "temporarily_unavailable",
                format!(
                    "Too many requests: a token works for an hour; try again in {} s",
                    wait.as_secs().max(1)
                ),
            )
        }
    }

    fn unavailable() -> Self {
        Self {
            retry_after: Some(Duration::from_secs(5)),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "The service is not available right now: try again in a few seconds",
            )
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.code, "error_description": self.description });
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        never_stored(headers);
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static(r#"Basic realm="oauth""#);
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        response
    }
}

impl From<GrantError> for OAuthError {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::InvalidClient(why) => {
                Self::new(StatusCode::UNAUTHORIZED, "invalid_client", why)
            }
            GrantError::InvalidScope(why) => Self::bad("invalid_scope", why),
            GrantError::Failed(error) => {
                tracing::error!(cause = with_sources(&error), "no access token was issued");
                match error {
                    OpError::Unavailable(_) | OpError::Busy => Self::unavailable(),
                    OpError::Database(error) if error.is_unavailable() => Self::unavailable(),
                    _ => Self::new(
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "server_error",
                        "Something went wrong on our side",
                    ),
                }
            }
        }
    }
}

/// POST `/oauth/token` (RFC 6749 section 4.4.2).
async fn token(State(state): State<AppState>, request: Request) -> Response {
    match answer(&state, request).await {
        Ok(granted) => {
            let mut response = Json(rendered(&granted)).into_response();
            never_stored(response.headers_mut());
            response
        }
        Err(error) => error.into_response(),
    }
}

async fn answer(state: &AppState, request: Request) -> Result<Granted, OAuthError> {
    let (mut parts, body) = request.into_parts();
    let Ok(visitor) = Visitor::from_request_parts(&mut parts, state).await;
    let patience = state.config.limits.request_timeout;
    let body = tokio::time::timeout(patience, to_bytes(body, BODY_LIMIT)).await;
    let body = body.ok().and_then(Result::ok).ok_or_else(|| {
        let why = format!("The body is larger than {BODY_LIMIT} bytes, or did not arrive");
        OAuthError::bad("invalid_request", why)
    })?;
    let TokenRequest { presented, scope } = TokenRequest::read(&parts.headers, body).await?;
    let named = presented.claimed_client();
    // However its id is spelled, it is one client.
    let named = named
        .parse::<OAuthClientId>()
        .map_or(named, |id| id.to_string());
    refuse_guess(state, &visitor, &named)?;
    let (db, audience) = (&state.db, audience(state));
    let authenticated = client_credentials::authenticate(db, &presented, &audience, visitor.now);
    let authenticated = match authenticated.await {
        Err(error @ GrantError::InvalidClient(_)) => {
            limit_guesses(state, &visitor, &named)?;
            return Err(error.into());
        }
        other => other?,
    };
    let limited = state.limits.oauth_client(authenticated.id());
    limited.map_err(OAuthError::too_many)?;
    let scope = scope.as_deref();
    let granted = client_credentials::grant(db, &state.ids, &visitor, authenticated, scope).await?;
    let connection = Some(granted.connection);
    LogIdentity::note(&parts.extensions, granted.account, connection);
    Ok(granted)
}

/// Refuses, before it costs a statement, an address that has guessed as often as it may.
fn refuse_guess(state: &AppState, visitor: &Visitor, client: &str) -> Result<(), OAuthError> {
    let address = visitor.source_ip;
    let wait = address.and_then(|address| state.limits.beyond_client_guesses(address, client));
    wait.map_or(Ok(()), |wait| Err(OAuthError::too_many(wait)))
}

fn limit_guesses(state: &AppState, visitor: &Visitor, client: &str) -> Result<(), OAuthError> {
    let Some(address) = visitor.source_ip else {
        return Ok(());
    };
    let limited = state.limits.client_guess(address, client);
    limited.map_err(OAuthError::too_many)
}

fn rendered(granted: &Granted) -> Value {
    let everything = granted.scopes == Scopes::all();
    let scim = if everything { "scim " } else { "" };
    json!({
        "access_token": granted.secret.reveal(),
        "token_type": "Bearer",
        "expires_in": granted.lives.num_seconds(),
        "scope": format!("{scim}{}", granted.scopes),
    })
}

/// GET `/.well-known/oauth-authorization-server`.
async fn metadata(State(state): State<AppState>) -> Json<Value> {
    let Audience {
        issuer,
        token_endpoint,
    } = audience(&state);
    let own = Scopes::all().iter().map(|scope| scope.as_str());
    let scopes: Vec<&str> = [SCIM].into_iter().chain(own).collect();
    Json(json!({
        "issuer": issuer,
        "token_endpoint": token_endpoint,
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": scopes,
        "token_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
    }))
}

fn audience(state: &AppState) -> Audience {
    let issuer = state.config.public_url.as_str().to_owned();
    Audience {
        token_endpoint: format!("{issuer}{TOKEN_PATH}"),
        issuer,
    }
}

fn never_stored(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
}
