//! What a check talks to the service with. Everything that is sent is kept as evidence.

use std::convert::Infallible;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, header},
    response::Response,
};
use scim_schema::{
    api::conformance::{EVIDENCE_MAX, Evidence},
    dialect::{Dialect, Switch},
    schema::urn,
};
use serde_json::{Value, json};
use tower::{ServiceExt, util::BoxCloneSyncService};

use super::answer::Answer;

/// The service as a provider reaches it: paths are those below the base URL.
pub type ScimService = BoxCloneSyncService<Request<Body>, Response, Infallible>;

/// Largest answer that is read.
const ANSWER_MAX: usize = 8 * 1024 * 1024;
/// Headers of answers that the protocol speaks of.
static TOLD: [header::HeaderName; 4] = [
    header::CONTENT_TYPE,
    header::LOCATION,
    header::ETAG,
    header::ALLOW,
];

/// Why a check ended early.
#[derive(Debug)]
pub(super) enum Stop {
    /// The last answer is not what it should be.
    Failed(String),
    /// The check does not concern the connection.
    NotApplicable(String),
}

/// What a check ends with.
pub(super) type Outcome = Result<(), Stop>;

/// A connection under examination.
pub(super) struct Probe {
    service: ScimService,
    base_url: String,
    dialect: Dialect,
    /// Names of what the checks make begin with it.
    tag: String,
    made: u32,
    evidence: Vec<Evidence>,
}

/// A request that is being put together.
#[must_use = "a call is nothing until it is sent"]
pub(super) struct Call {
    method: &'static str,
    path: String,
    headers: Vec<(header::HeaderName, String)>,
    body: Option<String>,
}

