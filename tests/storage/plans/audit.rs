//! Each filter of the audit log walks along an index, newest first, and puts nothing into order.

use chrono::TimeDelta;
use rollcall_server::db::{AuditEntry, DbError, Written};
use scim_schema::dialect::ConnectionKind;
use sea_orm::DatabaseBackend;
use serde_json::json;
use uuid::Uuid;

use super::{Index, Path, plan, statements_of};
use crate::support::{Statements, TestApp};

const BY_TIME: Path = Path(&[Index::Named("ix_audit_events_at")], &["account_id"]);
const BY_ACTOR: Path = Path(
    &[Index::Named("ix_audit_events_actor")],
    &["account_id", "actor_id"],
);
const BY_ACTION: Path = Path(
    &[Index::Named("ix_audit_events_action")],
    &["account_id", "action"],
);
const BY_TARGET: Path = Path(
    &[Index::Named("ix_audit_events_target")],
    &["account_id", "target_id"],
);
const REFUSED: Path = Path(&[Index::Named("ix_audit_events_refused")], &["account_id"]);
const BY_CHANNEL: Path = Path(
    &[Index::Named("ix_audit_events_channel")],
    &["account_id", "channel"],
);
const BY_ID: Path = Path(&[Index::PrimaryKey("audit_events")], &["account_id", "id"]);
const BY_NEWEST_ID: Path = Path(&[Index::PrimaryKey("audit_events")], &["id >"]);
const FROM_TIME: Path = Path(
    &[Index::Named("ix_audit_events_at")],
    &["account_id", "occurred_at >"],
);
/// Few people sign out often, and few acts are sign-outs: either is good.
const BY_SIGN_OUT: Path = Path(
    &[
        Index::Named("ix_audit_events_actor"),
        Index::Named("ix_audit_events_action"),
    ],
    &["account_id"],
);
const BY_LINK: Path = Path(
    &[Index::PrimaryKey("audit_links")],
    &["account_id", "seq >"],
);

/// Some thousand acts, most of them of a provider, on many people.
async fn busy() -> TestApp {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    client.user("ada").await;
    for round in 0..20_u128 {
        let ctx = app.operator();
        let written = app.app.state.db.write::<_, DbError, _>(&ctx, move |_| {
            Box::pin(async move {
                let mut written = Written::unchanged(());
                written.audit = (0..200)
                    .map(|number| {
                        let target = Uuid::from_u128(number % 50);
                        let action = ["user.update", "group.update"][usize::from(round % 2 == 0)];
                        AuditEntry::done(action, "user", target, json!({}))
                    })
                    .collect();
                Ok(written)
            })
        });
        written.await.unwrap();
        app.clock.advance(TimeDelta::minutes(1));
    }
    app.until_linked().await;
    app.count_rows("").await;
    app
}

#[tokio::test]
async fn each_filter_of_the_log_goes_by_its_index_and_sorts_nothing() {
    let app = busy().await;
    let dana = app.administrator().await;
    app.quiet().await;
    let somebody = Uuid::from_u128(7);
    let cursor = dana.get("/audit?limit=5").await.expect(200);
    let cursor = cursor.string("/next_cursor");
    for (query, path) in [
        (String::new(), BY_TIME),
        (format!("&cursor={cursor}"), BY_TIME),
        ("&since=2026-11-22T08:10:00Z".to_owned(), FROM_TIME),
        (format!("&actor={somebody}"), BY_ACTOR),
        ("&action=user.update".to_owned(), BY_ACTION),
        ("&action=domain".to_owned(), BY_ACTION),
        (format!("&target={somebody}"), BY_TARGET),
        ("&outcome=refused".to_owned(), REFUSED),
        // Most of what is here came by the command line.
        ("&channel=job".to_owned(), BY_CHANNEL),
    ] {
        let call = dana.call("GET", &format!("/audit?limit=5{query}"));
        let statements = statements_of(call, 200).await;
        let page: Vec<String> = statements
            .into_iter()
            .filter(|statement| statement.contains("audit_events"))
            .collect();
        assert_eq!(page.len(), 1, "{query}: {page:#?}");
        path.assert_taken(&app, &page).await;
        let plan = plan(&app, &page[0]).await;
        if app.backend() == DatabaseBackend::Sqlite && !query.contains("action=domain") {
            let sorts = plan.matches("TEMP B-TREE FOR ORDER BY").count();
            // The page itself is put into order once more, five rows of it.
            assert!(sorts <= 1, "{query}:\n{plan}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn events_without_a_link_are_looked_for_among_the_newest_only() {
    let app = busy().await;
    app.quiet().await;
    let since = app.app.state.clock.now() - TimeDelta::seconds(30);
    let heard = Statements::listen();
    let platform = app.app.state.db.platform();
    let unlinked = platform.unlinked_events(since, 100).await.unwrap();
    assert!(unlinked.is_empty(), "{unlinked:?}");
    BY_NEWEST_ID.assert_taken(&app, &heard.take()).await;
    app.finish().await;
}

#[tokio::test]
async fn an_id_one_act_a_story_and_the_chain_are_found_by_their_keys() {
    let app = busy().await;
    let dana = app.administrator().await;
    app.quiet().await;
    let row = dana.get("/audit?limit=1").await.expect(200);
    let id = row.string("/items/0/id");
    let person = app.rows("SELECT id FROM users ORDER BY id LIMIT 1").await;
    let person: Uuid = person[0].try_get_by_index(0).unwrap();
    for (path, way) in [
        (format!("/audit/{id}"), BY_ID),
        (format!("/audit?q={id}"), BY_ID),
        (format!("/users/{person}/timeline"), BY_TARGET),
        (format!("/users/{person}/timeline"), BY_SIGN_OUT),
        ("/audit/verify".to_owned(), BY_LINK),
        (
            "/audit/export.jsonl?until=2026-11-22T08:00:01Z".to_owned(),
            BY_LINK,
        ),
    ] {
        let statements = statements_of(dana.call("GET", &path), 200).await;
        let of_audit: Vec<String> = statements
            .into_iter()
            .filter(|statement| statement.contains("audit_") && !statement.contains("INSERT"))
            .collect();
        way.assert_taken(&app, &of_audit).await;
    }
    app.finish().await;
}
