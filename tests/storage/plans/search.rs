//! The console's search: by trigrams where the database has them.

use sea_orm::DatabaseBackend;

use super::populated;
use crate::{
    storage::copies::{copy, new_id},
    support::{Statements, TestApp},
};

/// So many people that reading all of them is dearer than looking one up.
async fn crowd(app: &TestApp) {
    let which = "CROSS JOIN generate_series(1, 20000) numbers(i) WHERE user_name_folded = 'user0'";
    let changes = [
        ("id", new_id(app)),
        ("user_name_folded", "'copy' || i"),
        ("search_text", "'copy' || i || ' ' || md5(i::text)"),
    ];
    copy(app, "users", which, &changes).await.unwrap();
    app.count_rows("users").await;
}

#[tokio::test]
async fn a_search_of_the_console_goes_by_trigrams_where_there_are_any() {
    let (app, ..) = populated().await;
    let console = app.administrator().await;
    let heard = Statements::listen();
    let found = console.get("/users?q=user14%20ser").await.expect(200);
    assert_eq!(found.json["total"], 11);
    let statements = heard.take();
    let searches = statements
        .iter()
        .filter(|statement| statement.contains("search_text"));
    assert_eq!(searches.count(), 2, "a page and its total: {statements:#?}");
    let has_trigrams = app.app.state.db.has_search_index().await.unwrap();
    if app.backend() == DatabaseBackend::Postgres {
        crowd(&app).await;
        let rows = app
            .rows(&format!(
                "EXPLAIN SELECT id FROM users WHERE account_id = '{}' AND search_text LIKE '%user14%' ESCAPE '\\'",
                app.account.id
            ))
            .await;
        let lines: Vec<String> = rows
            .iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect();
        let goes = lines.iter().any(|line| line.contains("ix_users_search"));
        assert_eq!(goes, has_trigrams, "{}", lines.join("\n"));
    } else {
        assert!(!has_trigrams);
    }
    app.finish().await;
}
