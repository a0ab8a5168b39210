//! Walks by cursor (RFC 9865) while rows come and go.

use serde_json::{Value, json};

use super::{generic, population::Population};
use crate::support::{Answer, ScimClient, percent_encoded};

fn ids(page: &Answer) -> Vec<String> {
    page.strings("/Resources", "/id")
}

async fn page(client: &ScimClient, list: &str, count: u64, cursor: &str) -> Answer {
    let path = format!("{list}&count={count}&cursor={cursor}");
    client.get(&path).await.expect(200)
}

/// Walks to the end of a list, and back to its beginning. Answers the ids in the order they were
/// shown, on the way there and (last first) on the way back.
async fn there_and_back(
    population: &mut Population,
    list: &str,
    count: u64,
    churns: bool,
) -> (Vec<String>, Vec<String>) {
    let client = population.client.clone();
    let (mut there, mut back) = (Vec::new(), Vec::new());
    let mut cursor = String::new();
    let mut shown = loop {
        let shown = page(&client, list, count, &cursor).await;
        if cursor.is_empty() {
            assert_eq!(shown.json["previousCursor"], Value::Null, "{list}");
        }
        assert_eq!(shown.json["startIndex"], Value::Null);
        there.extend(ids(&shown));
        let Some(next) = shown.json["nextCursor"].as_str() else {
            break shown;
        };
        cursor = next.to_owned();
        if churns {
            population.churn().await;
        }
    };
    loop {
        back.extend(ids(&shown).into_iter().rev());
        let Some(previous) = shown.json["previousCursor"].as_str() else {
            return (there, back);
        };
        let previous = previous.to_owned();
        if churns {
            population.churn().await;
        }
        shown = page(&client, list, count, &previous).await;
    }
}

/// Endpoint and order of each list that is walked.
const LISTS: [(&str, &str); 17] = [
    ("/Users", ""),
    ("/Users", "sortBy=id&sortOrder=descending"),
    ("/Users", "sortBy=userName"),
    ("/Users", "sortBy=title"),
    ("/Users", "sortBy=title&sortOrder=descending"),
    ("/Users", "sortBy=externalId&sortOrder=descending"),
    ("/Users", "sortBy=emails"),
    ("/Users", "sortBy=name.familyName"),
    ("/Users", "sortBy=active&sortOrder=descending"),
    ("/Users", "sortBy=meta.created"),
    ("/Users", "sortBy=meta.version&sortOrder=descending"),
    ("/Groups", "sortBy=displayName"),
    ("/Groups", "sortBy=externalId"),
    ("/", ""),
    ("/", "sortBy=displayName"),
    ("/", "sortBy=meta.lastModified&sortOrder=descending"),
    ("/", "sortBy=userName&sortOrder=descending"),
];

