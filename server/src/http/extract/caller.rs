//! Who is signed in: the session behind the cookie, read from the database on every request.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, MatchedPath},
    http::request::Parts,
};
use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::{my_account::Restriction, problem::ErrorCode, users::Actor},
    permission::{Permission, Reach},
};

use super::cookie;
use crate::{
    app_state::AppState,
    ctx::Ctx,
    http::{access_log::LogIdentity, problem::ApiError},
    ops::{
        audit::refusals::Refusals,
        secrets,
        sessions::{self, Identity, Visitor},
        step_up,
    },
};

/// A signed-in caller. An extractor: without a session that holds, the request is answered 401, and
/// with one that is for something else alone, 403.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub identity: Identity,
    /// The context of everything that the request does.
    pub ctx: Arc<Ctx>,
    /// Method and template of the route, such as `GET /api/v1/users/{id}`.
    route: String,
    refusals: Refusals,
}

impl Caller {
    /// Lets a caller go on who has the permission in the whole account, or answers 403: for what has
    /// nothing to do with organisations.
    ///
    /// # Errors
    /// When none of the caller's account-wide roles includes the permission.
    pub fn require(&self, permission: Permission) -> Result<(), ApiError> {
        match self.reach(permission)? {
            Reach::Account => Ok(()),
            Reach::Organisations(_) => Err(self.lacking(permission)),
        }
    }

    /// Whom the permission covers in the caller's hands, or answers 403. What is beyond is 404, as if
    /// it were of another account.
    ///
    /// # Errors
    /// When none of the caller's roles includes the permission.
    pub fn reach(&self, permission: Permission) -> Result<Reach, ApiError> {
        let reach = self.identity.standing().reach(permission);
        reach.ok_or_else(|| self.lacking(permission))
    }

    /// Answers 403, and has that recorded.
    fn lacking(&self, permission: Permission) -> ApiError {
        self.refusals.note(&self.ctx, &self.route, permission);
        ApiError::lacking(permission)
    }

    /// Lets a caller go on who has proven within the last ten minutes who they are, or answers 403 with
    /// the code that the console answers with a question.
    ///
    /// # Errors
    /// When the last proof was longer ago.
    pub fn require_recent(&self) -> Result<(), ApiError> {
        step_up::require(&self.identity, &self.ctx).map_err(ApiError::from)
    }
}

/// A signed-in caller whose session may be for something else alone: for what such a session is for.
#[derive(Clone, Debug)]
pub struct Entrant(pub Caller);

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let Entrant(caller) = Entrant::from_request_parts(parts, state).await?;
        match caller.identity.restriction {
            None => Ok(caller),
            Some(Restriction::ChangePassword) => Err(ApiError::new(
                ErrorCode::PasswordChangeRequired,
                "An administrator assigned your password. Choose one of your own in My account first.",
            )),
            Some(Restriction::EnrolSecondFactor) => Err(ApiError::new(
                ErrorCode::SecondFactorRequired,
                "Your role needs a second factor. Set one up in My account first.",
            )),
        }
    }
}

impl FromRequestParts<AppState> for Entrant {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let Ok(visitor) = Visitor::from_request_parts(parts, state).await;
        let secret = cookie::presented(&state.config.public_url, &parts.headers);
        let secret = secret.ok_or_else(ApiError::unauthorized)?;
        let stored = state.db.platform().session(&secrets::hash(&secret)).await?;
        let stored = stored.ok_or_else(ApiError::unauthorized)?;
        let identity = sessions::holder(&stored, visitor.now).ok_or_else(ApiError::unauthorized)?;
        LogIdentity::note(&parts.extensions, identity.account.id, None);
        let caller = Caller {
            ctx: context(&visitor, &identity),
            identity,
            route: route(parts),
            refusals: state.refusals.clone(),
        };
        note_use(state, &caller, stored.last_seen_at);
        Ok(Self(caller))
    }
}

/// The route without ids, and the path where there is none.
fn route(parts: &Parts) -> String {
    let template = parts.extensions.get::<MatchedPath>();
    let path = template.map_or(parts.uri.path(), MatchedPath::as_str);
    format!("{} {path}", parts.method)
}

fn context(visitor: &Visitor, identity: &Identity) -> Arc<Ctx> {
    let actor = Actor::User {
        id: identity.user,
        name: identity.name.clone(),
    };
    let mut ctx = Arc::unwrap_or_clone(visitor.ctx(identity.account.id, actor));
    ctx.credential = Some(identity.session.0);
    Arc::new(ctx)
}

/// Notes the use of the session once a minute, in the background: no request waits for it.
fn note_use(state: &AppState, caller: &Caller, last_seen_at: DateTime<Utc>) {
    if caller.ctx.now - last_seen_at < TimeDelta::minutes(1) {
        return;
    }
    let (db, ctx) = (state.db.clone(), Arc::clone(&caller.ctx));
    let session = caller.identity.session;
    tokio::spawn(async move {
        if let Err(error) = sessions::note_use(&db, &ctx, session).await {
            tracing::warn!(%error, "the use of a session was not noted");
        }
    });
}
