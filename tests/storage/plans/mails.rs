//! Plans of SQLite for the outbox: a filter of the console reads what it asks for, and so does what
//! keeps a mailbox from being filled.

use sea_orm::DatabaseBackend;
use serde_json::json;

use super::{Index, Path, plan, statements_of};
use crate::support::TestApp;

const BY_STATE: Path = Path(&[Index::Named("ix_mails_state")], &["account_id", "state"]);
const BY_KIND: Path = Path(&[Index::Named("ix_mails_kind")], &["account_id", "kind"]);
const BY_PERSON: Path = Path(&[Index::Named("ix_mails_user")], &["account_id", "user_id"]);

#[tokio::test]
async fn mails_are_found_by_what_is_asked_for() {
    let app = TestApp::new().await;
    if app.backend() == DatabaseBackend::Postgres {
        // It has counted, and reads a small table whole.
        return app.finish().await;
    }
    let dana = app.administrator().await;
    dana.post("/mails/test", &json!({})).await.expect(202);
    let me = dana.get("/me").await.expect(200).string("/user_id");
    app.quiet().await;
    for (call, way) in [
        (dana.call("GET", "/mails?state=queued"), BY_STATE),
        (dana.call("GET", "/mails?kind=test"), BY_KIND),
        (dana.call("GET", &format!("/mails?user={me}")), BY_PERSON),
    ] {
        let statements = statements_of(call, 200).await.into_iter();
        let mut found = 0;
        for statement in statements.filter(|statement| statement.contains("FROM \"mails\"")) {
            let plan = plan(&app, &statement).await;
            assert!(way.is_taken(app.backend(), &plan), "{statement}\n{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{statement}\n{plan}");
            found += 1;
        }
        assert_eq!(found, 2, "a page and its total");
    }
    let test = dana.call("POST", "/mails/test").json(&json!({}));
    let statements = statements_of(test, 202).await;
    let counting = statements.iter().find(|text| text.contains("COUNT("));
    let plan = plan(&app, counting.expect("a count")).await;
    assert!(BY_PERSON.is_taken(app.backend(), &plan), "{plan}");
    app.finish().await;
}
