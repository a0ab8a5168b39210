//! `/sessions`, `/me`, `/sign-in-options` and one-time links.

use scim_schema::api::session::{InspectLink, LinkView, Me, RedeemLink, SignIn, SignInOptions};

use super::{ApiError, client};
use crate::query::QueryString;

/// Who is signed in.
pub(crate) async fn me() -> Result<Me, ApiError> {
    client::get("/me").await
}

/// How to sign in to `account`, or to the only account.
pub(crate) async fn options(account: Option<&str>) -> Result<SignInOptions, ApiError> {
    let path = QueryString::default()
        .with_some("account", account)
        .after("/sign-in-options");
    client::get(&path).await
}

/// Signs in; the cookie comes with the answer.
pub(crate) async fn sign_in(body: &SignIn) -> Result<Me, ApiError> {
    client::post("/sessions", body).await
}

/// Signs out.
pub(crate) async fn sign_out() -> Result<(), ApiError> {
    client::delete("/sessions/current").await
}

/// Looks at a one-time link without using it up.
pub(crate) async fn inspect_link(body: &InspectLink) -> Result<LinkView, ApiError> {
    client::post("/one-time-links/inspect", body).await
}

/// Uses a one-time link up and signs in.
pub(crate) async fn redeem_link(body: &RedeemLink) -> Result<Me, ApiError> {
    client::post("/one-time-links/redeem", body).await
}
