//! Mapping rules in the writes of a provider (domain.md section 1, *`IdP` connection*).

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::adoption::{local, verify};
use crate::support::{
    Console, ScimClient, Statements, TestApp, group_body, patch_body, rule, user_body,
};

async fn started() -> (TestApp, Console, ScimClient) {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    (app, console, client)
}

fn typed(name: &str, user_type: &str) -> Value {
    let mut body = user_body(name);
    body["userType"] = user_type.into();
    body
}

fn set(attribute: &str, value: &str) -> Value {
    json!([{ "op": "replace", "path": attribute, "value": value }])
}

#[tokio::test]
async fn whom_no_rule_places_is_of_the_default_organisation() {
    let (app, console, client) = started().await;
    let (north, south) = (
        app.organisation("North").await,
        app.organisation("South").await,
    );
    client.user("before").await;
    app.map(&console, &client, Some(&north), json!([])).await;
    client.user("after").await;
    assert_eq!(app.memberships("after").await, ["North default home"]);
    // Whoever is somewhere already stays there.
    let before = app.memberships("before").await;
    assert!(before[0].ends_with(" default home"), "{before:?}");
    assert!(!before[0].starts_with("North"), "{before:?}");

    let rules = json!([rule("userType eq \"x\"", &[&south], &[])]);
    app.map(&console, &client, None, rules).await;
    let x = client
        .post("/Users", &typed("x", "x"))
        .await
        .expect(201)
        .id();
    assert_eq!(app.memberships("x").await, ["South rule home"]);
    // The last rule's membership makes room for the default organisation.
    client
        .patch(&format!("/Users/{x}"), set("userType", "y"))
        .await
        .expect(200);
    assert_eq!(app.memberships("x").await, ["North default home"]);
    app.finish().await;
}

#[tokio::test]
async fn rules_are_evaluated_in_order_on_each_write_of_a_person() {
    let (app, console, client) = started().await;
    let (north, south) = (
        app.organisation("North").await,
        app.organisation("South").await,
    );
    let rules = json!([
        rule("userType eq \"teacher\"", &[&south, &north], &["observer"]),
        rule("title pr", &[&north], &["reporter"]),
        rule("active eq false", &[&south], &["proctor"]),
    ]);
    app.map(&console, &client, None, rules).await;
    let ada = client
        .post("/Users", &typed("ada", "Teacher"))
        .await
        .expect(201)
        .id();
    let path = format!("/Users/{ada}");
    let both = [
        "North rule [\"observer\"]",
        "South rule home [\"observer\"]",
    ];
    assert_eq!(app.memberships("ada").await, both);
    client.patch(&path, set("title", "Dr")).await.expect(200);
    let titled = [
        "North rule [\"observer\",\"reporter\"]",
        "South rule home [\"observer\"]",
    ];
    assert_eq!(app.memberships("ada").await, titled);
    client.put(&path, &typed("ada", "pupil")).await.expect(200);
    let root = app.memberships("ada").await;
    assert!(
        root.len() == 1 && root[0].ends_with("default home"),
        "{root:?}"
    );

    let active = |on: bool| json!([{ "op": "replace", "path": "active", "value": on }]);
    client.patch(&path, active(false)).await.expect(200);
    assert_eq!(
        app.memberships("ada").await,
        ["South rule home [\"proctor\"]"]
    );
    client.patch(&path, active(true)).await.expect(200);
    assert_eq!(app.memberships("ada").await, root);
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'user.map'";
    assert_eq!(app.number(audited).await, 4);
    app.finish().await;
}

/// Who takes `active` of false back has let nobody in again, for the rules as well.
#[tokio::test]
async fn without_active_the_hold_decides_in_a_write_and_for_everybody() {
    let (app, console, client) = started().await;
    let (north, south) = (
        app.organisation("North").await,
        app.organisation("South").await,
    );
    let rules = json!([rule("active eq false", &[&south], &[])]);
    app.map(&console, &client, None, rules).await;
    let ada = client.user("ada").await;
    client.user("grace").await;
    let path = format!("/Users/{ada}");
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    client.patch(&path, off).await.expect(200);
    let unassigned = json!([{ "op": "remove", "path": "active" }]);
    client.patch(&path, unassigned).await.expect(200);
    assert_eq!(app.memberships("ada").await, ["South rule home"]);

    let rules = |roles: &[&str]| {
        json!([
            rule("active eq false", &[&south], roles),
            rule("title pr", &[&north], &[])
        ])
    };
    app.map(&console, &client, None, rules(&["observer"])).await;
    let held = ["South rule home [\"observer\"]"];
    assert_eq!(app.memberships("ada").await, held);
    client.patch(&path, set("title", "Dr")).await.expect(200);
    let titled = ["North rule", "South rule home [\"observer\"]"];
    assert_eq!(app.memberships("ada").await, titled);
    app.map(&console, &client, None, rules(&[])).await;
    let titled = ["North rule", "South rule home"];
    assert_eq!(app.memberships("ada").await, titled);
    let grace = app.memberships("grace").await;
    assert!(grace[0].ends_with(" default home"), "{grace:?}");
    app.finish().await;
}

