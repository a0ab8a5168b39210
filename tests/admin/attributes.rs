//! Attributes that the account defines, and what connections expose of them (domain.md section 1).

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use crate::support::{Answer, Console, ScimClient, TestApp};

const URN: &str = "urn:ietf:params:scim:schemas:extension:custom:2.0:User";

async fn define(console: &Console, body: &Value) -> Answer {
    console.post("/attribute-definitions", body).await
}

async fn expose(console: &Console, client: &ScimClient, id: &str, urn: &str, name: &str) -> Answer {
    let path = format!("/idp-connections/{}/attributes/{id}", client.connection);
    let body = json!({ "urn": urn, "name": name });
    console.call("PUT", &path).json(&body).send().await
}

async fn of_connection(console: &Console, client: &ScimClient) -> Answer {
    let path = format!("/idp-connections/{}/attributes", client.connection);
    console.get(&path).await.expect(200)
}

fn with(name: &str, attributes: &Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", URN],
        "userName": name, "hobby": "chess", URN: attributes,
    })
}

#[tokio::test]
async fn a_definition_is_made_changed_and_audited() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let body = json!({ "name": "badge", "type": "string", "case_exact": true, "description": "Door badge" });
    let made = define(&console, &body).await.expect(201);
    assert_eq!(made.json["people"], 0);
    assert_eq!(
        (&made.json["case_exact"], &made.json["multi_valued"]),
        (&json!(true), &json!(false))
    );
    let path = format!("/attribute-definitions/{}", made.string("/id"));
    let change = json!({ "name": "doorBadge", "returned": "request" });
    let changed = console
        .call("PATCH", &path)
        .json(&change)
        .send()
        .await
        .expect(200);
    assert_eq!(
        (&changed.json["name"], &changed.json["returned"]),
        (&json!("doorBadge"), &json!("request"))
    );
    assert_eq!(changed.json["description"], "Door badge");
    let nothing = console
        .call("PATCH", &path)
        .json(&change)
        .send()
        .await
        .expect(200);
    assert_eq!(nothing.json["name"], "doorBadge");
    for (action, times) in [("attribute.define", 1), ("attribute.change", 1)] {
        let sql = format!("SELECT COUNT(*) FROM audit_events WHERE action = '{action}'");
        assert_eq!(app.number(&sql).await, times, "{action}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_defined_is_refused_with_the_field() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    define(&console, &json!({ "name": "badge", "type": "string" }))
        .await
        .expect(201);
    let before = app.footprint().await;
    for (body, path) in [
        (json!({ "name": "2nd", "type": "string" }), "name"),
        (json!({ "name": "door badge", "type": "string" }), "name"),
        (json!({ "name": "password", "type": "string" }), "name"),
        (
            json!({ "name": "a", "type": "string", "description": "x".repeat(501) }),
            "description",
        ),
        (
            json!({ "name": "a", "type": "integer", "case_exact": true }),
            "case_exact",
        ),
        (json!({ "name": "a", "type": "complex" }), ""),
    ] {
        let refused = define(&console, &body).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.json["errors"][0]["path"], path, "{}", refused.text);
        TestApp::assert_unchanged(&before, &app.footprint().await, &refused);
    }
    let taken = define(&console, &json!({ "name": "BADGE", "type": "integer" })).await;
    taken.expect_problem(409, "conflict");
    TestApp::assert_unchanged(&before, &app.footprint().await, &taken);
    app.finish().await;
}

#[tokio::test]
async fn an_account_has_a_hundred_definitions_at_most() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    for number in 0..100 {
        let body = json!({ "name": format!("a{number}"), "type": "string" });
        define(&console, &body).await.expect(201);
    }
    let refused = define(&console, &json!({ "name": "more", "type": "string" })).await;
    refused.expect_problem(409, "conflict");
    assert!(
        refused.string("/detail").contains("100"),
        "{}",
        refused.text
    );
    app.finish().await;
}

#[tokio::test]
async fn a_place_must_be_sound_and_free() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Okta).await;
    let made = define(&console, &json!({ "name": "badge", "type": "string" }))
        .await
        .expect(201);
    let other = define(&console, &json!({ "name": "desk", "type": "integer" }))
        .await
        .expect(201);
    let (id, other) = (made.string("/id"), other.string("/id"));
    for (urn, name, path) in [
        ("badge", "badge", "urn"),
        ("urn:ietf:params:scim:schemas:core:2.0:User", "badge", "urn"),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "badge",
            "urn",
        ),
        (URN, "door.badge", "name"),
    ] {
        let refused = expose(&console, &client, &id, urn, name).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.json["errors"][0]["path"], path, "{}", refused.text);
    }
    expose(&console, &client, &id, URN, "badge")
        .await
        .expect(204);
    expose(&console, &client, &other, URN, "BADGE")
        .await
        .expect_problem(409, "conflict");
    let within = format!("{URN}:badge");
    expose(&console, &client, &other, &within, "x")
        .await
        .expect_problem(409, "conflict");
    // The same place again changes nothing; another one moves it.
    let before = app.footprint().await;
    let same = expose(&console, &client, &id, URN, "badge")
        .await
        .expect(204);
    TestApp::assert_unchanged(&before, &app.footprint().await, &same);
    expose(&console, &client, &id, URN, "card")
        .await
        .expect(204);
    let listed = of_connection(&console, &client).await;
    assert_eq!(listed.strings("/exposed", "/name"), ["card"]);
    assert_eq!(listed.json["reading"], true);
    app.reread().await;
    assert_eq!(
        of_connection(&console, &client).await.json["reading"],
        false
    );
    app.finish().await;
}

