//! Attributes that the account defines, as an identity provider sees them (scim.md section 1.3,
//! RFC 7643 section 3.3, D4).

use chrono::TimeDelta;
use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use crate::support::{ScimClient, TestApp, user_body};

/// The namespace of Okta's and Entra ID's own examples.
const URN: &str = "urn:ietf:params:scim:schemas:extension:custom:2.0:User";
/// Okta's namespace of an application.
const OKTA: &str = "urn:okta:acme_app:1.0:user:custom";
const ALL: &[(&str, &str)] = &[
    ("favouriteColour", "string"),
    ("tags", "string[]"),
    ("remote", "boolean"),
    ("desk", "integer"),
    ("share", "decimal"),
    ("reviewedAt", "dateTime"),
];

async fn exposing(kind: ConnectionKind) -> (TestApp, ScimClient) {
    let app = TestApp::new().await;
    let client = app.connection(kind).await;
    app.expose(&client, URN, ALL).await;
    (app, client)
}

fn with(name: &str, attributes: Value) -> Value {
    let mut body = user_body(name);
    body["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:User", URN]);
    body[URN] = attributes;
    body
}

async fn found(client: &ScimClient, filter: &str) -> Vec<String> {
    let answer = client
        .filter("/Users", &filter.replace("C:", &format!("{URN}:")))
        .await;
    answer.expect(200).strings("/Resources", "/userName")
}

