//! `GET /me`.

use axum::Json;
use scim_schema::api::session::Me;

use crate::{http::extract::Caller, ops::sessions::Identity};

/// Who is signed in.
pub(super) async fn get(caller: Caller) -> Json<Me> {
    Json(me(&caller.identity))
}

/// An identity as the console sees its own.
pub(super) fn me(identity: &Identity) -> Me {
    Me {
        user_id: identity.user,
        display_name: identity.name.clone(),
        email: identity.email.clone(),
        account: identity.account_ref(),
        permissions: identity.standing().permissions(),
        roles: identity.roles.account.clone(),
        administers: identity.roles.organisations.clone(),
        break_glass: identity.break_glass,
    }
}
