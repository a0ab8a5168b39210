//! OneLogin, beyond the exchange `onelogin-lifecycle`.

use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use super::connected;

/// The template sends blanks for what is not set, and the enterprise extension under its SCIM 1 URN.
/// Source: gh:goauthentik/authentik#11249; authentik's SCIM source documentation.
#[tokio::test]
async fn blanks_are_no_values_and_the_old_urn_is_the_new_one() {
    let (app, client) = connected(ConnectionKind::OneLogin).await;
    let body = |name: &str, department: &str| {
        json!({
            "schemas": ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"],
            "userName": name,
            "title": "",
            "urn:scim:schemas:extension:enterprise:2.0": { "department": department },
        })
    };
    client.post("/Users", &body("ada", "")).await.expect(201);
    let grace = client.post("/Users", &body("grace", "Navy")).await;
    let grace = grace.expect(201);
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(grace.json[enterprise]["department"], "Navy");
    assert!(!grace.text.contains("urn:scim:"), "{}", grace.text);
    for (filter, hits) in [
        ("title pr".to_owned(), 0),
        (format!("{enterprise}:department pr"), 1),
        (format!("{enterprise}:department eq \"navy\""), 1),
    ] {
        let found = client.filter("/Users", &filter).await.expect(200);
        assert_eq!(found.json["totalResults"], hits, "{filter}");
    }
    app.finish().await;
}

/// A lookup ends with `&`, an update with `?`; the name may stand in another case.
/// Source: gh:goauthentik/authentik#11249.
#[tokio::test]
async fn stray_characters_of_a_query_are_nothing() {
    let (app, client) = connected(ConnectionKind::OneLogin).await;
    let id = client.user("onelogin-test-user01").await;
    for query in [
        "filter=userName+eq+%22onelogin-test-user01%22&",
        "&filter=userName+eq+%22OneLogin-Test-User01%22&&",
    ] {
        let found = client.get(&format!("/Users?{query}")).await.expect(200);
        assert_eq!(found.json["Resources"][0]["id"], id.as_str(), "{query}");
    }
    for query in ["?", "?&", ""] {
        let path = format!("/Users/{id}{query}");
        client.get(&path).await.expect(200);
        let title = json!([{ "op": "replace", "path": "title", "value": format!("T{query}") }]);
        client.patch(&path, title).await.expect(200);
    }
    app.finish().await;
}
