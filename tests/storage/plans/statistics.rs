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
    let filter = percent_encoded("userName eq \"user7\"");
    let look_up = client.call("GET", &format!("/Users?filter={filter}"));
    let look_up = statements_of(look_up, 200).await;
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ids[3] }] }]);
    let add = client.call_with("PATCH", &format!("/Groups/{group}"), &patch_body(add));
    let add = statements_of(add, 204).await;
    let lock = add.iter().find(|statement| statement.contains("LEFT JOIN"));
    let lock = lock.expect("a statement that locks the group");
    until_taken(&app, &look_up[0], &[BY_USER_NAME]).await;
    until_taken(&app, lock, &[BY_SCIM_ID, BY_MEMBER]).await;
    app.finish().await;
}
