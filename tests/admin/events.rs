//! Live updates: what changed reaches an open console, and nothing of what it says.

use std::time::Duration;

use axum::body::BodyDataStream;
use chrono::TimeDelta;
use futures_util::StreamExt;
use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use crate::support::{Console, PASSWORD, TestApp};

const SOON: Duration = Duration::from_secs(10);

/// An open stream of server-sent events.
pub(super) struct Events {
    body: BodyDataStream,
    text: String,
}

impl Events {
    pub(super) async fn open(console: &Console) -> Self {
        let response = console.call("GET", "/events").open().await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    /// Name and data of the next event; `None` when the stream has ended.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let line = |prefix: &str| {
                    let found = event.lines().find_map(|line| line.strip_prefix(prefix));
                    found.map(|text| text.trim().to_owned())
                };
                let parsed = line("event:").zip(line("data:"));
                self.text = rest.to_owned();
                match parsed {
                    Some((name, data)) => {
                        return Some((name, serde_json::from_str(&data).unwrap()));
                    }
                    None => continue,
                }
            }
            let chunk = tokio::time::timeout(SOON, self.body.next()).await;
            let chunk = chunk.expect("no event came")?;
            self.text
                .push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }

    /// The next change of this kind.
    pub(super) async fn change(&mut self, kind: &str) -> Value {
        loop {
            let (name, data) = self.next().await.expect("the stream ended");
            assert_eq!(name, "change");
            if data["kind"] == kind {
                return data;
            }
        }
    }
}

#[tokio::test]
async fn a_change_by_scim_reaches_an_open_console_as_kind_id_and_version() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let mut events = Events::open(&console).await;
    let id = client.user("ada").await;
    let user = app.user_of(&id).await.to_string();
    let created = loop {
        let change = events.change("user").await;
        if change["id"] == user {
            break change;
        }
    };
    assert_eq!(created, json!({ "kind": "user", "id": user, "version": 1 }));
    let title = json!([{ "op": "add", "path": "title", "value": "Countess" }]);
    client
        .patch(&format!("/Users/{id}"), title)
        .await
        .expect(200);
    assert_eq!(
        events.change("user").await,
        json!({ "kind": "user", "id": user, "version": 2 })
    );
    let group = client.group("Analysts", &[&id]).await;
    assert_eq!(events.change("group").await["id"], *group);
    let log = events.change("provisioning_log").await;
    assert_eq!(log["id"], client.connection.to_string());
    let body = json!({ "name": "Okta", "kind": "okta" });
    let made = console.post("/idp-connections", &body).await.expect(201);
    assert_eq!(
        events.change("connection").await["id"],
        made.string("/connection/id")
    );
    drop(events);
    app.finish().await;
}

#[tokio::test]
async fn changes_of_another_account_are_not_told() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let other = app.other_account().await;
    let stranger = app.connection_of(&other, ConnectionKind::Generic).await;
    let own = app.connection(ConnectionKind::Generic).await;
    let mut events = Events::open(&console).await;
    let theirs = app
        .user_of(&stranger.user("secret").await)
        .await
        .to_string();
    let ours = app.user_of(&own.user("ada").await).await.to_string();
    loop {
        let (_, data) = events.next().await.expect("the stream ended");
        assert_ne!(data["id"], theirs);
        if data["id"] == ours {
            break;
        }
    }
    drop(events);
    app.finish().await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let mut second = app.browser();
    second
        .sign_in("dana@example.org", PASSWORD)
        .await
        .expect(200);
    let mut ended = Events::open(&console).await;
    let mut open = Events::open(&second).await;
    console.delete("/sessions/current").await.expect(204);
    while ended.next().await.is_some() {}
    let client = app.connection(ConnectionKind::Generic).await;
    client.user("ada").await;
    open.change("user").await;
    app.clock.advance(TimeDelta::minutes(31));
    while open.next().await.is_some() {}
    app.finish().await;
}

#[tokio::test]
async fn a_session_has_eight_streams_at_most_and_closed_ones_do_not_count() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(Events::open(&console).await);
    }
    console
        .get("/events")
        .await
        .expect_problem(429, "too_many_requests");
    streams.pop();
    streams.push(Events::open(&console).await);
    drop(streams);
    app.finish().await;
}

#[tokio::test]
async fn streams_end_when_the_server_stops() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let mut events = Events::open(&console).await;
    app.app.shutdown_token().cancel();
    while events.next().await.is_some() {}
    app.finish().await;
}
