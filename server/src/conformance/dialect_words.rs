//! What the provider of the connection says of members, schemas and attributes, and how it filters:
//! each function of the dialect in the position that the connection has it in.

use scim_schema::{api::conformance::CheckArea, dialect::Switch, schema::urn};
use serde_json::{Value, json};

use super::{
    Check,
    answer::holds,
    probe::{Call, Outcome, Probe, Stop, merge},
};

const AREA: CheckArea = CheckArea::Dialect;
const CUSTOM: &str = "urn:example:params:scim:schemas:custom:2.0:User";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "dialect.remove_by_value",
        area: AREA,
        title: "Removing a list of members removes just these.",
        meaning: "Entra ID and JumpCloud take people out of groups so.",
        source: "docs of Entra ID",
        run: |p| Box::pin(remove_by_value(p)),
    },
    Check {
        id: "dialect.remove_by_value_refused",
        area: AREA,
        title: "Removing members with a list is refused, and empties nothing.",
        meaning: "Read by the letter, such a request would remove all members.",
        source: "RFC 7644 §3.5.2.2",
        run: |p| Box::pin(remove_by_value_refused(p)),
    },
    Check {
        id: "dialect.unknown_member",
        area: AREA,
        title: "A member who is not there is skipped.",
        meaning: "Entra ID adds members before it has made all of them.",
        source: "docs of Entra ID",
        run: |p| Box::pin(unknown_member(p)),
    },
    Check {
        id: "dialect.unknown_member_refused",
        area: AREA,
        title: "A member who is not there is refused, and nothing is changed.",
        meaning: "A group never holds somebody whom nobody can look up.",
        source: "RFC 7644 §3.12",
        run: |p| Box::pin(unknown_member_refused(p)),
    },
    Check {
        id: "dialect.filter_beyond",
        area: AREA,
        title: "A filter may go on behind a value path.",
        meaning: "Entra ID matches people by emails[type eq \"work\"].value.",
        source: "docs of Entra ID",
        run: |p| Box::pin(filter_beyond(p)),
    },
    Check {
        id: "dialect.scim1_urns",
        area: AREA,
        title: "URNs of SCIM 1 stand for those of SCIM 2.",
        meaning: "OneLogin names its schemas so, in requests of version 2.",
        source: "docs of authentik and OneLogin",
        run: |p| Box::pin(scim1_urns(p)),
    },
    Check {
        id: "dialect.undeclared_schema",
        area: AREA,
        title: "A schema that the connection does not have is left out.",
        meaning: "Okta and Entra ID send theirs whether it is declared or not.",
        source: "docs of Okta and Entra ID",
        run: |p| Box::pin(undeclared_schema(p)),
    },
    Check {
        id: "dialect.undeclared_schema_refused",
        area: AREA,
        title: "A schema that the connection does not have is refused by name.",
        meaning: "Attributes that would be lost are noticed before the first sync.",
        source: "RFC 7643 §3, RFC 7644 §3.12",
        run: |p| Box::pin(undeclared_schema_refused(p)),
    },
    Check {
        id: "dialect.unknown_attribute",
        area: AREA,
        title: "An attribute that is not known is left out.",
        meaning: "A mapping with one attribute too many still brings everybody.",
        source: "RFC 7644 §3.3",
        run: |p| Box::pin(unknown_attribute(p)),
    },
    Check {
        id: "dialect.unknown_attribute_refused",
        area: AREA,
        title: "An attribute that is not known is refused.",
        meaning: "The interoperability profile asks that nothing is lost silently.",
        source: "draft-zollner-scim-interop-profile §4",
        run: |p| Box::pin(unknown_attribute_refused(p)),
    },
];

/// A group of two, and the operation that removes the first of them by a list.
async fn removing_one(p: &mut Probe) -> Result<(String, Value, [String; 2]), Stop> {
    let (ada, bob) = (
        p.user(json!({})).await?.id()?,
        p.user(json!({})).await?.id()?,
    );
    let path = format!("/Groups/{}", p.group(&[&ada, &bob]).await?.id()?);
    let list = json!([{ "$ref": null, "value": ada }]);
    let operation = json!([{ "op": "Remove", "path": "members", "value": list }]);
    Ok((path, operation, [ada, bob]))
}

async fn remove_by_value(p: &mut Probe) -> Outcome {
    p.only_with(Switch::RemoveMembersByValue, true)?;
    let (path, operation, [_, bob]) = removing_one(p).await?;
    let said = p.send(Call::patch(&path, &operation), "200 or 204").await?;
    said.one_of(&[200, 204])?;
    let read = p.send(Call::get(path), "200 with the other member").await?;
    read.status(200)?;
    read.values("members", &[&bob])
}

