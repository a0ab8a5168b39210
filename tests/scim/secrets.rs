//! Passwords that a provider sends where no password belongs: stored nowhere, logged nowhere.

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use crate::support::{TestApp, group_body, percent_encoded, user_body};

const SECRET: &str = "S3cr3t-Tiger";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const CUSTOM: &str = "urn:example:custom:2.0:User";

/// Fails when `secret` is stored anywhere.
pub(super) async fn assert_nowhere(app: &TestApp, secret: &str) {
    app.flush_log().await;
    for (table, columns) in [
        ("scim_links", &["document", "unmapped"][..]),
        ("groups", &["document", "unmapped"]),
        (
            "scim_request_log",
            &[
                "request_body",
                "response_body",
                "decision",
                "notes",
                "facts",
                "path",
            ],
        ),
        ("audit_details", &["details"]),
        ("user_attribute_values", &["text", "text_key"]),
    ] {
        for column in columns {
            let sql =
                format!("SELECT {column} AS found FROM {table} WHERE {column} LIKE '%{secret}%'");
            let found = app.rows(&sql).await;
            let found: Vec<String> = found
                .iter()
                .map(|row| row.try_get("", "found").unwrap())
                .collect();
            assert!(found.is_empty(), "{table}.{column}: {found:?}");
        }
    }
}

#[tokio::test]
async fn a_password_under_another_name_or_in_another_place_is_dropped_and_noted() {
    let app = TestApp::new().await;
    // Okta's undeclared schemas are taken and kept aside (D4).
    let client = app.connection(ConnectionKind::Okta).await;
    let full = format!("{USER}:password");
    let custom = format!("{CUSTOM}:userPassword");
    let carriers: [Value; 8] = [
        json!({ full.as_str(): SECRET }),
        json!({ full.to_uppercase(): SECRET }),
        json!({ "x": { "password": SECRET, "colour": "green" } }),
        json!({ "x": [{ "deep": { "ClientSecret": [SECRET] } }] }),
        json!({ custom.as_str(): SECRET }),
        json!({ CUSTOM: { "passphrase": SECRET } }),
        json!({ "name": { "givenName": "A", "oldPassword": SECRET } }),
        json!({ "emails": [{ "value": "a@example.org", "passwd": SECRET }] }),
    ];
    for (number, carrier) in carriers.iter().enumerate() {
        let mut body = user_body(&format!("user{number}"));
        let members = carrier.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(members.clone());
        let id = client.post("/Users", &body).await.expect(201).id();
        let path = format!("/Users/{id}");
        client.put(&path, &body).await.expect(200);
        let operations = json!([{ "op": "replace", "value": members }]);
        client.patch(&path, operations).await.expect(200);
        let operations = json!([{ "op": "add", "path": custom, "value": SECRET }]);
        client.patch(&path, operations).await;
        let mut group = group_body(&format!("group{number}"), &[]);
        group.as_object_mut().unwrap().extend(members);
        client.post("/Groups", &group).await;
    }
    assert_nowhere(&app, SECRET).await;
    let kept = "SELECT COUNT(*) FROM scim_links WHERE unmapped LIKE '%green%'";
    assert_eq!(app.number(kept).await, 1, "what stands beside it is kept");
    let noted = "SELECT COUNT(*) FROM scim_request_log WHERE method = 'POST' AND status = 201 AND path = '/Users' AND notes LIKE '%secret_dropped%'";
    assert_eq!(app.number(noted).await, 8);
    app.finish().await;
}

#[tokio::test]
async fn what_a_refused_filter_or_path_compares_a_password_with_is_stored_nowhere() {
    let app = TestApp::new().await;
    for kind in [
        ConnectionKind::Generic,
        ConnectionKind::Entra,
        ConnectionKind::Okta,
    ] {
        let client = app.connection(kind).await;
        let name = format!("filtered-{kind:?}");
        let id = client
            .post("/Users", &user_body(&name))
            .await
            .expect(201)
            .id();
        let user = format!("/Users/{id}");
        for comparison in [
            format!(r#"password eq "{SECRET}""#),
            format!(r#"emails[password eq "{SECRET}"].value"#),
            format!(r#"emails[value eq "a" and PassWord sw "{SECRET}"#),
            format!("{USER}:password eq {SECRET}"),
            format!(r#"{CUSTOM}:credentials[clientSecret eq "{SECRET}"].value"#),
            format!(r#"{CUSTOM}:password eq "{SECRET}""#),
        ] {
            let operations = json!([
                { "op": "replace", "path": comparison, "value": "x" },
                { "op": "add", "value": { comparison.as_str(): "x" } },
            ]);
            client.patch(&user, operations.clone()).await.expect(400);
            client.patch("/Groups/none", operations.clone()).await;
            let bulk = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": [{
                    "method": "PATCH",
                    "path": user,
                    "data": {
                        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                        "Operations": operations,
                    },
                }, { "method": "PUT", "path": format!("/Users/{comparison}"), "data": {} }],
            });
            client.post("/Bulk", &bulk).await.expect(200);
            let search = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
                "filter": comparison,
                "sortBy": comparison,
                "attributes": [comparison],
            });
            for path in ["/.search", "/Users/.search", "/Groups/.search"] {
                client.post(path, &search).await.expect(400);
            }
            let query = percent_encoded(&comparison);
            for path in ["/Users", "/Groups", "/"] {
                client
                    .get(&format!("{path}?filter={query}"))
                    .await
                    .expect(400);
                client.get(&format!("{path}?attributes={query}")).await;
            }
            client.get(&format!("/Users/{query}")).await.expect(404);
            client.get(&format!("/{query}")).await.expect(404);
        }
    }
    assert_nowhere(&app, SECRET).await;
    let marked = "SELECT COUNT(*) FROM scim_request_log WHERE request_body LIKE '%(removed)%'";
    assert!(
        app.number(marked).await > 0,
        "the rest of the bodies is kept"
    );
    app.finish().await;
}
