//! Several operations in one request (RFC 7644 section 3.7).

use scim_schema::{api::conformance::CheckArea, schema::urn};
use serde_json::{Value, json};

use super::{
    Check,
    answer::{Answer, holds},
    probe::{Call, Outcome, Probe, Stop, group_body},
};

const AREA: CheckArea = CheckArea::Bulk;
/// Operations that the check of the limit sends at most.
const SENT_AT_MOST: u64 = 20_000;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "bulk.references",
        area: AREA,
        title: "An operation may name what another one makes, in any order.",
        meaning: "A group and its people can be sent together.",
        source: "RFC 7644 §3.7.2",
        run: |p| Box::pin(references(p)),
    },
    Check {
        id: "bulk.each_result",
        area: AREA,
        title: "Each operation has its own result.",
        meaning: "One bad row does not hide what became of the others.",
        source: "RFC 7644 §3.7.3",
        run: |p| Box::pin(each_result(p)),
    },
    Check {
        id: "bulk.fail_on_errors",
        area: AREA,
        title: "A Bulk stops at the number of errors that it names.",
        meaning: "A sync that goes wrong ends before it does harm.",
        source: "RFC 7644 §3.7.3",
        run: |p| Box::pin(fail_on_errors(p)),
    },
    Check {
        id: "bulk.limit",
        area: AREA,
        title: "Too many operations are refused, and the limit is named.",
        meaning: "A client learns how to split its request.",
        source: "RFC 7644 §3.7.4",
        run: |p| Box::pin(limit(p)),
    },
];

fn post(path: &str, id: &str, data: Value) -> Value {
    let mut operation = json!({ "method": "POST", "path": path, "bulkId": id });
    operation["data"] = data;
    operation
}

async fn send(p: &mut Probe, body: &Value, expected: &str) -> Result<Answer, Stop> {
    let said = p.send(Call::post("/Bulk", body), expected).await?;
    said.status(200)?;
    said.is("/schemas", &json!([urn::BULK_RESPONSE]))?;
    Ok(said)
}

fn statuses(said: &Answer) -> Vec<&str> {
    let operations = said.list("/Operations").iter();
    operations
        .filter_map(|one| one["status"].as_str())
        .collect()
}

fn expect_statuses(said: &Answer, wanted: &[&str]) -> Outcome {
    let found = statuses(said);
    holds(
        found == wanted,
        format!("The results are {found:?} and not {wanted:?}."),
    )
}

async fn references(p: &mut Probe) -> Outcome {
    let (user, name) = (p.new_user(), p.name("group"));
    let body = json!({
        "schemas": [urn::BULK_REQUEST],
        "Operations": [
            post("/Groups", "group", group_body(&name, &["bulkId:user"])),
            post("/Users", "user", user),
        ],
    });
    let said = send(p, &body, "200: both are made").await?;
    expect_statuses(&said, &["201", "201"])?;
    let group = p.below_base(&said.text("/Operations/0/location")?)?;
    let user = p.below_base(&said.text("/Operations/1/location")?)?;
    let id = user.trim_start_matches("/Users/");
    let read = p
        .send(Call::get(group), "200 with the user as member")
        .await?;
    read.status(200)?;
    read.values("members", &[id])
}

async fn each_result(p: &mut Probe) -> Outcome {
    let (user, nobody) = (p.new_user(), p.name("nobody"));
    let body = json!({
        "schemas": [urn::BULK_REQUEST],
        "Operations": [
            { "method": "DELETE", "path": format!("/Users/{nobody}") },
            post("/Users", "user", user),
        ],
    });
    let said = send(p, &body, "200: the first fails, the second is done").await?;
    expect_statuses(&said, &["404", "201"])?;
    said.is("/Operations/0/response/schemas", &json!([urn::ERROR]))?;
    said.is("/Operations/1/bulkId", &json!("user"))
}

async fn fail_on_errors(p: &mut Probe) -> Outcome {
    let (user, nobody) = (p.new_user(), p.name("nobody"));
    let name = user["userName"].clone();
    let body = json!({
        "schemas": [urn::BULK_REQUEST],
        "failOnErrors": 1,
        "Operations": [
            { "method": "DELETE", "path": format!("/Users/{nobody}") },
            post("/Users", "user", user),
        ],
    });
    let said = send(p, &body, "200: only the first is tried").await?;
    expect_statuses(&said, &["404"])?;
    let filter = format!("userName eq {name}");
    let found = p
        .send(Call::filter("/Users", &filter), "200 with nobody")
        .await?;
    found.finds(&[])
}

async fn limit(p: &mut Probe) -> Outcome {
    let call = Call::get("/ServiceProviderConfig");
    let config = p.send(call, "200 with bulk.maxOperations").await?;
    config.status(200)?;
    let limit = config.at("/bulk/maxOperations")?.as_u64().unwrap_or(0);
    if limit > SENT_AT_MOST {
        return Err(Stop::NotApplicable(format!(
            "The service takes {limit} operations: more than a check should send."
        )));
    }
    let operation = json!({ "method": "DELETE", "path": "/Users/nobody" });
    let operations: Vec<&Value> = (0..=limit).map(|_| &operation).collect();
    let body = json!({ "schemas": [urn::BULK_REQUEST], "Operations": operations });
    let said = p
        .send(Call::post("/Bulk", &body), "413 that names the limit")
        .await?;
    said.error(413, None)?;
    let detail = said.text("/detail")?;
    holds(
        detail.contains("maxOperations") && detail.contains(&limit.to_string()),
        format!("The limit is not named: {detail}"),
    )
}
