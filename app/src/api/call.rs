//! A request of an endpoint, with the way to read its answer.

use gloo_net::http::Method;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    client::{self, Answer, Then, Wait},
    error::{ApiError, Unreadable},
    read::read,
};

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(super) method: Method,
    /// Below [`client::BASE`].
    pub(super) path: String,
    /// JSON.
    pub(super) body: Option<String>,
    /// The version that was looked at.
    pub(super) version: Option<i64>,
}

/// Status of what is not done yet.
const ACCEPTED: u16 = 202;

type Read<T> = Box<dyn FnOnce(&Answer) -> Result<T, ApiError>>;

/// A request that was not sent yet. Only reading the answer depends on its type.
pub(crate) struct Call<T> {
    request: Option<Request>,
    read: Read<T>,
}

/// Reads `path`.
pub(super) fn get<T: DeserializeOwned + 'static>(path: impl Into<String>) -> Call<T> {
    Call::new(Method::GET, path.into(), None)
}

/// Sends `body` to `path`.
pub(super) fn post<T: DeserializeOwned + 'static>(
    path: impl Into<String>,
    body: &impl Serialize,
) -> Call<T> {
    Call::new(Method::POST, path.into(), json(body))
}

/// Does what is at `path`, which takes nothing, and reads what that answers.
pub(super) fn post_empty<T: DeserializeOwned + 'static>(path: impl Into<String>) -> Call<T> {
    Call::new(Method::POST, path.into(), None)
}

/// Changes what is at `path` as `body` says.
pub(super) fn patch<T: DeserializeOwned + 'static>(
    path: impl Into<String>,
    body: &impl Serialize,
) -> Call<T> {
    Call::new(Method::PATCH, path.into(), json(body))
}

/// Replaces what is at `path` by `body`.
pub(super) fn put<T: DeserializeOwned + 'static>(
    path: impl Into<String>,
    body: &impl Serialize,
) -> Call<T> {
    Call::new(Method::PUT, path.into(), json(body))
}

/// Deletes `path` and reads what that answers.
pub(super) fn delete<T: DeserializeOwned + 'static>(path: impl Into<String>) -> Call<T> {
    Call::new(Method::DELETE, path.into(), None)
}

/// Sends `body` to `path`, which answers one thing with 202 and another otherwise.
pub(super) fn post_either<T, U>(
    path: impl Into<String>,
    body: &impl Serialize,
) -> Call<Result<T, U>>
where
    T: DeserializeOwned + 'static,
    U: DeserializeOwned + 'static,
{
    Call {
        request: Some(Request {
            method: Method::POST,
            path: path.into(),
            body: json(body),
            version: None,
        }),
        read: Box::new(|answer| match answer.status {
            ACCEPTED => decode(answer).map(Err),
            _ => decode(answer).map(Ok),
        }),
    }
}

/// Sends `body` to `path`, where the answer has nothing to say.
pub(super) fn post_only(path: impl Into<String>, body: &impl Serialize) -> Call<()> {
    Call::unanswered(Method::POST, path.into(), json(body))
}

/// Replaces what is at `path` by `body`, where the answer has nothing to say.
pub(super) fn put_only(path: impl Into<String>, body: &impl Serialize) -> Call<()> {
    Call::unanswered(Method::PUT, path.into(), json(body))
}

/// Deletes `path`, where the answer has nothing to say.
pub(super) fn delete_only(path: impl Into<String>) -> Call<()> {
    Call::unanswered(Method::DELETE, path.into(), None)
}

/// Does what is at `path`, which takes and answers nothing.
pub(super) fn act(path: impl Into<String>) -> Call<()> {
    Call::unanswered(Method::POST, path.into(), None)
}

/// Bodies are structs of ours, which always can be written; the server would refuse an empty one.
fn json(body: &impl Serialize) -> Option<String> {
    Some(serde_json::to_string(body).unwrap_or_default())
}

impl Call<()> {
    fn unanswered(method: Method, path: String, body: Option<String>) -> Self {
        Self {
            request: Some(Request {
                method,
                path,
                body,
                version: None,
            }),
            read: Box::new(|_| Ok(())),
        }
    }
}

impl<T: 'static> Call<T> {
    fn new(method: Method, path: String, body: Option<String>) -> Self
    where
        T: DeserializeOwned,
    {
        Self {
            request: Some(Request {
                method,
                path,
                body,
                version: None,
            }),
            read: Box::new(decode),
        }
    }

    /// Asks nobody: what is answered to people who may not ask.
    pub(crate) fn known(value: T) -> Self {
        Self {
            request: None,
            read: Box::new(|_| Ok(value)),
        }
    }

    /// The same request, refused when what it changes has another version by now.
    pub(crate) fn of_version(mut self, version: i64) -> Self {
        if let Some(request) = &mut self.request {
            request.version = Some(version);
        }
        self
    }

    /// The same request, with something made of its answer.
    pub(crate) fn map<U: 'static>(self, change: impl FnOnce(T) -> U + 'static) -> Call<U> {
        let read = self.read;
        Call {
            request: self.request,
            read: Box::new(|answer| read(answer).map(change)),
        }
    }

    /// Sends it. [`crate::session::Session::send`] also notices when the session has ended.
    pub(crate) fn send(self, then: impl FnOnce(Result<T, ApiError>) + 'static) {
        let (request, then) = self.erased(then);
        client::spawn(request, Wait::ToTheEnd, then);
    }

    /// Sends it and waits.
    pub(crate) async fn answer(self) -> Result<T, ApiError> {
        client::send(self.request)
            .await
            .and_then(|answer| (self.read)(&answer))
    }

    /// Its request, and what to do with the answer, whatever its type is.
    pub(crate) fn erased(
        self,
        then: impl FnOnce(Result<T, ApiError>) + 'static,
    ) -> (Option<Request>, Then) {
        let read = self.read;
        let then = Box::new(|answer: Result<Answer, ApiError>| {
            then(answer.and_then(|answer| read(&answer)));
        });
        (self.request, then)
    }
}

fn decode<T: DeserializeOwned>(answer: &Answer) -> Result<T, ApiError> {
    read(&answer.body).ok_or_else(|| unreadable(answer))
}

fn unreadable(answer: &Answer) -> ApiError {
    ApiError::Unreadable(Unreadable {
        status: answer.status,
        detail: None,
        request_id: answer.request_id.clone(),
    })
}