#[tokio::test]
async fn a_walk_shows_what_pages_by_index_show_in_the_same_order() {
    let (app, client) = generic().await;
    let mut population = Population::of(client.clone(), &app).await;
    for (endpoint, order) in LISTS {
        let list = format!("{endpoint}?{order}");
        let all = ids(&client.get(&format!("{list}&count=1000")).await.expect(200));
        assert_eq!(all.len(), population.ids_of(endpoint).len(), "{list}");
        for count in [1, 3, 1000] {
            let (there, mut back) = there_and_back(&mut population, &list, count, false).await;
            assert_eq!(there, all, "{list} by {count}");
            back.reverse();
            assert_eq!(back, all, "{list} back by {count}");
        }
        let first = page(&client, &list, 2, "").await;
        assert_eq!(first.json["totalResults"], all.len(), "{list}");
        assert_eq!(first.json["itemsPerPage"], 2, "{list}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_walk_neither_skips_nor_repeats_a_row_that_stays() {
    let (app, client) = generic().await;
    let mut population = Population::of(client, &app).await;
    for round in 0..3 {
        for (endpoint, order) in LISTS {
            let list = format!("{endpoint}?{order}");
            let before = population.ids_of(endpoint);
            let count = 1 + population.dice.below(4);
            let (there, back) = there_and_back(&mut population, &list, count, true).await;
            let after = population.ids_of(endpoint);
            for (way, shown) in [("there", &there), ("back", &back)] {
                let mut once = shown.clone();
                once.sort_unstable();
                once.dedup();
                assert_eq!(once.len(), shown.len(), "repeated {way}: {list} {round}");
                for id in before.iter().filter(|id| after.contains(id)) {
                    assert!(shown.contains(id), "skipped {way}: {list} {round}");
                }
            }
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_cursor_whose_neighbours_are_gone_still_leads_back() {
    let (app, client) = generic().await;
    let mut users = Vec::new();
    for name in ["a", "b", "c", "d"] {
        users.push(client.user(name).await);
    }
    let list = "/Users?sortBy=userName";
    let first = page(&client, list, 2, "").await;
    let next = first.string("/nextCursor");
    for id in &users[2..] {
        client.delete(&format!("/Users/{id}")).await.expect(204);
    }
    let empty = page(&client, list, 2, &next).await;
    assert_eq!(ids(&empty), [""; 0]);
    assert_eq!(empty.json["nextCursor"], Value::Null);
    let back = page(&client, list, 2, &empty.string("/previousCursor")).await;
    assert_eq!(ids(&back), users[..2]);
    assert_eq!(back.json["previousCursor"], Value::Null);
    assert_eq!(back.json["nextCursor"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn a_cursor_is_bound_to_its_query_and_its_connection() {
    let (app, client) = generic().await;
    for name in ["a", "b", "c"] {
        client.user(name).await;
    }
    let filter = percent_encoded("userName pr");
    let list = format!("/Users?filter={filter}&sortBy=userName");
    let cursor = page(&client, &list, 1, "").await.string("/nextCursor");
    let same = page(&client, &list, 2, &cursor).await;
    assert_eq!(same.strings("/Resources", "/userName"), ["b", "c"]);
    let other = app
        .connection(scim_schema::dialect::ConnectionKind::Generic)
        .await;
    let foreign = [
        (&client, format!("/Users?sortBy=userName&cursor={cursor}")),
        (&client, format!("/Users?filter={filter}&cursor={cursor}")),
        (
            &client,
            format!("{list}&sortOrder=descending&cursor={cursor}"),
        ),
        (&client, format!("/Groups?cursor={cursor}")),
        (
            &client,
            format!("/?filter={filter}&sortBy=userName&cursor={cursor}"),
        ),
        (&client, format!("{list}&cursor=forged")),
        (&client, format!("{list}&cursor={}", &cursor[1..])),
        (&other, format!("{list}&cursor={cursor}")),
    ];
    for (client, path) in foreign {
        let answer = client.get(&path).await;
        answer.expect_scim_error(400, Some("invalidCursor"), "cursor");
    }
    app.finish().await;
}

#[tokio::test]
async fn count_is_obeyed_by_cursors_as_by_indices() {
    let (app, client) = generic().await;
    for name in ["a", "b", "c"] {
        client.user(name).await;
    }
    for count in ["0", "-3"] {
        let only = client
            .get(&format!("/Users?cursor&count={count}"))
            .await
            .expect(200);
        assert_eq!(only.json["totalResults"], 3);
        assert_eq!(only.json["Resources"], json!([]));
        assert_eq!(only.json["nextCursor"], Value::Null);
    }
    let wrong = client.get("/Users?cursor&count=ten").await;
    wrong.expect_scim_error(400, Some("invalidCount"), "count");
    let wrong = client.get("/Users?cursor&count=1.5").await;
    wrong.expect_scim_error(400, Some("invalidCount"), "count");
    let all = client.get("/Users?cursor").await.expect(200);
    assert_eq!(all.json["itemsPerPage"], 3);
    app.finish().await;
}
