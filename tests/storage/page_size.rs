//! A page ends before its members are too many, and the next goes on where it ended.

use scim_schema::dialect::ConnectionKind;
use sea_orm::DatabaseBackend;
use serde_json::{Value, json};

use super::copies::{copy, new_id};
use crate::support::{Answer, ScimClient, Statements, TestApp, rule};

/// Members of each group; a page has 20,000.
const MEMBERS: u64 = 6_000;
const GROUPS: usize = 7;
/// Groups of a page: a fourth would be too much.
const FIT: usize = 3;

/// Numbers from 1 on, to be joined to a table as `numbers`.
fn numbers(app: &TestApp, last: u64) -> String {
    match app.backend() {
        DatabaseBackend::Sqlite => format!(
            "JOIN (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {last}) SELECT i FROM n) numbers ON 1 = 1"
        ),
        _ => format!("CROSS JOIN generate_series(1, {last}) numbers(i)"),
    }
}

async fn large_groups() -> (TestApp, ScimClient) {
    populated(MEMBERS, GROUPS).await
}

/// So many groups of the same users, an empty group before and after, and a user in none.
async fn populated(members: u64, groups: usize) -> (TestApp, ScimClient) {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    client.user("ada").await;
    client.group("A", &[]).await;
    for number in 0..groups {
        client.group(&format!("Crowd {number}"), &[]).await;
    }
    client.group("Z", &[]).await;
    let which = format!("{} WHERE user_name_folded = 'ada'", numbers(&app, members));
    let changes = [("id", new_id(&app)), ("user_name_folded", "'copy' || i")];
    copy(&app, "users", &which, &changes).await.unwrap();
    let of_user = "(SELECT u.id FROM users u WHERE u.account_id = scim_links.account_id AND u.user_name_folded = 'copy' || i)";
    let changes = [
        ("scim_id", new_id(&app)),
        ("user_id", of_user),
        ("user_name_folded", "'copy' || i"),
    ];
    copy(&app, "scim_links", &which, &changes).await.unwrap();
    let insert = "INSERT INTO group_members (account_id, group_id, user_id, source, added_at) SELECT u.account_id, g.id, u.id, 'scim', g.created_at FROM users u JOIN groups g ON g.account_id = u.account_id WHERE u.user_name_folded LIKE 'copy%' AND g.display_name LIKE 'Crowd%'";
    assert_eq!(app.execute(insert, []).await, members * groups as u64);
    app.quiet().await;
    // As a server's database is after a while; so many rows at once are no usual state.
    app.count_rows("").await;
    (app, client)
}

fn names(page: &Answer) -> Vec<String> {
    let names = page.strings("/Resources", "/displayName");
    assert_eq!(page.json["itemsPerPage"], names.len());
    names
}

/// What the pages should be, whatever finds them.
fn pages() -> Vec<Vec<String>> {
    let crowds: Vec<String> = (0..GROUPS)
        .map(|number| format!("Crowd {number}"))
        .collect();
    let mut pages: Vec<Vec<String>> = crowds.chunks(FIT).map(<[_]>::to_vec).collect();
    pages[0].insert(0, "A".to_owned());
    pages[2].push("Z".to_owned());
    pages
}

#[tokio::test]
async fn a_page_of_large_groups_is_shorter_and_the_next_index_goes_on() {
    let (app, client) = large_groups().await;
    let heard = Statements::listen();
    let mut start = 1;
    for wanted in pages() {
        heard.take();
        let path = format!("/Groups?sortBy=displayName&count=1000&startIndex={start}");
        let page = client.get(&path).await.expect(200);
        assert!(heard.take().len() <= 2);
        assert_eq!(names(&page), wanted);
        assert_eq!(page.json["totalResults"], GROUPS + 2);
        assert_eq!(page.json["startIndex"], start);
        for group in page.json["Resources"].as_array().unwrap() {
            let members = group["members"].as_array().map_or(0, Vec::len);
            let is_large = group["displayName"].as_str().unwrap().starts_with("Crowd");
            assert_eq!(members as u64, if is_large { MEMBERS } else { 0 });
        }
        start += wanted.len();
    }
    assert_eq!(start, GROUPS + 3);
    let member = client
        .get(
            "/Groups?sortBy=displayName&startIndex=2&count=1&attributes=members.value,members.$ref",
        )
        .await
        .expect(200);
    let member = member.json["Resources"][0]["members"][0].clone();
    let id = member["value"].as_str().unwrap();
    let location = member["$ref"].as_str().unwrap();
    assert!(
        location.ends_with(&format!("/scim/v2/Users/{id}")),
        "{location}"
    );
    assert_eq!(member.as_object().unwrap().len(), 2, "{member}");
    let lean = "/Groups?excludedAttributes=members";
    assert_eq!(names(&client.get(lean).await.expect(200)).len(), GROUPS + 2);
    app.finish().await;
}