/// RFC 7643 sections 6 and 7.
#[tokio::test]
async fn they_are_in_schemas_and_resource_types_of_their_connection_alone() {
    let (app, client) = exposing(ConnectionKind::Generic).await;
    let schema = client.get(&format!("/Schemas/{URN}")).await.expect(200);
    let names = schema.strings("/attributes", "/name");
    assert_eq!(names, ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    assert_eq!(schema.json["attributes"][1]["multiValued"], true);
    let types = client.get("/ResourceTypes/User").await.expect(200);
    assert!(
        types
            .strings("/schemaExtensions", "/schema")
            .contains(&URN.to_owned())
    );
    let other = app.connection(ConnectionKind::Generic).await;
    other.get(&format!("/Schemas/{URN}")).await.expect(404);
    app.finish().await;
}

/// RFC 7644 sections 3.3, 3.5.1 and 3.5.2; `schemas` follows what is there.
#[tokio::test]
async fn they_are_created_replaced_and_patched_like_core_attributes() {
    let (app, client) = exposing(ConnectionKind::Generic).await;
    let sent = json!({ "FavouriteColour": "Blue", "tags": ["a", "b"], "desk": 7 });
    let created = client.post("/Users", &with("ada", sent)).await.expect(201);
    assert_eq!(
        created.json[URN],
        json!({ "favouriteColour": "Blue", "tags": ["a", "b"], "desk": 7 })
    );
    let path = format!("/Users/{}", created.id());
    let operations = json!([
        { "op": "replace", "path": format!("{URN}:desk"), "value": 8 },
        { "op": "add", "path": format!("{URN}:tags"), "value": ["c"] },
        { "op": "remove", "path": format!("{URN}:favouriteColour") },
        { "op": "add", "value": { URN: { "remote": true } } },
    ]);
    let patched = client.patch(&path, operations).await.expect(200);
    assert_eq!(
        patched.json[URN],
        json!({ "tags": ["a", "b", "c"], "remote": true, "desk": 8 })
    );
    let gone = json!([{ "op": "remove", "path": URN }]);
    let patched = client.patch(&path, gone).await.expect(200);
    assert_eq!(
        patched.json["schemas"],
        json!(["urn:ietf:params:scim:schemas:core:2.0:User"])
    );
    let replaced = client
        .put(&path, &with("ada", json!({ "share": 0.5 })))
        .await
        .expect(200);
    assert_eq!(replaced.json[URN], json!({ "share": 0.5 }));
    let wrong = client
        .put(&path, &with("ada", json!({ "desk": "eight" })))
        .await;
    let wrong = wrong.expect(400);
    assert_eq!(wrong.json["scimType"], "invalidValue");
    assert_eq!(
        wrong.json["detail"],
        format!("{URN}:desk must be a whole number")
    );
    app.finish().await;
}

/// RFC 7644 section 3.4.2.2 with full URN paths, and 3.4.2.3.
#[tokio::test]
async fn they_are_filtered_and_sorted_by_their_type() {
    let (app, client) = exposing(ConnectionKind::Generic).await;
    for (name, attributes) in [
        (
            "ada",
            json!({ "desk": 10, "favouriteColour": "Blue", "remote": true, "reviewedAt": "2026-01-02T03:04:05+02:00", "tags": ["x", "Y"] }),
        ),
        (
            "bee",
            json!({ "desk": 9, "favouriteColour": "apricot", "share": 0.25, "reviewedAt": "2026-01-02T03:04:05Z" }),
        ),
        ("cyd", json!({ "remote": false, "share": -1.5 })),
    ] {
        client
            .post("/Users", &with(name, attributes))
            .await
            .expect(201);
    }
    for (filter, expected) in [
        ("C:desk gt 9", &["ada"][..]),
        ("C:desk ge 9 and C:favouriteColour sw \"B\"", &["ada"]),
        ("C:tags eq \"y\"", &["ada"]),
        ("C:remote eq false", &["cyd"]),
        ("C:remote ne false", &["ada", "bee"]),
        ("C:share lt 0.3", &["bee", "cyd"]),
        ("C:reviewedAt lt \"2026-01-02T02:00:00Z\"", &["ada"]),
        ("not (C:desk pr)", &["cyd"]),
        (
            &format!("schemas eq \"{URN}\" and userName eq \"bee\""),
            &["bee"],
        ),
    ] {
        assert_eq!(found(&client, filter).await, expected, "{filter}");
    }
    // Numbers sort as numbers, and people without one come last (RFC 7644 section 3.4.2.3).
    for (by, expected) in [
        ("desk", ["bee", "ada", "cyd"]),
        ("favouriteColour", ["bee", "ada", "cyd"]),
        ("reviewedAt", ["ada", "bee", "cyd"]),
        ("remote", ["cyd", "ada", "bee"]),
        ("share", ["cyd", "bee", "ada"]),
    ] {
        let sorted = client
            .get(&format!("/Users?sortBy={URN}:{by}"))
            .await
            .expect(200);
        assert_eq!(sorted.strings("/Resources", "/userName"), expected, "{by}");
        let first = client
            .get(&format!("/Users?sortBy={URN}:{by}&cursor=&count=2"))
            .await
            .expect(200);
        let next = first.string("/nextCursor");
        let second = client
            .get(&format!("/Users?sortBy={URN}:{by}&count=2&cursor={next}"))
            .await
            .expect(200);
        assert_eq!(
            second.strings("/Resources", "/userName"),
            expected[2..],
            "{by}"
        );
    }
    app.finish().await;
}

/// RFC 7644 section 3.9.
#[tokio::test]
async fn they_are_projected_by_urn_and_by_name() {
    let (app, client) = exposing(ConnectionKind::Generic).await;
    let sent = json!({ "desk": 7, "tags": ["a"] });
    let id = client
        .post("/Users", &with("ada", sent))
        .await
        .expect(201)
        .id();
    let get = async |query: &str| {
        client
            .get(&format!("/Users/{id}?{query}"))
            .await
            .expect(200)
            .json
    };
    assert_eq!(
        get(&format!("attributes={URN}:desk")).await[URN],
        json!({ "desk": 7 })
    );
    assert_eq!(
        get(&format!("attributes={URN}")).await[URN],
        json!({ "desk": 7, "tags": ["a"] })
    );
    let without = get(&format!("excludedAttributes={URN}")).await;
    assert_eq!(without.get(URN), None);
    assert_eq!(
        without["schemas"],
        json!(["urn:ietf:params:scim:schemas:core:2.0:User"])
    );
    app.finish().await;
}

/// The body of an Okta application with custom attributes in its own namespace and in Okta's
/// example one; nothing is declared at first, so it is ignored (D4) and kept aside.
fn okta_body(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", URN, OKTA],
        "userName": name, "active": true,
        URN: { "favouriteColour": "Blue", "desk": "seven" },
        OKTA: { "badge": format!("B-{name}"), "floor": 3 },
    })
}

#[tokio::test]
async fn okta_values_from_before_the_declaration_are_read_again() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Okta).await;
    let created = client.post("/Users", &okta_body("ada")).await.expect(201);
    assert_eq!(
        (created.json.get(URN), created.json.get(OKTA)),
        (None, None)
    );
    let id = created.id();
    app.expose(&client, OKTA, &[("badge", "string"), ("floor", "integer")])
        .await;
    app.expose(&client, URN, &[("desk", "integer")]).await;
    app.reread().await;
    let read = client.get(&format!("/Users/{id}")).await.expect(200);
    assert_eq!(read.json[OKTA], json!({ "badge": "B-ada", "floor": 3 }));
    // A value that does not fit its type stays aside, as does what nobody declared.
    assert_eq!(read.json.get(URN), None);
    let kept = format!(
        "SELECT COUNT(*) FROM scim_links WHERE unmapped = '{{\"{URN}\":{{\"favouriteColour\":\"Blue\",\"desk\":\"seven\"}}}}'"
    );
    assert_eq!(app.number(&kept).await, 1);
    // The resource changed, and a client that asks by ETag is told so.
    assert_ne!(read.header("etag"), created.header("etag"));
    let by_floor = client.filter("/Users", &format!("{OKTA}:floor ge 3")).await;
    assert_eq!(
        by_floor.expect(200).strings("/Resources", "/userName"),
        ["ada"]
    );
    app.finish().await;
}

