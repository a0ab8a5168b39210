//! The audit log as people read it: filters, pages, details, exports, and what was refused.

use chrono::TimeDelta;
use scim_schema::{dialect::ConnectionKind, id::UserId};
use serde_json::{Value, json};

use super::permissions::with_role;
use crate::support::{Answer, Console, PASSWORD, ScimClient, TestApp, percent_encoded};

const ROBIN: &str = "robin@example.org";

/// Dana, who suspended Robin, and a provider that created and disabled Ada.
async fn history() -> (TestApp, Console, UserId, ScimClient, String) {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let robin = app.further_administrator(&app.account, ROBIN).await;
    let client = app.connection(ConnectionKind::Generic).await;
    app.clock.advance(TimeDelta::minutes(1));
    let ada = client.user("ada").await;
    app.clock.advance(TimeDelta::minutes(1));
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    client
        .patch(&format!("/Users/{ada}"), off)
        .await
        .expect(200);
    app.clock.advance(TimeDelta::minutes(1));
    let asked = json!({ "reason": "On leave" });
    let path = format!("/users/{robin}/suspend");
    dana.post(&path, &asked).await.expect(200);
    (app, dana, robin, client, ada)
}

fn actions(page: &Answer) -> Vec<String> {
    page.strings("/items", "/action")
}

async fn found(console: &Console, query: &str) -> Answer {
    console.get(&format!("/audit?{query}")).await.expect(200)
}

#[tokio::test]
async fn an_act_says_who_what_whom_why_and_through_what() {
    let (app, dana, robin, _, _) = history().await;
    let page = found(&dana, "limit=1").await;
    let row = &page.json["items"][0];
    assert_eq!(row["action"], "user.suspend");
    assert_eq!(row["actor"]["kind"], "user");
    assert_eq!(row["actor"]["name"], "Dana Whitfield");
    assert_eq!(row["target"]["id"], robin.to_string());
    assert_eq!(row["target"]["name"], "Robin Castellanos");
    assert_eq!(row["channel"], "ui");
    assert_eq!(row["outcome"], "success");
    assert_eq!(row["details"]["reason"], "On leave");
    assert_eq!(row["erased"], false);
    let path = format!("/audit/{}", page.string("/items/0/id"));
    let one = dana.get(&path).await.expect(200);
    assert_eq!(one.json["details"]["reason"], "On leave");
    assert!(one.json["credential"].is_string(), "{}", one.text);
    app.finish().await;
}

#[tokio::test]
async fn each_filter_finds_its_own_and_they_narrow_each_other() {
    let (app, dana, robin, client, ada) = history().await;
    app.flush_log().await;
    let ada = app.user_of(&ada).await;
    let suspended = ["user.suspend".to_owned()];
    let by_provider = ["user.disable".to_owned(), "user.create".to_owned()];
    for (query, wanted) in [
        ("action=user.suspend".to_owned(), &suspended[..]),
        (format!("actor={}", client.connection), &by_provider[..]),
        (format!("target={ada}"), &by_provider[..]),
        (format!("q={ada}"), &by_provider[..]),
        (
            format!("target={ada}&action=user.disable"),
            &by_provider[..1],
        ),
        ("channel=scim".to_owned(), &by_provider[..]),
        (format!("target={robin}&channel=ui"), &suspended[..]),
        ("since=2026-11-22T08:03:00Z".to_owned(), &suspended[..]),
        (
            "since=2026-11-22T08:00:30Z&until=2026-11-22T08:03:00Z".to_owned(),
            &by_provider[..],
        ),
        (format!("target={ada}&channel=ui"), &[]),
        ("outcome=refused".to_owned(), &[]),
        ("target_kind=group".to_owned(), &[]),
    ] {
        assert_eq!(actions(&found(&dana, &query).await), wanted, "{query}");
    }
    let users = actions(&found(&dana, "action=user").await);
    assert!(users.iter().all(|action| action.starts_with("user.")));
    assert_eq!(users[..3], ["user.suspend", "user.disable", "user.create"]);
    app.finish().await;
}

#[tokio::test]
async fn an_act_of_a_provider_leads_to_its_request_and_the_request_to_its_act() {
    let (app, dana, _, _, ada) = history().await;
    app.flush_log().await;
    let ada = app.user_of(&ada).await;
    let page = found(&dana, &format!("target={ada}")).await;
    let log = page.string("/items/0/log");
    let logged = dana
        .get(&format!("/provisioning-log/{log}"))
        .await
        .expect(200);
    let request = page.string("/items/0/request");
    assert_eq!(logged.string("/request"), request);
    let acts = found(&dana, &format!("q={request}")).await;
    assert_eq!(actions(&acts), ["user.disable"]);
    app.finish().await;
}

