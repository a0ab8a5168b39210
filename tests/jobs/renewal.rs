//! The lease of a job is renewed by its worker while it runs, and lost with it.

use std::sync::Arc;

use chrono::TimeDelta;
use rollcall_server::{
    ctx::Ctx,
    db::{ClaimedJob, DbError, JobsOf, PLATFORM_ACCOUNT, SEND_MAIL, Written},
};
use scim_schema::id::RequestId;
use serde_json::json;

use super::worker::queue;
use crate::support::TestApp;

const LEASE: TimeDelta = TimeDelta::seconds(30);

fn bookkeeper(app: &TestApp) -> Arc<Ctx> {
    let now = app.app.state.clock.now();
    let request = RequestId(app.app.state.ids.uuid_v7(now));
    Arc::new(Ctx::system(PLATFORM_ACCOUNT, "test", request, now))
}

async fn claim(app: &TestApp, worker: &'static str) -> Vec<ClaimedJob> {
    let by = bookkeeper(app);
    let claimed = app.app.state.db.write(&by, move |tx| {
        Box::pin(async move {
            let jobs = tx
                .claim_jobs(worker, JobsOf::AllBut(SEND_MAIL), 10, LEASE)
                .await?;
            Ok::<_, DbError>(Written::bookkeeping(jobs))
        })
    });
    claimed.await.unwrap()
}

async fn renew(app: &TestApp, jobs: &[ClaimedJob], worker: &'static str) {
    let (by, jobs) = (bookkeeper(app), jobs.to_vec());
    let renewed = app.app.state.db.write(&by, move |tx| {
        let jobs = jobs.clone();
        Box::pin(async move {
            tx.renew_jobs(&jobs, worker, LEASE).await?;
            Ok::<_, DbError>(Written::bookkeeping(()))
        })
    });
    renewed.await.unwrap();
}

#[tokio::test]
async fn a_job_stays_with_the_worker_that_renews_its_lease_and_with_no_other() {
    let app = TestApp::new().await;
    app.quiet().await;
    queue(&app, "close_sessions", json!({ "user": "nobody" }), 0).await;
    let held = claim(&app, "first").await;
    assert_eq!(held.len(), 1);
    for _ in 0..3 {
        app.clock.advance(TimeDelta::seconds(20));
        renew(&app, &held, "first").await;
        assert!(claim(&app, "second").await.is_empty());
    }
    app.clock.advance(TimeDelta::seconds(31));
    let taken = claim(&app, "second").await;
    assert_eq!(taken.len(), 1, "nobody heard of the first one");
    // Whoever comes back does not get it again.
    renew(&app, &held, "first").await;
    app.clock.advance(TimeDelta::seconds(31));
    assert_eq!(claim(&app, "third").await.len(), 1);
    app.execute("DELETE FROM jobs WHERE queue = 'close_sessions'", [])
        .await;
    app.finish().await;
}
