//! Errors of the admin API as problem details (RFC 9457). A handler answers an [`ApiError`]; the
//! body is written by [`render_problems`], which knows the request's id and logs causes once.

use std::time::Duration;

use axum::{
    Json,
    extract::Request,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use scim_schema::{
    api::problem::{ErrorCode, FieldError, Problem},
    id::RequestId,
    lifecycle::{HoldKind, SignInRefusal},
    mapping::{RuleError, RuleField},
    permission::{Guard, Permission},
};

use crate::{
    db::{DbError, UniqueKey},
    ops::OpError,
};

/// Media type of every error of the admin API.
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// An error on its way out.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// Stable code; gives the status.
    pub code: ErrorCode,
    /// What happened, why and what to do, as a sentence.
    pub detail: String,
    /// Fields that are wrong.
    pub errors: Vec<FieldError>,
    /// When to come back.
    pub retry_after: Option<Duration>,
    /// For the log only.
    pub cause: Option<String>,
}

impl ApiError {
    /// An error with a sentence.
    #[must_use]
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            cause: None,
        }
    }

    /// A field that is wrong.
    #[must_use]
    pub fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::of_fields(vec![FieldError {
            path: path.into(),
            message: message.into(),
        }])
    }

    /// Several values of the request are wrong; the first of them is told in words.
    fn of_fields(errors: Vec<FieldError>) -> Self {
        let detail = match errors.first() {
            None => String::new(),
            Some(FieldError { path, message }) if path.is_empty() => message.clone(),
            Some(FieldError { path, message }) => format!("{path}: {message}"),
        };
        Self {
            errors,
            ..Self::new(ErrorCode::Invalid, detail)
        }
    }

    /// Unknown, or of another account.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            ErrorCode::NotFound,
            "There is nothing here, or not for this account.",
        )
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(
            ErrorCode::Unauthorized,
            "Nobody is signed in, or the session has ended. Sign in again.",
        )
    }

    /// Signed in, but without the permission.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(
            ErrorCode::Forbidden,
            "Your roles do not include this. Ask a System Administrator.",
        )
    }

    /// Signed in, but without this permission.
    #[must_use]
    pub fn lacking(permission: Permission) -> Self {
        Self::new(
            ErrorCode::Forbidden,
            format!(
                "Your roles do not include this: it needs the permission {permission}. Ask a System Administrator."
            ),
        )
    }

    /// Too many requests.
    #[must_use]
    pub fn too_many(wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..Self::new(
                ErrorCode::TooManyRequests,
                format!("Too many requests. Try again in {} s.", wait.as_secs()),
            )
        }
    }

    /// The service cannot do it for now.
    #[must_use]
    pub fn unavailable(cause: impl Into<String>) -> Self {
        Self {
            retry_after: Some(Duration::from_secs(5)),
            cause: Some(cause.into()),
            ..Self::new(
                ErrorCode::Unavailable,
                "The service is not available right now. Try again in a few seconds.",
            )
        }
    }

    /// A fault of ours.
    #[must_use]
    pub fn internal(cause: impl Into<String>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(
                ErrorCode::Internal,
                "Something went wrong on our side. Tell your administrator the request id.",
            )
        }
    }

    fn problem(&self, request_id: RequestId) -> Problem {
        Problem {
            code: self.code,
            title: self.code.title().to_owned(),
            status: self.code.status(),
            detail: self.detail.clone(),
            request_id: request_id.to_string(),
            errors: self.errors.clone(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status());
        let mut response = status
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            .into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<OpError> for ApiError {
    fn from(error: OpError) -> Self {
        match error {
            OpError::NotFound => Self::not_found(),
            OpError::Unique(UniqueKey::UserName) => Self::new(
                ErrorCode::UserNameTaken,
                "Somebody else has this user name. Choose another one.",
            ),
            OpError::Unique(key) => Self::new(
                ErrorCode::Conflict,
                format!("Something else has this value already ({key:?}). Choose another one."),
            ),
            OpError::Collision(_) => Self::new(
                ErrorCode::Conflict,
                "Somebody else has this user name or e-mail address.",
            ),
            OpError::Conflict(sentence) => Self::new(ErrorCode::Conflict, sentence),
            OpError::Taken { path, message } => Self {
                code: ErrorCode::NameTaken,
                ..Self::invalid(path, message)
            },
            OpError::ManagedByIdp(sentence) => Self::new(ErrorCode::ManagedByIdp, sentence),
            OpError::AlreadyInState => Self::new(
                ErrorCode::AlreadyInState,
                "This person is in that state already. Nothing was changed.",
            ),
            OpError::NeverDeleted => Self::new(
                ErrorCode::PolicyNeverDelete,
                "The policy of an organisation that this person belongs to is that nobody is deleted. Archive or ban them.",
            ),
            OpError::MissingEmail => Self::new(
                ErrorCode::MissingEmail,
                "This person has no e-mail address, so nothing can be mailed. Enter one first.",
            ),
            OpError::Guarded(guard) => guarded(guard),
            OpError::Forbidden => Self::forbidden(),
            OpError::Invalid { path, message } => Self::invalid(path, message),
            OpError::Fields(errors) => Self::of_fields(errors),
            OpError::InvalidRules(errors) => {
                Self::of_fields(errors.into_iter().map(rule_at_fault).collect())
            }
            OpError::PlanStale => Self::new(
                ErrorCode::PlanStale,
                "Since you reviewed this, people, groups or rules have changed, so it would do something else. Review it again.",
            ),
            OpError::InvalidCursor => Self::new(
                ErrorCode::InvalidCursor,
                "This page link no longer fits the list. Start from the first page.",
            ),
            OpError::PreconditionFailed => Self::new(
                ErrorCode::PreconditionFailed,
                "Somebody else changed this meanwhile. Load it again.",
            ),
            OpError::WrongCredentials => Self::new(
                ErrorCode::WrongCredentials,
                "Name or password is wrong. After several wrong tries, wait some minutes before the next one.",
            ),
            OpError::SignInRefused(denial) => Self::new(ErrorCode::SignInRefused, refusal(denial)),
            OpError::WrongProof => Self::new(
                ErrorCode::WrongProof,
                "This is not right, was used already, or was one try too many. A code of an app works once: wait for the next one. After several wrong tries, wait some minutes.",
            ),
            OpError::StepUpRequired => Self::new(
                ErrorCode::StepUpRequired,
                "You signed in more than ten minutes ago. Confirm that it is you, then send this again.",
            ),
            OpError::ChallengeGone => Self::new(
                ErrorCode::ChallengeGone,
                "This took too long or was finished already. Begin again.",
            ),
            OpError::LinkUnusable => Self::new(
                ErrorCode::LinkUnusable,
                "This link was used already, has run out, or is not complete. Ask for a new one.",
            ),
            OpError::Busy => Self::unavailable("the password pool is full"),
            OpError::Unavailable(cause) => Self::unavailable(cause),
            OpError::Internal(cause) => Self::internal(cause),
            OpError::Scim(error) => Self::invalid("", error.detail),
            OpError::Database(error) => error.into(),
        }
    }
}

fn guarded(guard: Guard) -> ApiError {
    let (code, detail) = match guard {
        Guard::SelfAction => (
            ErrorCode::SelfAction,
            "Nobody does this to themselves. Ask another administrator.",
        ),
        Guard::HigherRole => (
            ErrorCode::HigherRole,
            "This person has a higher role than you. Ask a System Administrator.",
        ),
        Guard::LastAdministrator => (
            ErrorCode::LastAdministrator,
            "This is the last System Administrator who can sign in. Give somebody else that role first.",
        ),
        Guard::LastOrganisationAdministrator => (
            ErrorCode::LastOrganisationAdministrator,
            "This is the last administrator of an organisation who can sign in. Appoint somebody else there first.",
        ),
        Guard::SharedPerson => (
            ErrorCode::SharedPerson,
            "This person also belongs to organisations that you do not administer. You can take them out of yours; for more ask a System Administrator.",
        ),
    };
    ApiError::new(code, detail)
}

/// A part of a mapping rule that is wrong, where it stands in the request.
fn rule_at_fault(error: RuleError) -> FieldError {
    let RuleError {
        index,
        field,
        message,
    } = error;
    let part = field.as_str();
    match field {
        RuleField::Rules => FieldError {
            path: part.to_owned(),
            message,
        },
        _ => FieldError {
            path: format!("rules.{index}.{part}"),
            message: format!("Rule {}, {part}: {message}", index + 1),
        },
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        let cause = with_sources(&error);
        let in_words = |code, detail: &str| Self {
            cause: Some(cause.clone()),
            ..Self::new(code, detail)
        };
        match &error {
            DbError::OutcomeUnknown(_) => in_words(
                ErrorCode::Unavailable,
                "The database broke off while this was being saved. It was saved as a whole or not at all: load the page again to see which.",
            ),
            DbError::Reference(_) => in_words(
                ErrorCode::Conflict,
                "Somebody else deleted something that this refers to. Load the page again.",
            ),
            DbError::TooSlow => in_words(
                ErrorCode::Unavailable,
                "This took longer than the server allows and was stopped. Narrow the search, or try again in a few seconds.",
            ),
            error if error.is_unavailable() => Self::unavailable(cause),
            _ => Self::internal(cause),
        }
    }
}

/// What somebody is told whose identity is proven (domain.md section 6).
const fn refusal(refusal: SignInRefusal) -> &'static str {
    match refusal {
        SignInRefusal::NotStarted => {
            "Your account has not been started. Ask an administrator to invite you."
        }
        SignInRefusal::Gone => {
            "Your account is no longer in use. Ask an administrator if you need it back."
        }
        SignInRefusal::Held(kind) => held(kind),
    }
}

const fn held(kind: HoldKind) -> &'static str {
    match kind {
        HoldKind::Suspended => {
            "Your account is suspended. Contact an administrator to have it opened again."
        }
        HoldKind::Banned => "Your account cannot be used to sign in. Contact an administrator.",
        HoldKind::Denied => {
            "Your account is locked after too many wrong passwords. Ask an administrator to unlock it."
        }
        HoldKind::Inactive => {
            "Your account was set to inactive because it was not used. Ask an administrator to open it again."
        }
        HoldKind::IdpDisabled => {
            "Your organisation's identity provider has disabled your account. Contact the people who manage it there."
        }
        HoldKind::Security => {
            "Your account needs a new sign-in through your organisation's identity provider."
        }
    }
}

