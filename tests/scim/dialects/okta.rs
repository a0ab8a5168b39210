//! Okta, beyond the exchanges `okta-first-sync`, `okta-lifecycle` and `okta-group-push`.

use std::{collections::BTreeSet, time::Duration};

use chrono::TimeDelta;
use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use super::{connected, crowd};
use crate::support::user_body;

/// The import asks for `startIndex + 100` until it has seen `totalResults`, and takes whole numbers
/// only. Source: okta/okta-developer-docs `docs/reference/scim/scim-20/index.md`.
#[tokio::test]
async fn an_import_by_pages_of_100_meets_everybody_once() {
    let (app, client) = connected(ConnectionKind::Okta).await;
    let everybody: BTreeSet<String> = crowd(&client, 230).await.into_iter().collect();
    let mut met = Vec::new();
    let mut start = 1;
    loop {
        let page = client
            .get(&format!("/Users?startIndex={start}&count=100"))
            .await
            .expect(200);
        assert_eq!(page.json["totalResults"].as_u64(), Some(230));
        assert_eq!(page.json["startIndex"].as_u64(), Some(start));
        let ids = page.strings("/Resources", "/id");
        assert_eq!(page.json["itemsPerPage"].as_u64(), Some(ids.len() as u64));
        met.extend(ids);
        start += 100;
        if start > 230 {
            break;
        }
    }
    assert_eq!(met.len(), 230);
    assert_eq!(met.into_iter().collect::<BTreeSet<_>>(), everybody);
    app.finish().await;
}

/// Updates are a PUT of the whole object as it was read, with what changed.
/// Source: okta/okta-developer-docs `docs/reference/scim/scim-20/index.md`.
#[tokio::test]
async fn a_user_that_was_read_can_be_put_back_whole() {
    let (app, client) = connected(ConnectionKind::Okta).await;
    let ada = client.user("ada").await;
    let group = client.group("Analysts", &[&ada]).await;
    let path = format!("/Users/{ada}");
    let read = client.get(&path).await.expect(200);
    let mut changed = read.json.clone();
    changed["title"] = json!("Countess");
    let put = client.put(&path, &changed).await.expect(200);
    assert_eq!(put.json["title"], "Countess");
    assert_eq!(put.json["groups"], read.json["groups"]);
    assert_eq!(put.json["groups"][0]["value"], group.as_str());
    assert_eq!(put.json["meta"]["created"], read.json["meta"]["created"]);
    let again = client.put(&path, &put.json).await.expect(200);
    assert_eq!(again.json, put.json, "nothing changed the second time");
    app.finish().await;
}

/// Okta deletes no user. Whoever comes back after months is the same user.
/// Source: okta/okta-developer-docs `docs/reference/scim/scim-20/index.md`.
#[tokio::test]
async fn a_user_who_was_deactivated_comes_back_months_later() {
    let (app, client) = connected(ConnectionKind::Okta).await;
    let id = client.user("ada@example.org").await;
    let path = format!("/Users/{id}");
    let mut body = user_body("ada@example.org");
    body["active"] = json!(false);
    client.put(&path, &body).await.expect(200);
    app.clock.advance(TimeDelta::days(200));
    let found = client
        .filter("/Users", "userName eq \"ada@example.org\"")
        .await
        .expect(200);
    assert_eq!(found.json["Resources"][0]["id"], id.as_str());
    assert_eq!(found.json["Resources"][0]["active"], false);
    let taken = client.post("/Users", &body).await;
    taken.expect_scim_error(409, Some("uniqueness"), "userName");
    body["active"] = json!(true);
    let back = client.put(&path, &body).await.expect(200);
    assert_eq!(back.json["active"], true);
    app.finish().await;
}

/// Okta refuses a base URL with `_` and signs in by a token in a header.
/// Source: okta/okta-developer-docs `.../scim-provisioning-integration-prepare/main/index.md`.
#[tokio::test]
async fn the_base_url_and_the_token_are_such_as_okta_takes() {
    let (app, client) = connected(ConnectionKind::Okta).await;
    let config = client.get("/ServiceProviderConfig").await.expect(200);
    let location = config.string("/meta/location");
    let (_, path) = location.split_once("://").unwrap();
    let (_, path) = path.split_once('/').unwrap();
    assert!(!path.contains('_'), "{location}");
    let schemes = config.strings("/authenticationSchemes", "/type");
    assert!(schemes.contains(&"oauthbearertoken".to_owned()));
    app.finish().await;
}

/// Okta's test suite wants the list of groups within 600 ms, and one group of a list of one.
/// Source: Okta SPEC test and entitlements test (JSON).
#[tokio::test]
async fn groups_are_listed_in_time_and_one_by_one() {
    let (app, client) = connected(ConnectionKind::Okta).await;
    let members = crowd(&client, 500).await;
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    client.group("Everybody", &members).await;
    client.group("Nobody", &[]).await;
    let mut quickest = Duration::MAX;
    for _ in 0..3 {
        let begun = std::time::Instant::now();
        let list = client
            .get("/Groups?startIndex=1&count=100")
            .await
            .expect(200);
        quickest = quickest.min(begun.elapsed());
        assert_eq!(list.json["totalResults"], 2);
    }
    assert!(quickest < Duration::from_millis(600), "{quickest:?}");
    for endpoint in ["/Groups", "/Users"] {
        let one = client
            .get(&format!("{endpoint}?count=1&startIndex=1"))
            .await
            .expect(200);
        assert_eq!(one.json["itemsPerPage"], 1);
        assert_eq!(one.json["Resources"].as_array().map(Vec::len), Some(1));
    }
    app.finish().await;
}
