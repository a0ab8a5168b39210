//! One way to talk to the server: JSON, the header that proves the console sent it, a time limit,
//! and an abort when nobody waits for the answer any more. Nothing here depends on the type of an
//! answer, so it is compiled once.

use std::{cell::Cell, rc::Rc, time::Duration};

use gloo_net::http::{Method, RequestBuilder};
use leptos::{
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle},
    task::{spawn_local, spawn_local_scoped_with_cancellation},
};
use scim_schema::api::session::CSRF_HEADER;
use web_sys::AbortController;

use super::{call::Request, error::ApiError};

/// Every endpoint is below this path.
pub(crate) const BASE: &str = "/api/v1";

/// Header that names a request in the server's log.
const REQUEST_ID: &str = "x-request-id";
const LIMIT: Duration = Duration::from_secs(10);

/// An answer that was not an error.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(super) status: u16,
    /// As it came.
    pub(super) body: String,
    /// What its header says.
    pub(super) request_id: Option<String>,
}

/// What is done with an answer.
pub(crate) type Then = Box<dyn FnOnce(Result<Answer, ApiError>)>;

/// How long an answer is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Until it comes, also when nobody shows it any more.
    ToTheEnd,
    /// As long as what asked for it is shown; then the request is aborted.
    WhileShown,
}

/// Sends a request; every one of the console goes through here.
pub(crate) fn spawn(request: Option<Request>, wait: Wait, then: Then) {
    let run = async move { then(send(request).await) };
    match wait {
        Wait::ToTheEnd => spawn_local(run),
        Wait::WhileShown => spawn_local_scoped_with_cancellation(run),
    }
}

/// Sends a request and waits; no request has an empty answer.
pub(super) async fn send(request: Option<Request>) -> Result<Answer, ApiError> {
    let Some(Request {
        method,
        path,
        body,
        version,
    }) = request
    else {
        return Ok(Answer::default());
    };
    let Ok(guard) = Guard::new() else {
        return Err(ApiError::Network);
    };
    let changes = method != Method::GET;
    let mut builder = RequestBuilder::new(&(BASE.to_owned() + &path))
        .method(method)
        .abort_signal(Some(&guard.controller.signal()))
        .header("accept", "application/json");
    if changes {
        builder = builder
            .header(CSRF_HEADER, "1")
            .header("content-type", "application/json");
    }
    if let Some(version) = version {
        builder = builder.header("if-match", &format!("W/\"{version}\""));
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
