//! Each unique rule lets its allowed pair in and refuses the other, and no reference leaves its
//! account.

use scim_schema::dialect::ConnectionKind;
use sea_orm::SqlErr;

use super::copies::{copy, new_id};
use crate::support::{TestApp, user_body};

type Changes<'c> = &'c [(&'c str, &'c str)];

async fn allowed(app: &TestApp, table: &str, which: &str, changes: Changes<'_>) {
    let copied = copy(app, table, which, changes).await;
    let copied = copied.unwrap_or_else(|error| panic!("{table} {changes:?}: {error}"));
    assert_eq!(copied, 1, "{table} {changes:?}");
}

async fn refused(app: &TestApp, table: &str, which: &str, changes: Changes<'_>) {
    let error = copy(app, table, which, changes).await.unwrap_err();
    let unique = matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)));
    assert!(unique, "{table} {changes:?}: {error}");
}

async fn populated() -> TestApp {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let mut body = user_body("Ada");
    body["externalId"] = "e-1".into();
    body["active"] = false.into();
    body["emails"] = serde_json::json!([{ "value": "ada@example.org" }]);
    let id = client.post("/Users", &body).await.expect(201).id();
    let mut group = crate::support::group_body("Analysts", &[&id]);
    group["externalId"] = "g-1".into();
    client.post("/Groups", &group).await.expect(201);
    app
}

