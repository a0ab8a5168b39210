//! Requests that this process makes itself on behalf of a connection, without a token: by the same
//! routes and the same code as those of an identity provider.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, request::Parts},
};
use scim_schema::{api::users::Actor, id::ScimTokenId, scope::Scopes};
use tower::ServiceExt;
use uuid::Uuid;

use crate::{
    app_state::AppState,
    conformance::ScimService,
    ctx::{Channel, Ctx},
    db::ConnectionInfo,
    http::extract::scim_caller::ScimCaller,
};

/// Carried by such a request. Nothing but this process can give a request one.
#[derive(Clone)]
pub(super) struct Insider(Arc<ScimCaller>);

impl Insider {
    /// On whose behalf a request is made, if it is one of these.
    pub(super) fn of(parts: &Parts) -> Option<ScimCaller> {
        let insider = parts.extensions.get::<Self>()?;
        Some(ScimCaller::clone(&insider.0))
    }
}

/// SCIM as this connection reaches it, for whoever `ctx` is. Paths are those below the base URL.
pub(crate) fn service(state: &AppState, ctx: &Ctx, connection: &ConnectionInfo) -> ScimService {
    let routes: Router = super::router().with_state(state.clone());
    let clock = state.clock.clone();
    let caller = caller_of(ctx, connection.clone());
    ScimService::new(tower::service_fn(move |mut request: Request<Body>| {
        let mut caller = caller.clone();
        Arc::make_mut(&mut caller.ctx).now = clock.now();
        request.extensions_mut().insert(Insider(Arc::new(caller)));
        routes.clone().oneshot(request)
    }))
}

/// The connection with a token that may do everything: what a token may do is not what is tried.
pub(super) fn caller_of(ctx: &Ctx, connection: ConnectionInfo) -> ScimCaller {
    let actor = Actor::Connection {
        id: connection.id,
        name: connection.name.clone(),
    };
    ScimCaller {
        account: ctx.account,
        token: ScimTokenId(Uuid::nil()),
        scopes: Scopes::all(),
        ctx: Arc::new(Ctx {
            actor,
            credential: None,
            channel: Channel::Scim,
            ..ctx.clone()
        }),
        connection,
    }
}
