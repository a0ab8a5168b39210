//! The users table: search, filters, order, numbers.

use chrono::TimeDelta;
use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use crate::support::{Console, ScimClient, TestApp, percent_encoded, user_body};

struct World {
    app: TestApp,
    console: Console,
    okta: ScimClient,
    entra: ScimClient,
}

async fn person(
    app: &TestApp,
    client: &ScimClient,
    name: &str,
    given: &str,
    family: &str,
    more: Value,
) {
    app.clock.advance(TimeDelta::minutes(1));
    let mut body = user_body(name);
    body["name"] = json!({ "givenName": given, "familyName": family });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    client.post("/Users", &body).await.expect(201);
}

async fn world() -> World {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let okta = app.connection(ConnectionKind::Okta).await;
    let entra = app.connection(ConnectionKind::Entra).await;
    let mail = |value: &str| json!({ "emails": [{ "value": value, "primary": true }] });
    person(
        &app,
        &okta,
        "zz1",
        "Anna",
        "Berg",
        mail("anna@school.example"),
    )
    .await;
    person(
        &app,
        &okta,
        "zz2",
        "Bernd",
        "Anders",
        json!({ "active": false }),
    )
    .await;
    person(
        &app,
        &entra,
        "zz3",
        "Çelik",
        "Öztürk",
        mail("100%_sure@school.example"),
    )
    .await;
    person(
        &app,
        &entra,
        "zz4",
        "anna",
        "Zorn",
        json!({ "displayName": "Madame Zorn" }),
    )
    .await;
    World {
        app,
        console,
        okta,
        entra,
    }
}

async fn names(console: &Console, query: &str) -> Vec<String> {
    let listed = console.get(&format!("/users?{query}")).await.expect(200);
    assert_eq!(
        listed.json["total"],
        listed.json["items"].as_array().unwrap().len(),
        "{query}"
    );
    listed.strings("/items", "/name")
}

#[tokio::test]
async fn people_are_found_by_first_last_and_full_name_user_name_and_address() {
    let world = world().await;
    for (search, expected) in [
        ("anna", &["Anna Berg", "Madame Zorn"][..]),
        ("BERG", &["Anna Berg"]),
        ("anna berg", &["Anna Berg"]),
        ("berg anna", &["Anna Berg"]),
        ("  anna   b ", &["Anna Berg"]),
        ("madame", &["Madame Zorn"]),
        ("zz2", &["Bernd Anders"]),
        ("ANNA@SCHOOL", &["Anna Berg"]),
        ("öztürk", &["Çelik Öztürk"]),
        ("ÖZTÜRK çe", &["Çelik Öztürk"]),
        ("%", &["Çelik Öztürk"]),
        ("100%_", &["Çelik Öztürk"]),
        ("0_", &[]),
        ("anna anders", &[]),
        ("'; --", &[]),
        ("\\", &[]),
        ("dana", &["Dana Whitfield"]),
        (
            "validated",
            &["Anna Berg", "Dana Whitfield", "Madame Zorn", "Çelik Öztürk"],
        ),
    ] {
        let found = names(&world.console, &format!("q={}", percent_encoded(search))).await;
        assert_eq!(found, expected, "{search}");
    }
    for search in [&"x".repeat(201), "%00"] {
        let refused = world.console.get(&format!("/users?q={search}")).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.string("/errors/0/path"), "q");
    }
    world.app.finish().await;
}

#[tokio::test]
async fn status_and_source_narrow_the_list() {
    let world = world().await;
    let okta = format!("source={}", world.okta.connection);
    let entra = format!("source={}", world.entra.connection);
    let inactive = world
        .console
        .get("/users?q=bernd")
        .await
        .expect(200)
        .string("/items/0/status");
    for (query, expected) in [
        ("source=local".to_owned(), &["Dana Whitfield"][..]),
        (okta.clone(), &["Anna Berg", "Bernd Anders"]),
        (entra.clone(), &["Madame Zorn", "Çelik Öztürk"]),
        (format!("status={inactive}"), &["Bernd Anders"]),
        (
            format!("status={inactive},active&{okta}"),
            &["Anna Berg", "Bernd Anders"],
        ),
        ("status=banned".to_owned(), &[]),
        (format!("status=active&{okta}&q=berg"), &["Anna Berg"]),
        (
            "source=01936b2e-0000-7000-8000-000000000000".to_owned(),
            &[],
        ),
    ] {
        assert_eq!(names(&world.console, &query).await, expected, "{query}");
    }
    for (query, path) in [
        ("status=asleep", "status"),
        ("source=nowhere", "source"),
        ("sort=shoes", "sort"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
    ] {
        let refused = world.console.get(&format!("/users?{query}")).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.string("/errors/0/path"), path, "{query}");
    }
    world.app.finish().await;
}