#[tokio::test]
async fn a_rule_takes_back_only_what_a_rule_gave() {
    let (app, console, client) = started().await;
    let north = app.organisation("North").await;
    let south = app.organisation("South").await;
    let rules = json!([rule("userType eq \"x\"", &[&north, &south], &["observer"])]);
    app.map(&console, &client, None, rules.clone()).await;
    let ada = client
        .post("/Users", &typed("ada", "x"))
        .await
        .expect(201)
        .id();
    let by_hand = "UPDATE memberships SET source = 'local' WHERE organisation_id = $1";
    let id: uuid::Uuid = north.parse().expect("an id");
    assert_eq!(app.execute(by_hand, [id.into()]).await, 1);

    client
        .patch(&format!("/Users/{ada}"), set("userType", "y"))
        .await
        .expect(200);
    assert_eq!(app.memberships("ada").await, ["North local home"]);
    client
        .patch(&format!("/Users/{ada}"), set("userType", "x"))
        .await
        .expect(200);
    let again = [
        "North local home [\"observer\"]",
        "South rule [\"observer\"]",
    ];
    assert_eq!(app.memberships("ada").await, again);
    // Without rules only what they gave is gone.
    app.map(&console, &client, None, json!([])).await;
    assert_eq!(app.memberships("ada").await, ["North local home"]);
    app.finish().await;
}

#[tokio::test]
async fn groups_and_groups_in_them_place_their_members() {
    let (app, console, client) = started().await;
    let (north, south) = (
        app.organisation("North").await,
        app.organisation("South").await,
    );
    let rules = json!([
        rule("groups.display eq \"staff\"", &[&north], &[]),
        rule(
            "groups[display eq \"staff\" and type eq \"direct\"]",
            &[&south],
            &[]
        ),
    ]);
    app.map(&console, &client, None, rules).await;
    let ada = client.user("ada").await;
    let root = app.memberships("ada").await;
    let root: Vec<&str> = root.iter().map(String::as_str).collect();
    let inner = client.group("Inner", &[&ada]).await;
    let middle = client.group("Middle", &[&inner]).await;
    let outer = client.group("Staff", &[&middle]).await;
    app.until_memberships("ada", &["North rule home"]).await;

    let member = |op: &str, id: &str| match op {
        "add" => json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]),
        _ => json!([{ "op": "remove", "path": format!("members[value eq \"{id}\"]") }]),
    };
    let of = |id: &str| format!("/Groups/{id}");
    client
        .patch(&of(&outer), member("add", &ada))
        .await
        .expect(204);
    app.until_memberships("ada", &["North rule home", "South rule"])
        .await;
    client
        .patch(&of(&outer), member("remove", &ada))
        .await
        .expect(204);
    app.until_memberships("ada", &["North rule home"]).await;
    client
        .patch(&of(&middle), member("remove", &inner))
        .await
        .expect(204);
    app.until_memberships("ada", &root).await;

    client
        .put(&of(&middle), &group_body("Middle", &[&inner]))
        .await
        .expect(200);
    app.until_memberships("ada", &["North rule home"]).await;
    client
        .patch(&of(&outer), set("displayName", "Other"))
        .await
        .expect(204);
    app.until_memberships("ada", &root).await;
    client
        .patch(&of(&outer), set("displayName", "STAFF"))
        .await
        .expect(204);
    app.until_memberships("ada", &["North rule home"]).await;
    client.delete(&of(&outer)).await.expect(204);
    app.until_memberships("ada", &root).await;
    app.finish().await;
}

#[tokio::test]
async fn groups_are_looked_through_ten_levels_deep() {
    let (app, console, client) = started().await;
    let north = app.organisation("North").await;
    let ada = client.user("ada").await;
    let mut inside = ada.clone();
    for level in 1..=11 {
        inside = client.group(&format!("Level {level}"), &[&inside]).await;
    }
    let of = |level: u32| {
        json!([rule(
            &format!("groups.display eq \"level {level}\""),
            &[&north],
            &[]
        )])
    };
    app.map(&console, &client, None, of(11)).await;
    assert!(app.memberships("ada").await[0].ends_with("default home"));
    app.map(&console, &client, None, of(10)).await;
    assert_eq!(app.memberships("ada").await, ["North rule home"]);
    app.finish().await;
}

