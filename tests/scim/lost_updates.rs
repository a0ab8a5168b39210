//! 32 clients change one group, or one user, in the forms of Okta and Entra ID and by PUT and PATCH
//! with `If-Match`: nothing is lost and the final state is exact (gh:fleetdm/fleet#50724,
//! gh:FusionAuth/fusionauth-issues#2869, gh:scimmyjs/scimmy#79, gh:scim-for-keycloak#90, #107).

use std::collections::BTreeSet;

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::concurrency::{CLIENTS, each_at_once};
use crate::support::{Answer, ScimClient, TestApp, patch_body, user_body};

/// Changes of members that each client makes, one request each.
const ROUNDS: usize = 4;
const WORK: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn connected(kind: ConnectionKind) -> (TestApp, ScimClient) {
    let app = TestApp::new().await;
    let client = app.connection(kind).await;
    (app, client)
}

async fn users(client: &ScimClient, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(client.user(&format!("user{number}")).await);
    }
    ids
}

fn set(ids: &[String]) -> BTreeSet<String> {
    ids.iter().cloned().collect()
}

fn version(answer: &Answer) -> String {
    answer.string("/meta/version")
}

/// How a provider takes one member out and puts another one in.
type Swap = fn(out: &str, into: &str) -> Value;

/// Okta's group push: both in one request.
fn okta(out: &str, into: &str) -> Value {
    json!([
        { "op": "remove", "path": format!("members[value eq \"{out}\"]") },
        { "op": "add", "path": "members", "value": [{ "value": into, "display": "a@okta.local" }] },
    ])
}

/// Entra ID with `aadOptscim062020`.
fn entra(out: &str, into: &str) -> Value {
    json!([
        { "op": "add", "path": "members", "value": [{ "value": into }] },
        { "op": "remove", "path": format!("members[value eq \"{out}\"]") },
    ])
}

/// Entra ID without it: what is removed stands in `value`.
fn entra_legacy(out: &str, into: &str) -> Value {
    json!([
        { "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": out }] },
        { "op": "Add", "path": "members", "value": [{ "$ref": null, "value": into }] },
    ])
}

