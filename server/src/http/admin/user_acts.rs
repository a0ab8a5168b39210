//! Acts on one person: `POST /users/{id}/{act}`.

use axum::{
    Router,
    extract::State,
    http::HeaderMap,
    routing::{MethodRouter, post},
};
use scim_schema::{
    api::acts::ActOnUser, id::UserId, lifecycle::Transition, permission::needed_for,
};

use super::users;
use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, if_match, json::Body, path::Id},
        problem::ApiError,
    },
    ops::user_acts::{Act, carry_out},
};

/// A route for each act that an administrator may ask for.
pub(super) fn routes() -> Router<AppState> {
    let asked = Transition::ALL.iter().copied();
    let asked = asked.filter(|act| needed_for(*act).is_some());
    asked.fold(Router::new(), |router, act| {
        router.route(&format!("/users/{{id}}/{act}"), route(act))
    })
}

/// Carries a transition out and answers the person as it is then.
fn route(transition: Transition) -> MethodRouter<AppState> {
    post(
        async move |State(state): State<AppState>,
                    caller: Caller,
                    Id(id): Id<UserId>,
                    headers: HeaderMap,
                    Body(asked): Body<ActOnUser>| {
            let needed = needed_for(transition).ok_or_else(ApiError::not_found)?;
            caller.reach(needed)?;
            let act = Act {
                transition,
                asked,
                precondition: if_match(&headers),
            };
            carry_out(&state.db, &caller.ctx, &caller.identity, id, act).await?;
            users::get(State(state), caller, Id(id)).await
        },
    )
}
