//! Which connection sends a SCIM request: the bearer token says account and connection.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::FromRequestParts,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use scim_schema::{
    api::users::Actor,
    id::{AccountId, ScimTokenId},
    resource::ScimError,
    scope::Scopes,
};

use crate::{
    app_state::AppState,
    ctx::{Channel, Ctx},
    db::{ConnectionInfo, StoredToken},
    http::{access_log::LogIdentity, problem::with_sources},
    ops::{OpError, secrets, sessions::Visitor, tokens::TokenRefusal},
};

/// An identity provider's connection at work. An extractor: without a token that opens one, the
/// request is answered 401 as a SCIM error (RFC 7644 section 3.12, RFC 6750 section 3).
#[derive(Clone, Debug)]
pub struct ScimCaller {
    /// The tenant.
    pub account: AccountId,
    /// The connection.
    pub connection: ConnectionInfo,
    /// With which token.
    pub token: ScimTokenId,
    /// What the token may do.
    pub scopes: Scopes,
    /// The context of everything that the request does.
    pub ctx: Arc<Ctx>,
}

/// A request that was turned away before it was looked at.
#[derive(Debug)]
pub struct ScimRefusal {
    /// Why.
    pub reason: ScimRejection,
    /// Whose request it was, where the token says so.
    pub caller: Option<Box<ScimCaller>>,
}

impl From<ScimRejection> for ScimRefusal {
    fn from(reason: ScimRejection) -> Self {
        Self {
            reason,
            caller: None,
        }
    }
}

impl IntoResponse for ScimRefusal {
    fn into_response(self) -> Response {
        self.reason.into_response()
    }
}

/// Why a request was turned away.
#[derive(Debug)]
pub enum ScimRejection {
    /// No token at all.
    Missing,
    /// A token that opens nothing.
    Refused(TokenRefusal),
    /// Too many requests; the next one is taken after this time.
    TooMany(Duration),
    /// The token could not be looked up.
    Failed(OpError),
}

impl ScimRejection {
    /// The error to answer with.
    #[must_use]
    pub fn error(&self) -> ScimError {
        match self {
            Self::TooMany(wait) => ScimError::status(
                429,
                format!("Too many requests: try again in {} s", wait.as_secs()),
            ),
            Self::Failed(error) if is_unavailable(error) => ScimError::status(
                503,
                "The service is not available right now: try again in a few seconds",
            ),
            Self::Failed(_) => ScimError::status(500, "Something went wrong on our side"),
            Self::Missing | Self::Refused(_) => ScimError::status(401, self.sentence()),
        }
    }

    const fn sentence(&self) -> &'static str {
        match self {
            Self::Refused(TokenRefusal::Expired) => {
                "The bearer token has expired: make a new one for this connection"
            }
            Self::Refused(TokenRefusal::Revoked) => {
                "The bearer token was revoked: make a new one for this connection"
            }
            Self::Refused(TokenRefusal::Unknown) => {
                "The bearer token is not known: copy it again from the connection, or make a new one"
            }
            _ => "Send the connection's token in the header Authorization: Bearer",
        }
    }

    /// Without a token no error code is told (RFC 6750 section 3.1).
    fn challenge(&self) -> Option<HeaderValue> {
        let challenge = match self {
            Self::Missing => r#"Bearer realm="scim""#.to_owned(),
            Self::Refused(_) => format!(
                r#"Bearer realm="scim", error="invalid_token", error_description="{}""#,
                self.sentence()
            ),
            _ => return None,
        };
        HeaderValue::from_str(&challenge).ok()
    }
}

impl IntoResponse for ScimRejection {
    fn into_response(self) -> Response {
        if let Self::Failed(error) = &self {
            tracing::error!(
                cause = with_sources(error),
                "a SCIM token was not looked up"
            );
        }
        let error = self.error();
        let status =
            StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = error.to_json().to_string();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/scim+json"),
        );
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        match self {
            Self::TooMany(wait) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
            }
            Self::Failed(_) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(5_u16));
            }
            _ => {}
        }
        response
    }
}