#[tokio::test]
async fn pages_meet_every_act_once_whatever_is_added_meanwhile() {
    let (app, dana, robin, _, _) = history().await;
    let all = found(&dana, "limit=100").await.strings("/items", "/id");
    for filter in ["", "action=user&", &format!("target={robin}&")] {
        let whole = found(
            &dana,
            &format!("{filter}limit=100&until=2026-11-22T09:00:00Z"),
        )
        .await;
        let whole = whole.strings("/items", "/id");
        let mut walked = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = found(&dana, &format!("{filter}limit=1{cursor}")).await;
            walked.extend(page.strings("/items", "/id"));
            let Some(next) = page.json["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
            // New acts come before the first page.
            let act = if walked.len() % 2 == 1 {
                "unsuspend"
            } else {
                "suspend"
            };
            dana.post(&format!("/users/{robin}/{act}"), &json!({}))
                .await
                .expect(200);
        }
        assert_eq!(walked, whole, "{filter}");
        let suspended = dana.get(&format!("/users/{robin}")).await.expect(200);
        if suspended.json["status"] == "active" {
            let again = format!("/users/{robin}/suspend");
            dana.post(&again, &json!({})).await.expect(200);
        }
    }
    let now = found(&dana, "limit=100").await.strings("/items", "/id");
    assert!(now.ends_with(&all));
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_a_filter_is_refused_with_its_path() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    for (query, path, sentence) in [
        ("action=user.vanish", "action", "There is no such act"),
        ("q=Anna", "q", "Search for an id"),
        ("limit=0", "limit", "Ask for 1 to 100 rows"),
        ("target_kind=A%00", "target_kind", "no kind of thing"),
        ("target=7", "target", "does not fit"),
        ("channel=fax", "channel", "does not fit"),
        ("since=yesterday", "since", "does not fit"),
        (
            "since=2026-11-22T08:00:00Z&until=2026-11-22T08:00:00Z",
            "until",
            "not later than `since`",
        ),
    ] {
        let refused = dana.get(&format!("/audit?{query}")).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.string("/errors/0/path"), path, "{query}");
        let told = refused.string("/errors/0/message");
        assert!(told.contains(sentence), "{query}: {told}");
    }
    let cursor = dana.get("/audit?cursor=abc").await;
    cursor.expect_problem(400, "invalid_cursor");
    let paged = dana.get("/audit/export.csv?limit=5").await;
    paged.expect_problem(400, "invalid");
    assert_eq!(paged.string("/errors/0/path"), "limit");
    let verify = dana.get("/audit/verify?after=9999").await;
    verify.expect_problem(400, "invalid");
    assert_eq!(verify.string("/errors/0/path"), "after");
    app.finish().await;
}

