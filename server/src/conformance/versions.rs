//! Versions of resources (RFC 7644 section 3.14).

use axum::http::header;
use scim_schema::api::conformance::CheckArea;
use serde_json::json;

use super::{
    Check,
    answer::holds,
    probe::{Call, Outcome, Probe},
};

const AREA: CheckArea = CheckArea::Versions;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "versions.etag",
        area: AREA,
        title: "A resource names its version, and a change gives it a new one.",
        meaning: "Scripts can tell whether something changed since they read it.",
        source: "RFC 7644 §3.14",
        run: |p| Box::pin(etag(p)),
    },
    Check {
        id: "versions.not_modified",
        area: AREA,
        title: "What has not changed is not sent again.",
        meaning: "A client that polls costs next to nothing.",
        source: "RFC 7644 §3.14, RFC 9110 §13.1.2",
        run: |p| Box::pin(not_modified(p)),
    },
    Check {
        id: "versions.outdated",
        area: AREA,
        title: "A change to an outdated version is refused.",
        meaning: "Two scripts do not undo each other's work.",
        source: "RFC 7644 §3.14, RFC 9110 §13.1.1",
        run: |p| Box::pin(outdated(p)),
    },
];

async fn etag(p: &mut Probe) -> Outcome {
    let path = format!("/Users/{}", p.user(json!({})).await?.id()?);
    let read = p
        .send(Call::get(&path), "200 with ETag and meta.version")
        .await?;
    read.status(200)?;
    let before = read.header(&header::ETAG)?.to_owned();
    read.is("/meta/version", &json!(before))?;
    let operations = json!([{ "op": "add", "path": "title", "value": "Countess" }]);
    let said = p
        .send(Call::patch(&path, &operations), "200 or 204")
        .await?;
    said.one_of(&[200, 204])?;
    let read = p.send(Call::get(path), "200 with another ETag").await?;
    read.status(200)?;
    let after = read.header(&header::ETAG)?;
    holds(after != before, format!("The ETag is {after} as before."))
}

async fn not_modified(p: &mut Probe) -> Outcome {
    let made = p.user(json!({})).await?;
    let call = Call::get(format!("/Users/{}", made.id()?));
    let call = call.header(header::IF_NONE_MATCH, made.text("/meta/version")?);
    let said = p.send(call, "304 without a body").await?;
    said.status(304)?;
    holds(said.json.is_null(), "The answer has a body.")
}

async fn outdated(p: &mut Probe) -> Outcome {
    let made = p.user(json!({ "title": "Lady" })).await?;
    let path = format!("/Users/{}", made.id()?);
    let version = made.text("/meta/version")?;
    let operations = json!([{ "op": "replace", "path": "title", "value": "Countess" }]);
    let fresh = Call::patch(&path, &operations).header(header::IF_MATCH, &*version);
    p.send(fresh, "200 or 204: the version is the present one")
        .await?
        .one_of(&[200, 204])?;
    let operations = json!([{ "op": "replace", "path": "title", "value": "Queen" }]);
    let stale = Call::patch(&path, &operations).header(header::IF_MATCH, version);
    let said = p.send(stale, "412: the version is an old one").await?;
    said.error(412, None)?;
    let read = p
        .send(Call::get(path), "200 with the first change alone")
        .await?;
    read.status(200)?;
    read.is("/title", &json!("Countess"))
}
