//! Units of work that wait together: the first of a group has no savepoint on SQLite, and whatever
//! becomes of it, the next ones are whole. PostgreSQL gives each a transaction of its own.

use std::{sync::Arc, time::Duration};

use rollcall_server::db::{AccountTx, AuditEntry, DbError, Purpose, Written};
use scim_schema::id::OrganisationId;
use serde_json::json;
use tokio::{
    sync::Semaphore,
    task::{JoinError, JoinHandle},
};

use crate::support::TestApp;

type Outcome = Result<Result<OrganisationId, DbError>, JoinError>;

/// What becomes of the first unit after it has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Refused,
    Panics,
    Rehearsed,
    Stored,
}

/// Makes two organisations, and then meets its fate.
async fn make(tx: &AccountTx, name: &str, fate: Fate) -> Result<Written<OrganisationId>, DbError> {
    let root = tx.root_organisation().await?;
    let id: OrganisationId = tx.insert_organisation(root, name, "UTC").await?;
    // One write was sent, and one still waits for others.
    tx.settle().await?;
    let waits = format!("{name} too");
    tx.insert_organisation(root, &waits, "UTC").await?;
    match fate {
        Fate::Refused => return Err(DbError::Corrupt("refused by the test".to_owned())),
        Fate::Panics => panic!("the test asks for it"),
        Fate::Rehearsed | Fate::Stored => {}
    }
    let details = json!({ "name": name });
    let entry = AuditEntry::done("organisation.create", "organisation", id, details);
    Ok(Written::audited(id, entry))
}

fn start(app: &TestApp, name: &str, fate: Fate) -> JoinHandle<Result<OrganisationId, DbError>> {
    let (db, ctx, name) = (app.app.state.db.clone(), app.operator(), name.to_owned());
    let purpose = match fate {
        Fate::Rehearsed => Purpose::Rehearse,
        _ => Purpose::Store,
    };
    tokio::spawn(async move {
        let unit = db.carry_out::<_, DbError, _>(&ctx, purpose, move |tx| {
            let name = name.clone();
            Box::pin(async move { make(tx, &name, fate).await })
        });
        unit.await
    })
}

/// Lets units queue up behind one that leaves nothing, and answers what became of them.
async fn together(app: &TestApp, units: &[(&str, Fate)]) -> Vec<Outcome> {
    let gate = Arc::new(Semaphore::new(0));
    let (db, ctx, waits) = (app.app.state.db.clone(), app.operator(), Arc::clone(&gate));
    let ahead = tokio::spawn(async move {
        let unit = db.write::<_, DbError, _>(&ctx, move |_| {
            let waits = Arc::clone(&waits);
            Box::pin(async move {
                let open = waits.acquire().await;
                open.map_err(|_| DbError::Closed)?.forget();
                Ok(Written::unchanged(()))
            })
        });
        unit.await
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut started = Vec::new();
    for (name, fate) in units {
        started.push(start(app, name, *fate));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    gate.add_permits(1);
    ahead.await.expect("it ends").expect("it waits and leaves");
    let mut outcomes = Vec::new();
    for unit in started {
        outcomes.push(unit.await);
    }
    outcomes
}

#[tokio::test]
async fn whatever_becomes_of_the_first_unit_of_a_group_the_next_ones_are_whole() {
    for fate in [Fate::Refused, Fate::Panics, Fate::Rehearsed] {
        let app = TestApp::new().await;
        let units = [
            ("Lost", fate),
            ("Second", Fate::Stored),
            ("Third", Fate::Refused),
            ("Fourth", Fate::Stored),
        ];
        let outcomes = together(&app, &units).await;
        let succeeded = |outcome: &Outcome| matches!(outcome, Ok(Ok(_)));
        let succeeded: Vec<bool> = outcomes.iter().map(succeeded).collect();
        let first = fate == Fate::Rehearsed;
        assert_eq!(
            succeeded,
            [first, true, false, true],
            "{fate:?}: {outcomes:?}"
        );
        let made =
            "SELECT COUNT(*) FROM organisations WHERE name LIKE 'Second%' OR name LIKE 'Fourth%'";
        assert_eq!(app.number(made).await, 4, "{fate:?}");
        let undone =
            "SELECT COUNT(*) FROM organisations WHERE name LIKE 'Lost%' OR name LIKE 'Third%'";
        assert_eq!(app.number(undone).await, 0, "{fate:?}");
        let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'organisation.create'
            AND target_id NOT IN (SELECT id FROM organisations)";
        assert_eq!(
            app.number(audited).await,
            0,
            "{fate:?}: an entry without its deed"
        );
        app.finish().await;
    }
}

#[tokio::test]
async fn a_group_whose_units_all_fail_leaves_nothing_and_the_next_one_is_stored() {
    let app = TestApp::new().await;
    let units = [
        ("Lost", Fate::Refused),
        ("Lost too", Fate::Panics),
        ("Undone", Fate::Rehearsed),
    ];
    let outcomes = together(&app, &units).await;
    assert!(matches!(outcomes.last(), Some(Ok(Ok(_)))), "{outcomes:?}");
    let made = "SELECT COUNT(*) FROM organisations WHERE name LIKE 'Lost%' OR name LIKE 'Undone%'";
    assert_eq!(app.number(made).await, 0);
    app.organisation("Kept").await;
    let kept = "SELECT COUNT(*) FROM organisations WHERE name = 'Kept'";
    assert_eq!(app.number(kept).await, 1);
    app.finish().await;
}

/// The unit of a client that went away while it waited is carried out to its end.
#[tokio::test]
async fn what_a_client_asked_for_before_it_left_is_whole() {
    let app = TestApp::new().await;
    let gate = Arc::new(Semaphore::new(0));
    let waits = Arc::clone(&gate);
    let (db, ctx) = (app.app.state.db.clone(), app.operator());
    let leaving = tokio::spawn(async move {
        let unit = db.write::<_, DbError, _>(&ctx, move |tx| {
            let waits = Arc::clone(&waits);
            Box::pin(async move {
                let made = make(tx, "Kept", Fate::Stored).await?;
                let open = waits.acquire().await;
                open.map_err(|_| DbError::Closed)?.forget();
                make(tx, "Kept as well", Fate::Stored).await?;
                Ok(made)
            })
        });
        unit.await
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    leaving.abort();
    assert!(leaving.await.is_err_and(|error| error.is_cancelled()));
    gate.add_permits(1);
    let kept = "SELECT COUNT(*) FROM organisations WHERE name LIKE 'Kept%'";
    app.until_number(kept, 4).await;
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'organisation.create'
        AND target_id IN (SELECT id FROM organisations WHERE name = 'Kept')";
    assert_eq!(app.number(audited).await, 1);
    app.finish().await;
}
