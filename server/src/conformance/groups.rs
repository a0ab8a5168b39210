//! Groups as resources (RFC 7643 section 4.2).

use axum::http::header;
use scim_schema::{api::conformance::CheckArea, dialect::Switch, schema::urn};
use serde_json::json;

use super::{
    Check,
    answer::holds,
    probe::{Call, Outcome, Probe, group_body},
};

const AREA: CheckArea = CheckArea::Groups;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "groups.create",
        area: AREA,
        title: "A group is made with its members.",
        meaning: "Okta and OneLogin push a group with everybody in it in one request.",
        source: "RFC 7644 §3.3, RFC 7643 §4.2",
        run: |p| Box::pin(create(p)),
    },
    Check {
        id: "groups.duplicate",
        area: AREA,
        title: "A displayName that is taken is refused, in any case.",
        meaning: "Entra ID matches groups by name: two of one name would be mixed up.",
        source: "RFC 7644 §3.3; docs of Entra ID",
        run: |p| Box::pin(duplicate(p)),
    },
    Check {
        id: "groups.rename",
        area: AREA,
        title: "A group keeps its members when it is renamed.",
        meaning: "A new name at the provider takes nobody out of the group.",
        source: "RFC 7644 §3.5.2.3",
        run: |p| Box::pin(rename(p)),
    },
    Check {
        id: "groups.patch_answer",
        area: AREA,
        title: "PATCH of a group is answered as the connection is set.",
        meaning: "Entra ID wants 204 without a body, other clients 200 with the group.",
        source: "RFC 7644 §3.5.2; docs of Entra ID",
        run: |p| Box::pin(patch_answer(p)),
    },
    Check {
        id: "groups.patch_attributes",
        area: AREA,
        title: "PATCH of a group that asks for attributes is answered 200 with them.",
        meaning: "A client that needs the result need not read the group again.",
        source: "RFC 7644 §3.5.2",
        run: |p| Box::pin(patch_attributes(p)),
    },
    Check {
        id: "groups.excluded_members",
        area: AREA,
        title: "A group can be read without its members.",
        meaning: "Entra ID always reads groups so; a large one would take minutes otherwise.",
        source: "RFC 7644 §3.9; docs of Entra ID",
        run: |p| Box::pin(excluded_members(p)),
    },
    Check {
        id: "groups.nested",
        area: AREA,
        title: "A group can be a member of a group.",
        meaning: "Nested groups arrive as they are at the provider.",
        source: "RFC 7643 §4.2, §8.4",
        run: |p| Box::pin(nested(p)),
    },
    Check {
        id: "groups.delete",
        area: AREA,
        title: "A deleted group is gone, and its members are not.",
        meaning: "Removing a group at the provider removes nobody's account.",
        source: "RFC 7644 §3.6",
        run: |p| Box::pin(delete(p)),
    },
];

async fn create(p: &mut Probe) -> Outcome {
    let (ada, bob) = (
        p.user(json!({})).await?.id()?,
        p.user(json!({})).await?.id()?,
    );
    let name = p.name("group");
    let call = Call::post("/Groups", &group_body(&name, &[&ada, &bob]));
    let made = p.send(call, "201 with both members and Location").await?;
    made.status(201)?;
    made.is("/displayName", &json!(name))?;
    made.is("/meta/resourceType", &json!("Group"))?;
    made.values("members", &[&ada, &bob])?;
    let path = p.below_base(made.header(&header::LOCATION)?)?;
    let read = p.send(Call::get(path), "200 with both members").await?;
    read.status(200)?;
    read.values("members", &[&ada, &bob])?;
    for member in read.list("/members") {
        let kind = &member["type"];
        holds(
            *kind == "User",
            format!("The type of a member is {kind} and not User."),
        )?;
    }
    Ok(())
}

async fn duplicate(p: &mut Probe) -> Outcome {
    let name = p.group(&[]).await?.text("/displayName")?.to_uppercase();
    let call = Call::post("/Groups", &group_body(&name, &[]));
    let said = p.send(call, "409 uniqueness").await?;
    said.error(409, Some("uniqueness"))
}

async fn rename(p: &mut Probe) -> Outcome {
    let ada = p.user(json!({})).await?.id()?;
    let path = format!("/Groups/{}", p.group(&[&ada]).await?.id()?);
    let name = p.name("renamed");
    let operations = json!([{ "op": "replace", "path": "displayName", "value": name }]);
    let said = p
        .send(Call::patch(&path, &operations), "200 or 204")
        .await?;
    said.one_of(&[200, 204])?;
    let read = p
        .send(Call::get(path), "200 with the new name and the member")
        .await?;
    read.status(200)?;
    read.is("/displayName", &json!(name))?;
    read.values("members", &[&ada])
}

async fn patch_answer(p: &mut Probe) -> Outcome {
    let path = format!("/Groups/{}", p.group(&[]).await?.id()?);
    let name = p.name("renamed");
    let operations = json!([{ "op": "replace", "path": "displayName", "value": name }]);
    let call = Call::patch(path, &operations);
    if p.dialect().is_on(Switch::GroupPatch200) {
        let said = p.send(call, "200 with the group").await?;
        said.status(200)?;
        return said.is("/displayName", &json!(name));
    }
    let said = p.send(call, "204 without a body").await?;
    said.status(204)?;
    holds(said.json.is_null(), "The answer has a body.")
}

async fn patch_attributes(p: &mut Probe) -> Outcome {
    let path = format!(
        "/Groups/{}?attributes=displayName",
        p.group(&[]).await?.id()?
    );
    let name = p.name("renamed");
    let operations = json!([{ "op": "replace", "path": "displayName", "value": name }]);
    let said = p
        .send(Call::patch(path, &operations), "200 with displayName")
        .await?;
    said.status(200)?;
    said.is("/displayName", &json!(name))
}

async fn excluded_members(p: &mut Probe) -> Outcome {
    let ada = p.user(json!({})).await?.id()?;
    let path = format!("/Groups/{}", p.group(&[&ada]).await?.id()?);
    let call = Call::get(format!("{path}?excludedAttributes=members"));
    let read = p.send(call, "200 without members").await?;
    read.status(200)?;
    read.text("/displayName")?;
    read.lacks("/members")
}

async fn nested(p: &mut Probe) -> Outcome {
    let inner = p.group(&[]).await?.id()?;
    let name = p.name("group");
    let body = json!({
        "schemas": [urn::GROUP],
        "displayName": name,
        "members": [{ "value": inner, "type": "Group" }],
    });
    let made = p
        .send(Call::post("/Groups", &body), "201 with the group as member")
        .await?;
    made.status(201)?;
    made.values("members", &[&inner])?;
    made.is("/members/0/type", &json!("Group"))
}

async fn delete(p: &mut Probe) -> Outcome {
    let ada = p.user(json!({})).await?.id()?;
    let path = format!("/Groups/{}", p.group(&[&ada]).await?.id()?);
    p.send(Call::delete(&path), "204").await?.status(204)?;
    p.send(Call::get(path), "404 as a SCIM error")
        .await?
        .error(404, None)?;
    let call = Call::get(format!("/Users/{ada}"));
    let read = p.send(call, "200 with the user, in no group").await?;
    read.status(200)?;
    read.values("groups", &[])
}
