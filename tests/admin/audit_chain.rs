//! The chain of the audit log: written soon after the acts, verified link by link, broken by whoever
//! changes what it stands for.

use std::sync::Arc;

use chrono::TimeDelta;
use rollcall_server::{
    ctx::Ctx,
    db::{AuditEntry, DbError, NewJob, PLATFORM_ACCOUNT, Written},
    ops::audit::chain,
};
use scim_schema::id::{AuditEventId, RequestId};
use sea_orm::{ConnectionTrait, DatabaseBackend};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Console, TestApp};

/// Dana and a number of acts with links.
async fn linked(acts: usize) -> (TestApp, Console) {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    for number in 0..acts {
        let domain = json!({ "domain": format!("school{number}.example.org") });
        dana.post("/domains", &domain).await.expect(201);
    }
    app.until_linked().await;
    (app, dana)
}

async fn verified(console: &Console) -> Value {
    console.get("/audit/verify").await.expect(200).json
}

/// Runs what no server would run: the triggers and the foreign keys are off.
async fn tamper(app: &TestApp, statement: &str) {
    let tables = [
        "audit_events",
        "audit_links",
        "audit_details",
        "audit_anchors",
    ];
    let mut commands = Vec::new();
    if app.backend() == DatabaseBackend::Postgres {
        commands.extend(tables.map(|table| format!("ALTER TABLE {table} DISABLE TRIGGER ALL")));
    } else {
        commands.push("PRAGMA foreign_keys = OFF".to_owned());
        let triggers = app
            .rows(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'",
            )
            .await;
        for trigger in triggers {
            let name: String = trigger.try_get_by_index(0).unwrap();
            commands.push(format!("DROP TRIGGER {name}"));
        }
    }
    commands.push(statement.to_owned());
    for command in commands {
        let done = app.sql.execute_unprepared(&command).await;
        done.unwrap_or_else(|error| panic!("{command}: {error}"));
    }
}

fn context(app: &TestApp) -> Arc<Ctx> {
    let state = &app.app.state;
    let now = state.clock.now();
    let request = RequestId(state.ids.uuid_v7(now));
    Arc::new(Ctx::system(app.account.id, "test", request, now))
}

