//! *My account*, and what administrators see of it: `/me/*`, `/users/{id}/sessions` and what is beside.

use scim_schema::{
    api::{
        my_account::{
            AssignPassword, ChangeMe, ChangePassword, JudgePassword, PasswordStrength, Sessions,
            SessionsEnded, SignIns,
        },
        second_factors::{
            EnrolFactor, Enrolled, PasskeyEnrolment, RecoveryCodes, SecondFactors, TotpEnrolment,
        },
        session::Me,
    },
    id::{SecondFactorId, SessionId, UserId},
};

use super::{Call, call};

/// Whose door it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The signed-in person's.
    Mine,
    /// Somebody else's.
    Of(UserId),
}

impl Whose {
    fn path(self, rest: &str) -> String {
        match self {
            Self::Mine => format!("/me/{rest}"),
            Self::Of(user) => format!("/users/{user}/{rest}"),
        }
    }
}

/// Where somebody is signed in.
pub(crate) fn sessions(whose: Whose) -> Call<Sessions> {
    call::get(whose.path("sessions"))
}

/// Ends one session.
pub(crate) fn end_session(whose: Whose, session: SessionId) -> Call<()> {
    call::delete_only(whose.path(&format!("sessions/{session}")))
}

/// How somebody signed in, and who tried to.
pub(crate) fn sign_ins(whose: Whose) -> Call<SignIns> {
    call::get(whose.path("sign-ins"))
}

/// Ends every session of somebody.
pub(crate) fn end_sessions(user: UserId) -> Call<SessionsEnded> {
    call::post_empty(format!("/users/{user}/revoke-sessions"))
}

/// Assigns a password.
pub(crate) fn assign_password(user: UserId, body: &AssignPassword) -> Call<()> {
    call::put_only(format!("/users/{user}/password"), body)
}

/// Takes somebody's second factors away.
pub(crate) fn reset_factors(user: UserId) -> Call<()> {
    call::delete_only(format!("/users/{user}/second-factors"))
}

/// Changes one's own time zone and language.
pub(crate) fn change_me(body: &ChangeMe) -> Call<Me> {
    call::patch("/me", body)
}

/// Changes one's own password.
pub(crate) fn change_password(body: &ChangePassword) -> Call<()> {
    call::post_only("/me/password", body)
}

/// How long a password would withstand guessing.
pub(crate) fn strength(body: &JudgePassword) -> Call<PasswordStrength> {
    call::post("/me/password/strength", body)
}

/// One's own second factors.
pub(crate) fn factors() -> Call<SecondFactors> {
    call::get("/me/second-factors")
}

/// Begins to enrol an authenticator app.
pub(crate) fn begin_totp() -> Call<TotpEnrolment> {
    call::post_empty("/me/second-factors/totp")
}

/// Begins to make a passkey.
pub(crate) fn begin_passkey() -> Call<PasskeyEnrolment> {
    call::post_empty("/me/second-factors/passkey")
}

/// Enrols what was begun.
pub(crate) fn enrol(body: &EnrolFactor) -> Call<Enrolled> {
    call::post("/me/second-factors", body)
}

/// Takes one of one's own factors away.
pub(crate) fn remove_factor(factor: SecondFactorId) -> Call<()> {
    call::delete_only(format!("/me/second-factors/{factor}"))
}

/// New recovery codes in the place of those of before.
pub(crate) fn renew_codes() -> Call<RecoveryCodes> {
    call::post_empty("/me/recovery-codes")
}