async fn remove_by_value_refused(p: &mut Probe) -> Outcome {
    p.only_with(Switch::RemoveMembersByValue, false)?;
    let (path, operation, [ada, bob]) = removing_one(p).await?;
    let said = p
        .send(Call::patch(&path, &operation), "400 as a SCIM error")
        .await?;
    said.error(400, None)?;
    let read = p.send(Call::get(path), "200 with both members").await?;
    read.status(200)?;
    read.values("members", &[&ada, &bob])
}

/// A group of one, and the operation that adds somebody who is not there.
async fn adding_nobody(p: &mut Probe) -> Result<(String, Value, String), Stop> {
    let gone = p.user(json!({})).await?.id()?;
    let call = Call::delete(format!("/Users/{gone}"));
    p.send(call, "204").await?.status(204)?;
    let ada = p.user(json!({})).await?.id()?;
    let path = format!("/Groups/{}", p.group(&[&ada]).await?.id()?);
    let operation = json!([{ "op": "add", "path": "members", "value": [{ "value": gone }] }]);
    Ok((path, operation, ada))
}

async fn unknown_member(p: &mut Probe) -> Outcome {
    p.only_with(Switch::AcceptUnknownMember, true)?;
    let (path, operation, ada) = adding_nobody(p).await?;
    let said = p.send(Call::patch(&path, &operation), "200 or 204").await?;
    said.one_of(&[200, 204])?;
    let read = p
        .send(Call::get(path), "200 with the member of before")
        .await?;
    read.status(200)?;
    read.values("members", &[&ada])
}

async fn unknown_member_refused(p: &mut Probe) -> Outcome {
    p.only_with(Switch::AcceptUnknownMember, false)?;
    let (path, operation, ada) = adding_nobody(p).await?;
    let said = p
        .send(Call::patch(&path, &operation), "400 invalidValue")
        .await?;
    said.error(400, Some("invalidValue"))?;
    let read = p
        .send(Call::get(path), "200 with the member of before")
        .await?;
    read.status(200)?;
    read.values("members", &[&ada])
}

async fn filter_beyond(p: &mut Probe) -> Outcome {
    p.only_with(Switch::FilterBeyondAbnf, true)?;
    let email = format!("{}@work.example", p.name("mail"));
    let emails = json!({ "emails": [{ "value": email, "type": "work" }] });
    let id = p.user(emails).await?.id()?;
    let filter = format!("emails[type eq \"work\"].value eq \"{email}\"");
    let found = p
        .send(Call::filter("/Users", &filter), "200 with the one user")
        .await?;
    found.finds(&[&id])
}

async fn scim1_urns(p: &mut Probe) -> Outcome {
    p.only_with(Switch::Scim1Urns, true)?;
    let body = json!({
        "schemas": ["urn:scim:schemas:core:2.0"],
        "userName": p.name("user"),
        "title": "",
    });
    let made = p
        .send(Call::post("/Users", &body), "201 with the URN of SCIM 2")
        .await?;
    made.status(201)?;
    made.is("/schemas", &json!([urn::USER]))
}

/// A user with an attribute of a schema that nobody declared.
fn with_custom(p: &mut Probe) -> Value {
    let mut body = p.new_user();
    merge(
        &mut body,
        json!({ "schemas": [urn::USER, CUSTOM], CUSTOM: { "badge": "7" } }),
    );
    body
}

async fn undeclared_schema(p: &mut Probe) -> Outcome {
    p.only_with(Switch::IgnoreUndeclaredUrn, true)?;
    let call = Call::post("/Users", &with_custom(p));
    let made = p.send(call, "201 without the schema").await?;
    made.status(201)?;
    made.is("/schemas", &json!([urn::USER]))
}

async fn undeclared_schema_refused(p: &mut Probe) -> Outcome {
    p.only_with(Switch::IgnoreUndeclaredUrn, false)?;
    let call = Call::post("/Users", &with_custom(p));
    let said = p.send(call, "400 that names the schema").await?;
    said.error(400, None)?;
    let detail = said.text("/detail")?;
    holds(
        detail.contains(CUSTOM),
        format!("The schema is not named: {detail}"),
    )
}

/// A user with an attribute that no schema has.
fn with_unknown(p: &mut Probe) -> Value {
    let mut body = p.new_user();
    merge(&mut body, json!({ "shoeSize": 42 }));
    body
}

async fn unknown_attribute(p: &mut Probe) -> Outcome {
    p.only_with(Switch::RefuseUnknownAttribute, false)?;
    let call = Call::post("/Users", &with_unknown(p));
    let made = p.send(call, "201 without the attribute").await?;
    made.status(201)?;
    made.lacks("/shoeSize")
}

async fn unknown_attribute_refused(p: &mut Probe) -> Outcome {
    p.only_with(Switch::RefuseUnknownAttribute, true)?;
    let call = Call::post("/Users", &with_unknown(p));
    let said = p.send(call, "400 invalidSyntax").await?;
    said.error(400, Some("invalidSyntax"))
}
