//! A change of one member touches one row, however many members there are.

use chrono::TimeDelta;
use scim_schema::dialect::ConnectionKind;
use sea_orm::DatabaseBackend;
use serde_json::json;

use super::copies::{copy, new_id};
use crate::support::{Statements, TestApp};

const MEMBERS: u64 = 5_000;

/// Makes `MEMBERS` users from one and puts them into every group.
async fn fill(app: &TestApp) {
    let numbers = match app.backend() {
        DatabaseBackend::Sqlite => format!(
            "JOIN (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MEMBERS}) SELECT i FROM n) numbers ON 1 = 1"
        ),
        _ => format!("CROSS JOIN generate_series(1, {MEMBERS}) numbers(i)"),
    };
    let which = format!("{numbers} WHERE user_name_folded = 'ada'");
    let changes = [("id", new_id(app)), ("user_name_folded", "'copy' || i")];
    let copied = copy(app, "users", &which, &changes).await.unwrap();
    assert_eq!(copied, MEMBERS);
    let insert = "INSERT INTO group_members (account_id, group_id, user_id, source, added_at) SELECT u.account_id, g.id, u.id, 'scim', g.created_at FROM users u JOIN groups g ON g.account_id = u.account_id WHERE u.user_name_folded LIKE 'copy%'";
    assert_eq!(app.execute(insert, []).await, MEMBERS);
}

#[tokio::test]
async fn a_member_of_five_thousand_comes_and_goes_in_one_row() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let (ada, grace) = (client.user("ada").await, client.user("grace").await);
    let group = client.group("Crowd", &[&ada]).await;
    fill(&app).await;
    app.quiet().await;
    let heard = Statements::listen();
    app.clock.advance(TimeDelta::hours(1));
    let total = "SELECT COUNT(*) FROM group_members";
    let new = "SELECT COUNT(*) FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.added_at > g.created_at";
    let path = format!("/Groups/{group}");
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": grace }] }]);
    let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{grace}\"]") }]);
    for (operations, rows, added) in [(add.clone(), 5_002, 1), (add, 5_002, 1), (remove, 5_001, 0)]
    {
        heard.take();
        client.patch(&path, operations).await.expect(204);
        let statements = heard.take();
        assert!(statements.len() <= 6, "{}", statements.join("\n"));
        assert_eq!(app.number(total).await, rows);
        assert_eq!(app.number(new).await, added, "no other row was written");
    }
    app.finish().await;
}
