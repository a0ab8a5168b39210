//! One request to the router and what it answered.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, Method, Request, header},
};
use serde_json::Value;
use tower::ServiceExt;

/// A request that is being put together.
#[must_use = "a call is nothing until it is sent"]
pub(crate) struct Call {
    router: Router,
    method: Method,
    uri: String,
    headers: HeaderMap,
    body: Option<Body>,
}

impl Call {
    pub(crate) fn new(router: &Router, method: &str, uri: impl Into<String>) -> Self {
        Self {
            router: router.clone(),
            method: method.parse().expect("a method"),
            uri: uri.into(),
            headers: HeaderMap::new(),
            body: None,
        }
    }

    /// Sets a header, in the place of an earlier one of that name.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name: header::HeaderName = name.parse().expect("a header name");
        let value = HeaderValue::from_str(value).expect("a header value");
        self.headers.insert(name, value);
        self
    }

    /// Leaves a header out.
    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.bytes(body.to_string())
    }

    pub(crate) fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(Body::from(body.into()));
        self
    }

    /// A body that comes bit by bit.
    pub(crate) fn stream(mut self, body: Body) -> Self {
        self.body = Some(body);
        self
    }

    /// Sends it and reads the answer to its end.
    pub(crate) async fn send(self) -> Answer {
        let router = self.router.clone();
        let response = router
            .oneshot(self.request())
            .await
            .expect("the router never fails");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a whole body");
        let text = String::from_utf8(body.to_vec()).expect("answers are UTF-8");
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }

    /// Sends it and leaves the answer's body open, for streams.
    pub(crate) async fn open(self) -> axum::response::Response {
        let router = self.router.clone();
        router
            .oneshot(self.request())
            .await
            .expect("the router never fails")
    }

    fn request(self) -> Request<Body> {
        let body = self.body.unwrap_or_default();
        let mut request = Request::builder()
            .method(self.method)
            .uri(&self.uri)
            .body(body)
            .unwrap_or_else(|error| panic!("{}: {error}", self.uri));
        *request.headers_mut() = self.headers;
        request
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// Null when the body is empty or no JSON.
    pub(crate) json: Value,
}

impl Answer {
    /// Fails with the body unless the status is this one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The string at a JSON pointer.
    #[track_caller]
    pub(crate) fn string(&self, pointer: &str) -> String {
        let found = self.json.pointer(pointer).and_then(Value::as_str);
        let found = found.unwrap_or_else(|| panic!("no string at {pointer}: {}", self.text));
        found.to_owned()
    }

    #[track_caller]
    pub(crate) fn id(&self) -> String {
        self.string("/id")
    }

    /// The strings at a pointer into each element of an array, in their order.
    #[track_caller]
    pub(crate) fn strings(&self, array: &str, pointer: &str) -> Vec<String> {
        let elements = self.json.pointer(array).and_then(Value::as_array);
        let elements = elements.map_or(&[][..], Vec::as_slice);
        elements
            .iter()
            .map(|element| {
                let text = element.pointer(pointer).and_then(Value::as_str);
                text.unwrap_or_else(|| panic!("no string at {pointer}: {element}"))
                    .to_owned()
            })
            .collect()
    }

    /// Fails unless this is a SCIM error (RFC 7644 section 3.12) of that status and `scimType`
    /// whose `detail` contains `part`.
    #[track_caller]
    pub(crate) fn expect_scim_error(&self, status: u16, scim_type: Option<&str>, part: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/scim+json"));
        let schemas = "urn:ietf:params:scim:api:messages:2.0:Error";
        assert_eq!(self.json["schemas"], serde_json::json!([schemas]));
        assert_eq!(self.json["status"], status.to_string(), "{}", self.text);
        assert_eq!(self.json["scimType"].as_str(), scim_type, "{}", self.text);
        let detail = self.json["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(part), "`{part}` is not in: {detail}");
    }

    /// Fails unless this is a problem (RFC 9457) of that status and code.
    #[track_caller]
    pub(crate) fn expect_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(self.json["code"], code, "{}", self.text);
        assert_eq!(self.json["status"], status, "{}", self.text);
        assert!(!self.string("/detail").is_empty());
        assert!(!self.string("/request_id").is_empty());
    }
}

/// Everything but unreserved characters (RFC 3986 section 2.3) encoded.
pub(crate) fn percent_encoded(text: &str) -> String {
    use std::fmt::Write;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a string");
        }
    }
    encoded
}
