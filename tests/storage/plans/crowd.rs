//! Plans of SQLite among many: whoever asks for few reads few, whatever else is in the account or in
//! others.

use scim_schema::dialect::ConnectionKind;
use sea_orm::DatabaseBackend;
use serde_json::json;

use super::{assert_indexed, is_of_account_alone, plan, populated, statements_of};
use crate::support::{Statements, TestApp, group_body, patch_body, percent_encoded, user_body};

/// Fails when a plan of SQLite reads every link of the connection.
fn assert_no_crowd(address: &str, plan: &str) {
    let crowd = |line: &str| {
        let links = line.contains(" scim_links ") || line.contains(" l USING");
        links && line.ends_with("(account_id=? AND connection_id=?)")
    };
    assert!(
        !plan.lines().any(crowd),
        "{address} reads everybody:\n{plan}"
    );
}

#[tokio::test]
async fn what_is_found_by_a_value_or_a_group_reads_nobody_else() {
    let (app, client, ids) = populated().await;
    if app.backend() == DatabaseBackend::Postgres {
        // It has counted, and knows that everybody is in the group.
        return app.finish().await;
    }
    let group = client.filter("/Groups", "displayName eq \"crowd\"").await;
    let group = group.string("/Resources/0/id");
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for filter in [
        "emails.value eq \"user7@example.org\"".to_owned(),
        "title eq \"Student\"".to_owned(),
        "title eq \"Student\" and active eq true".to_owned(),
        format!("groups.value eq \"{group}\""),
        "groups.display eq \"Crowd\"".to_owned(),
        format!("{enterprise}:manager.value eq \"{}\"", ids[0]),
    ] {
        for sort in ["", "&count=5", "&cursor&count=5"] {
            let address = format!("/Users?filter={}{sort}", percent_encoded(&filter));
            for statement in statements_of(client.call("GET", &address), 200).await {
                assert_no_crowd(&address, &assert_indexed(&app, &statement).await);
            }
        }
    }
    let members: Vec<&str> = ids.iter().map(String::as_str).collect();
    let all = group_body("All", &members);
    let remove = json!([{ "op": "remove", "path": "members[type eq \"User\"]" }]);
    let address = format!("/Groups/{group}");
    for (call, status) in [
        (client.call("GET", &address), 200),
        (
            client.call("GET", "/Groups?filter=displayName%20sw%20%22c%22"),
            200,
        ),
        (client.call_with("POST", "/Groups", &all), 201),
        (
            client.call_with("PATCH", &address, &patch_body(remove)),
            204,
        ),
        (client.call("DELETE", &format!("/Users/{}", ids[5])), 204),
    ] {
        for statement in statements_of(call, status).await {
            assert_no_crowd(&statement, &plan(&app, &statement).await);
        }
    }
    // Whoever is refused is found by name or address.
    let other = app.connection(ConnectionKind::Generic).await;
    let mut taken = user_body("user7");
    taken["emails"] = json!([{ "value": "user8@example.org", "type": "work" }]);
    for statement in statements_of(other.call_with("POST", "/Users", &taken), 409).await {
        let plan = plan(&app, &statement).await;
        // The keys that point to a user are in the plan of its insertion, and not looked at.
        let all = |line: &str| line.starts_with("SEARCH users") && is_of_account_alone(line);
        assert!(!plan.lines().any(all), "{statement}\n{plan}");
    }
    // A list of the console reads its own account, however many people others have.
    let console = app.administrator().await;
    let of_connection = format!(
        "/users?source={}&status=active&sort=created",
        client.connection
    );
    for list in [
        "/users",
        "/users?sort=-last_login",
        "/users?sort=created&status=active",
        "/users?q=user7&sort=email",
        "/users?source=local",
        of_connection.as_str(),
    ] {
        let heard = Statements::listen();
        console.get(list).await.expect(200);
        for statement in heard.take() {
            let plan = plan(&app, &statement).await;
            let all = plan.lines().any(|line| line.starts_with("SCAN users"));
            assert!(!all, "{list} reads every account:\n{plan}");
        }
    }
    // Whoever reads everybody reads each member once.
    for list in ["/Groups?count=10", "/?count=10"] {
        for statement in statements_of(client.call("GET", list), 200).await {
            let plan = plan(&app, &statement).await;
            let again = |line: &str| line.contains(" l USING") && line.contains("connection_id=?");
            assert!(
                !plan.lines().any(again),
                "{list} reads everybody again:\n{plan}"
            );
        }
    }
    app.finish().await;
}

/// An index without numbers would seem better to SQLite than those that have some.
#[tokio::test]
async fn each_index_of_a_table_with_numbers_has_as_many_as_it_needs() {
    let app = TestApp::new().await;
    if app.backend() == DatabaseBackend::Sqlite {
        let indexes = "SELECT t.name, CASE WHEN i.origin = 'pk' AND t.wr THEN t.name ELSE i.name END, (SELECT COUNT(*) FROM pragma_index_xinfo(i.name) c WHERE c.key), s.stat FROM pragma_table_list t JOIN pragma_index_list(t.name) i LEFT JOIN sqlite_stat1 s ON s.tbl = t.name AND s.idx = CASE WHEN i.origin = 'pk' AND t.wr THEN t.name ELSE i.name END WHERE t.name IN (SELECT tbl FROM sqlite_stat1)";
        let rows = app.rows(indexes).await;
        assert_eq!(
            rows.len() as i64,
            app.number("SELECT COUNT(*) FROM sqlite_stat1").await,
            "numbers for an index that is not there"
        );
        for row in rows {
            let index: String = row.try_get_by_index(1).unwrap();
            let columns: i64 = row.try_get_by_index(2).unwrap();
            let numbers: Option<String> = row.try_get_by_index(3).unwrap();
            let count = numbers.map_or(0, |numbers| numbers.split(' ').count());
            assert_eq!(count as i64, columns + 1, "{index}");
        }
    }
    app.finish().await;
}