impl Call {
    fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            headers: Vec::new(),
            body: None,
        }
    }

    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self::new("DELETE", path)
    }

    pub(super) fn post(path: impl Into<String>, body: &Value) -> Self {
        Self::new("POST", path).text(body.to_string())
    }

    pub(super) fn put(path: impl Into<String>, body: &Value) -> Self {
        Self::new("PUT", path).text(body.to_string())
    }

    /// A PATCH with these operations (RFC 7644 section 3.5.2).
    pub(super) fn patch(path: impl Into<String>, operations: &Value) -> Self {
        let body = patch_body(operations);
        Self::new("PATCH", path).text(body.to_string())
    }

    /// A list or search with a filter.
    pub(super) fn filter(endpoint: &str, filter: &str) -> Self {
        Self::get(format!("{endpoint}?filter={}", encoded(filter)))
    }

    pub(super) fn text(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    pub(super) fn header(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn request(&self) -> Result<Request<Body>, axum::http::Error> {
        let mut request = Request::builder()
            .method(self.method)
            .uri(&self.path)
            .header(header::ACCEPT, "application/scim+json");
        if self.body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/scim+json");
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(Body::from(self.body.clone().unwrap_or_default()))
    }
}

impl Probe {
    pub(super) fn new(
        service: ScimService,
        base_url: String,
        dialect: Dialect,
        tag: String,
    ) -> Self {
        Self {
            service,
            base_url,
            dialect,
            tag,
            made: 0,
            evidence: Vec::new(),
        }
    }

    /// The dialect of the connection.
    pub(super) const fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// What was sent since the last time.
    pub(super) fn take_evidence(&mut self) -> Vec<Evidence> {
        std::mem::take(&mut self.evidence)
    }

    /// Ends a check that only concerns connections with a switch in this position.
    pub(super) fn only_with(&self, switch: Switch, on: bool) -> Outcome {
        if self.dialect.is_on(switch) == on {
            return Ok(());
        }
        let position = if on { "off" } else { "on" };
        Err(Stop::NotApplicable(format!(
            "The function {} is {position} on this connection.",
            switch.as_str()
        )))
    }

    /// A name that nobody else has.
    pub(super) fn name(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{}-{kind}-{}", self.tag, self.made)
    }

    /// Sends a request and says what is expected of its answer.
    pub(super) async fn send(
        &mut self,
        call: Call,
        expected: impl Into<String>,
    ) -> Result<Answer, Stop> {
        let request = call
            .request()
            .map_err(|error| Stop::Failed(format!("The request could not be made: {error}.")))?;
        let Ok(response) = self.service.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let read = to_bytes(body, ANSWER_MAX).await;
        let text = read
            .as_ref()
            .map(|body| String::from_utf8_lossy(body).into_owned());
        let text = text.unwrap_or_default();
        let status = parts.status.as_u16();
        self.evidence.push(Evidence {
            method: call.method.to_owned(),
            path: call.path,
            request_headers: call.headers.iter().map(line).collect(),
            request_body: call.body.as_deref().map(cut),
            expected: expected.into(),
            status,
            response_headers: told(&parts.headers),
            response_body: (!text.is_empty()).then(|| cut(&text)),
        });
        if read.is_err() {
            let limit = ANSWER_MAX / 1024 / 1024;
            return Err(Stop::Failed(format!(
                "The answer broke off or is larger than {limit} MiB."
            )));
        }
        Ok(Answer::new(status, parts.headers, &text))
    }

    /// The body of a user that no check has made before.
    pub(super) fn new_user(&mut self) -> Value {
        json!({ "schemas": [urn::USER], "userName": self.name("user") })
    }

    /// Makes a user with these further attributes and answers the resource.
    pub(super) async fn user(&mut self, more: Value) -> Result<Answer, Stop> {
        let mut body = self.new_user();
        merge(&mut body, more);
        let made = self
            .send(Call::post("/Users", &body), "201: a user for this check")
            .await?;
        made.status(201)?;
        Ok(made)
    }

    /// Makes a group with these members and answers the resource.
    pub(super) async fn group(&mut self, members: &[&str]) -> Result<Answer, Stop> {
        let body = group_body(&self.name("group"), members);
        let made = self
            .send(Call::post("/Groups", &body), "201: a group for this check")
            .await?;
        made.status(201)?;
        Ok(made)
    }

    /// The path of a resource from its `Location`, which is to lie below the base URL.
    pub(super) fn below_base(&self, location: &str) -> Result<String, Stop> {
        let path = location.strip_prefix(&self.base_url);
        path.map(str::to_owned).ok_or_else(|| {
            Stop::Failed(format!("{location} does not lie below {}.", self.base_url))
        })
    }
}

/// A group with members.
pub(super) fn group_body(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({ "schemas": [urn::GROUP], "displayName": name, "members": members })
}

/// The message of a PATCH.
pub(super) fn patch_body(operations: &Value) -> Value {
    json!({ "schemas": [urn::PATCH_OP], "Operations": operations })
}

/// Puts the members of `more` into `body`.
pub(super) fn merge(body: &mut Value, more: Value) {
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
}

/// Everything but unreserved characters (RFC 3986 section 2.3) encoded.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn line((name, value): &(header::HeaderName, String)) -> String {
    format!("{name}: {value}")
}

fn told(headers: &HeaderMap) -> Vec<String> {
    let mut lines = Vec::new();
    for name in &TOLD {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        lines.extend(value.map(|value| format!("{name}: {value}")));
    }
    lines
}

/// What is kept of a body.
fn cut(body: &str) -> String {
    let length = body.chars().count();
    if length <= EVIDENCE_MAX {
        return body.to_owned();
    }
    let mut kept: String = body.chars().take(EVIDENCE_MAX).collect();
    kept.push_str(&format!(" … ({length} characters)"));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_body_is_bounded_and_says_how_long_it_was() {
        assert_eq!(cut("{}"), "{}");
        let long = cut(&"ü".repeat(EVIDENCE_MAX + 1));
        assert!(long.chars().count() < EVIDENCE_MAX + 30);
        assert!(long.ends_with("… (3001 characters)"), "{long}");
    }

    #[test]
    fn a_filter_is_sent_as_one_value() {
        assert_eq!(encoded("a eq \"b&c\""), "a%20eq%20%22b%26c%22");
    }
}
