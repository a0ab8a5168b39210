//! Errors of the admin API: RFC 9457 problem details with a stable code.

use serde::{Deserialize, Serialize};

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// Every code the admin API answers with: one table of code, HTTP status and title.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable word on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The HTTP status that goes with the code.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// A short human title.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

error_codes! {
    /// The body or the query is not what the endpoint takes; `errors` names the fields.
    Invalid = "invalid", 400, "The request is not valid";
    /// A cursor that was not issued for this query.
    InvalidCursor = "invalid_cursor", 400, "This page link no longer fits the list";
    /// Nobody is signed in, or the session ended.
    Unauthorized = "unauthorized", 401, "You are not signed in";
    /// Name or password is wrong; says nothing about which.
    WrongCredentials = "wrong_credentials", 401, "Name or password is wrong";
    /// A code, passkey or password that was to be proven is not right.
    WrongProof = "wrong_proof", 401, "This is not right";
    /// The identity is proven and sign-in is refused; `detail` says why.
    SignInRefused = "sign_in_refused", 403, "Sign-in is refused";
    /// Signed in, but without the permission.
    Forbidden = "forbidden", 403, "You may not do this";
    /// The sign-in was too long ago for this; prove it again and repeat the request.
    StepUpRequired = "step_up_required", 403, "Confirm that it is you";
    /// The session is for choosing a password alone.
    PasswordChangeRequired = "password_change_required", 403, "Choose a password of your own first";
    /// The session is for enrolling a second factor alone.
    SecondFactorRequired = "second_factor_required", 403, "Set up a second factor first";
    /// Origin or the required header is missing or wrong.
    CrossSite = "cross_site", 403, "The request did not come from the console";
    /// Unknown, or of another account.
    NotFound = "not_found", 404, "Not found";
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405, "This method does not exist here";
    /// Something else has this name.
    Conflict = "conflict", 409, "Something else is in the way";
    /// The user is in that state already.
    AlreadyInState = "already_in_state", 409, "It is so already";
    /// Somebody else has the user name.
    UserNameTaken = "user_name_taken", 409, "Somebody else has this user name";
    /// A policy lets nobody be deleted.
    PolicyNeverDelete = "policy_never_delete", 409, "Nobody is deleted here";
    /// Something beside it has the name; `errors` names the field.
    NameTaken = "name_taken", 409, "Something else has this name";
    /// The other person also belongs to organisations that are not the caller's.
    SharedPerson = "shared_person", 403, "This person also belongs to other organisations";
    /// An identity provider gave it, so its mapping takes it back.
    ManagedByIdp = "managed_by_idp", 409, "An identity provider looks after this";
    /// The person has no e-mail address that a mail could go to.
    MissingEmail = "missing_field:email", 409, "This person has no e-mail address";
    /// Nobody does this to themselves.
    SelfAction = "self_action", 403, "You cannot do this to yourself";
    /// The other person has a higher role.
    HigherRole = "higher_role", 403, "This person has a higher role than you";
    /// Nobody would be left to administer the account.
    LastAdministrator = "last_admin", 409, "This is the last System Administrator";
    /// Nobody would be left to administer an organisation.
    LastOrganisationAdministrator = "last_organisation_admin", 409, "This is the last Organisation Administrator";
    /// What a plan showed is not what applying it would do any more.
    PlanStale = "plan_stale", 409, "The data moved since this was reviewed";
    /// The one-time link was used, ran out or never existed.
    LinkUnusable = "link_unusable", 410, "This link can no longer be used";
    /// What was begun took too long, was finished, or never existed.
    ChallengeGone = "challenge_gone", 410, "This took too long";
    /// `If-Match` names an older version.
    PreconditionFailed = "precondition_failed", 412, "Somebody else changed this meanwhile";
    /// The body is over the limit.
    TooLarge = "too_large", 413, "The request is too large";
    /// The body is not JSON by its content type.
    UnsupportedMediaType = "unsupported_media_type", 415, "The body must be JSON";
    /// Too many tries; `Retry-After` says when.
    TooManyRequests = "too_many_requests", 429, "Too many requests";
    /// A fault of ours; the log has the cause under the request id.
    Internal = "internal", 500, "Something went wrong on our side";
    /// The database or a limit is unavailable for now.
    Unavailable = "unavailable", 503, "The service is not available right now";
}

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Path of the field in the body, such as `email`.
    pub path: String,
    /// What is wrong and what to do, as a sentence.
    pub message: String,
}

/// Body of every error of the admin API, `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable code.
    pub code: ErrorCode,
    /// Title of the code.
    pub title: String,
    /// HTTP status, repeated.
    pub status: u16,
    /// What happened, why and what to do, as a sentence.
    pub detail: String,
    /// Finds the request in the log.
    pub request_id: String,
    /// Fields that are wrong; empty unless `code` is `invalid` or `name_taken`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}
