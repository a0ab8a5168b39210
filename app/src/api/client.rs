//! One way to talk to the server: JSON, the header that proves the console sent it, a time limit,
//! and an abort when nobody waits for the answer any more.

use std::{cell::Cell, rc::Rc, time::Duration};

use gloo_net::http::{Method, RequestBuilder};
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use scim_schema::api::session::CSRF_HEADER;
use serde::{Serialize, de::DeserializeOwned};
use web_sys::AbortController;

use super::error::{ApiError, Unreadable};

/// Every endpoint is below this path.
pub(crate) const BASE: &str = "/api/v1";

/// Header that names a request in the server's log.
const REQUEST_ID: &str = "x-request-id";
const LIMIT: Duration = Duration::from_secs(10);

/// Reads `path`.
pub(crate) async fn get<T: DeserializeOwned>(path: &str) -> Result<T, ApiError> {
    decode(&send(Method::GET, path, None).await?)
}

/// Sends `body` to `path`.
pub(crate) async fn post<B: Serialize, T: DeserializeOwned>(
    path: &str,
    body: &B,
) -> Result<T, ApiError> {
    send_body(Method::POST, path, body).await
}

/// Sends `body` to `path`, where the answer has nothing to say.
pub(crate) async fn post_only<B: Serialize>(path: &str, body: &B) -> Result<(), ApiError> {
    let Ok(body) = serde_json::to_string(body) else {
        return Err(ApiError::Unreadable(Unreadable::default()));
    };
    send(Method::POST, path, Some(body)).await.map(drop)
}

/// Changes what is at `path` as `body` says.
pub(crate) async fn patch<B: Serialize, T: DeserializeOwned>(
    path: &str,
    body: &B,
) -> Result<T, ApiError> {
    send_body(Method::PATCH, path, body).await
}

/// Replaces what is at `path` by `body`.
pub(crate) async fn put<B: Serialize, T: DeserializeOwned>(
    path: &str,
    body: &B,
) -> Result<T, ApiError> {
    send_body(Method::PUT, path, body).await
}

async fn send_body<B: Serialize, T: DeserializeOwned>(
    method: Method,
    path: &str,
    body: &B,
) -> Result<T, ApiError> {
    let Ok(body) = serde_json::to_string(body) else {
        return Err(ApiError::Unreadable(Unreadable::default()));
    };
    decode(&send(method, path, Some(body)).await?)
}

/// Puts `body` at `path`; the answer has none.
pub(crate) async fn put_unanswered<B: Serialize>(path: &str, body: &B) -> Result<(), ApiError> {
    let Ok(body) = serde_json::to_string(body) else {
        return Err(ApiError::Unreadable(Unreadable::default()));
    };
    send(Method::PUT, path, Some(body)).await.map(drop)
}

/// Deletes `path`.
pub(crate) async fn delete(path: &str) -> Result<(), ApiError> {
    send(Method::DELETE, path, None).await.map(drop)
}

/// Does what is at `path`, which takes and answers nothing.
pub(crate) async fn act(path: &str) -> Result<(), ApiError> {
    send(Method::POST, path, None).await.map(drop)
}

/// Deletes `path` and reads what that answers.
pub(crate) async fn delete_all<T: DeserializeOwned>(path: &str) -> Result<T, ApiError> {
    decode(&send(Method::DELETE, path, None).await?)
}

/// An answer that was not an error.
struct Answer {
    status: u16,
    body: String,
    request_id: Option<String>,
}

fn decode<T: DeserializeOwned>(answer: &Answer) -> Result<T, ApiError> {
    serde_json::from_str(&answer.body).map_err(|_| {
        ApiError::Unreadable(Unreadable {
            status: answer.status,
            detail: None,
            request_id: answer.request_id.clone(),
        })
    })
}

async fn send(method: Method, path: &str, body: Option<String>) -> Result<Answer, ApiError> {
    let Ok(guard) = Guard::new() else {
        return Err(ApiError::Network);
    };
    let changes = method != Method::GET;
    let mut builder = RequestBuilder::new(&format!("{BASE}{path}"))
        .method(method)
        .abort_signal(Some(&guard.controller.signal()))
        .header("accept", "application/json");
    if changes {
        builder = builder
            .header(CSRF_HEADER, "1")
            .header("content-type", "application/json");
    }
    let request = match body {
        Some(body) => builder.body(body),
        None => builder.build(),
    };
    let failure = |_| guard.failure();
    let response = request.map_err(failure)?.send().await.map_err(failure)?;
    let status = response.status();
    let request_id = response.headers().get(REQUEST_ID);
    let body = response.text().await.map_err(failure)?;
    if status >= 400 {
        return Err(ApiError::from_answer(status, &body, request_id));
    }
    Ok(Answer {
        status,
        body,
        request_id,
    })
}

/// Aborts the request when its future is dropped or the limit has passed.
struct Guard {
    controller: AbortController,
    timed_out: Rc<Cell<bool>>,
    timer: Option<TimeoutHandle>,
}

impl Guard {
    fn new() -> Result<Self, wasm_bindgen::JsValue> {
        let controller = AbortController::new()?;
        let timed_out = Rc::new(Cell::new(false));
        let timer = set_timeout_with_handle(
            {
                let (controller, timed_out) = (controller.clone(), Rc::clone(&timed_out));
                move || {
                    timed_out.set(true);
                    controller.abort();
                }
            },
            LIMIT,
        )
        .ok();
        Ok(Self {
            controller,
            timed_out,
            timer,
        })
    }

    fn failure(&self) -> ApiError {
        if self.timed_out.get() {
            ApiError::Timeout
        } else {
            ApiError::Network
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(timer) = &self.timer {
            timer.clear();
        }
        self.controller.abort();
    }
}
