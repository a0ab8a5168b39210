//! Walks over a small table.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, SqliteQueryBuilder};
use uuid::Uuid;

use super::*;
use crate::db::page::Page;

fn sequence(key: Option<KeyKind>, descending: bool) -> Sequence {
    Sequence {
        id: Expr::col("id"),
        key: key.map(|kind| SortKey {
            expr: Expr::col("key"),
            kind,
            optional: true,
        }),
        descending,
    }
}

fn place(key: Option<KeyValue>) -> Place {
    Place {
        key,
        id: Uuid::nil(),
        backward: false,
        inclusive: false,
    }
}

#[tokio::test]
async fn a_walk_meets_every_row_once_in_both_directions_and_both_orders() {
    let db = sea_orm::Database::connect("sqlite::memory:").await.unwrap();
    db.execute_unprepared("CREATE TABLE t (id blob NOT NULL, key text)")
        .await
        .unwrap();
    for (id, key) in [
        (1, "'b'"),
        (2, "NULL"),
        (3, "'a'"),
        (4, "'b'"),
        (5, "NULL"),
        (6, "'c'"),
    ] {
        let id = Uuid::from_u128(id).simple();
        let insert = format!("INSERT INTO t VALUES (x'{id}', {key})");
        db.execute_unprepared(&insert).await.unwrap();
    }
    for (descending, wanted) in [(false, [3, 1, 4, 6, 2, 5]), (true, [2, 5, 6, 1, 4, 3])] {
        for limit in 1..=7 {
            let sequence = sequence(Some(KeyKind::Text), descending);
            let (forward, back) = there_and_back(&db, &sequence, limit).await;
            assert_eq!(forward, wanted, "limit {limit}");
            assert_eq!(back, wanted, "limit {limit}");
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    sort_id: Uuid,
}

/// Every id on the way to the end, and again on the way back, in the order of the list.
async fn there_and_back(
    db: &sea_orm::DatabaseConnection,
    sequence: &Sequence,
    limit: u64,
) -> (Vec<u128>, Vec<u128>) {
    let (mut forward, mut back) = (Vec::new(), Vec::new());
    let mut from = None;
    let last = loop {
        let walked = page(db, sequence, limit, from.as_ref()).await;
        forward.extend(walked.items.iter().map(|row| row.sort_id.as_u128()));
        assert_eq!(walked.total, 6);
        assert_eq!(walked.previous.is_some(), from.is_some());
        match walked.next.clone() {
            None => break walked,
            Some(next) => from = Some(next),
        }
    };
    let mut walked = last;
    loop {
        let items = walked.items.iter().map(|row| row.sort_id.as_u128());
        back.splice(0..0, items.collect::<Vec<_>>());
        let Some(previous) = walked.previous else {
            return (forward, back);
        };
        walked = page(db, sequence, limit, Some(&previous)).await;
        assert!(walked.next.is_some());
    }
}

async fn page(
    db: &sea_orm::DatabaseConnection,
    sequence: &Sequence,
    limit: u64,
    from: Option<&Place>,
) -> Walked<Row> {
    let base = Query::select().from("t").to_owned();
    let mut rows = base.clone();
    rows.column("id");
    let list = List {
        bytes: None,
        keys: base.clone(),
        base,
        counting: Counting::Rows,
        page: Page::plain(rows),
        sequence: sequence.clone(),
    };
    walk_in(db, list.walk(limit, from)).await.unwrap()
}

#[test]
fn a_place_must_be_of_the_lists_key() {
    let text = place(Some(KeyValue::Text("a".to_owned())));
    assert!(sequence(Some(KeyKind::Text), false).takes(&text));
    assert!(!sequence(Some(KeyKind::Number), false).takes(&text));
    assert!(!sequence(None, false).takes(&text));
    assert!(sequence(None, false).takes(&place(None)));
    let zero = place(Some(KeyValue::Text("a\0".to_owned())));
    assert!(!sequence(Some(KeyKind::Text), false).takes(&zero));
    let far = place(Some(KeyValue::Instant(DateTime::<Utc>::MAX_UTC)));
    assert!(!sequence(Some(KeyKind::Instant), false).takes(&far));
}

#[test]
fn the_id_alone_is_compared_when_there_is_no_key() {
    let mut select = Query::select().from("t").column("id").to_owned();
    select.and_where(sequence(None, true).beyond(&place(None)));
    let sql = select.to_string(SqliteQueryBuilder);
    assert!(sql.contains(r#""id" < "#), "{sql}");
}
