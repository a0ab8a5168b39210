//! Microsoft Entra ID, beyond the exchanges `entra-*` and `entra-legacy-*`.
//!
//! Sources are in MicrosoftDocs/entra-docs: E is `use-scim-to-provision-users-and-groups.md`, K
//! `application-provisioning-config-problem-scim-compatibility.md`, H `how-provisioning-works.md`.

use std::time::Duration;

use chrono::TimeDelta;
use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::connected;
use crate::support::{TestApp, group_body, patch_body, user_body};

const KINDS: [ConnectionKind; 2] = [ConnectionKind::Entra, ConnectionKind::EntraLegacy];

/// The flag of the tenant URL arrives as part of every query. Source: K.
#[tokio::test]
async fn the_flag_in_the_tenant_url_changes_no_route() {
    let (app, client) = connected(ConnectionKind::Entra).await;
    let body = user_body("ada");
    let created = client.post("/Users?aadOptscim062020", &body).await;
    let user = created.expect(201).id();
    let group = group_body("Analysts", &[&user]);
    let group = client.post("/Groups?aadOptscim062020", &group).await;
    let group = group.expect(201).id();
    let (user, group) = (format!("/Users/{user}"), format!("/Groups/{group}"));
    let title = patch_body(json!([{ "op": "add", "path": "title", "value": "Countess" }]));
    for (method, path, body, status) in [
        ("GET", user.as_str(), None, 200),
        ("PATCH", &user, Some(&title), 200),
        ("PUT", &user, Some(&body), 200),
        ("GET", &group, None, 200),
        ("GET", "/Users", None, 200),
        ("GET", "/Schemas", None, 200),
        ("GET", "/ServiceProviderConfig", None, 200),
        ("DELETE", &group, None, 204),
        ("DELETE", &user, None, 204),
    ] {
        for flag in ["aadOptscim062020", "aadOptscim062020="] {
            let path = format!("{path}?{flag}");
            let again = method == "DELETE" && flag.ends_with('=');
            let call = match body {
                Some(body) => client.call_with(method, &path, body),
                None => client.call(method, &path),
            };
            call.send().await.expect(if again { 404 } else { status });
        }
    }
    app.finish().await;
}

