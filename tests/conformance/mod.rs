//! The built-in conformance checks: a service that is as it should be passes them all, and each of
//! them finds its fault.

mod breakages;

use std::collections::HashSet;

use axum::{
    body::Body,
    http::{HeaderValue, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use rollcall_server::conformance::{self, Examiner, ScimService};
use scim_schema::{
    api::conformance::{CheckResult, Verdict},
    dialect::{ConnectionKind, Dialect, Switch},
};
use tower::ServiceExt;

use self::breakages::{Breakage, Fault};
use crate::support::{ORIGIN, ScimClient, TestApp};

/// The service as one connection reaches it, perhaps with a fault.
fn service(client: &ScimClient, breakage: Option<Breakage>) -> ScimService {
    let router = client.router.clone();
    let token = format!("Bearer {}", client.token);
    let token = HeaderValue::from_str(&token).expect("a header value");
    ScimService::new(tower::service_fn(move |request: Request<Body>| {
        let (router, token) = (router.clone(), token.clone());
        async move {
            let (mut parts, body) = request.into_parts();
            let (method, path) = (parts.method.clone(), parts.uri.to_string());
            let broken = breakage.filter(|breakage| breakage.strikes(&method, &path));
            if let Some(Fault::Swallows(status)) = broken.map(|broken| broken.fault) {
                let status = StatusCode::from_u16(status).expect("a status");
                return Ok(status.into_response());
            }
            parts.uri = format!("/scim/v2{path}").parse().expect("a path");
            parts.headers.insert(header::AUTHORIZATION, token);
            let answer: Response = router.oneshot(Request::from_parts(parts, body)).await?;
            Ok(match broken {
                Some(broken) => broken.spoil(answer).await,
                None => answer,
            })
        }
    }))
}

fn examiner(client: &ScimClient, dialect: Dialect, breakage: Option<Breakage>) -> Examiner {
    let service = service(client, breakage);
    let base_url = format!("{ORIGIN}/scim/v2");
    Examiner::new(
        service,
        base_url,
        dialect,
        format!("c{}", client.connection),
    )
}

async fn run(client: &ScimClient, dialect: Dialect) -> Vec<CheckResult> {
    let mut examiner = examiner(client, dialect, None);
    let mut results = Vec::new();
    for check in conformance::checks() {
        results.push(examiner.examine(check).await);
    }
    results
}

fn failed(results: &[CheckResult]) -> Vec<(&str, Option<&str>)> {
    results
        .iter()
        .filter(|result| result.verdict == Verdict::Failed)
        .map(|result| (&*result.id, result.reason.as_deref()))
        .collect()
}

#[tokio::test]
async fn a_connection_of_every_kind_passes_every_check_that_concerns_it() {
    let app = TestApp::new().await;
    let mut passed = HashSet::new();
    for kind in ConnectionKind::ALL {
        let client = app.connection(kind).await;
        let results = run(&client, Dialect::of(kind)).await;
        assert_eq!(failed(&results), [], "{kind:?}");
        for result in results {
            match result.verdict {
                Verdict::Passed => {
                    assert!(!result.evidence.is_empty(), "{}", result.id);
                    passed.insert(result.id);
                }
                _ => assert!(result.reason.is_some(), "{}", result.id),
            }
        }
    }
    let never: Vec<_> = conformance::checks()
        .map(|check| check.id)
        .filter(|id| !passed.contains(*id))
        .collect();
    assert!(
        never.is_empty(),
        "concerns no kind of connection: {never:?}"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_connection_is_examined_with_its_switches_as_they_are() {
    let app = TestApp::new().await;
    let mut dialect = Dialect::of(ConnectionKind::Generic);
    for switch in [
        Switch::GroupPatch200,
        Switch::UserPatch204,
        Switch::DottedKeys,
    ] {
        dialect.set(switch, Some(true));
    }
    let client = app.connection_of(&app.account, dialect.clone()).await;
    let results = run(&client, dialect).await;
    assert_eq!(failed(&results), []);
    let dotted = results
        .iter()
        .find(|result| result.id == "dialect.dotted_keys");
    assert_eq!(dotted.unwrap().verdict, Verdict::Passed);
    // The same connection, taken for another, is found out.
    let results = run(&client, Dialect::of(ConnectionKind::Generic)).await;
    let failed: Vec<_> = failed(&results).into_iter().map(|(id, _)| id).collect();
    assert!(failed.contains(&"groups.patch_answer"), "{failed:?}");
    assert!(failed.contains(&"patch.answer"), "{failed:?}");
    app.finish().await;
}

#[tokio::test]
async fn each_check_finds_its_fault() {
    let app = TestApp::new().await;
    let mut untested: HashSet<_> = conformance::checks().map(|check| check.id).collect();
    let mut wrong = Vec::new();
    for breakage in breakages::all() {
        let check = conformance::checks().find(|check| check.id == breakage.check);
        let check = check.unwrap_or_else(|| panic!("{} is no check", breakage.check));
        untested.remove(check.id);
        let client = app.connection(breakage.kind).await;
        let dialect = Dialect::of(breakage.kind);
        let mut examiner = examiner(&client, dialect, Some(breakage));
        let result = examiner.examine(check).await;
        let reason = result.reason.unwrap_or_default();
        if result.verdict != Verdict::Failed || !reason.contains(breakage.reason) {
            wrong.push(format!("{}: {:?}, {reason}", check.id, result.verdict));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(untested.is_empty(), "nothing breaks these: {untested:?}");
    app.finish().await;
}
