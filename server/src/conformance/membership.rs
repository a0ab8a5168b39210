//! Who is in a group: the part of the protocol that goes wrong most often (RFC 7644 section 3.5.2).

use scim_schema::api::conformance::CheckArea;
use serde_json::{Value, json};

use super::{
    Check,
    probe::{Call, Outcome, Probe, Stop},
};

const AREA: CheckArea = CheckArea::Groups;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "groups.add_member",
        area: AREA,
        title: "A member is added beside those who are there.",
        meaning: "Adding one person loses nobody.",
        source: "RFC 7644 §3.5.2.1",
        run: |p| Box::pin(add_member(p)),
    },
    Check {
        id: "groups.add_again",
        area: AREA,
        title: "Adding a member who is there already is no error.",
        meaning: "A sync that is repeated succeeds; on other servers it ends with 500.",
        source: "RFC 7644 §3.5.2.1",
        run: |p| Box::pin(add_again(p)),
    },
    Check {
        id: "groups.remove_member",
        area: AREA,
        title: "Removing one member leaves the others.",
        meaning: "The most feared fault of SCIM servers is a group that is emptied so.",
        source: "RFC 7644 §3.5.2.2",
        run: |p| Box::pin(remove_member(p)),
    },
    Check {
        id: "groups.replace_members",
        area: AREA,
        title: "Replacing the members leaves exactly the new ones.",
        meaning: "A full push brings the group into the state of the provider.",
        source: "RFC 7644 §3.5.2.3",
        run: |p| Box::pin(replace_members(p)),
    },
    Check {
        id: "groups.of_user",
        area: AREA,
        title: "A user shows the groups they are in.",
        meaning: "User and group never disagree about who belongs where.",
        source: "RFC 7643 §4.1.2",
        run: |p| Box::pin(of_user(p)),
    },
    Check {
        id: "groups.deleted_user",
        area: AREA,
        title: "A deleted user is in no group any more.",
        meaning: "No group keeps a member that nobody can look up.",
        source: "RFC 7644 §3.6",
        run: |p| Box::pin(deleted_user(p)),
    },
];

/// A group with two members: its path, and their ids.
async fn pair(p: &mut Probe) -> Result<(String, String, String), Stop> {
    let (ada, bob) = (
        p.user(json!({})).await?.id()?,
        p.user(json!({})).await?.id()?,
    );
    let group = p.group(&[&ada, &bob]).await?.id()?;
    Ok((format!("/Groups/{group}"), ada, bob))
}

async fn change(p: &mut Probe, path: &str, operation: Value) -> Outcome {
    let call = Call::patch(path, &json!([operation]));
    let said = p.send(call, "200 or 204").await?;
    said.one_of(&[200, 204])
}

async fn expect_members(p: &mut Probe, path: &str, members: &[&str]) -> Outcome {
    let expected = format!("200 with {} members", members.len());
    let read = p.send(Call::get(path), expected).await?;
    read.status(200)?;
    read.values("members", members)
}

async fn add_member(p: &mut Probe) -> Outcome {
    let (path, ada, bob) = pair(p).await?;
    let eve = p.user(json!({})).await?.id()?;
    let operation = json!({ "op": "add", "path": "members", "value": [{ "value": eve }] });
    change(p, &path, operation).await?;
    expect_members(p, &path, &[&ada, &bob, &eve]).await
}

async fn add_again(p: &mut Probe) -> Outcome {
    let (path, ada, bob) = pair(p).await?;
    let operation = json!({ "op": "add", "path": "members", "value": [{ "value": ada }] });
    change(p, &path, operation).await?;
    expect_members(p, &path, &[&ada, &bob]).await
}

async fn remove_member(p: &mut Probe) -> Outcome {
    let (path, ada, bob) = pair(p).await?;
    let operation = json!({ "op": "remove", "path": format!("members[value eq \"{ada}\"]") });
    change(p, &path, operation).await?;
    expect_members(p, &path, &[&bob]).await
}

async fn replace_members(p: &mut Probe) -> Outcome {
    let (path, _, bob) = pair(p).await?;
    let eve = p.user(json!({})).await?.id()?;
    let members = json!([{ "value": bob }, { "value": eve }]);
    let operation = json!({ "op": "replace", "path": "members", "value": members });
    change(p, &path, operation).await?;
    expect_members(p, &path, &[&bob, &eve]).await
}

async fn of_user(p: &mut Probe) -> Outcome {
    let ada = p.user(json!({})).await?.id()?;
    let group = p.group(&[&ada]).await?.id()?;
    let call = Call::get(format!("/Users/{ada}"));
    let read = p.send(call, "200 with the group in groups").await?;
    read.status(200)?;
    read.values("groups", &[&group])
}

async fn deleted_user(p: &mut Probe) -> Outcome {
    let (path, ada, bob) = pair(p).await?;
    let call = Call::delete(format!("/Users/{ada}"));
    p.send(call, "204").await?.status(204)?;
    expect_members(p, &path, &[&bob]).await
}