#[tokio::test]
async fn groups_of_other_connections_are_no_reason() {
    let (app, console, client) = started().await;
    let north = app.organisation("North").await;
    let other = app.connection(ConnectionKind::Generic).await;
    let rules = json!([rule("groups pr", &[&north], &[])]);
    app.map(&console, &client, None, rules).await;
    let theirs = other.user("grace").await;
    other.group("Staff", &[&theirs]).await;
    client.user("ada").await;
    let waiting = "SELECT COUNT(*) FROM jobs WHERE queue = 'map_members' AND status <> 'done'";
    app.until_number(waiting, 0).await;
    for name in ["ada", "grace"] {
        assert!(
            app.memberships(name).await[0].ends_with("default home"),
            "{name}"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn rules_cost_nothing_where_they_do_not_matter() {
    let (app, console, client) = started().await;
    let north = app.organisation("North").await;
    let rules = json!([rule("userType eq \"x\" and groups pr", &[&north], &[])]);
    let ada = client.user("ada").await;
    let group = client.group("Staff", &[]).await;
    app.map(&console, &client, None, rules).await;
    app.quiet().await;
    client.get(&format!("/Users/{ada}")).await.expect(200);
    let heard = Statements::listen();
    let path = format!("/Users/{ada}?excludedAttributes=groups");
    let costs = async |call: crate::support::Call, status| {
        heard.take();
        call.send().await.expect(status);
        heard.take().len()
    };
    let title = patch_body(set("title", "Dr"));
    assert!(costs(client.call_with("PATCH", &path, &title), 200).await <= 7);
    // A read of the memberships and one of the groups, and no write when nobody moves.
    let user_type = patch_body(set("userType", "x"));
    assert!(costs(client.call_with("PATCH", &path, &user_type), 200).await <= 9);
    assert!(costs(client.call_with("POST", "/Users", &typed("b", "x")), 201).await <= 7);
    // One job in the transaction.
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]);
    let add = client.call_with("PATCH", &format!("/Groups/{group}"), &patch_body(add));
    assert!(costs(add, 204).await <= 7);
    app.finish().await;
}

/// Sends somebody who is refused, and has a System Administrator move them to the connection.
async fn move_to(console: &Console, client: &ScimClient, body: &Value) {
    client.post("/Users", body).await.expect(409);
    let listed = console.get("/conflicts").await.expect(200);
    let path = format!("/conflicts/{}/resolve", listed.string("/items/0/id"));
    let body = json!({ "act": "move" });
    console.post(&path, &body).await.expect(204);
}

#[tokio::test]
async fn whoever_is_moved_to_a_connection_is_placed_by_its_rules_alone() {
    let (app, console, old) = started().await;
    let new = app.connection(ConnectionKind::Generic).await;
    let without = app.connection(ConnectionKind::Generic).await;
    let (north, south) = (
        app.organisation("North").await,
        app.organisation("South").await,
    );
    let rules = json!([rule("userType eq \"x\"", &[&north], &["observer"])]);
    app.map(&console, &old, None, rules).await;
    let rules = json!([rule("not (title pr)", &[&south], &["reporter"])]);
    app.map(&console, &new, None, rules).await;

    old.post("/Users", &typed("ada", "x")).await.expect(201);
    assert_eq!(
        app.memberships("ada").await,
        ["North rule home [\"observer\"]"]
    );
    move_to(&console, &new, &typed("ada", "x")).await;
    let placed = ["South rule home [\"reporter\"]"];
    assert_eq!(app.memberships("ada").await, placed);
    // The provider's own request finds that done.
    new.post("/Users", &typed("ada", "x")).await.expect(201);
    assert_eq!(app.memberships("ada").await, placed);

    move_to(&console, &without, &typed("ada", "x")).await;
    let root = app.memberships("ada").await;
    assert_eq!(root.len(), 1, "{root:?}");
    assert!(root[0].ends_with(" default home"), "{root:?}");
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'user.map'";
    assert_eq!(app.number(audited).await, 2);
    app.finish().await;
}

#[tokio::test]
async fn whoever_is_adopted_is_placed_by_what_is_not_sent_as_well() {
    let (app, console, client) = started().await;
    verify(&app, "example.org").await;
    local(&app, "ada@example.org", None).await;
    let south = app.organisation("South").await;
    let rules = json!([rule("not (title pr)", &[&south], &["reporter"])]);
    app.map(&console, &client, None, rules).await;
    client.user("ada@example.org").await;
    let placed = app.memberships("ada@example.org").await;
    assert!(
        placed.contains(&"South rule [\"reporter\"]".to_owned()),
        "{placed:?}"
    );
    assert_eq!(placed.len(), 2, "what was given by hand stays");
    app.finish().await;
}

#[tokio::test]
async fn a_bulk_of_groups_with_one_person_asks_for_that_person_once() {
    let (app, console, client) = started().await;
    let north = app.organisation("North").await;
    let ada = client.user("ada").await;
    let rules = json!([rule("groups.display eq \"Class 7\"", &[&north], &[])]);
    app.map(&console, &client, None, rules).await;
    app.quiet().await;
    let operations = (0..90).map(|number| {
        let data = group_body(&format!("Class {number}"), &[&ada]);
        json!({ "method": "POST", "path": "/Groups", "bulkId": number.to_string(), "data": data })
    });
    let bulk = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": operations.collect::<Vec<_>>(),
    });
    client.post("/Bulk", &bulk).await.expect(200);
    let asked = "SELECT COUNT(*) FROM jobs WHERE queue = 'map_members'";
    let asked = app.number(asked).await;
    assert!((1..=3).contains(&asked), "{asked} jobs");
    app.finish().await;
}