/// An error and everything behind it, in one line for the log.
#[must_use]
pub fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}

/// Middleware: writes the body of an [`ApiError`] and logs its cause.
pub async fn render_problems(request: Request, next: Next) -> Response {
    let request_id = request
        .extensions()
        .get::<RequestId>()
        .copied()
        .unwrap_or(RequestId(uuid::Uuid::nil()));
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<ApiError>() else {
        return response;
    };
    if let Some(cause) = &error.cause {
        tracing::error!(%request_id, code = error.code.as_str(), cause, "a request failed");
    }
    let mut rendered = (response.status(), Json(error.problem(request_id))).into_response();
    let headers = rendered.headers_mut();
    // What the handler set besides, such as `Allow` or a cookie, stays.
    for (name, value) in response.headers() {
        if name != CONTENT_TYPE && name != axum::http::header::CONTENT_LENGTH {
            headers.append(name, value.clone());
        }
    }
    headers.insert(CONTENT_TYPE, PROBLEM_JSON);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(wait) = error.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    *rendered.extensions_mut() = response.extensions().clone();
    rendered
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::to_bytes, middleware::from_fn, routing::get};
    use tower::ServiceExt;
    use uuid::Uuid;

    use super::*;

    async fn rendered(error: ApiError) -> (Response<()>, Problem) {
        let app = Router::new()
            .route("/", get(async move || error))
            .layer(from_fn(render_problems));
        let request = Request::builder()
            .extension(RequestId(Uuid::from_u128(7)))
            .body(axum::body::Body::empty())
            .unwrap();
        let (parts, body) = app.oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, 10_000).await.unwrap();
        let problem = serde_json::from_slice(&body).unwrap();
        (Response::from_parts(parts, ()), problem)
    }

    #[tokio::test]
    async fn a_fault_of_ours_says_nothing_but_the_request_id() {
        let error = ApiError::internal("password=hunter2");
        let (response, problem) = rendered(error).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(problem.request_id, Uuid::from_u128(7).to_string());
        assert!(!serde_json::to_string(&problem).unwrap().contains("hunter2"));
    }

    #[tokio::test]
    async fn a_wrong_field_is_named() {
        let (response, problem) = rendered(ApiError::invalid("name", "Enter a name.")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert_eq!(problem.errors.len(), 1);
        assert_eq!(problem.detail, "name: Enter a name.");
    }

    #[tokio::test]
    async fn waiting_is_told_in_whole_seconds() {
        let (response, problem) = rendered(ApiError::too_many(Duration::from_secs(3))).await;
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[RETRY_AFTER], "3");
        assert_eq!(problem.code, ErrorCode::TooManyRequests);
    }

    #[tokio::test]
    async fn a_read_that_was_stopped_says_what_helps() {
        let (response, problem) = rendered(DbError::TooSlow.into()).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(problem.detail.contains("Narrow the search"));
    }

    #[test]
    fn every_hold_has_words_of_its_own() {
        let words: Vec<_> = HoldKind::ALL.iter().map(|kind| held(*kind)).collect();
        let mut distinct = words.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(words.len(), distinct.len());
    }
}
