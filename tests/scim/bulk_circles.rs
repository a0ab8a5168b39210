//! Resources of one Bulk that refer to each other in a circle (RFC 7644 section 3.7.1).

use serde_json::{Value, json};

use super::{
    bulk::{bulk, bulk_body, id_of, post, statuses},
    generic,
};
use crate::support::{Answer, ScimClient, group_body, user_body};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn with_manager(user_name: &str, manager: &str) -> Value {
    let mut body = user_body(user_name);
    body[ENTERPRISE] = json!({ "manager": { "value": manager }, "division": "North" });
    body
}

async fn members(client: &ScimClient, id: &str) -> Vec<String> {
    let group = client.get(&format!("/Groups/{id}")).await.expect(200);
    let mut members = group.strings("/members", "/value");
    members.sort_unstable();
    members
}

fn version_of(read: &Answer) -> Value {
    read.json["meta"]["version"].clone()
}

#[tokio::test]
async fn a_circle_of_groups_is_stored_with_everybody_else_in_it() {
    let (app, client) = generic().await;
    let answer = bulk(
        &client,
        &[
            post("/Groups", "a", group_body("A", &["bulkId:b", "bulkId:ada"])),
            post("/Groups", "b", group_body("B", &["bulkId:c"])),
            post("/Groups", "c", group_body("C", &["bulkId:a", "bulkId:b"])),
            post("/Users", "ada", user_body("ada")),
        ],
    )
    .await;
    assert_eq!(statuses(&answer), ["201"; 4]);
    let [a, b, c, ada] = [0, 1, 2, 3].map(|index| id_of(&answer, index));
    let sorted = |mut ids: Vec<String>| {
        ids.sort_unstable();
        ids
    };
    assert_eq!(members(&client, &a).await, sorted(vec![b.clone(), ada]));
    assert_eq!(members(&client, &b).await, [c.as_str()]);
    assert_eq!(members(&client, &c).await, sorted(vec![a.clone(), b]));
    let read = client.get(&format!("/Groups/{a}")).await.expect(200);
    assert_eq!(answer.json["Operations"][0]["version"], version_of(&read));
    client.delete(&format!("/Groups/{c}")).await.expect(204);
    client.delete(&format!("/Groups/{a}")).await.expect(204);
    app.finish().await;
}

#[tokio::test]
async fn people_may_be_each_others_managers() {
    let (app, client) = generic().await;
    let answer = bulk(
        &client,
        &[
            post("/Users", "a", with_manager("ada", "bulkId:b")),
            post("/Users", "b", with_manager("bob", "bulkId:a")),
            post("/Users", "c", with_manager("cleo", "bulkId:c")),
        ],
    )
    .await;
    assert_eq!(statuses(&answer), ["201"; 3]);
    let [a, b, c] = [0, 1, 2].map(|index| id_of(&answer, index));
    for (index, (id, manager)) in [(&a, &b), (&b, &a), (&c, &c)].into_iter().enumerate() {
        let read = client.get(&format!("/Users/{id}")).await.expect(200);
        assert_eq!(read.json[ENTERPRISE]["manager"]["value"], **manager);
        assert_eq!(read.json[ENTERPRISE]["division"], "North");
        assert_eq!(
            answer.json["Operations"][index]["version"],
            version_of(&read)
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn of_a_circle_with_a_fault_nothing_is_stored() {
    let (app, client) = generic().await;
    client.group("Taken", &[]).await;
    let before = app.footprint().await;
    let call = client.call_with(
        "POST",
        "/Bulk",
        &bulk_body(&[
            post("/Groups", "a", group_body("A", &["bulkId:b"])),
            post("/Groups", "b", group_body("taken", &["bulkId:a"])),
            post("/Groups", "outside", group_body("Outside", &["bulkId:a"])),
            post("/Groups", "self", group_body("Self", &["bulkId:self"])),
        ]),
    );
    let answer = call.send().await.expect(200);
    assert_eq!(statuses(&answer), ["409", "409", "409", "400"]);
    let scim_types: Vec<Option<&str>> = answer.json["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["response"]["scimType"].as_str())
        .collect();
    assert_eq!(
        scim_types,
        [None, Some("uniqueness"), None, Some("invalidValue")]
    );
    assert_eq!(app.footprint().await, before, "{}", answer.text);
    app.finish().await;
}

#[tokio::test]
async fn what_is_kept_aside_of_a_circle_is_bounded() {
    let (app, client) = generic().await;
    let mut large = group_body("A", &["bulkId:b"]);
    large["unknown"] = "x".repeat(100_000).into();
    let answer = bulk(
        &client,
        &[
            post("/Groups", "a", large),
            post("/Groups", "b", group_body("B", &["bulkId:a"])),
        ],
    )
    .await;
    assert_eq!(statuses(&answer), ["201"; 2]);
    app.flush_log().await;
    let noted = "SELECT COUNT(*) FROM scim_request_log WHERE notes LIKE '%unmapped_too_large%'";
    assert_eq!(app.number(noted).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_circle_through_older_groups_is_refused() {
    let (app, client) = generic().await;
    let old = client.group("Old", &[]).await;
    let answer = bulk(
        &client,
        &[
            post("/Groups", "new", group_body("New", &[&old])),
            json!({
                "method": "PUT",
                "path": format!("/Groups/{old}"),
                "data": group_body("Old", &["bulkId:new"]),
            }),
        ],
    )
    .await;
    assert_eq!(statuses(&answer), ["201", "400"]);
    assert_eq!(members(&client, &old).await, [""; 0]);
    app.finish().await;
}