#[tokio::test]
async fn cursors_lead_through_short_pages_and_back() {
    let (app, client) = large_groups().await;
    for path in [
        "/Groups?sortBy=displayName",
        "/?sortBy=displayName&filter=members%20pr%20or%20displayName%20eq%20%22A%22%20or%20displayName%20eq%20%22Z%22",
    ] {
        let page = async |cursor: &Value| {
            let cursor = cursor.as_str().unwrap();
            let path = format!("{path}&count=1000&cursor={cursor}");
            client.get(&path).await.expect(200)
        };
        let mut last = page(&json!("")).await;
        let mut seen = vec![names(&last)];
        while !last.json["nextCursor"].is_null() {
            last = page(&last.json["nextCursor"]).await;
            seen.push(names(&last));
        }
        assert_eq!(seen, pages(), "{path}");
        let mut back = names(&last);
        while !last.json["previousCursor"].is_null() {
            last = page(&last.json["previousCursor"]).await;
            let before = names(&last);
            assert!(
                before
                    .iter()
                    .filter(|name| name.starts_with("Crowd"))
                    .count()
                    <= FIT
            );
            back.splice(0..0, before);
        }
        assert_eq!(back, pages().concat(), "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn one_group_larger_than_a_page_is_a_page() {
    let (app, client) = large_groups().await;
    let which = format!("{} WHERE user_name_folded = 'ada'", numbers(&app, MEMBERS));
    for batch in 0..3 {
        let name = format!("'crowd{batch}-' || i");
        let changes = [("id", new_id(&app)), ("user_name_folded", name.as_str())];
        copy(&app, "users", &which, &changes).await.unwrap();
    }
    let insert = "INSERT INTO group_members (account_id, group_id, user_id, source, added_at) SELECT u.account_id, g.id, u.id, 'scim', g.created_at FROM users u JOIN groups g ON g.account_id = u.account_id WHERE u.user_name_folded LIKE 'crowd%' AND g.display_name = 'Crowd 1'";
    assert_eq!(app.execute(insert, []).await, 3 * MEMBERS);
    let mut seen = Vec::new();
    for start in [1, 3, 4] {
        let path = format!("/Groups?sortBy=displayName&startIndex={start}");
        seen.push(names(&client.get(&path).await.expect(200)));
    }
    assert_eq!(seen[0], ["A", "Crowd 0"]);
    assert_eq!(seen[1], ["Crowd 1"]);
    assert_eq!(seen[2], ["Crowd 2", "Crowd 3", "Crowd 4"]);
    app.finish().await;
}

#[tokio::test]
async fn a_page_of_users_ends_before_their_groups_are_too_many() {
    let (app, client) = populated(600, 80).await;
    for path in ["/Users?", "/Users?sortBy=userName&"] {
        let page = client.get(&format!("{path}count=1000")).await.expect(200);
        let users = page.json["Resources"].as_array().unwrap();
        let groups: usize = users
            .iter()
            .map(|user| user["groups"].as_array().map_or(0, Vec::len))
            .sum();
        assert_eq!(groups, 20_000, "{path}");
        // The first one has none and adds nothing.
        assert!((250..=251).contains(&users.len()), "{path}");
        assert_eq!(page.json["totalResults"], 601);
        let lean = format!("{path}count=1000&excludedAttributes=groups");
        let page = client.get(&lean).await.expect(200);
        assert_eq!(page.json["itemsPerPage"], 601, "{path}");
    }
    // A search of both types reads what it finds by id, and less at once.
    for more in ["", "&startIndex=101", "&excludedAttributes=groups"] {
        let path = format!("/?filter=userName%20pr&count=1000{more}");
        let page = client.get(&path).await.expect(200);
        assert_eq!(page.json["itemsPerPage"], 100, "{path}");
        assert_eq!(page.json["totalResults"], 601);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_user_is_shown_with_five_thousand_groups_and_a_filter_finds_all() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let id = client.user("ada").await;
    client.group("Crowd", &[]).await;
    join(&app, 5_100).await;
    app.quiet().await;
    let path = format!("/Users/{id}");
    let read = client.get(&path).await.expect(200);
    assert_eq!(read.json["groups"].as_array().map(Vec::len), Some(5_000));
    let tag = read.header("etag").map(ToOwned::to_owned);
    let again = client.get(&path).await.expect(200);
    assert_eq!(
        again.header("etag").map(ToOwned::to_owned),
        tag,
        "always the same ones"
    );
    let title = json!([{"op": "replace", "path": "title", "value": "Head"}]);
    let changed = client.patch(&path, title).await.expect(200);
    assert_eq!(changed.json["groups"], read.json["groups"]);
    let filter = format!("members.value eq \"{id}\"");
    let found = client.filter("/Groups", &filter).await.expect(200);
    assert_eq!(found.json["totalResults"], 5_100);
    app.finish().await;
}

/// Makes Ada a member of so many more groups.
async fn join(app: &TestApp, groups: u32) {
    let which = format!(
        "{} WHERE display_name = 'Crowd'",
        numbers(app, u64::from(groups))
    );
    let changes = [
        ("id", new_id(app)),
        ("display_name", "'Crowd ' || i"),
        ("display_name_folded", "'crowd ' || i"),
    ];
    copy(app, "groups", &which, &changes).await.unwrap();
    let insert = "INSERT INTO group_members (account_id, group_id, user_id, source, added_at) SELECT u.account_id, g.id, u.id, 'scim', g.created_at FROM users u JOIN groups g ON g.account_id = u.account_id WHERE u.user_name_folded = 'ada' AND g.display_name LIKE 'Crowd %'";
    assert_eq!(app.execute(insert, []).await, u64::from(groups));
}

#[tokio::test]
async fn somebody_in_more_groups_than_a_statement_has_parameters_can_be_deleted() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let id = client.user("ada").await;
    client.group("Crowd", &[]).await;
    join(&app, 33_000).await;
    app.count_rows("").await;
    client.delete(&format!("/Users/{id}")).await.expect(204);
    assert_eq!(app.number("SELECT COUNT(*) FROM group_members").await, 0);
    let raised = "SELECT COUNT(*) FROM groups WHERE version > 1";
    assert_eq!(app.number(raised).await, 33_000);
    app.finish().await;
}

#[tokio::test]
async fn rules_that_ask_for_groups_refuse_somebody_in_very_many_and_shut_them_out_all_the_same() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let north = app.organisation("North").await;
    let rules = json!([rule("groups.display eq \"Crowd 7\"", &[&north], &[])]);
    app.map(&console, &client, None, rules).await;
    let id = client.user("ada").await;
    client.group("Crowd", &[]).await;
    join(&app, 5_001).await;
    let path = format!("/Users/{id}");
    let set = |attribute: &str, value: serde_json::Value| json!([{"op": "replace", "path": attribute, "value": value}]);
    // Nothing that a rule asks for.
    client
        .patch(&path, set("title", "Head".into()))
        .await
        .expect(200);
    let rules = json!([rule(
        "title eq \"Head\" and groups.display eq \"Crowd 7\"",
        &[&north],
        &[]
    )]);
    app.map(&console, &client, None, rules).await;
    let refused = client.patch(&path, set("title", "Deputy".into())).await;
    refused.expect_scim_error(400, Some("tooMany"), "fewer groups");
    let out = client.patch(&path, set("active", false.into())).await;
    assert_eq!(out.expect(200).json["active"], false);
    app.finish().await;
}

#[tokio::test]
async fn a_user_of_a_shadow_is_shown_with_five_thousand_groups() {
    let app = TestApp::new().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    let id = client.user("ada").await;
    client.group("Crowd", &[]).await;
    let which = format!("{} WHERE label = 'Crowd'", numbers(&app, 5_100));
    let changes = [
        ("id", new_id(&app)),
        ("label", "'Crowd ' || i"),
        ("name_folded", "'crowd ' || i"),
        ("external_id", "NULL"),
    ];
    copy(&app, "shadow_objects", &which, &changes)
        .await
        .unwrap();
    let insert = "INSERT INTO shadow_members (account_id, group_id, member_id) SELECT u.account_id, g.id, u.id FROM shadow_objects u JOIN shadow_objects g ON g.account_id = u.account_id WHERE u.name_folded = 'ada' AND g.label LIKE 'Crowd %'";
    assert_eq!(app.execute(insert, []).await, 5_100);
    let path = format!("/Users/{id}");
    for read in [
        client.get(&path).await.expect(200).json["groups"].clone(),
        client.get("/Users").await.expect(200).json["Resources"][0]["groups"].clone(),
    ] {
        assert_eq!(read.as_array().map(Vec::len), Some(5_000));
    }
    for filter in [
        "groups.display eq \"Crowd 1\"",
        "groups.display eq \"Crowd 5100\"",
    ] {
        let found = client.filter("/Users", filter).await.expect(200);
        assert_eq!(found.json["totalResults"], 1, "{filter}");
    }
    app.finish().await;
}
