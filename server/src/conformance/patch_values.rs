//! PATCH of values: added, removed and replaced one by one (RFC 7644 sections 3.5.2.1 to 3.5.2.3).

use scim_schema::{api::conformance::CheckArea, schema::urn};
use serde_json::{Value, json};

use super::{
    Check,
    answer::{Answer, holds},
    probe::{Call, Outcome, Probe, Stop},
};

const AREA: CheckArea = CheckArea::Patch;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "patch.add_value",
        area: AREA,
        title: "A value is added beside those that are there.",
        meaning: "A second address does not take the place of the first.",
        source: "RFC 7644 §3.5.2.1",
        run: |p| Box::pin(add_value(p)),
    },
    Check {
        id: "patch.sub_attribute",
        area: AREA,
        title: "A part of an attribute changes alone.",
        meaning: "A new family name leaves the given name.",
        source: "RFC 7644 §3.5.2.3",
        run: |p| Box::pin(sub_attribute(p)),
    },
    Check {
        id: "patch.value_path",
        area: AREA,
        title: "A value path changes the value that it names.",
        meaning: "A new work address leaves the address at home.",
        source: "RFC 7644 §3.5.2.3",
        run: |p| Box::pin(value_path(p)),
    },
    Check {
        id: "patch.remove",
        area: AREA,
        title: "An attribute is removed.",
        meaning: "What was emptied at the provider is empty here.",
        source: "RFC 7644 §3.5.2.2",
        run: |p| Box::pin(remove(p)),
    },
    Check {
        id: "patch.remove_value",
        area: AREA,
        title: "A value path removes the value that it names, and no other.",
        meaning: "Removing one address does not remove all.",
        source: "RFC 7644 §3.5.2.2",
        run: |p| Box::pin(remove_value(p)),
    },
    Check {
        id: "patch.primary",
        area: AREA,
        title: "A new primary value takes the mark from the old one.",
        meaning: "There is always at most one address that mail goes to.",
        source: "RFC 7644 §3.5.2, RFC 7643 §2.4",
        run: |p| Box::pin(primary(p)),
    },
    Check {
        id: "patch.urn_path",
        area: AREA,
        title: "A path may begin with a URN.",
        meaning: "Department and cost centre can be changed alone.",
        source: "RFC 7644 §3.10",
        run: |p| Box::pin(urn_path(p)),
    },
];

/// Makes a user with an address at work and one at home and changes it so.
async fn changed(p: &mut Probe, operation: Value, expected: &str) -> Result<Answer, Stop> {
    let more = json!({
        "title": "Countess",
        "name": { "givenName": "Ada", "familyName": "Byron" },
        "emails": [
            { "value": "ada@work.example", "type": "work", "primary": true },
            { "value": "ada@home.example", "type": "home" },
        ],
    });
    let path = format!("/Users/{}", p.user(more).await?.id()?);
    let call = Call::patch(&path, &json!([operation]));
    p.send(call, "200 or 204").await?.one_of(&[200, 204])?;
    let read = p.send(Call::get(path), expected).await?;
    read.status(200)?;
    Ok(read)
}

async fn add_value(p: &mut Probe) -> Outcome {
    let other = json!([{ "value": "ada@other.example", "type": "other" }]);
    let operation = json!({ "op": "add", "path": "emails", "value": other });
    let read = changed(p, operation, "200 with three addresses").await?;
    read.values(
        "emails",
        &["ada@work.example", "ada@home.example", "ada@other.example"],
    )
}

async fn sub_attribute(p: &mut Probe) -> Outcome {
    let operation = json!({ "op": "replace", "path": "name.familyName", "value": "King" });
    let read = changed(p, operation, "200 with Ada King").await?;
    read.is("/name/familyName", &json!("King"))?;
    read.is("/name/givenName", &json!("Ada"))
}

async fn value_path(p: &mut Probe) -> Outcome {
    let path = "emails[type eq \"work\"].value";
    let operation = json!({ "op": "replace", "path": path, "value": "king@work.example" });
    let read = changed(p, operation, "200 with the new address at work").await?;
    read.values("emails", &["king@work.example", "ada@home.example"])
}

async fn remove(p: &mut Probe) -> Outcome {
    let operation = json!({ "op": "remove", "path": "title" });
    let read = changed(p, operation, "200 without title").await?;
    read.lacks("/title")
}

async fn remove_value(p: &mut Probe) -> Outcome {
    let operation = json!({ "op": "remove", "path": "emails[type eq \"home\"]" });
    let read = changed(p, operation, "200 with the address at work").await?;
    read.values("emails", &["ada@work.example"])
}

async fn primary(p: &mut Probe) -> Outcome {
    let path = "emails[type eq \"home\"].primary";
    let operation = json!({ "op": "replace", "path": path, "value": true });
    let read = changed(p, operation, "200 with one primary address: at home").await?;
    let primary = |email: &&Value| email["primary"] == true;
    let marked: Vec<&str> = read
        .list("/emails")
        .iter()
        .filter(primary)
        .filter_map(|email| email["type"].as_str())
        .collect();
    holds(
        marked == ["home"],
        format!("The primary addresses are {marked:?} and not [\"home\"]."),
    )
}

async fn urn_path(p: &mut Probe) -> Outcome {
    let path = format!("{}:department", urn::ENTERPRISE_USER);
    let operation = json!({ "op": "add", "path": path, "value": "Science" });
    let read = changed(p, operation, "200 with the department").await?;
    let department = &read.json[urn::ENTERPRISE_USER]["department"];
    holds(
        *department == "Science",
        format!("The department is {department} and not Science."),
    )
}