/// Many acts at once.
async fn acts(app: &TestApp, count: usize) {
    let account = app.account.id;
    app.app
        .state
        .db
        .write::<_, DbError, _>(&context(app), move |_| {
            Box::pin(async move {
                let mut written = Written::unchanged(());
                let entry = |number| {
                    let details = json!({ "number": number });
                    AuditEntry::done("account.rename", "account", account, details)
                };
                written.audit = (0..count).map(entry).collect();
                Ok(written)
            })
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn every_act_has_its_link_soon_and_the_chain_holds() {
    let (app, dana) = linked(5).await;
    let told = verified(&dana).await;
    assert_eq!(told["broken"], Value::Null, "{told}");
    assert_eq!(told["pending"], 0);
    assert_eq!(told["next"], Value::Null);
    assert_eq!(told["verified"], told["links"]);
    assert!(told["links"].as_u64().unwrap() >= 7, "{told}");
    let head = dana.get("/audit/head").await.expect(200);
    assert_eq!(head.json["head"]["seq"], told["links"]);
    assert_eq!(head.string("/head/hash").len(), 64);
    // The platform's own account has a chain as well.
    let chains = app.number("SELECT COUNT(*) FROM audit_chains").await;
    let accounts = "SELECT COUNT(DISTINCT account_id) FROM audit_events";
    assert_eq!(chains, app.number(accounts).await);
    let act = dana.get("/audit?limit=1").await.expect(200);
    let path = format!("/audit/{}", act.string("/items/0/id"));
    let act = dana.get(&path).await.expect(200);
    assert_eq!(act.json["link"]["seq"], told["links"]);
    app.finish().await;
}

#[tokio::test]
async fn erasing_details_leaves_the_chain_whole() {
    let (app, dana) = linked(3).await;
    app.execute("DELETE FROM audit_details", []).await;
    let told = verified(&dana).await;
    assert_eq!(told["broken"], Value::Null, "{told}");
    assert_eq!(told["erased"], told["verified"]);
    app.finish().await;
}

#[tokio::test]
async fn each_way_to_change_the_past_is_told_with_its_place() {
    for (statement, fault, seq) in [
        (
            "UPDATE audit_events SET action = 'user.update' WHERE id = (SELECT event_id FROM audit_links WHERE seq = 4 AND account_id <> (SELECT id FROM accounts WHERE slug <> 'main'))",
            "event_changed",
            4,
        ),
        (
            "UPDATE audit_details SET details = '{}' WHERE event_id = (SELECT event_id FROM audit_links WHERE seq = 4 AND account_id <> (SELECT id FROM accounts WHERE slug <> 'main'))",
            "details_changed",
            4,
        ),
        ("DELETE FROM audit_links WHERE seq = 3", "gap", 3),
        (
            "DELETE FROM audit_events WHERE id = (SELECT event_id FROM audit_links WHERE seq = 2 AND account_id <> (SELECT id FROM accounts WHERE slug <> 'main'))",
            "event_missing",
            2,
        ),
        (
            "UPDATE audit_links SET prev_hash = hash WHERE seq = 3",
            "torn",
            3,
        ),
        ("DELETE FROM audit_links WHERE seq > 4", "truncated", 5),
    ] {
        let (app, dana) = linked(6).await;
        // Nobody may mend it.
        app.quiet().await;
        tamper(&app, statement).await;
        let told = verified(&dana).await;
        assert_eq!(told["broken"]["fault"], fault, "{statement}: {told}");
        assert_eq!(told["broken"]["seq"], seq, "{statement}: {told}");
        assert_eq!(told["through"], seq - 1, "{told}");
        app.finish().await;
    }
}

#[tokio::test]
async fn a_head_that_was_noted_shows_a_chain_that_was_written_anew() {
    let (app, dana) = linked(4).await;
    let ctx = context(&app);
    let db = &app.app.state.db;
    let noted = chain::note_head(db, &ctx).await.unwrap().expect("a head");
    chain::note_head(db, &ctx).await.unwrap().expect("the same");
    let head = dana.get("/audit/head").await.expect(200);
    assert_eq!(head.json["anchors"].as_array().unwrap().len(), 1);
    assert_eq!(head.string("/anchors/0/hash"), noted.hash);
    let before = verified(&dana).await;
    assert_eq!(before["broken"], Value::Null);
    app.quiet().await;
    tamper(
        &app,
        "UPDATE audit_anchors SET hash = (SELECT hash FROM audit_links WHERE seq = 1 LIMIT 1)",
    )
    .await;
    let told = verified(&dana).await;
    assert_eq!(told["broken"]["fault"], "anchor_differs", "{told}");
    assert_eq!(told["broken"]["seq"], noted.seq);
    app.finish().await;
}

#[tokio::test]
async fn an_act_that_was_committed_late_is_linked_all_the_same() {
    let (app, dana) = linked(3).await;
    let first = app
        .rows("SELECT e.id FROM audit_events e JOIN audit_links l ON l.event_id = e.id ORDER BY e.id DESC LIMIT 1")
        .await;
    let template: Uuid = first[0].try_get_by_index(0).unwrap();
    // An id of before those that have their links already.
    let late = Uuid::from_u128(template.as_u128() - (10_000 << 80));
    let insert = "INSERT INTO audit_events SELECT account_id, $1, occurred_at, actor_kind, actor_id, actor_component, credential_id, channel, action, target_kind, target_id, outcome, commitment, request_id FROM audit_events WHERE id = $2";
    let added = app.execute(insert, [late.into(), template.into()]).await;
    assert_eq!(added, 1);
    let domain = json!({ "domain": "late.example.org" });
    dana.post("/domains", &domain).await.expect(201);
    app.until_linked().await;
    let told = verified(&dana).await;
    assert_eq!(told["broken"], Value::Null, "{told}");
    app.finish().await;
}

#[tokio::test]
async fn whatever_is_older_than_anybody_looks_back_is_linked_once_a_day() {
    let (app, dana) = linked(2).await;
    let any = app
        .rows("SELECT id FROM audit_events WHERE action = 'domain.assert'")
        .await;
    let template: Uuid = any[0].try_get_by_index(0).unwrap();
    let old = Uuid::from_u128(template.as_u128() - ((400 * 86_400_000) << 80));
    let insert = "INSERT INTO audit_events SELECT account_id, $1, occurred_at, actor_kind, actor_id, actor_component, credential_id, channel, action, target_kind, target_id, outcome, commitment, request_id FROM audit_events WHERE id = $2";
    app.execute(insert, [old.into(), template.into()]).await;
    // Nothing looks that far back but the daily job.
    dana.get("/me").await.expect(200);
    app.clock.advance(TimeDelta::hours(20));
    let state = &app.app.state;
    let now = state.clock.now();
    let request = RequestId(state.ids.uuid_v7(now));
    let ctx = Arc::new(Ctx::system(PLATFORM_ACCOUNT, "test", request, now));
    let queued = state.db.write::<_, DbError, _>(&ctx, move |_| {
        Box::pin(async move {
            let job = NewJob {
                queue: "audit_anchor",
                payload: json!({}),
                run_at: now,
                dedup_key: None,
                max_attempts: 1,
            };
            Ok(Written::bookkeeping(()).queueing(job))
        })
    });
    queued.await.unwrap();
    app.until_linked().await;
    app.until_idle().await;
    let of_old = "SELECT CAST(COUNT(*) AS bigint) FROM audit_links l JOIN audit_anchors a ON a.account_id = l.account_id AND a.seq >= l.seq JOIN audit_events e ON e.id = l.event_id WHERE e.action = 'domain.assert'";
    assert!(app.number(of_old).await >= 3);
    app.finish().await;
}

#[tokio::test]
async fn two_that_add_links_at_the_same_time_make_one_chain() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    app.until_linked().await;
    app.quiet().await;
    for _ in 0..4 {
        acts(&app, 300).await;
    }
    let account = app.account.id;
    let (unlinked, _) = app
        .app
        .state
        .db
        .account(account)
        .unlinked_after(AuditEventId(Uuid::nil()), 5_000)
        .await
        .unwrap();
    assert_eq!(unlinked.len(), 1_200);
    let mut both = Vec::new();
    for _ in 0..4 {
        let (db, ctx, events) = (app.app.state.db.clone(), context(&app), unlinked.clone());
        both.push(tokio::spawn(async move {
            chain::link(&db, &ctx, &events).await.unwrap()
        }));
    }
    let mut added = 0;
    for one in both {
        added += one.await.unwrap();
    }
    added += chain::link(&app.app.state.db, &context(&app), &unlinked)
        .await
        .unwrap();
    assert_eq!(added, 1_200);
    let told = verified(&dana).await;
    assert_eq!(told["broken"], Value::Null, "{told}");
    assert_eq!(told["pending"], 0);
    app.finish().await;
}

#[tokio::test]
async fn ten_thousand_links_are_verified_in_few_statements() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    for _ in 0..20 {
        acts(&app, 500).await;
    }
    app.until_linked().await;
    app.quiet().await;
    let before = app.app.state.db.statement_count();
    let told = verified(&dana).await;
    let statements = app.app.state.db.statement_count() - before;
    assert_eq!(told["broken"], Value::Null, "{told}");
    assert!(told["verified"].as_u64().unwrap() > 10_000);
    assert!(statements < 30, "{statements} statements");
    // A part goes on where another one ended.
    let rest = dana.get("/audit/verify?after=10000").await.expect(200);
    let left = told["links"].as_u64().unwrap() - 10_000;
    assert_eq!(rest.json["verified"], left);
    assert_eq!(rest.json["broken"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn links_and_noted_heads_are_neither_changed_nor_deleted() {
    let (app, _dana) = linked(1).await;
    chain::note_head(&app.app.state.db, &context(&app))
        .await
        .unwrap();
    for table in ["audit_links", "audit_anchors"] {
        for statement in [
            format!("UPDATE {table} SET hash = hash"),
            format!("DELETE FROM {table}"),
        ] {
            let refusal = app.sql.execute_unprepared(&statement).await.unwrap_err();
            let refusal = refusal.to_string();
            assert!(refusal.contains("append-only"), "{statement}: {refusal}");
        }
    }
    if app.backend() == DatabaseBackend::Postgres {
        for table in ["audit_events", "audit_links", "audit_anchors"] {
            let empty = format!("TRUNCATE {table} CASCADE");
            let refusal = app.sql.execute_unprepared(&empty).await.unwrap_err();
            assert!(refusal.to_string().contains("append-only"), "{refusal}");
        }
    }
    app.finish().await;
}
