//! What can go wrong with a request, in the words a page needs.

use scim_schema::api::problem::{ErrorCode, FieldError, Problem};

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
    Unreadable {
        /// HTTP status of that answer.
        status: u16,
    },
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
            Self::Network | Self::Timeout | Self::Unreadable { .. } => None,
        }
    }

    /// Nobody is signed in; a wrong password at sign-in is not this.
    pub(crate) fn is_signed_out(&self) -> bool {
        self.code() == Some(ErrorCode::Unauthorized)
    }

    /// What happened, why and what to do.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Problem(problem) => problem.detail.clone(),
            Self::Network => text::error::NETWORK.to_owned(),
            Self::Timeout => text::error::TIMEOUT.to_owned(),
            Self::Unreadable { status } => text::error::unreadable(*status),
        }
    }

    fn reference(&self) -> String {
        match self {
            Self::Problem(problem) => {
                text::error::reference(problem.code.as_str(), &problem.request_id)
            }
            Self::Network => "network".to_owned(),
            Self::Timeout => "timeout".to_owned(),
            Self::Unreadable { status } => format!("unreadable answer, status {status}"),
        }
    }

    /// Fields that the server found wrong.
    pub(crate) fn fields(&self) -> &[FieldError] {
        match self {
            Self::Problem(problem) => &problem.errors,
            Self::Network | Self::Timeout | Self::Unreadable { .. } => &[],
        }
    }

    /// Reads an answer with status 400 or more.
    pub(crate) fn from_answer(status: u16, body: &str) -> Self {
        match serde_json::from_str(body) {
            Ok(problem) => Self::Problem(Box::new(problem)),
            Err(_) => Self::Unreadable { status },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_keeps_code_sentence_and_request_id() {
        let body = r#"{"code":"unauthorized","title":"t","status":401,"detail":"Sign in again.","request_id":"r1"}"#;
        let error = ApiError::from_answer(401, body);
        assert!(error.is_signed_out());
        assert_eq!(error.sentence(), "Sign in again.");
        assert_eq!(error.reference(), "unauthorized, request r1");
    }

    #[test]
    fn a_wrong_password_does_not_count_as_signed_out() {
        let body = r#"{"code":"wrong_credentials","title":"t","status":401,"detail":"d","request_id":"r"}"#;
        assert!(!ApiError::from_answer(401, body).is_signed_out());
    }

    #[test]
    fn a_proxy_page_is_unreadable_and_says_its_status() {
        let error = ApiError::from_answer(502, "<html>Bad gateway</html>");
        assert_eq!(error, ApiError::Unreadable { status: 502 });
        assert!(error.sentence().contains("502"));
    }
}