#[tokio::test]
async fn what_arrived_is_listed_with_what_stands_against_it() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Okta).await;
    for (name, attributes) in [
        (
            "ada",
            json!({ "desk": 7, "tags": ["a"], "mixed": 1, "address": { "x": 1 } }),
        ),
        ("bee", json!({ "desk": 8, "mixed": "one" })),
    ] {
        client
            .post("/Users", &with(name, &attributes))
            .await
            .expect(201);
    }
    let listed = of_connection(&console, &client).await;
    assert_eq!(
        (&listed.json["looked_at"], &listed.json["more"]),
        (&json!(2), &json!(false))
    );
    let arrived: Vec<_> = listed.json["arrived"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let type_word = it["type"].as_str().unwrap_or("-").to_owned();
            let name = it["name"].as_str().unwrap().to_owned();
            (
                name,
                it["people"].as_u64().unwrap(),
                type_word,
                it["obstacle"].is_null(),
            )
        })
        .collect();
    let row =
        |name: &str, people, kind: &str, free| (name.to_owned(), people, kind.to_owned(), free);
    assert_eq!(
        arrived,
        [
            row("hobby", 2, "string", false),
            row("desk", 2, "integer", true),
            row("mixed", 2, "-", false),
            row("address", 1, "-", false),
            row("tags", 1, "string", true),
        ]
    );
    assert!(
        !listed.text.contains("chess"),
        "values of people are not part of it"
    );
    app.finish().await;
}

#[tokio::test]
async fn what_arrived_is_declared_with_one_request_and_used_by_other_connections() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Okta).await;
    for name in ["ada", "bee"] {
        let body = with(name, &json!({ "desk": 7 }));
        client.post("/Users", &body).await.expect(201);
    }
    let declare = format!("/idp-connections/{}/attributes", client.connection);
    let body = json!({ "urn": URN, "name": "desk", "type": "integer" });
    let declared = console.post(&declare, &body).await.expect(201);
    assert_eq!(declared.json["exposed"][0]["urn"], URN);
    app.reread().await;
    let listed = of_connection(&console, &client).await;
    assert_eq!(listed.strings("/exposed", "/name"), ["desk"]);
    assert!(
        !listed
            .strings("/arrived", "/name")
            .contains(&"desk".to_owned())
    );
    let definitions = console.get("/attribute-definitions").await.expect(200);
    assert_eq!(definitions.json["items"][0]["people"], 2);
    // A second connection uses the same definition, unless the shape is another one.
    let second = app.connection(ConnectionKind::Entra).await;
    let declare = format!("/idp-connections/{}/attributes", second.connection);
    let again = console.post(&declare, &body).await.expect(201);
    assert_eq!(again.string("/id"), declared.string("/id"));
    let other = json!({ "urn": URN, "name": "Desk", "type": "string" });
    console
        .post(&declare, &other)
        .await
        .expect_problem(409, "conflict");
    app.reread().await;
    app.finish().await;
}

#[tokio::test]
async fn a_deleted_definition_takes_its_values_along() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Okta).await;
    app.expose(&client, URN, &[("desk", "integer"), ("badge", "string")])
        .await;
    let sent = json!({ "desk": 7, "badge": "B" });
    let id = client
        .post("/Users", &with("ada", &sent))
        .await
        .expect(201)
        .id();
    let user = app.user_of(&id).await;
    let listed = console.get("/attribute-definitions").await.expect(200);
    let desk = listed.json["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == "desk")
        .unwrap();
    let path = format!("/attribute-definitions/{}", desk["id"].as_str().unwrap());
    let deleted = console.call("DELETE", &path).send().await.expect(200);
    assert_eq!(deleted.json, json!({ "people": 1 }));
    console.get(&path).await.expect_problem(404, "not_found");
    app.reread().await;
    let read = client.get(&format!("/Users/{id}")).await.expect(200);
    assert_eq!(read.json[URN], json!({ "badge": "B" }));
    assert_eq!(
        app.number("SELECT COUNT(*) FROM user_attribute_values WHERE number = 7")
            .await,
        0
    );
    let detail = console.get(&format!("/users/{user}")).await.expect(200);
    assert!(!detail.text.contains("desk"), "{}", detail.text);
    // The name is free again, and its values begin anew.
    app.expose(&client, URN, &[("desk", "integer")]).await;
    app.reread().await;
    let read = client.get(&format!("/Users/{id}")).await.expect(200);
    assert_eq!(read.json[URN], json!({ "badge": "B" }));
    app.finish().await;
}

#[tokio::test]
async fn a_person_shows_exposed_values_and_what_is_hidden() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Okta).await;
    app.expose(&client, URN, &[("desk", "integer"), ("badge", "string")])
        .await;
    let sent = json!({ "desk": 7, "badge": "B", "room": "A" });
    let id = client
        .post("/Users", &with("ada", &sent))
        .await
        .expect(201)
        .id();
    let path = format!("/users/{}", app.user_of(&id).await);
    let exposed = of_connection(&console, &client).await;
    let desk = exposed.json["exposed"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == "desk")
        .unwrap();
    let desk = desk["definition"].as_str().unwrap();
    console
        .delete(&format!(
            "/idp-connections/{}/attributes/{desk}",
            client.connection
        ))
        .await
        .expect(204);
    let detail = console.get(&path).await.expect(200);
    assert_eq!(
        detail.json["link"]["attributes"][URN],
        json!({ "badge": "B" })
    );
    assert_eq!(
        detail.json["link"]["unmapped"][URN],
        json!({ "room": "A", "desk": 7 })
    );
    app.reread().await;
    app.finish().await;
}
