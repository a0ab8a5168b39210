//! `/sessions`, `/me`, `/sign-in-options` and one-time links.

use scim_schema::api::session::{InspectLink, LinkView, Me, RedeemLink, SignIn, SignInOptions};

use super::{Call, call};
use crate::query::QueryString;

/// Who is signed in.
pub(crate) fn me() -> Call<Me> {
    call::get("/me")
}

/// How to sign in to `account`, or to the only account.
pub(crate) fn options(account: Option<&str>) -> Call<SignInOptions> {
    let path = QueryString::default()
        .with_some("account", account)
        .after("/sign-in-options");
    call::get(path)
}

/// Signs in; the cookie comes with the answer.
pub(crate) fn sign_in(body: &SignIn) -> Call<Me> {
    call::post("/sessions", body)
}

/// Signs out.
pub(crate) fn sign_out() -> Call<()> {
    call::delete_only("/sessions/current")
}

/// Looks at a one-time link without using it up.
pub(crate) fn inspect_link(body: &InspectLink) -> Call<LinkView> {
    call::post("/one-time-links/inspect", body)
}

/// Uses a one-time link up and signs in.
pub(crate) fn redeem_link(body: &RedeemLink) -> Call<Me> {
    call::post("/one-time-links/redeem", body)
}