/// Each client swaps members of its own, several times; what is left is exactly who came.
async fn assert_members_are_kept(kind: ConnectionKind, swap: Swap) {
    let (app, client) = connected(kind).await;
    let people = users(&client, CLIENTS * ROUNDS * 2 + 1).await;
    let (stays, changing) = people.split_first().unwrap();
    let (leaving, coming) = changing.split_at(CLIENTS * ROUNDS);
    let first: Vec<&str> = [stays]
        .into_iter()
        .chain(leaving)
        .map(String::as_str)
        .collect();
    let path = format!("/Groups/{}", client.group("Crowd", &first).await);
    let statuses = each_at_once(|number| {
        let mine = number * ROUNDS..(number + 1) * ROUNDS;
        let pairs = leaving[mine.clone()].iter().zip(&coming[mine]);
        let requests: Vec<Value> = pairs.map(|(out, into)| swap(out, into)).collect();
        let (client, path) = (client.clone(), path.clone());
        async move {
            let mut statuses = Vec::new();
            for operations in requests {
                statuses.push(client.patch(&path, operations).await.status);
            }
            statuses
        }
    })
    .await;
    assert_eq!(statuses, vec![vec![204; ROUNDS]; CLIENTS]);

    let read = client.get(&path).await.expect(200);
    let mut expected = set(coming);
    expected.insert(stays.clone());
    let found = read.strings("/members", "/value");
    assert_eq!(found.len(), expected.len(), "nobody is there twice");
    assert_eq!(set(&found), expected);
    let changes = CLIENTS * ROUNDS;
    assert_eq!(version(&read), format!("W/\"{}\"", changes + 1));
    let rows = app.number("SELECT COUNT(*) FROM group_members").await;
    assert_eq!(rows, i64::try_from(expected.len()).unwrap());
    let left = client
        .filter("/Groups", &format!("members.value eq \"{}\"", leaving[0]))
        .await;
    assert_eq!(left.json["totalResults"], 0);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn members_changed_by_32_clients_of_okta_are_exactly_those_at_the_end() {
    assert_members_are_kept(ConnectionKind::Okta, okta).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn members_changed_by_32_clients_of_entra_are_exactly_those_at_the_end() {
    assert_members_are_kept(ConnectionKind::Entra, entra).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn members_changed_by_32_clients_of_entra_legacy_are_exactly_those_at_the_end() {
    assert_members_are_kept(ConnectionKind::EntraLegacy, entra_legacy).await;
}

/// Attributes of one value, and what each is set to.
const SIMPLE: [(&str, &str); 8] = [
    ("title", "Countess"),
    ("nickName", "A"),
    ("displayName", "Ada Lovelace"),
    ("userType", "Employee"),
    ("preferredLanguage", "en"),
    ("locale", "en-GB"),
    ("timezone", "Europe/London"),
    ("profileUrl", "https://example.org/ada"),
];
/// Attributes of several values, a quarter of the clients each, beside the simple ones.
const SEVERAL: [&str; 3] = ["emails", "phoneNumbers", "roles"];

/// A value that only this client sends.
fn own_value(attribute: &str, number: usize) -> String {
    match attribute {
        "emails" => format!("ada{number}@example.org"),
        "phoneNumbers" => format!("+44 20 {number:04}"),
        _ => format!("role-{number}"),
    }
}

/// Which attribute a client changes, and to what.
fn share(number: usize) -> (&'static str, String) {
    match SIMPLE.get(number) {
        Some((name, value)) => (name, (*value).to_owned()),
        None => {
            let name = SEVERAL[number % SEVERAL.len()];
            (name, own_value(name, number))
        }
    }
}

fn is_several(name: &str) -> bool {
    SEVERAL.contains(&name)
}

/// Okta sends attributes of one value in a `value` without a path.
fn okta_share(number: usize) -> Value {
    let (name, value) = share(number);
    if is_several(name) {
        return json!([{ "op": "add", "path": name, "value": [{ "value": value }] }]);
    }
    json!([{ "op": "replace", "value": { name: value } }])
}

/// Entra ID names each attribute by its path, and its verbs begin with a capital.
fn entra_share(number: usize) -> Value {
    let (name, value) = share(number);
    if is_several(name) {
        return json!([{ "op": "Add", "path": name, "value": [{ "value": value }] }]);
    }
    json!([{ "op": "Add", "path": name, "value": value }])
}

async fn assert_attributes_are_kept(kind: ConnectionKind, operations: fn(usize) -> Value) {
    let (app, client) = connected(kind).await;
    let path = format!("/Users/{}", client.user("ada").await);
    let statuses = each_at_once(|number| {
        let (client, path) = (client.clone(), path.clone());
        async move { client.patch(&path, operations(number)).await.status }
    })
    .await;
    assert_eq!(statuses, [200; CLIENTS]);

    let read = client.get(&path).await.expect(200);
    for (name, value) in SIMPLE {
        assert_eq!(read.json[name], value, "{name}");
    }
    for name in SEVERAL {
        let sent = (SIMPLE.len()..CLIENTS).map(share);
        let expected: BTreeSet<String> = sent
            .filter(|(sent, _)| *sent == name)
            .map(|(_, value)| value)
            .collect();
        assert!(expected.len() >= 8, "{name}");
        let found = read.strings(&format!("/{name}"), "/value");
        assert_eq!(found.len(), expected.len(), "{name}: {found:?}");
        assert_eq!(set(&found), expected);
        for value in expected {
            let filter = format!("{name}.value eq \"{value}\"");
            let found = client.filter("/Users", &filter).await;
            assert_eq!(found.expect(200).json["totalResults"], 1, "{filter}");
        }
    }
    assert_eq!(version(&read), format!("W/\"{}\"", CLIENTS + 1));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn attributes_of_one_user_changed_by_32_clients_of_okta_are_all_kept() {
    assert_attributes_are_kept(ConnectionKind::Okta, okta_share).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn attributes_of_one_user_changed_by_32_clients_of_entra_are_all_kept() {
    assert_attributes_are_kept(ConnectionKind::Entra, entra_share).await;
}

/// Values that Entra ID puts into the element of a type make that element once, whoever comes first.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn elements_of_a_type_that_32_clients_make_are_there_once() {
    let (app, client) = connected(ConnectionKind::Entra).await;
    let path = format!("/Users/{}", client.user("ada").await);
    let parts = ["locality", "postalCode", "country", "streetAddress"];
    let statuses = each_at_once(|number| {
        let part = parts[number % parts.len()];
        let operations = json!([
            { "op": "Add", "path": format!("addresses[type eq \"work\"].{part}"), "value": part },
            { "op": "Add", "path": format!("{WORK}:department"), "value": "Engines" },
        ]);
        let (client, path) = (client.clone(), path.clone());
        async move { client.patch(&path, operations).await.status }
    })
    .await;
    assert_eq!(statuses, [200; CLIENTS]);
    let read = client.get(&path).await.expect(200);
    let expected = json!([{
        "type": "work",
        "locality": "locality",
        "postalCode": "postalCode",
        "country": "country",
        "streetAddress": "streetAddress",
    }]);
    assert_eq!(read.json["addresses"], expected);
    assert_eq!(read.json[WORK]["department"], "Engines");
    // Whoever changed nothing any more left the version alone.
    assert_eq!(version(&read), format!("W/\"{}\"", parts.len() + 1));
    app.finish().await;
}

/// All clients change the version that they saw: exactly one of them does, the others learn it.
async fn assert_one_wins(
    client: &ScimClient,
    path: &str,
    put: impl Fn(usize, usize) -> Value,
    patch: impl Fn(usize, usize) -> Value,
) {
    for round in 1..=ROUNDS * 2 {
        let seen = version(&client.get(path).await.expect(200));
        assert_eq!(seen, format!("W/\"{round}\""));
        let statuses = each_at_once(|number| {
            let (method, body) = match number % 2 {
                0 => ("PUT", put(round, number)),
                _ => ("PATCH", patch_body(patch(round, number))),
            };
            let call = client.call_with(method, path, &body);
            let call = call.header("if-match", &seen);
            async move { call.send().await.status }
        })
        .await;
        let won: Vec<usize> = (0..CLIENTS)
            .filter(|number| matches!(statuses[*number], 200 | 204))
            .collect();
        let refused = statuses.iter().filter(|status| **status == 412).count();
        assert_eq!((won.len(), refused), (1, CLIENTS - 1), "{statuses:?}");
        let read = client.get(path).await.expect(200);
        let name = format!("{round} of {}", won[0]);
        assert_eq!(read.json["displayName"], name, "the winner's, and whole");
        assert_eq!(version(&read), format!("W/\"{}\"", round + 1));
    }
}

fn named(round: usize, number: usize) -> Value {
    json!([{ "op": "replace", "path": "displayName", "value": format!("{round} of {number}") }])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_32_puts_and_patches_of_a_version_of_a_user_wins() {
    let (app, client) = connected(ConnectionKind::Generic).await;
    let path = format!("/Users/{}", client.user("ada").await);
    let put = |round: usize, number: usize| {
        let mut body = user_body("ada");
        body["displayName"] = format!("{round} of {number}").into();
        body
    };
    assert_one_wins(&client, &path, put, named).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_32_puts_and_patches_of_a_version_of_a_group_wins() {
    let (app, client) = connected(ConnectionKind::Generic).await;
    let ada = client.user("ada").await;
    let path = format!("/Groups/{}", client.group("Crowd", &[&ada]).await);
    let put = |round: usize, number: usize| {
        crate::support::group_body(&format!("{round} of {number}"), &[&ada])
    };
    assert_one_wins(&client, &path, put, named).await;
    app.finish().await;
}

/// Who is refused reads again and tries again, as RFC 7644 section 3.14 means it: everybody's
/// address is there in the end, though each request replaces the whole user.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_puts_what_it_read_and_tries_again_loses_nothing() {
    let (app, client) = connected(ConnectionKind::Generic).await;
    let path = format!("/Users/{}", client.user("ada").await);
    each_at_once(|number| {
        let (client, path) = (client.clone(), path.clone());
        async move {
            let address = own_value("emails", number);
            loop {
                let mut body = client.get(&path).await.expect(200).json;
                let seen = body["meta"]["version"].as_str().unwrap().to_owned();
                let mut emails = body["emails"].as_array().cloned().unwrap_or_default();
                emails.push(json!({ "value": address }));
                body["emails"] = emails.into();
                let call = client.call_with("PUT", &path, &body);
                match call.header("if-match", &seen).send().await.status {
                    200 => return,
                    status => assert_eq!(status, 412),
                }
            }
        }
    })
    .await;
    let read = client.get(&path).await.expect(200);
    let found = read.strings("/emails", "/value");
    let expected: BTreeSet<String> = (0..CLIENTS)
        .map(|number| own_value("emails", number))
        .collect();
    assert_eq!(found.len(), CLIENTS);
    assert_eq!(set(&found), expected);
    assert_eq!(version(&read), format!("W/\"{}\"", CLIENTS + 1));
    app.finish().await;
}
