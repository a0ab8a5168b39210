//! `/sessions`, `/me`, `/sign-in-options` and one-time links.

use scim_schema::api::{
    second_factors::{
        BeginPasskey, ContinueSignIn, PasskeyRequest, PendingSignIn, StepUp, StepUpChallenge,
    },
    session::{InspectLink, LinkView, Me, RedeemLink, SignIn, SignInOptions},
};

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

/// Signs in; the cookie comes with the answer, unless a second factor is asked for.
pub(crate) fn sign_in(body: &SignIn) -> Call<Result<Me, PendingSignIn>> {
    call::post_either("/sessions", body)
}

/// Begins to sign in with a passkey alone.
pub(crate) fn begin_passkey(body: &BeginPasskey) -> Call<PasskeyRequest> {
    call::post("/sessions/passkey", body)
}

/// Goes on with a sign-in that was begun; the cookie comes with the answer.
pub(crate) fn second_factor(body: &ContinueSignIn) -> Call<Me> {
    call::post("/sessions/second-factor", body)
}

/// What the signed-in person can prove with.
pub(crate) fn begin_step_up() -> Call<StepUpChallenge> {
    call::post_empty("/sessions/current/step-up/challenge")
}

/// Proves once more who is signed in.
pub(crate) fn step_up(body: &StepUp) -> Call<()> {
    call::post_only("/sessions/current/step-up", body)
}

/// Signs out.
pub(crate) fn sign_out() -> Call<()> {
    call::delete_only("/sessions/current")
}

/// Looks at a one-time link without using it up.
pub(crate) fn inspect_link(body: &InspectLink) -> Call<LinkView> {
    call::post("/one-time-links/inspect", body)
}

/// Uses a one-time link up and signs in, unless a second factor is asked for.
pub(crate) fn redeem_link(body: &RedeemLink) -> Call<Result<Me, PendingSignIn>> {
    call::post_either("/one-time-links/redeem", body)
}