#[tokio::test]
async fn a_user_name_belongs_to_one_living_user_and_an_address_to_many() {
    let app = populated().await;
    let id = ("id", new_id(&app));
    let ada = "WHERE user_name_folded = 'ada'";
    refused(&app, "users", ada, &[id]).await;
    refused(&app, "users", ada, &[id, ("lifecycle", "'archived'")]).await;
    allowed(&app, "users", ada, &[id, ("user_name_folded", "'grace'")]).await;
    for lifecycle in ["'deleted'", "'purged'", "'deleted'"] {
        let deleted = "WHERE user_name_folded = 'ada' AND lifecycle NOT IN ('deleted', 'purged')";
        allowed(&app, "users", deleted, &[id, ("lifecycle", lifecycle)]).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_user_has_one_live_link_and_its_id_is_never_given_again() {
    let app = populated().await;
    let link = "WHERE state = 'live'";
    let id = ("scim_id", new_id(&app));
    let other_external = ("external_id", "'e-2'");
    refused(&app, "scim_links", link, &[id, other_external]).await;
    let ended = ("state", "'ended'");
    allowed(&app, "scim_links", link, &[id, other_external, ended]).await;
    refused(&app, "scim_links", link, &[ended]).await;
    app.finish().await;
}

#[tokio::test]
async fn an_external_id_belongs_to_one_link_that_has_not_ended() {
    let app = populated().await;
    let link = "WHERE state = 'live'";
    let id = ("scim_id", new_id(&app));
    let shadow = ("state", "'shadow'");
    refused(&app, "scim_links", link, &[id, shadow]).await;
    allowed(&app, "scim_links", link, &[id, ("state", "'ended'")]).await;
    for _ in 0..2 {
        allowed(
            &app,
            "scim_links",
            link,
            &[id, shadow, ("external_id", "NULL")],
        )
        .await;
    }
    let connection = ("id", new_id(&app));
    let name = ("name_folded", "'second'");
    allowed(&app, "idp_connections", "", &[connection, name]).await;
    let second = "(SELECT id FROM idp_connections WHERE name_folded = 'second')";
    allowed(
        &app,
        "scim_links",
        link,
        &[id, shadow, ("connection_id", second)],
    )
    .await;
    app.finish().await;
}

#[tokio::test]
async fn names_and_external_ids_of_groups_are_unique_within_a_connection() {
    let app = populated().await;
    let id = ("id", new_id(&app));
    let analysts = "WHERE display_name_folded = 'analysts' AND connection_id IS NOT NULL";
    let (name, external) = (("display_name_folded", "'poets'"), ("external_id", "'g-2'"));
    refused(&app, "groups", analysts, &[id, external]).await;
    refused(&app, "groups", analysts, &[id, name]).await;
    allowed(&app, "groups", analysts, &[id, name, external]).await;
    let third = ("display_name_folded", "'singers'");
    allowed(
        &app,
        "groups",
        analysts,
        &[id, third, ("external_id", "NULL")],
    )
    .await;
    for _ in 0..2 {
        // Groups made here belong to no connection.
        allowed(&app, "groups", analysts, &[id, ("connection_id", "NULL")]).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_hold_is_open_once_for_each_kind_scope_and_source() {
    let app = populated().await;
    let id = ("id", new_id(&app));
    let open = "WHERE kind = 'idp_disabled' AND source_kind = 'connection' AND lifted_at IS NULL";
    refused(&app, "holds", open, &[id]).await;
    allowed(&app, "holds", open, &[id, ("kind", "'suspended'")]).await;
    allowed(&app, "holds", open, &[id, ("source_kind", "'user'")]).await;
    for _ in 0..2 {
        allowed(&app, "holds", open, &[id, ("lifted_at", "since")]).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn open_jobs_of_a_queue_have_different_keys() {
    let app = populated().await;
    app.app.shutdown_token().cancel();
    let id = ("id", new_id(&app));
    let insert = format!(
        "INSERT INTO jobs (account_id, id, queue, payload, status, run_at, attempt, max_attempts, dedup_key, created_at) SELECT id, {}, 'q', '{{}}', 'available', '2027-01-01T00:00:00Z', 0, 1, 'k', created_at FROM accounts WHERE slug = 'main'",
        new_id(&app)
    );
    app.execute(&insert, []).await;
    let job = "WHERE queue = 'q' AND dedup_key = 'k' AND status = 'available'";
    refused(&app, "jobs", job, &[id]).await;
    refused(&app, "jobs", job, &[id, ("status", "'running'")]).await;
    allowed(&app, "jobs", job, &[id, ("status", "'done'")]).await;
    allowed(&app, "jobs", job, &[id, ("queue", "'other'")]).await;
    allowed(&app, "jobs", job, &[id, ("dedup_key", "NULL")]).await;
    app.finish().await;
}

#[tokio::test]
async fn slugs_and_names_of_connections_are_unique() {
    let app = populated().await;
    let id = ("id", new_id(&app));
    refused(&app, "accounts", "WHERE slug = 'main'", &[id]).await;
    allowed(
        &app,
        "accounts",
        "WHERE slug = 'main'",
        &[id, ("slug", "'second'")],
    )
    .await;
    refused(&app, "idp_connections", "", &[id]).await;
    allowed(
        &app,
        "idp_connections",
        "",
        &[id, ("name_folded", "'second'")],
    )
    .await;
    app.finish().await;
}

#[tokio::test]
async fn nothing_refers_to_another_account() {
    let app = populated().await;
    let other = app.other_account().await;
    app.connection_of(&other, ConnectionKind::Generic).await;
    let other = "(SELECT id FROM accounts WHERE slug = 'other')";
    for (table, which, changes) in [
        (
            "scim_links",
            "WHERE state = 'live'",
            &[("account_id", other)][..],
        ),
        (
            "users",
            "WHERE user_name_folded = 'ada'",
            &[("account_id", other)],
        ),
        ("groups", "", &[("account_id", other)]),
        ("group_members", "", &[("account_id", other)]),
        ("holds", "", &[("account_id", other)]),
        ("memberships", "", &[("account_id", other)]),
        ("user_attribute_values", "", &[("account_id", other)]),
        (
            "scim_tokens",
            "",
            &[("account_id", other), ("token_hash", "NULL")],
        ),
    ] {
        let error = copy(&app, table, which, changes).await.unwrap_err();
        let text = error.to_string().to_lowercase();
        assert!(
            text.contains("foreign key") || text.contains("not null") || text.contains("not-null"),
            "{table}: {error}"
        );
    }
    app.finish().await;
}
