//! Two changes whose order decides, in the order that hurts.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseBackend, Statement, TransactionTrait};
use serde_json::json;

use super::generic;

/// Waits until a request waits for what this transaction holds. SQLite has one writer: whoever
/// comes later waits at its first step, whenever that is.
async fn until_somebody_waits(holder: &sea_orm::DatabaseTransaction) {
    const WAITING: &str = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let backend = holder.get_database_backend();
    if backend == DatabaseBackend::Sqlite {
        return;
    }
    for _ in 0..500 {
        let waiting = Statement::from_string(backend, WAITING);
        if holder.query_one_raw(waiting).await.unwrap().is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody waits");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_is_deleted_while_it_becomes_a_member_is_named_as_unknown() {
    let (app, client) = generic().await;
    let outer = client.group("Outer", &[]).await;
    let inner = client.group("Inner", &[]).await;
    app.quiet().await;

    let deletion = app.sql.begin().await.unwrap();
    let id: uuid::Uuid = inner.parse().unwrap();
    let delete = "DELETE FROM groups WHERE id = $1";
    let delete = Statement::from_sql_and_values(app.backend(), delete, [id.into()]);
    deletion.execute_raw(delete).await.unwrap();
    let addition = tokio::spawn({
        let (client, inner) = (client.clone(), inner.clone());
        let path = format!("/Groups/{outer}");
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": inner }] }]);
        async move { client.patch(&path, add).await }
    });
    until_somebody_waits(&deletion).await;
    deletion.commit().await.unwrap();

    let answer = addition.await.unwrap();
    answer.expect_scim_error(400, Some("invalidValue"), &inner);
    let rows = app.number("SELECT COUNT(*) FROM group_subgroups").await;
    assert_eq!(rows, 0);
    app.finish().await;
}
