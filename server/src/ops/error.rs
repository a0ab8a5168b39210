//! What a verb of `ops` can end with, for the two renderers (`http::problem` and the SCIM one).

use scim_schema::{
    api::{
        conflicts::{ConflictCause, ConflictKind},
        problem::FieldError,
    },
    lifecycle::SignInRefusal,
    mapping::RuleError,
    permission::Guard,
    resource::ScimError,
};

use crate::db::{DbError, UniqueKey, UnitError};

/// Why a connection was not given somebody whom it sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collision {
    /// The kind of conflict that it is; `None` when the connection has the person itself.
    pub kind: Option<ConflictKind>,
    /// Why.
    pub cause: ConflictCause,
}

/// Why an act was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    /// Unknown, or of another account or connection: callers cannot tell these apart.
    #[error("not found")]
    NotFound,
    /// A unique rule refused the value.
    #[error("a unique rule refused the value: {0:?}")]
    Unique(UniqueKey),
    /// Somebody who is here is in the way of somebody whom a connection sends.
    #[error("somebody is in the way: {0:?}")]
    Collision(Collision),
    /// Something else is in the way; the sentence says what, and what to do.
    #[error("{0}")]
    Conflict(String),
    /// Something beside it has the name already.
    #[error("{path}: {message}")]
    Taken {
        /// Path of the name in the request.
        path: &'static str,
        /// What has it and what to do, as a sentence.
        message: String,
    },
    /// An identity provider gave it, so its mapping takes it back; the sentence says what to do.
    #[error("{0}")]
    ManagedByIdp(String),
    /// The person is in that state already: nothing would change.
    #[error("nothing would change")]
    AlreadyInState,
    /// A policy lets nobody be deleted.
    #[error("a policy lets nobody be deleted")]
    NeverDeleted,
    /// The person has no e-mail address that a mail could go to.
    #[error("the person has no e-mail address")]
    MissingEmail,
    /// An act that a guard forbids.
    #[error("a guard forbids it: {0}")]
    Guarded(Guard),
    /// The caller lacks the permission.
    #[error("the caller lacks the permission")]
    Forbidden,
    /// A value of the request is wrong.
    #[error("{path}: {message}")]
    Invalid {
        /// Path of the value in the request, such as `profile.email`.
        path: &'static str,
        /// What is wrong and what to do, as a sentence.
        message: String,
    },
    /// Values of the request that are wrong, each with its path.
    #[error("values of the request are wrong: {0:?}")]
    Fields(Vec<FieldError>),
    /// Mapping rules that cannot be used: all that is wrong with them.
    #[error("the mapping has rules that cannot be used: {0:?}")]
    InvalidRules(Vec<RuleError>),
    /// What was reviewed is not what applying it would do any more.
    #[error("the plan that was reviewed is out of date")]
    PlanStale,
    /// A cursor that was not issued for this query.
    #[error("the cursor was not issued for this query")]
    InvalidCursor,
    /// `If-Match` names another version.
    #[error("the resource has another version than If-Match names")]
    PreconditionFailed,
    /// Name or password is wrong; nothing tells which.
    #[error("name or password is wrong")]
    WrongCredentials,
    /// The identity is proven and the sign-in is refused all the same.
    #[error("sign-in is refused: {0:?}")]
    SignInRefused(SignInRefusal),
    /// A code, passkey or password that was to be proven is not right.
    #[error("the proof is wrong")]
    WrongProof,
    /// The caller has to prove again who they are.
    #[error("a proof of the last ten minutes is needed")]
    StepUpRequired,
    /// What was begun ran out, was finished or never existed.
    #[error("what was begun is gone")]
    ChallengeGone,
    /// The one-time link was used, ran out or never existed.
    #[error("the one-time link cannot be used")]
    LinkUnusable,
    /// The database is away; the text is for the log.
    #[error("{0}")]
    Unavailable(String),
    /// A bounded resource, such as password hashing, has no room for now.
    #[error("too busy for now")]
    Busy,
    /// The product's own fault, such as a stored password hash that cannot be read.
    #[error("{0}")]
    Internal(String),
    /// A refusal in the words of SCIM.
    #[error(transparent)]
    Scim(#[from] ScimError),
    /// The database refused or is away.
    #[error(transparent)]
    Database(DbError),
}

impl OpError {
    /// Whether a System Administrator has something to decide: a person is in the way of one whom a
    /// connection sends.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        match self {
            Self::Unique(UniqueKey::UserName) => true,
            Self::Collision(collision) => collision.kind.is_some(),
            _ => false,
        }
    }
}

/// The word in the audit log for why a proven identity may not sign in.
#[must_use]
pub const fn refusal_word(refusal: SignInRefusal) -> &'static str {
    match refusal {
        SignInRefusal::NotStarted => "not_started",
        SignInRefusal::Gone => "gone",
        SignInRefusal::Held(kind) => kind.as_str(),
    }
}

impl From<DbError> for OpError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unique(key) => Self::Unique(key),
            other => Self::Database(other),
        }
    }
}

impl UnitError for OpError {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unique_rule_is_told_apart_from_other_database_errors() {
        let taken = OpError::from(DbError::Unique(UniqueKey::UserName));
        assert!(matches!(taken, OpError::Unique(UniqueKey::UserName)));
        assert!(taken.database().is_none());
        let closed = OpError::from(DbError::Closed);
        assert!(matches!(closed.database(), Some(DbError::Closed)));
    }
}