impl FromRequestParts<AppState> for ScimCaller {
    type Rejection = ScimRefusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ScimRefusal> {
        let Ok(visitor) = Visitor::from_request_parts(parts, state).await;
        let presented = bearer(&parts.headers).ok_or(ScimRejection::Missing)?;
        let hash = secrets::hash(presented);
        if !state.tokens.knows(&hash) {
            refuse_guess(state, &visitor)?;
        }
        let found = state
            .tokens
            .find(&state.db, hash, visitor.now)
            .await
            .map_err(ScimRejection::Failed)?;
        let token = match found {
            Ok(token) => token,
            Err(refused) => {
                let limited = limit_guesses(state, &visitor);
                return Err(ScimRefusal {
                    reason: limited.err().unwrap_or(ScimRejection::Refused(refused.why)),
                    caller: refused.token.map(|token| {
                        LogIdentity::note(
                            &parts.extensions,
                            token.account,
                            Some(token.connection.id),
                        );
                        Box::new(caller_of(&visitor, &token))
                    }),
                });
            }
        };
        LogIdentity::note(&parts.extensions, token.account, Some(token.connection.id));
        let caller = caller_of(&visitor, &token);
        if let Err(wait) = state.limits.scim(token.id) {
            return Err(ScimRefusal {
                reason: ScimRejection::TooMany(wait),
                caller: Some(Box::new(caller)),
            });
        }
        state
            .tokens
            .note_use(&state.db, &state.ids, &token, visitor.now)
            .await;
        Ok(caller)
    }
}

fn caller_of(visitor: &Visitor, token: &StoredToken) -> ScimCaller {
    let connection = token.connection.clone();
    let actor = Actor::Connection {
        id: connection.id,
        name: connection.name.clone(),
    };
    let mut ctx = Arc::unwrap_or_clone(visitor.ctx(token.account, actor));
    ctx.channel = Channel::Scim;
    ctx.credential = Some(token.id.0);
    ScimCaller {
        account: token.account,
        connection,
        token: token.id,
        scopes: token.scopes,
        ctx: Arc::new(ctx),
    }
}

/// Refuses, before it costs a statement, a token that nothing is known of from an address that has
/// used its budget.
fn refuse_guess(state: &AppState, visitor: &Visitor) -> Result<(), ScimRejection> {
    let wait = visitor
        .source_ip
        .and_then(|address| state.limits.beyond_bad_tokens(address));
    wait.map_or(Ok(()), |wait| Err(ScimRejection::TooMany(wait)))
}

fn limit_guesses(state: &AppState, visitor: &Visitor) -> Result<(), ScimRejection> {
    match visitor.source_ip {
        Some(address) => state
            .limits
            .bad_token(address)
            .map_err(ScimRejection::TooMany),
        None => Ok(()),
    }
}

fn is_unavailable(error: &OpError) -> bool {
    match error {
        OpError::Unavailable(_) | OpError::Busy => true,
        OpError::Database(error) => error.is_unavailable(),
        _ => false,
    }
}

/// The token of `Authorization: Bearer`; the scheme's case does not matter (RFC 7235 section 2.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        assert_eq!(bearer(&with("Bearer abc")), Some("abc"));
        assert_eq!(bearer(&with("bearer  abc ")), Some("abc"));
        for other in ["Basic abc", "Bearer", "Bearer ", "abc"] {
            assert_eq!(bearer(&with(other)), None, "{other}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn a_refused_token_is_answered_in_scim_with_a_challenge() {
        let response = ScimRejection::Refused(TokenRefusal::Expired).into_response();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/scim+json");
        let challenge = response.headers()[WWW_AUTHENTICATE].to_str().unwrap();
        assert!(
            challenge.contains(r#"error="invalid_token""#),
            "{challenge}"
        );
        assert!(challenge.contains("expired"), "{challenge}");

        let response = ScimRejection::Missing.into_response();
        assert_eq!(
            response.headers()[WWW_AUTHENTICATE],
            r#"Bearer realm="scim""#
        );
    }

    #[test]
    fn too_many_requests_tell_when_to_come_back() {
        let response = ScimRejection::TooMany(Duration::from_secs(2)).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[RETRY_AFTER], "2");
    }
}
