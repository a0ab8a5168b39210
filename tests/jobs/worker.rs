//! Jobs are leased: one that nobody finishes is taken over, one that cannot work is given up.

use chrono::TimeDelta;
use rollcall_server::db::{DbError, NewJob, Written};
use serde_json::json;

use crate::support::TestApp;

pub(super) async fn queue(
    app: &TestApp,
    queue: &'static str,
    payload: serde_json::Value,
    in_seconds: i64,
) {
    let ctx = app.operator();
    let run_at = ctx.now + TimeDelta::seconds(in_seconds);
    let queued = app.app.state.db.write::<_, DbError, _>(&ctx, move |_| {
        let payload = payload.clone();
        Box::pin(async move {
            let job = NewJob {
                queue,
                payload,
                run_at,
                dedup_key: None,
                max_attempts: 3,
            };
            Ok(Written::bookkeeping(()).queueing(job))
        })
    });
    queued.await.unwrap();
}

async fn status(app: &TestApp) -> (String, i32, Option<String>) {
    let rows = app
        .rows("SELECT status, attempt, last_error FROM jobs WHERE queue IN ('close_sessions', 'juggle')")
        .await;
    let row = &rows[0];
    let column = "a column";
    (
        row.try_get_by_index(0).expect(column),
        row.try_get_by_index(1).expect(column),
        row.try_get_by_index(2).expect(column),
    )
}

#[tokio::test]
async fn a_job_runs_when_it_is_due_and_not_before() {
    let app = TestApp::new().await;
    let user = json!({ "user": "01936b2e-0000-7000-8000-000000000000" });
    queue(&app, "close_sessions", user, 60).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert_eq!(status(&app).await.0, "available");
    app.clock.advance(TimeDelta::seconds(61));
    app.until_number(
        "SELECT COUNT(*) FROM jobs WHERE queue = 'close_sessions' AND status = 'done'",
        1,
    )
    .await;
    app.finish().await;
}

#[tokio::test]
async fn a_job_that_can_never_work_is_given_up_with_its_reason() {
    let app = TestApp::new().await;
    queue(&app, "close_sessions", json!({ "user": "nobody" }), 0).await;
    app.until_number("SELECT COUNT(*) FROM jobs WHERE status = 'failed'", 1)
        .await;
    let (_, attempt, error) = status(&app).await;
    assert_eq!(attempt, 1, "another try would not help");
    assert!(error.unwrap().contains("names no user"));
    app.execute("DELETE FROM jobs WHERE queue = 'close_sessions'", [])
        .await;
    queue(&app, "juggle", json!({}), 0).await;
    app.until_number("SELECT COUNT(*) FROM jobs WHERE status = 'failed'", 1)
        .await;
    assert!(status(&app).await.2.unwrap().contains("juggle"));
    app.execute("DELETE FROM jobs WHERE queue = 'juggle'", [])
        .await;
    app.finish().await;
}

#[tokio::test]
async fn a_job_of_a_worker_that_died_is_taken_over_after_its_lease() {
    let app = TestApp::new().await;
    let user = json!({ "user": "01936b2e-0000-7000-8000-000000000000" });
    queue(&app, "close_sessions", user, 3_600).await;
    let lease = app.operator().now + TimeDelta::minutes(5);
    let dead = "UPDATE jobs SET status = 'running', locked_by = 'dead', attempt = 1, run_at = created_at, locked_until = $1 WHERE queue = 'close_sessions'";
    app.execute(dead, [lease.into()]).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert_eq!(status(&app).await.0, "running");
    app.clock
        .advance(TimeDelta::minutes(5) + TimeDelta::seconds(1));
    app.until_number(
        "SELECT COUNT(*) FROM jobs WHERE queue = 'close_sessions' AND status = 'done'",
        1,
    )
    .await;
    assert_eq!(status(&app).await.1, 2);
    app.finish().await;
}