#[tokio::test]
async fn entra_patches_of_before_the_declaration_are_read_again_in_their_order() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Entra).await;
    let path = format!("/Users/{}", client.user("ada").await);
    // Entra ID writes one attribute at a time, by path and by name.
    for (name, value) in [("desk", "1"), ("room", "A"), ("desk", "2")] {
        let operation = json!([{ "op": "Add", "path": format!("{URN}:{name}"), "value": value }]);
        client.patch(&path, operation).await.expect(200);
    }
    let by_name = json!([{ "op": "Add", "value": { format!("{URN}:floor"): "3" } }]);
    client.patch(&path, by_name).await.expect(200);
    let attributes = &[("desk", "string"), ("room", "string"), ("floor", "string")];
    app.expose(&client, URN, attributes).await;
    // A request that comes before the job sees to it that older values do not win.
    let operation = json!([{ "op": "Replace", "path": format!("{URN}:room"), "value": "B" }]);
    let patched = client.patch(&path, operation).await.expect(200);
    let expected = json!({ "desk": "2", "room": "B", "floor": "3" });
    assert_eq!(patched.json[URN], expected);
    app.reread().await;
    assert_eq!(client.get(&path).await.expect(200).json[URN], expected);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM scim_links WHERE unmapped = '{}'")
            .await,
        1
    );
    app.finish().await;
}

#[tokio::test]
async fn hidden_values_come_back_unharmed() {
    let (app, client) = exposing(ConnectionKind::Okta).await;
    let console = app.administrator().await;
    let sent = json!({ "desk": 7, "favouriteColour": "Blue" });
    let id = client
        .post("/Users", &with("ada", sent))
        .await
        .expect(201)
        .id();
    let path = format!("/Users/{id}");
    let definitions = console.get("/attribute-definitions").await.expect(200);
    let desk = definitions.json["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == "desk")
        .unwrap();
    let desk = desk["id"].as_str().unwrap();
    let exposed = format!("/idp-connections/{}/attributes/{desk}", client.connection);
    console.delete(&exposed).await.expect(204);
    // At once in answers and filters, whether the job has run or not.
    for reread in [false, true] {
        if reread {
            app.reread().await;
        }
        let read = client.get(&path).await.expect(200);
        assert_eq!(read.json[URN], json!({ "favouriteColour": "Blue" }));
        client
            .filter("/Users", &format!("{URN}:desk pr"))
            .await
            .expect(400);
    }
    let values = "SELECT COUNT(*) FROM user_attribute_values WHERE number = 7 AND present";
    assert_eq!(app.number(values).await, 0);
    // A replacement that cannot name it does not clear it.
    let replaced = client
        .put(&path, &with("ada", json!({ "favouriteColour": "Red" })))
        .await
        .expect(200);
    assert_eq!(replaced.json[URN], json!({ "favouriteColour": "Red" }));
    let again = json!({ "urn": URN, "name": "desk" });
    console
        .call("PUT", &exposed)
        .json(&again)
        .send()
        .await
        .expect(204);
    app.reread().await;
    let read = client.get(&path).await.expect(200);
    assert_eq!(
        read.json[URN],
        json!({ "favouriteColour": "Red", "desk": 7 })
    );
    assert_eq!(found(&client, "C:desk eq 7").await, ["ada"]);
    app.finish().await;
}

/// D4: the strict kind refuses by name what is not declared, and takes it from then on.
#[tokio::test]
async fn the_strict_kind_refuses_a_urn_until_it_is_declared() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let body = with("ada", json!({ "desk": 7 }));
    let refused = client.post("/Users", &body).await.expect(400);
    assert!(refused.string("/detail").contains(URN), "{}", refused.text);
    app.expose(&client, URN, &[("desk", "integer")]).await;
    client.post("/Users", &body).await.expect(201);
    app.reread().await;
    app.finish().await;
}

/// Many people: several units of work, and each of them once.
#[tokio::test]
async fn everybody_is_read_again_and_nobody_twice() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Okta).await;
    for number in 0..130 {
        let name = format!("u{number}");
        client.post("/Users", &okta_body(&name)).await.expect(201);
    }
    app.expose(&client, OKTA, &[("floor", "integer")]).await;
    app.reread().await;
    let answer = client
        .filter("/Users", &format!("{OKTA}:floor eq 3"))
        .await
        .expect(200);
    assert_eq!(answer.json["totalResults"], 130);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM users WHERE version = 2")
            .await,
        130
    );
    app.clock.advance(TimeDelta::seconds(1));
    app.finish().await;
}
