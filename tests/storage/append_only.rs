//! The audit log cannot be changed, only its details erased.

use sea_orm::ConnectionTrait;

use crate::support::TestApp;
use scim_schema::dialect::ConnectionKind;

#[tokio::test]
async fn audit_events_are_neither_changed_nor_deleted_and_details_only_erased() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    client.user("ada").await;
    let events = app.number("SELECT COUNT(*) FROM audit_events").await;
    assert!(events > 0);
    for statement in [
        "UPDATE audit_events SET action = 'nothing'",
        "UPDATE audit_events SET action = action WHERE action = 'user.create'",
        "DELETE FROM audit_events",
        "UPDATE audit_details SET details = '{}'",
    ] {
        let refusal = app.sql.execute_unprepared(statement).await.unwrap_err();
        assert!(
            refusal.to_string().contains("append-only"),
            "{statement}: {refusal}"
        );
    }
    assert_eq!(
        app.number("SELECT COUNT(*) FROM audit_events").await,
        events
    );
    app.sql
        .execute_unprepared("DELETE FROM audit_details")
        .await
        .unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_details").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn every_write_of_an_identity_provider_is_audited_once_in_its_transaction() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let actions = async || {
        let rows = app
            .rows("SELECT action FROM audit_events WHERE channel = 'scim' ORDER BY id")
            .await;
        rows.iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect::<Vec<String>>()
    };
    let id = client.user("ada").await;
    let group = client.group("Analysts", &[&id]).await;
    let off = serde_json::json!([{ "op": "replace", "path": "active", "value": false }]);
    client.patch(&format!("/Users/{id}"), off).await.expect(200);
    client.get(&format!("/Users/{id}")).await.expect(200);
    client
        .post("/Users", &crate::support::user_body("ada"))
        .await
        .expect(409);
    client.delete(&format!("/Groups/{group}")).await.expect(204);
    client.delete(&format!("/Users/{id}")).await.expect(204);
    assert_eq!(
        actions().await,
        [
            "user.create",
            "group.create",
            "user.disable",
            "group.delete",
            "user.delete"
        ]
    );
    let without = "SELECT COUNT(*) FROM audit_events e WHERE NOT EXISTS (SELECT 1 FROM audit_details d WHERE d.event_id = e.id)";
    assert_eq!(app.number(without).await, 0);
    app.finish().await;
}
