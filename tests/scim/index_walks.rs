//! Walks by index while rows come and go (scim.md section 5, item 6).

use std::collections::BTreeSet;

use serde_json::json;

use super::generic;
use crate::support::{Answer, ScimClient, Statements, group_body, percent_encoded, user_body};

fn ids(page: &Answer) -> Vec<String> {
    page.strings("/Resources", "/id")
}

async fn page(client: &ScimClient, list: &str, start: usize, count: usize) -> Answer {
    let path = format!("{list}&startIndex={start}&count={count}");
    client.get(&path).await.expect(200)
}

/// Users with titles and groups, and their paths.
async fn populate(client: &ScimClient, number: usize) -> Vec<String> {
    let mut paths = Vec::new();
    for index in 0..number {
        let mut user = user_body(&format!("u{}-{index}", index * 7 % 11));
        user["title"] = format!("Title {}", index % 3).into();
        let group = group_body(&format!("G{}-{index}", index * 5 % 13), &[]);
        for (endpoint, body) in [("/Users", user), ("/Groups", group)] {
            let id = client.post(endpoint, &body).await.expect(201).id();
            paths.push(format!("{endpoint}/{id}"));
        }
    }
    paths
}

/// Walks a list as clients do, until the index is beyond the total, and deletes some of what each
/// page showed. Answers what was shown and what was deleted.
async fn walk_and_delete(
    client: &ScimClient,
    list: &str,
    count: usize,
    paths: &[String],
) -> (Vec<String>, BTreeSet<String>) {
    let (mut shown, mut deleted) = (Vec::new(), BTreeSet::new());
    let mut start = 1;
    loop {
        let found = page(client, list, start, count).await;
        let on_page = ids(&found);
        let total = found.json["totalResults"].as_u64().unwrap() as usize;
        assert!(start + on_page.len() - 1 <= total, "{list}");
        start += on_page.len();
        for id in on_page.iter().step_by(2) {
            let path = paths.iter().find(|path| path.ends_with(id)).unwrap();
            client.delete(path).await.expect(204);
            deleted.insert(id.clone());
        }
        shown.extend(on_page);
        if start > total {
            return (shown, deleted);
        }
    }
}

#[tokio::test]
async fn a_walk_misses_and_repeats_nobody_while_others_are_deleted() {
    let titled = percent_encoded("title sw \"Title\"");
    let (app, client) = generic().await;
    for (list, number) in [
        ("/Users?".to_owned(), 18),
        ("/Users?sortBy=userName&sortOrder=descending".to_owned(), 18),
        ("/Users?sortBy=title".to_owned(), 18),
        (format!("/Users?filter={titled}&sortBy=title"), 18),
        ("/Groups?".to_owned(), 18),
        ("/Groups?sortBy=displayName".to_owned(), 18),
        ("/?".to_owned(), 36),
        ("/?sortBy=displayName".to_owned(), 36),
    ] {
        let paths = populate(&client, 18).await;
        let (shown, deleted) = walk_and_delete(&client, &list, 4, &paths).await;
        assert_eq!(shown.len(), number, "{list}");
        assert_eq!(shown.iter().collect::<BTreeSet<_>>().len(), number);
        for path in paths {
            let (_, id) = path.rsplit_once('/').unwrap();
            if !deleted.contains(id) {
                client.delete(&path).await.expect(204);
            }
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn whoever_jumps_or_begins_anew_is_counted_there() {
    let (app, client) = generic().await;
    let mut users = Vec::new();
    for number in 0..9 {
        users.push(client.user(&format!("user{number}")).await);
    }
    let list = "/Users?";
    assert_eq!(ids(&page(&client, list, 1, 3).await), users[..3]);
    client
        .delete(&format!("/Users/{}", users[0]))
        .await
        .expect(204);
    // The walk goes on; so does a client that repeats its request, in another size too.
    for count in [3, 2] {
        let next = page(&client, list, 4, count).await;
        assert_eq!(ids(&next), users[3..3 + count]);
        assert_eq!(next.json["totalResults"], 9);
        assert_eq!(next.json["startIndex"], 4);
    }
    let jump = page(&client, list, 8, 3).await;
    assert_eq!(ids(&jump), users[8..]);
    assert_eq!(jump.json["totalResults"], 8);
    let other = page(&client, "/Users?sortBy=id", 4, 3).await;
    assert_eq!(ids(&other), users[4..7]);
    let anew = page(&client, list, 1, 3).await;
    assert_eq!(ids(&anew), users[1..4]);
    assert_eq!(anew.json["totalResults"], 8);
    assert_eq!(ids(&page(&client, list, 4, 3).await), users[4..7]);
    app.finish().await;
}

#[tokio::test]
async fn a_walk_whose_rest_is_gone_ends_instead_of_asking_for_ever() {
    let (app, client) = generic().await;
    let mut users = Vec::new();
    for number in 0..6 {
        users.push(client.user(&format!("user{number}")).await);
    }
    assert_eq!(page(&client, "/Users?", 1, 3).await.json["totalResults"], 6);
    for id in &users[3..] {
        client.delete(&format!("/Users/{id}")).await.expect(204);
    }
    let rest = page(&client, "/Users?", 4, 3).await;
    assert_eq!(rest.json["Resources"], json!([]));
    assert_eq!(rest.json["totalResults"], 3);
    app.finish().await;
}

#[tokio::test]
async fn walks_of_two_connections_and_two_queries_do_not_meet() {
    let (app, client) = generic().await;
    let other = app
        .connection(scim_schema::dialect::ConnectionKind::Generic)
        .await;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for number in 0..4 {
        ours.push(client.user(&format!("ours{number}")).await);
        theirs.push(other.user(&format!("theirs{number}")).await);
    }
    assert_eq!(ids(&page(&client, "/Users?", 1, 2).await), ours[..2]);
    assert_eq!(ids(&page(&other, "/Users?", 3, 2).await), theirs[2..]);
    let backwards = "/Users?sortBy=userName&sortOrder=descending";
    assert_eq!(
        ids(&page(&client, backwards, 3, 2).await),
        [ours[1].clone(), ours[0].clone()]
    );
    assert_eq!(ids(&page(&client, "/Users?", 3, 2).await), ours[2..]);
    app.finish().await;
}

#[tokio::test]
async fn a_page_that_goes_on_costs_one_statement_and_counts_no_row() {
    let (app, client) = generic().await;
    for number in 0..6 {
        client.user(&format!("user{number}")).await;
        client.group(&format!("Group {number}"), &[]).await;
    }
    app.quiet().await;
    for list in [
        "/Users?excludedAttributes=groups",
        "/Groups?excludedAttributes=members",
    ] {
        page(&client, list, 1, 2).await;
        let heard = Statements::listen();
        page(&client, list, 3, 2).await;
        let statements = heard.take();
        assert_eq!(statements.len(), 1, "{statements:#?}");
        assert!(!statements[0].contains("OFFSET"), "{}", statements[0]);
        assert!(!statements[0].contains("COUNT("), "{}", statements[0]);
    }
    app.finish().await;
}
