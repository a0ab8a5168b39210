//! The last line of defence: a panic in a handler is logged and answered, never a cut connection.
//! Each interface answers in its own words.

use std::any::Any;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use scim_schema::resource::ScimError;

use super::{problem::ApiError, scim::scim_error_response};

/// What a panic carries.
type Panic = Box<dyn Any + Send + 'static>;

/// The answer outside both interfaces: fixed text, since nothing is known about the request.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the panic over by value"
)]
pub(super) fn answer(panic: Panic) -> Response {
    tracing::error!(message = message(&panic), "a handler panicked");
    let mut response = Response::new(Body::from("Something went wrong on our side.\n"));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}

/// The answer of SCIM (RFC 7644 section 3.12).
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the panic over by value"
)]
pub(super) fn scim_answer(panic: Panic) -> Response {
    tracing::error!(message = message(&panic), "a handler of SCIM panicked");
    let detail = "Something went wrong on our side; the log has the cause under the id in the header x-request-id";
    scim_error_response(&ScimError::status(500, detail))
}

/// The answer of the console's API, which logs the panic where it is rendered.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the panic over by value"
)]
pub(super) fn problem(panic: Panic) -> Response {
    ApiError::internal(format!("a handler panicked: {}", message(&panic))).into_response()
}

fn message(panic: &Panic) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::Request, middleware::from_fn, routing::get};
    use tower::ServiceExt;
    use tower_http::catch_panic::{CatchPanicLayer, ResponseForPanic};

    use super::{super::problem::render_problems, *};

    async fn sent<P>(panics: P) -> Response
    where
        P: ResponseForPanic<ResponseBody = Body> + Clone + Send + Sync + 'static,
    {
        async fn handler() -> &'static str {
            panic!("jane@example.org")
        }
        let app = Router::new()
            .route("/", get(handler))
            .layer(CatchPanicLayer::custom(panics))
            .layer(from_fn(render_problems));
        let request = Request::get("/").body(Body::empty()).unwrap();
        app.oneshot(request).await.unwrap()
    }

    async fn assert_told(response: Response, media_type: &str) {
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[CONTENT_TYPE], media_type);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await;
        let text = String::from_utf8(body.unwrap().to_vec()).unwrap();
        assert!(
            !text.contains("jane") && text.contains("on our side"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn a_panic_is_answered_in_the_words_of_its_interface() {
        assert_told(sent(scim_answer).await, "application/scim+json").await;
        assert_told(sent(problem).await, "application/problem+json").await;
        assert_told(sent(answer).await, "text/plain").await;
    }
}
