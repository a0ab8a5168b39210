//! Plans after a mass load, before the database has counted anything by itself.

use std::time::Duration;

use scim_schema::dialect::ConnectionKind;
use sea_orm::{ConnectionTrait, DatabaseBackend};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{BY_MEMBER, BY_SCIM_ID, BY_USER_NAME, Path, plan, statements_of};
use crate::support::{TestApp, patch_body, percent_encoded};

/// More than a table that is not counted yet.
const USERS: usize = 120;
/// Autovacuum would need up to a minute, and is off.
const SOON: Duration = Duration::from_secs(20);

async fn until_taken(app: &TestApp, statement: &str, paths: &[Path]) {
    let deadline = Instant::now() + SOON;
    loop {
        let plan = plan(app, statement).await;
        if paths.iter().all(|path| path.is_taken(app.backend(), &plan)) {
            return;
        }
        assert!(Instant::now() < deadline, "not by {paths:?}:\n{plan}");
        sleep(Duration::from_millis(200)).await;
    }
}

/// The first statement with `words`, whatever background work ran beside it.
fn one_with(words: &str, statements: Vec<String>) -> String {
    let found = statements.into_iter().find(|text| text.contains(words));
    found.unwrap_or_else(|| panic!("no statement with {words}"))
}

#[tokio::test]
async fn soon_after_a_mass_load_a_look_up_and_a_member_go_by_their_index() {
    let app = TestApp::new().await;
    if app.backend() == DatabaseBackend::Postgres {
        for table in ["users", "scim_links", "groups", "group_members"] {
            let off = format!("ALTER TABLE {table} SET (autovacuum_enabled = false)");
            app.sql.execute_unprepared(&off).await.unwrap();
        }
    }
    let client = app.connection(ConnectionKind::Generic).await;
    let mut ids = Vec::new();
    for number in 0..USERS {
        ids.push(client.user(&format!("user{number}")).await);
    }
    let members: Vec<&str> = ids.iter().map(String::as_str).collect();
    let group = client.group("Crowd", &members).await;
    // What these requests left to write would be heard among the next ones' statements.
    app.flush_log().await;
    let filter = percent_encoded("userName eq \"user7\"");
    let look_up = client.call("GET", &format!("/Users?filter={filter}"));
    let look_up = one_with("user_name_folded", statements_of(look_up, 200).await);
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ids[3] }] }]);
    let add = client.call_with("PATCH", &format!("/Groups/{group}"), &patch_body(add));
    let lock = one_with("LEFT JOIN", statements_of(add, 204).await);
    until_taken(&app, &look_up, &[BY_USER_NAME]).await;
    until_taken(&app, &lock, &[BY_SCIM_ID, BY_MEMBER]).await;
    app.finish().await;
}
