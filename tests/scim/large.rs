//! Requests that are too large, too deep or too many in each way that a request can be: each is
//! refused in SCIM with a sentence that names the limit, soon, and without taking the memory that
//! it asks for. The server is a process of its own here, so that its memory can be measured.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use reqwest::{Client, Method, header};
use serde_json::{Value, json};

use crate::support::{OwnProcess, percent_encoded, serve, user_body};

/// What a refused request may take, on a machine that has other things to do.
const SOON: Duration = Duration::from_secs(20);
/// What the server may have in memory at any time: four of the largest bodies, each as text and as a
/// million values, beside the caches of its database.
const MOST_MEMORY: u64 = 1 << 30;
/// A body beyond the default limit of 16 MiB.
const TOO_LARGE: usize = 20_000_000;
/// Connections: each may have a quarter of the memory for bodies, which is one of the largest.
const CONNECTIONS: usize = 4;

const LISTS: &str = r#""schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]"#;

/// One request and how it is refused.
struct Case {
    name: &'static str,
    method: Method,
    path: String,
    body: Option<String>,
    status: u16,
    scim_type: Option<&'static str>,
    /// What the sentence says.
    part: &'static str,
}

impl Case {
    fn new(name: &'static str, method: Method, path: &str, body: impl Into<String>) -> Self {
        Self {
            name,
            method,
            path: path.to_owned(),
            body: Some(body.into()),
            status: 400,
            scim_type: None,
            part: "",
        }
    }

    fn get(name: &'static str, path: &str) -> Self {
        Self {
            body: None,
            ..Self::new(name, Method::GET, path, "")
        }
    }

    fn too_large(self, part: &'static str) -> Self {
        Self {
            status: 413,
            part,
            ..self
        }
    }

    fn refused(self, scim_type: &'static str, part: &'static str) -> Self {
        Self {
            scim_type: Some(scim_type),
            part,
            ..self
        }
    }
}

/// A user of this many bytes.
fn large_user(length: usize) -> String {
    let mut text = user_body("large").to_string();
    text.pop();
    let filling = length - text.len() - r#","title":""}"#.len();
    format!(r#"{text},"title":"{}"}}"#, "x".repeat(filling))
}

fn search(filter: &str) -> String {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": filter,
    })
    .to_string()
}

fn patch(operations: &str) -> String {
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":{operations}}}"#
    )
}

fn bulk(operations: &str) -> String {
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":{operations}}}"#
    )
}

/// `one` this many times, in brackets.
fn list(one: &str, count: usize) -> String {
    format!("[{}]", vec![one; count].join(","))
}

fn nested(open: &str, inside: &str, close: &str) -> String {
    format!("{}{inside}{}", open.repeat(1_000), close.repeat(1_000))
}

/// Bodies of 20 MB, everywhere that a body is read.
fn of_many_bytes(user: &str) -> Vec<Case> {
    let limit = "larger than 16777216 bytes";
    let of = |name, method, path: &str| {
        Case::new(name, method, path, large_user(TOO_LARGE)).too_large(limit)
    };
    vec![
        of("a user of 20 MB", Method::POST, "/Users"),
        of("a PUT of 20 MB", Method::PUT, user),
        of("a PATCH of 20 MB", Method::PATCH, user),
        of("a group of 20 MB", Method::POST, "/Groups"),
        of("a search of 20 MB", Method::POST, "/.search"),
        Case::new(
            "a Bulk of 20 MB",
            Method::POST,
            "/Bulk",
            large_user(TOO_LARGE),
        )
        .too_large("maxPayloadSize (16777216 bytes)"),
    ]
}