/// Matching by a value path and a sub-attribute, which the grammar does not have.
/// Source: E; SCIM-SDK 1.19.0 release notes.
#[tokio::test]
async fn users_are_matched_by_what_entra_may_be_set_to_match_by() {
    for kind in KINDS {
        let (app, client) = connected(kind).await;
        let mut body = user_body("ada");
        body["externalId"] = json!("jyoung");
        body["emails"] = json!([
            { "value": "ada@work.example", "type": "work", "primary": true },
            { "value": "ada@home.example", "type": "home" },
        ]);
        client.post("/Users", &body).await.expect(201);
        client.user("grace").await;
        for (filter, hits) in [
            (r#"emails[primary eq true].value eq "ada@work.example""#, 1),
            (
                r#"emails[primary eq "True"].value eq "ada@work.example""#,
                1,
            ),
            (r#"emails[primary eq true].value eq "ada@home.example""#, 0),
            (r#"emails[type eq "home"].value eq "ada@home.example""#, 1),
            (r#"emails[type eq "work"].value eq "ada@home.example""#, 0),
            ("externalId eq jyoung", 1),
            (r#"userName eq "ADA" and externalId eq "jyoung""#, 1),
            (r#"userName eq "grace" and externalId eq "jyoung""#, 0),
        ] {
            let found = client.filter("/Users", filter).await.expect(200);
            assert_eq!(found.json["totalResults"], hits, "{filter}");
        }
        app.finish().await;
    }
}

/// Roles are only ever added, as one string of JSON, cycle after cycle.
/// Source: gh:MicrosoftDocs/entra-docs#391, azure-docs#50772, gh:buildbuddy#10578.
#[tokio::test]
async fn roles_that_are_only_ever_added_are_there_once() {
    let (app, client) = connected(ConnectionKind::EntraLegacy).await;
    let id = client.user("ada").await;
    let role = json!({ "id": "06b07648", "value": "25", "displayName": "Owner" }).to_string();
    let other = json!({ "id": "18d14569", "value": "26", "displayName": "Reader" }).to_string();
    for (roles, count) in [
        (json!([{ "value": role }]), 1),
        (json!([{ "value": role }]), 1),
        (json!([{ "value": role }, { "value": other }]), 2),
    ] {
        let add = json!([{ "op": "Add", "path": "roles", "value": roles }]);
        let answer = client.patch(&format!("/Users/{id}"), add).await.expect(200);
        assert_eq!(answer.strings("/roles", "/value").len(), count);
    }
    app.finish().await;
}

/// Entra compares what it reads with what it sent, character by character. Source: E.
#[tokio::test]
async fn values_are_kept_exactly_as_they_were_sent() {
    let (app, client) = connected(ConnectionKind::Entra).await;
    let id = client.user("ada").await;
    let path = format!("/Users/{id}");
    for number in [
        "+1 (555) 555-0100 ext. 12",
        "0044 20 7946 0018",
        "tel:+1-201-555-0123",
        " 555 ",
    ] {
        let replace = json!([{
            "op": "replace",
            "path": "phoneNumbers[type eq \"mobile\"].value",
            "value": number,
        }]);
        client.patch(&path, replace).await.expect(200);
        let read = client.get(&path).await.expect(200);
        assert_eq!(read.json["phoneNumbers"][0]["value"], number);
        let filter = format!("phoneNumbers.value eq {}", json!(number));
        let found = client.filter("/Users", &filter).await.expect(200);
        assert_eq!(found.json["totalResults"], 1, "{filter}");
    }
    app.finish().await;
}

/// Entra keeps one address of each type, which it names by a value path. Source: E.
#[tokio::test]
async fn a_value_path_changes_the_one_value_of_its_type() {
    for kind in KINDS {
        let (app, client) = connected(kind).await;
        let id = client.user("ada").await;
        let path = format!("/Users/{id}");
        for (op, value) in [
            ("Add", "a@x.example"),
            ("Add", "b@x.example"),
            ("Replace", "c@x.example"),
        ] {
            let change = json!([
                { "op": op, "path": "emails[type eq \"work\"].value", "value": value },
                { "op": op, "path": "emails[type eq \"other\"].value", "value": format!("o{value}") },
            ]);
            let answer = client.patch(&path, change).await.expect(200);
            assert_eq!(
                answer.json["emails"],
                json!([
                    { "value": value, "type": "work" },
                    { "value": format!("o{value}"), "type": "other" },
                ])
            );
        }
        app.finish().await;
    }
}

/// A soft-deleted user is deleted after 30 days, or restored before. Source: E, H.
#[tokio::test]
async fn a_soft_deleted_user_waits_for_its_end_or_its_return() {
    let (app, client) = connected(ConnectionKind::Entra).await;
    let switch = |active: bool| json!([{ "op": "replace", "path": "active", "value": active }]);
    let ends = format!("/Users/{}", client.user("ends").await);
    let returns = format!("/Users/{}", client.user("returns").await);
    for path in [&ends, &returns] {
        client.patch(path, switch(false)).await.expect(200);
    }
    app.clock.advance(TimeDelta::days(29));
    client.patch(&returns, switch(true)).await.expect(200);
    app.clock.advance(TimeDelta::days(2));
    let read = client.get(&ends).await.expect(200);
    assert_eq!(read.json["active"], false);
    client.delete(&ends).await.expect(204);
    client.get(&ends).await.expect(404);
    let read = client.get(&returns).await.expect(200);
    assert_eq!(read.json["active"], true);
    app.finish().await;
}

/// Every 40 minutes the same cycle: nothing in it may fail, or the job is quarantined, and nothing
/// may change. Source: E, H.
#[tokio::test]
async fn a_cycle_that_brings_nothing_new_changes_nothing() {
    let (app, client) = connected(ConnectionKind::EntraLegacy).await;
    let ada = client.user("ada").await;
    let group = client.group("Analysts", &[&ada]).await;
    let (user, group) = (format!("/Users/{ada}"), format!("/Groups/{group}"));
    let attributes = json!([
        { "op": "Replace", "path": "active", "value": "True" },
        { "op": "Add", "path": "emails[type eq \"work\"].value", "value": "ada@example.org" },
        { "op": "Replace", "path": "name.givenName", "value": "Ada" },
    ]);
    client.patch(&user, attributes.clone()).await.expect(200);
    let before = app.footprint().await;
    for _ in 0..3 {
        app.clock.advance(TimeDelta::minutes(40));
        let found = client.filter("/Users", "userName eq \"ada\"").await;
        assert_eq!(found.expect(200).json["totalResults"], 1);
        client
            .get(&format!("{group}?excludedAttributes=members"))
            .await
            .expect(200);
        let last = client.patch(&user, attributes.clone()).await.expect(200);
        let member = json!([{ "op": "Add", "path": "members", "value": [{ "value": ada }] }]);
        client.patch(&group, member).await.expect(204);
        TestApp::assert_unchanged(&before, &app.footprint().await, &last);
    }
    app.finish().await;
}

/// 25 requests a second for each tenant, whatever the limit is set to.
/// Source: E (gallery requirements); learn.microsoft.com/answers/questions/1922038, 2284725.
#[tokio::test]
async fn twenty_five_requests_in_a_second_are_never_too_many() {
    let app = TestApp::with(|config| config.limits.scim_rate_per_second = 25).await;
    let client = app.connection(ConnectionKind::Entra).await;
    client.user("ada").await;
    for _ in 0..2 {
        // Whatever the budget was, a second fills it again.
        tokio::time::sleep(Duration::from_secs(1)).await;
        for _ in 0..25 {
            client.get("/Users?count=1").await.expect(200);
        }
    }
    app.finish().await;
}

/// Entra reads the schemas: a list, no nulls, keywords in camel case. Source: E.
#[tokio::test]
async fn schemas_are_written_as_entra_reads_them() {
    const KEYWORDS: [&str; 19] = [
        "attributes",
        "canonicalValues",
        "caseExact",
        "description",
        "id",
        "location",
        "meta",
        "multiValued",
        "mutability",
        "name",
        "referenceTypes",
        "required",
        "resourceType",
        "returned",
        "schemas",
        "subAttributes",
        "type",
        "uniqueness",
        "version",
    ];
    fn check(value: &Value, place: &str) {
        assert!(!value.is_null(), "{place}");
        let object = value.as_object().into_iter().flatten();
        for (name, value) in object {
            assert!(KEYWORDS.contains(&name.as_str()), "{place}/{name}");
            check(value, &format!("{place}/{name}"));
        }
        for (index, value) in value.as_array().into_iter().flatten().enumerate() {
            check(value, &format!("{place}/{index}"));
        }
    }
    let (app, client) = connected(ConnectionKind::Entra).await;
    let list = client.get("/Schemas").await.expect(200);
    assert_eq!(
        list.json["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"])
    );
    let schemas = list.json["Resources"].as_array().unwrap();
    assert_eq!(list.json["totalResults"], schemas.len());
    assert!(schemas.len() >= 3);
    for schema in schemas {
        check(schema, schema["id"].as_str().unwrap());
    }
    app.finish().await;
}

/// A group is matched by its name, so a second one of that name is refused. Source: E.
#[tokio::test]
async fn a_second_group_of_one_name_is_refused() {
    let (app, client) = connected(ConnectionKind::Entra).await;
    client.group("Analysts", &[]).await;
    let second = client.post("/Groups", &group_body("ANALYSTS", &[])).await;
    second.expect_scim_error(409, Some("uniqueness"), "displayName");
    let found = client
        .filter("/Groups", "displayName eq \"Analysts\"")
        .await;
    assert_eq!(found.expect(200).json["totalResults"], 1);
    app.finish().await;
}
