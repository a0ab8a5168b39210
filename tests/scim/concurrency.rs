//! Many clients at once: nothing is lost, nothing happens twice.

use std::collections::BTreeSet;

use serde_json::json;

use super::generic;
use crate::support::ScimClient;

pub(super) const CLIENTS: usize = 32;

/// Runs `act` for each client number at the same time and answers the statuses, sorted.
async fn all_at_once<F>(act: impl Fn(usize) -> F) -> Vec<u16>
where
    F: Future<Output = u16> + Send + 'static,
{
    let mut statuses = each_at_once(act).await;
    statuses.sort_unstable();
    statuses
}

/// Runs `act` for each client number at the same time and answers what each came to.
pub(super) async fn each_at_once<F, T>(act: impl Fn(usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let start = std::sync::Arc::new(tokio::sync::Barrier::new(CLIENTS));
    let tasks: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (start, act) = (start.clone(), act(number));
            tokio::spawn(async move {
                start.wait().await;
                act.await
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

async fn users(client: &ScimClient, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(client.user(&format!("user{number}")).await);
    }
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn members_that_come_and_go_at_once_end_up_exactly_right() {
    let (app, client) = generic().await;
    let ids = users(&client, CLIENTS * 2).await;
    let (leaving, coming) = ids.split_at(CLIENTS);
    let first: Vec<&str> = leaving.iter().map(String::as_str).collect();
    let group = client.group("Crowd", &first).await;
    let path = format!("/Groups/{group}");
    // Half of the clients add two members each, half remove two each.
    let statuses = all_at_once(|number| {
        let operations = if number % 2 == 0 {
            let pair = [&coming[number], &coming[number + 1]];
            json!([{ "op": "add", "path": "members", "value": pair.map(|id| json!({ "value": id })) }])
        } else {
            let pair = [&leaving[number - 1], &leaving[number]];
            json!(pair.map(|id| json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") })))
        };
        let (client, path) = (client.clone(), path.clone());
        async move { client.patch(&path, operations).await.status }
    })
    .await;
    assert_eq!(statuses, [204; CLIENTS]);
    let read = client.get(&path).await.expect(200);
    let found: BTreeSet<String> = read.strings("/members", "/value").into_iter().collect();
    assert_eq!(found, coming.iter().cloned().collect());
    assert_eq!(
        read.json["meta"]["version"],
        format!("W/\"{}\"", CLIENTS + 1)
    );
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn different_attributes_patched_at_once_are_all_kept() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    let path = format!("/Users/{id}");
    let statuses = all_at_once(|number| {
        let operation = match number {
            0 => json!({ "op": "add", "path": "title", "value": "Countess" }),
            1 => json!({ "op": "add", "path": "nickName", "value": "A" }),
            2 => json!({ "op": "add", "path": "name.givenName", "value": "Ada" }),
            3 => json!({ "op": "add", "path": "name.familyName", "value": "Lovelace" }),
            4 => json!({ "op": "replace", "path": "active", "value": false }),
            _ => json!({
                "op": "add",
                "path": "emails",
                "value": [{ "value": format!("{number}@example.org") }],
            }),
        };
        let (client, path) = (client.clone(), path.clone());
        async move { client.patch(&path, json!([operation])).await.status }
    })
    .await;
    assert_eq!(statuses, [200; CLIENTS]);
    let read = client.get(&path).await.expect(200);
    assert_eq!(read.json["title"], "Countess");
    assert_eq!(read.json["nickName"], "A");
    assert_eq!(read.json["name"]["givenName"], "Ada");
    assert_eq!(read.json["name"]["familyName"], "Lovelace");
    assert_eq!(read.json["active"], false);
    assert_eq!(read.json["emails"].as_array().unwrap().len(), CLIENTS - 5);
    assert_eq!(
        read.json["meta"]["version"],
        format!("W/\"{}\"", CLIENTS + 1)
    );
    for number in 5..CLIENTS {
        let found = client
            .filter(
                "/Users",
                &format!("emails.value eq \"{number}@example.org\""),
            )
            .await;
        assert_eq!(found.json["totalResults"], 1, "{number}");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_creations_with_one_user_name_wins() {
    let (app, client) = generic().await;
    let statuses = all_at_once(|number| {
        let client = client.clone();
        let name = if number % 2 == 0 { "ada" } else { "ADA" };
        async move {
            client
                .post("/Users", &crate::support::user_body(name))
                .await
                .status
        }
    })
    .await;
    assert_eq!(statuses[0], 201);
    assert_eq!(statuses[1..], [409; CLIENTS - 1]);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM users WHERE user_name_folded = 'ada'")
            .await,
        1
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM scim_links").await, 1);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_deletions_wins_and_the_others_find_nothing() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    client.group("Analysts", &[&id]).await;
    let statuses = all_at_once(|_| {
        let (client, path) = (client.clone(), format!("/Users/{id}"));
        async move { client.delete(&path).await.status }
    })
    .await;
    assert_eq!(statuses[0], 204);
    assert_eq!(statuses[1..], [404; CLIENTS - 1]);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn users_deleted_while_they_are_added_to_a_group_are_in_no_group() {
    let (app, client) = generic().await;
    let ids = users(&client, CLIENTS).await;
    let group = client.group("Crowd", &[]).await;
    let statuses = all_at_once(|number| {
        let (client, id, group) = (
            client.clone(),
            ids[number - number % 2].clone(),
            group.clone(),
        );
        async move {
            if number % 2 == 0 {
                return client.delete(&format!("/Users/{id}")).await.status;
            }
            let add = json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]);
            client.patch(&format!("/Groups/{group}"), add).await.status
        }
    })
    .await;
    assert!(
        statuses.iter().all(|status| matches!(status, 204 | 400)),
        "{statuses:?}"
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM group_members").await, 0);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cycle_over_three_groups_is_not_closed_by_two_requests_at_once() {
    let (app, client) = generic().await;
    for round in 0..30 {
        // b holds c already; c is to hold a, and a is to hold b.
        let [a, b, c] = ["a", "b", "c"].map(|name| format!("{name}{round}"));
        let a = client.group(&a, &[]).await;
        let c = client.group(&c, &[]).await;
        let b = client.group(&b, &[&c]).await;
        let nest = |group: &String, member: &String| {
            let add = json!([{ "op": "add", "path": "members", "value": [{ "value": member }] }]);
            let (client, path) = (client.clone(), format!("/Groups/{group}"));
            tokio::spawn(async move { client.patch(&path, add).await.status })
        };
        let (first, second) = tokio::join!(nest(&c, &a), nest(&a, &b));
        let mut statuses = [first.unwrap(), second.unwrap()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 400], "round {round}");
    }
    app.finish().await;
}