#[tokio::test]
async fn erased_details_are_shown_as_erased_and_the_act_stays() {
    let (app, dana, robin, _, _) = history().await;
    let erase = "DELETE FROM audit_details WHERE event_id IN (SELECT id FROM audit_events WHERE target_id = $1)";
    assert!(app.execute(erase, [robin.0.into()]).await > 0);
    let page = found(&dana, "limit=1").await;
    assert_eq!(page.json["items"][0]["action"], "user.suspend");
    assert_eq!(page.json["items"][0]["erased"], true);
    assert_eq!(page.json["items"][0]["details"], Value::Null);
    let path = format!("/audit/{}", page.string("/items/0/id"));
    let one = dana.get(&path).await.expect(200);
    assert_eq!(one.json["source_ip"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn long_details_are_shown_of_one_act_alone() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let state = &app.app.state;
    let (account, ctx) = (app.account.id, app.operator());
    state
        .db
        .write::<_, rollcall_server::db::DbError, _>(&ctx, move |_| {
            let details = json!({ "before": "x".repeat(5_000) });
            let entry = rollcall_server::db::AuditEntry::done(
                "account.rename",
                "account",
                account,
                details,
            );
            Box::pin(async move { Ok(rollcall_server::db::Written::audited((), entry)) })
        })
        .await
        .unwrap();
    let page = found(&dana, "action=account.rename").await;
    assert_eq!(page.json["items"][0]["details"], Value::Null);
    assert_eq!(page.json["items"][0]["erased"], false);
    let path = format!("/audit/{}", page.string("/items/0/id"));
    let one = dana.get(&path).await.expect(200);
    assert_eq!(one.string("/details/before").len(), 5_000);
    app.finish().await;
}

#[tokio::test]
async fn whoever_is_refused_for_want_of_a_permission_leaves_one_entry_a_minute() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let robin = app.further_administrator(&app.account, ROBIN).await;
    let auditor = with_role(&app, "auditor").await;
    for _ in 0..5 {
        let path = format!("/users/{robin}/ban");
        let refused = auditor.post(&path, &json!({ "reason": "No" })).await;
        refused.expect_problem(403, "forbidden");
        assert!(refused.string("/detail").contains("users.ban"));
    }
    let domain = json!({ "domain": "example.org" });
    auditor.post("/domains", &domain).await.expect(403);
    let recorded =
        "SELECT COUNT(*) FROM audit_events WHERE action = 'access.refuse' AND outcome = 'refused'";
    app.until_number(recorded, 2).await;
    let page = found(&dana, "outcome=refused").await;
    assert_eq!(actions(&page), ["access.refuse"; 2]);
    let mut routes = page.strings("/items", "/details/route");
    routes.sort();
    assert_eq!(
        routes,
        ["POST /api/v1/domains", "POST /api/v1/users/{id}/ban"]
    );
    let mut needed = page.strings("/items", "/details/permission");
    needed.sort();
    assert_eq!(needed, ["domains.manage", "users.ban"]);
    app.clock.advance(TimeDelta::minutes(1));
    auditor.post("/domains", &domain).await.expect(403);
    app.until_number(recorded, 3).await;
    app.finish().await;
}

#[tokio::test]
async fn auditors_and_it_administrators_read_the_log_and_nobody_without_a_role_does() {
    let app = TestApp::new().await;
    app.administrator().await;
    let paths = [
        "/audit",
        "/audit/head",
        "/audit/verify",
        "/audit/export.csv",
    ];
    for role in ["auditor", "it_administrator"] {
        let console = with_role(&app, role).await;
        for path in paths {
            console.get(path).await.expect(200);
        }
    }
    // Somebody whose roles are taken away between two requests.
    let mut nobody = with_role(&app, "system_administrator").await;
    let email = "system_administrator@example.org";
    nobody.sign_in(email, PASSWORD).await.expect(200);
    let id = app
        .rows("SELECT user_id FROM account_roles WHERE role = 'system_administrator' ORDER BY user_id DESC")
        .await;
    let id: uuid::Uuid = id[0].try_get_by_index(0).unwrap();
    app.execute("DELETE FROM account_roles WHERE user_id = $1", [id.into()])
        .await;
    for path in paths {
        nobody.get(path).await.expect_problem(403, "forbidden");
    }
    app.finish().await;
}

#[tokio::test]
async fn signing_in_and_out_and_failing_to_are_in_the_log() {
    let app = TestApp::new().await;
    app.administrator().await;
    let robin = app.further_administrator(&app.account, ROBIN).await;
    app.browser()
        .sign_in(ROBIN, "wrong horse")
        .await
        .expect(401);
    let mut console = app.browser();
    console.sign_in(ROBIN, PASSWORD).await.expect(200);
    let page = found(&console, &format!("target={robin}&action=session")).await;
    assert_eq!(actions(&page), ["session.create", "session.create"]);
    assert_eq!(
        page.strings("/items", "/outcome"),
        ["success", "refused"],
        "{}",
        page.text
    );
    console.delete("/sessions/current").await.expect(204);
    let ended = "SELECT COUNT(*) FROM audit_events WHERE action = 'session.end'";
    assert_eq!(app.number(ended).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn an_export_has_every_link_in_its_order_and_is_in_the_log_itself() {
    let (app, dana, robin, _, _) = history().await;
    app.until_linked().await;
    let linked = app
        .number(&format!(
            "SELECT COUNT(*) FROM audit_links l JOIN audit_events e ON e.id = l.event_id WHERE e.account_id <> '{}'",
            uuid::Uuid::nil()
        ))
        .await;
    let lines = dana.get("/audit/export.jsonl").await.expect(200);
    assert_eq!(lines.header("content-type"), Some("application/jsonl"));
    let disposition = lines.header("content-disposition").unwrap_or_default();
    assert_eq!(
        disposition,
        "attachment; filename=\"audit-2026-11-22.jsonl\""
    );
    let rows: Vec<Value> = lines
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let numbers: Vec<u64> = rows
        .iter()
        .map(|row| row["link"]["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert!(
        numbers.len() > 5 && numbers.len() as i64 <= linked,
        "{linked}"
    );
    assert_eq!(rows.last().unwrap()["action"], "user.suspend");
    app.until_number(
        "SELECT COUNT(*) FROM audit_events WHERE action = 'audit.export'",
        1,
    )
    .await;
    let path = format!("/audit/export.jsonl?target={robin}&action=user.suspend");
    let narrowed = dana.get(&path).await.expect(200);
    assert_eq!(narrowed.text.lines().count(), 1, "{}", narrowed.text);
    app.finish().await;
}

#[tokio::test]
async fn a_cell_of_an_export_is_never_a_formula() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let mut body = crate::support::user_body("mallory");
    body["displayName"] = "=HYPERLINK(\"https://example.net\";\"Report\")".into();
    client.post("/Users", &body).await.expect(201);
    app.until_linked().await;
    let table = dana.get("/audit/export.csv").await.expect(200);
    assert_eq!(
        table.header("content-type"),
        Some("text/csv; charset=utf-8")
    );
    let heads = table.text.lines().next().unwrap();
    assert!(heads.starts_with("seq,id,at,actor_kind,"), "{heads}");
    let named = "\"'=HYPERLINK(\"\"https://example.net\"\";\"\"Report\"\")\"";
    assert!(table.text.contains(named), "{}", table.text);
    assert!(!table.text.contains(",\"=HYPERLINK"));
    assert!(!table.text.contains(",=HYPERLINK"));
    app.finish().await;
}

#[tokio::test]
async fn what_is_asked_for_is_encoded_as_any_query() {
    let (app, dana, _, _, _) = history().await;
    let since = percent_encoded("2026-11-22T09:03:00+01:00");
    let page = found(&dana, &format!("since={since}")).await;
    assert_eq!(actions(&page), ["user.suspend"]);
    app.finish().await;
}
