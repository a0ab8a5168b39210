//! What can go wrong with a request, in the words a page needs.

use scim_schema::api::problem::{ErrorCode, FieldError, Problem};
use serde::Deserialize;

use super::read::read;
use crate::text;

/// A request that brought no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// The server answered with a problem.
    Problem(Box<Problem>),
    /// No answer at all: offline, refused, or cut off.
    Network,
    /// No answer within the client's limit.
    Timeout,
    /// An answer that is not what the endpoint promises, such as a proxy's page.
    Unreadable(Unreadable),
}

/// What is known of an answer that could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// HTTP status.
    pub status: u16,
    /// What the answer itself says, where that much could be read.
    pub detail: Option<String>,
    /// Finds the request in the log; a proxy's answer has none.
    pub request_id: Option<String>,
}

/// As much of a problem as can be read when its code is one of a newer server.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Remains {
    detail: Option<String>,
    request_id: Option<String>,
}

/// An error in words.
pub(crate) struct Told {
    /// What happened, why and what to do.
    pub sentence: String,
    /// Code and request id, to copy into a report.
    pub reference: String,
}

impl ApiError {
    /// In words.
    pub(crate) fn into_told(self) -> Told {
        Told {
            sentence: self.sentence(),
            reference: self.reference(),
        }
    }

    /// The problem's code, if the server gave one.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            Self::Network | Self::Timeout | Self::Unreadable(_) => None,
        }
    }

    /// Nobody is signed in; a wrong password at sign-in is not this.
    pub(crate) fn is_signed_out(&self) -> bool {
        self.code() == Some(ErrorCode::Unauthorized)
    }

    /// The sign-in was too long ago for what was asked.
    pub(crate) fn needs_proof(&self) -> bool {
        self.code() == Some(ErrorCode::StepUpRequired)
    }

    /// What happened, why and what to do.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Problem(problem) => problem.detail.clone(),
            Self::Network => text::error::NETWORK.to_owned(),
            Self::Timeout => text::error::TIMEOUT.to_owned(),
            Self::Unreadable(answer) => match &answer.detail {
                Some(detail) => detail.clone(),
                None => text::error::unreadable(answer.status),
            },
        }
    }

    fn reference(&self) -> String {
        match self {
            Self::Problem(problem) => {
                text::error::reference(problem.code.as_str(), &problem.request_id)
            }
            Self::Network => "network".to_owned(),
            Self::Timeout => "timeout".to_owned(),
            Self::Unreadable(answer) => {
                text::error::unreadable_reference(answer.status, answer.request_id.as_deref())
            }
        }
    }

    /// Fields that the server found wrong.
    pub(crate) fn fields(&self) -> &[FieldError] {
        match self {
            Self::Problem(problem) => &problem.errors,
            Self::Network | Self::Timeout | Self::Unreadable(_) => &[],
        }
    }

    /// Reads an answer with status 400 or more; `request_id` is what its header says.
    pub(crate) fn from_answer(status: u16, body: &str, request_id: Option<String>) -> Self {
        if let Some(problem) = read(body) {
            return Self::Problem(Box::new(problem));
        }
        let remains: Remains = read(body).unwrap_or_default();
        Self::Unreadable(Unreadable {
            status,
            detail: remains.detail.filter(|detail| !detail.is_empty()),
            request_id: remains.request_id.or(request_id),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_keeps_code_sentence_and_request_id() {
        let body = r#"{"code":"unauthorized","title":"t","status":401,"detail":"Sign in again.","request_id":"r1"}"#;
        let error = ApiError::from_answer(401, body, None);
        assert!(error.is_signed_out());
        assert_eq!(error.sentence(), "Sign in again.");
        assert_eq!(error.reference(), "unauthorized, request r1");
    }

    #[test]
    fn a_wrong_password_does_not_count_as_signed_out() {
        let body = r#"{"code":"wrong_credentials","title":"t","status":401,"detail":"d","request_id":"r"}"#;
        assert!(!ApiError::from_answer(401, body, None).is_signed_out());
    }

    #[test]
    fn a_proxy_page_is_unreadable_and_says_its_status() {
        let error = ApiError::from_answer(502, "<html>Bad gateway</html>", None);
        assert_eq!(error.code(), None);
        assert!(error.sentence().contains("502"));
        assert_eq!(error.reference(), "unreadable answer, status 502");
    }

    #[test]
    fn an_answer_that_is_no_problem_keeps_the_request_id_of_its_header() {
        let error = ApiError::from_answer(503, "busy", Some("r7".to_owned()));
        assert!(error.sentence().contains("503"));
        assert_eq!(
            error.reference(),
            "unreadable answer, status 503, request r7"
        );
    }

    #[test]
    fn a_problem_with_a_code_of_a_newer_server_keeps_its_sentence() {
        let body = r#"{"code":"frozen","status":423,"detail":"Thaw it first.","request_id":"r2"}"#;
        let error = ApiError::from_answer(423, body, Some("r2".to_owned()));
        assert_eq!(error.sentence(), "Thaw it first.");
        assert!(error.reference().ends_with("request r2"));
    }
}
