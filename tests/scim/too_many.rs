//! Filters that no index serves, on more than a few resources (scim.md section 1.4).

use rollcall_server::config::Config;
use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use crate::support::{Answer, ScimClient, Statements, TestApp, percent_encoded, user_body};

const FEW: u64 = 3;

/// A server that compares such a filter with so few resources at most, and one user and one group
/// more than that.
async fn crowded() -> (TestApp, ScimClient) {
    let app = TestApp::with(|config: &mut Config| config.limits.filter_candidates = FEW).await;
    let client = app.connection(ConnectionKind::Generic).await;
    for number in 0..=FEW {
        let mut body = user_body(&format!("user{number}"));
        body["title"] = "Guide".into();
        body["externalId"] = format!("e{number}").into();
        body["emails"] = json!([{ "value": format!("user{number}@example.org"), "type": "work" }]);
        let id = client.post("/Users", &body).await.expect(201).id();
        client.group(&format!("Group {number}"), &[&id]).await;
    }
    (app, client)
}

async fn all_ways(client: &ScimClient, endpoint: &str, filter: &str) -> [Answer; 4] {
    let encoded = percent_encoded(filter);
    let list = format!("{endpoint}?filter={encoded}");
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": filter,
    });
    [
        client.get(&list).await,
        client.get(&format!("{list}&cursor")).await,
        client.get(&format!("{list}&count=0")).await,
        client.post(&format!("{endpoint}/.search"), &body).await,
    ]
}

#[tokio::test]
async fn a_filter_without_an_indexed_term_is_too_many_and_says_what_to_do() {
    let (app, client) = crowded().await;
    for (endpoint, filter, attribute) in [
        ("/Users", "title co \"uid\"", "title"),
        ("/Users", "userName co \"ser\"", "userName"),
        ("/Users", "not (userName eq \"user1\")", "userName"),
        (
            "/Users",
            "userName eq \"user1\" or active eq true",
            "active",
        ),
        ("/Users", "emails[type eq \"work\"]", "emails.type"),
        ("/Groups", "displayName co \"roup\"", "displayName"),
        ("/Groups", "members pr", "members"),
        ("", "displayName co \"roup\"", "displayName"),
    ] {
        for answer in all_ways(&client, endpoint, filter).await {
            answer.expect_scim_error(400, Some("tooMany"), attribute);
            let detail = answer.string("/detail");
            assert!(detail.contains("the limit is 3"), "{filter}: {detail}");
            assert!(detail.contains("joined with 'and'"), "{filter}: {detail}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn an_indexed_term_makes_any_number_of_candidates_few() {
    let (app, client) = crowded().await;
    let group = client.filter("/Groups", "displayName eq \"group 1\"").await;
    let group = group.string("/Resources/0/id");
    let user = client.filter("/Users", "userName eq \"user1\"").await;
    let user = user.string("/Resources/0/id");
    let of_group = format!("groups.value eq \"{group}\" and title co \"uid\"");
    let of_member = format!("members[value eq \"{user}\"]");
    for (endpoint, filter, total) in [
        ("/Users", "userName eq \"user1\"", 1),
        ("/Users", "userName sw \"user\"", 4),
        ("/Users", "externalId sw \"e\" and title co \"uid\"", 4),
        (
            "/Users",
            "emails sw \"user1@\" or emails eq \"user2@example.org\"",
            2,
        ),
        ("/Users", "title eq \"guide\" and active eq true", 4),
        ("/Users", "meta.lastModified ge \"2026-01-01T00:00:00Z\"", 4),
        ("/Users", "meta.lastModified lt \"2026-01-01T00:00:00Z\"", 0),
        ("/Users", "userName pr", 4),
        ("/Users", &of_group, 1),
        ("/Groups", "displayName sw \"gro\"", 4),
        ("/Groups", &of_member, 1),
        (
            "/Groups",
            "meta.lastModified ge \"2026-01-01T00:00:00Z\"",
            4,
        ),
        ("", "meta.resourceType eq \"User\"", 4),
        ("", "meta.resourceType eq \"Group\" and title co \"x\"", 0),
        ("", "externalId eq \"e1\"", 1),
    ] {
        for answer in all_ways(&client, endpoint, filter).await {
            let answer = answer.expect(200);
            assert_eq!(answer.json["totalResults"], total, "{filter}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_small_connection_may_look_at_everything_beside_a_large_one() {
    let (app, large) = crowded().await;
    let small = app.connection(ConnectionKind::Generic).await;
    let mut ids = Vec::new();
    for number in 0..FEW {
        ids.push(small.user(&format!("few{number}")).await);
    }
    let found = small.filter("/Users", "userName co \"few\"").await;
    assert_eq!(found.expect(200).json["totalResults"], 3);
    let answer = large.filter("/Users", "userName co \"few\"").await;
    answer.expect_scim_error(400, Some("tooMany"), "userName");
    // What is deleted is no candidate any more.
    small.user("few").await;
    let answer = small.filter("/Users", "userName co \"few\"").await;
    answer.expect_scim_error(400, Some("tooMany"), "userName");
    small
        .delete(&format!("/Users/{}", ids[0]))
        .await
        .expect(204);
    let found = small.filter("/Users", "userName co \"few\"").await;
    assert_eq!(found.expect(200).json["totalResults"], 3);
    app.finish().await;
}

#[tokio::test]
async fn a_refused_filter_is_compared_with_nothing() {
    let (app, client) = crowded().await;
    app.quiet().await;
    let heard = Statements::listen();
    let answer = client.filter("/Users", "title co \"uid\"").await;
    answer.expect_scim_error(400, Some("tooMany"), "title");
    // One statement, which looks at the counters before it counts.
    let statements = heard.take();
    assert_eq!(statements.len(), 1, "{statements:#?}");
    let text = statements[0].to_lowercase();
    let counters = text.find("resource_totals").expect("the counters");
    let rows = text.find("count(*)").expect("the rows");
    assert!(text.contains("case when") && counters < rows, "{text}");
    app.finish().await;
}