/// Small things, but very many of them.
fn of_many_values(user: &str) -> Vec<Case> {
    let limit = "more than 1000000 values";
    let member = |name: &'static str, values: String| {
        let body = format!("{{{LISTS},\"userName\":\"many\",\"x\":{values}}}");
        Case::new(name, Method::POST, "/Users", body).too_large(limit)
    };
    let delete = r#"{"method":"DELETE","path":"/Users/1"}"#;
    vec![
        member("seven million numbers", list("1", 7_000_000)),
        member("five million lists", list("[]", 5_000_000)),
        member("five million objects", list("{}", 5_000_000)),
        member("two million objects of one", list(r#"{"a":1}"#, 2_000_000)),
        Case::new(
            "five million operations of a PATCH",
            Method::PATCH,
            user,
            patch(&list("{}", 5_000_000)),
        )
        .too_large(limit),
        Case::new(
            "10,000 operations of a Bulk",
            Method::POST,
            "/Bulk",
            bulk(&list(delete, 10_000)),
        )
        .too_large("maxOperations is 1000"),
    ]
}

/// A thousand levels, of JSON and of expressions.
fn of_many_levels(user: &str) -> Vec<Case> {
    let levels = "deeper than 32 levels";
    let filter = nested("(", "userName pr", ")");
    let negated = nested("not (", "userName pr", ")");
    let path = format!("emails[{}]", nested("(", "type eq \\\"work\\\"", ")"));
    let operation = format!(r#"[{{"op":"remove","path":"{path}"}}]"#);
    let deep = |name: &'static str, value: String| {
        let body = format!("{{{LISTS},\"userName\":\"deep\",\"x\":{value}}}");
        Case::new(name, Method::POST, "/Users", body).refused("invalidSyntax", levels)
    };
    let value = nested("[", "1", "]");
    let replace = format!(r#"[{{"op":"replace","path":"title","value":{value}}}]"#);
    vec![
        deep("a thousand lists", nested("[", "1", "]")),
        deep("a thousand objects", nested(r#"{"a":"#, "1", "}")),
        Case::new("a deep value", Method::PATCH, user, patch(&replace))
            .refused("invalidSyntax", levels),
        Case::get(
            "a thousand brackets",
            &format!("/Users?filter={}", percent_encoded(&filter)),
        )
        .refused("invalidFilter", levels),
        Case::new(
            "a thousand brackets in a body",
            Method::POST,
            "/Users/.search",
            search(&filter),
        )
        .refused("invalidFilter", levels),
        Case::new(
            "a thousand times not",
            Method::POST,
            "/.search",
            search(&negated),
        )
        .refused("invalidFilter", levels),
        Case::new("a deep value path", Method::PATCH, user, patch(&operation))
            .refused("invalidPath", levels),
    ]
}

/// Expressions, names and numbers of a size that nobody means.
fn of_many_characters(user: &str) -> Vec<Case> {
    let long = "x".repeat(1_000_000);
    let digits = "9".repeat(1_000_000);
    let many_ors = vec!["userName eq \"a\""; 10_000].join(" or ");
    let short_ors = vec!["id pr"; 700].join(" or ");
    let length = "8192";
    let number = |name: &'static str, digits: &str| {
        let body = format!("{{{LISTS},\"userName\":\"number\",\"x\":{digits}}}");
        Case::new(name, Method::POST, "/Users", body).refused("invalidSyntax", "number")
    };
    let path = format!(r#"[{{"op":"add","path":"{long}","value":1}}]"#);
    let urn = format!(r#"{{"schemas":["urn:{long}"],"userName":"urn"}}"#);
    vec![
        Case::new(
            "ten thousand ors",
            Method::POST,
            "/Users/.search",
            search(&many_ors),
        )
        .refused("invalidFilter", length),
        Case::new(
            "hundreds of ors",
            Method::POST,
            "/Users/.search",
            search(&short_ors),
        )
        .refused("invalidFilter", "256"),
        Case::get(
            "hundreds of ors in the address",
            &format!("/Users?filter={}", percent_encoded(&short_ors)),
        )
        .refused("invalidFilter", "256"),
        Case::new(
            "a name of a megabyte in a filter",
            Method::POST,
            "/Users/.search",
            search(&format!("{long} pr")),
        )
        .refused("invalidFilter", length),
        Case::new(
            "a name of a megabyte in a path",
            Method::PATCH,
            user,
            patch(&path),
        )
        .refused("invalidPath", ""),
        Case::new("a URN of a megabyte", Method::POST, "/Users", urn)
            .refused("invalidValue", "urn:xxx"),
        number("a number beyond any", "1e999999"),
        number("a million digits", &digits),
    ]
}

/// Sends a case and fails unless it is refused as it says, within its time.
async fn assert_refused(http: &Client, server: &OwnProcess, case: Case) {
    let Case { name, part, .. } = case;
    let started = Instant::now();
    let mut request = http
        .request(case.method, format!("{}{}", server.base_url, case.path))
        .bearer_auth(&server.tokens[0]);
    if let Some(body) = case.body {
        request = request
            .header(header::CONTENT_TYPE, "application/scim+json")
            .body(body);
    }
    let answer = request.send().await;
    let answer = answer.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    let status = answer.status().as_u16();
    let content_type = answer.headers().get(header::CONTENT_TYPE).cloned();
    let text = answer.text().await.expect("a body");
    assert_eq!(status, case.status, "{name}: {text}");
    assert_eq!(content_type.unwrap(), "application/scim+json", "{name}");
    let error: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(error["status"], case.status.to_string(), "{name}");
    assert_eq!(error["scimType"].as_str(), case.scim_type, "{name}: {text}");
    let detail = error["detail"].as_str().unwrap_or_default();
    assert!(
        detail.contains(part),
        "{name}: `{part}` is not in: {detail}"
    );
    assert!(text.len() < 1_000, "{name}: an answer of {}", text.len());
    let took = started.elapsed();
    assert!(took < SOON, "{name} took {took:?}");
}

/// Creates somebody and answers the path of the resource.
async fn create(http: &Client, server: &OwnProcess, name: &str) -> String {
    let user = created(http, server, &user_body(name)).await;
    format!("/Users/{}", user["id"].as_str().unwrap())
}

async fn created(http: &Client, server: &OwnProcess, body: &Value) -> Value {
    let url = format!("{}/Users", server.base_url);
    let request = http.post(url).bearer_auth(&server.tokens[0]);
    let answer = request.json(body).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    answer.json().await.unwrap()
}

/// What no definition knows is ignored (D3), whatever its name, and nothing of it comes back.
async fn assert_a_long_name_is_ignored(http: &Client, server: &OwnProcess) {
    let mut body = user_body("long");
    body["y".repeat(1_000_000)] = "z".repeat(1_000_000).into();
    let user = created(http, server, &body).await;
    assert!(user.to_string().len() < 1_000, "it came back");
}

/// Numbers of a window that are beyond any: past the end, and the most there is (RFC 7644 section
/// 3.4.2.4).
async fn assert_numbers_beyond_any_are_read(http: &Client, server: &OwnProcess) {
    let digits = "9".repeat(9_000);
    for (window, shown) in [("startIndex", 0), ("count", 2)] {
        let url = format!("{}/Users?{window}={digits}", server.base_url);
        let answer = http.get(url).bearer_auth(&server.tokens[0]).send();
        let list: Value = answer.await.unwrap().json().await.unwrap();
        assert_eq!(list["totalResults"], 2, "{window}");
        assert_eq!(list["itemsPerPage"], shown, "{window}");
    }
}

/// As many bodies as are read at a time, each of the largest size and of more values than are kept,
/// from a connection each: every one is refused for what it is, or because there is no room for it.
async fn assert_uploads_are_bounded(http: &Client, server: &OwnProcess) {
    let body = format!("{{{LISTS},\"x\":{}}}", list(r#"{"a":"b"}"#, 1_600_000));
    let body = Bytes::from(body);
    let uploads = server.tokens.iter().map(|token| {
        let request = http
            .post(format!("{}/Users", server.base_url))
            .bearer_auth(token)
            .header(header::CONTENT_TYPE, "application/scim+json")
            .body(body.clone());
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    });
    let mut statuses = Vec::new();
    for upload in uploads.collect::<Vec<_>>() {
        statuses.push(upload.await.unwrap());
    }
    let is_clear = |status: &u16| matches!(status, 413 | 503);
    assert!(statuses.iter().all(is_clear), "{statuses:?}");
    assert!(statuses.contains(&413), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_large_is_refused_in_scim_soon_and_in_bounded_memory() {
    let name = "scim::large::what_is_too_large_is_refused_in_scim_soon_and_in_bounded_memory";
    let Some(server) = OwnProcess::of_test(name) else {
        serve(CONNECTIONS).await;
        return;
    };
    let http = Client::new();
    let user = create(&http, &server, "ada").await;
    let kinds: [fn(&str) -> Vec<Case>; 4] = [
        of_many_bytes,
        of_many_values,
        of_many_levels,
        of_many_characters,
    ];
    for cases in kinds {
        for case in cases(&user) {
            assert_refused(&http, &server, case).await;
        }
    }
    assert_a_long_name_is_ignored(&http, &server).await;
    assert_numbers_beyond_any_are_read(&http, &server).await;
    let one_by_one = server.peak_memory().unwrap_or_default() >> 20;
    assert_uploads_are_bounded(&http, &server).await;
    let at_once = server.peak_memory().unwrap_or_default() >> 20;
    println!(
        "most memory of the server: {one_by_one} MiB one by one, {at_once} MiB with {CONNECTIONS} uploads at once"
    );
    assert!(at_once < MOST_MEMORY >> 20, "{at_once} MiB");
    create(&http, &server, "grace").await;
    server.stop();
}