#[tokio::test]
async fn every_order_goes_both_ways_and_missing_values_are_last() {
    let world = world().await;
    for (sort, expected) in [
        (
            "name",
            [
                "Anna Berg",
                "Bernd Anders",
                "Dana Whitfield",
                "Madame Zorn",
                "Çelik Öztürk",
            ],
        ),
        (
            "-name",
            [
                "Çelik Öztürk",
                "Madame Zorn",
                "Dana Whitfield",
                "Bernd Anders",
                "Anna Berg",
            ],
        ),
        (
            "created",
            [
                "Dana Whitfield",
                "Anna Berg",
                "Bernd Anders",
                "Çelik Öztürk",
                "Madame Zorn",
            ],
        ),
        (
            "-created",
            [
                "Madame Zorn",
                "Çelik Öztürk",
                "Bernd Anders",
                "Anna Berg",
                "Dana Whitfield",
            ],
        ),
        (
            "email",
            [
                "Çelik Öztürk",
                "Anna Berg",
                "Dana Whitfield",
                "Bernd Anders",
                "Madame Zorn",
            ],
        ),
    ] {
        assert_eq!(
            names(&world.console, &format!("sort={sort}")).await,
            expected,
            "{sort}"
        );
    }
    let descending = names(&world.console, "sort=-email").await;
    assert_eq!(
        descending[..3],
        ["Dana Whitfield", "Anna Berg", "Çelik Öztürk"]
    );
    let by_login = names(&world.console, "sort=last_login").await;
    assert_eq!(by_login[0], "Dana Whitfield", "the others never signed in");
    let by_login = names(&world.console, "sort=-last_login").await;
    assert_eq!(by_login[0], "Dana Whitfield", "never comes last both ways");
    for (sort, place) in [("status", 0), ("-status", 4)] {
        assert_eq!(
            names(&world.console, &format!("sort={sort}")).await[place],
            "Bernd Anders",
            "{sort}"
        );
    }
    world.app.finish().await;
}

#[tokio::test]
async fn a_row_says_who_it_is_and_where_from() {
    let world = world().await;
    let listed = world.console.get("/users?q=zz1").await.expect(200);
    let row = &listed.json["items"][0];
    assert_eq!(row["name"], "Anna Berg");
    assert_eq!(row["user_name"], "zz1");
    assert_eq!(row["email"], "anna@school.example");
    assert_eq!(row["status"], "active");
    assert_eq!(row["holds"], json!([]));
    assert_eq!(row["source"]["kind"], "connection");
    assert_eq!(row["source"]["id"], world.okta.connection.to_string());
    assert_eq!(row["organisations"], json!(["Rollcall"]));
    assert_eq!(row["organisation_count"], 1);
    assert_eq!(row["last_login_at"], json!(null));
    let listed = world.console.get("/users?q=dana").await.expect(200);
    assert_eq!(
        listed.json["items"][0]["source"],
        json!({ "kind": "local" })
    );
    world.app.finish().await;
}

#[tokio::test]
async fn numbers_per_status_add_up_and_leave_the_deleted_out() {
    let world = world().await;
    let found = world.okta.filter("/Users", "userName eq \"zz1\"").await;
    let anna = found.string("/Resources/0/id");
    world
        .okta
        .delete(&format!("/Users/{anna}"))
        .await
        .expect(204);
    let counts = world.console.get("/users/counts").await.expect(200);
    assert_eq!(counts.json["all"], 4, "{}", counts.text);
    let by_status: Vec<(String, u64)> =
        serde_json::from_value(counts.json["by_status"].clone()).unwrap();
    let of = |status: &str| {
        by_status
            .iter()
            .find(|(name, _)| name == status)
            .map(|(_, count)| *count)
    };
    assert_eq!(of("active"), Some(3));
    assert_eq!(of("deleted"), Some(1));
    assert_eq!(of("banned"), None);
    for (status, count) in &by_status {
        let listed = world
            .console
            .get(&format!("/users?status={status}"))
            .await
            .expect(200);
        assert_eq!(listed.json["total"], *count, "{status}");
    }
    world.app.finish().await;
}
