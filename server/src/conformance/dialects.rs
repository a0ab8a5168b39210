//! How the provider of the connection writes its `PATCHes`: each function of the dialect in the
//! position that the connection has it in.

use scim_schema::{api::conformance::CheckArea, dialect::Switch, schema::urn};
use serde_json::{Value, json};

use super::{
    Check,
    answer::holds,
    probe::{Call, Outcome, Probe, Stop, merge},
};

const AREA: CheckArea = CheckArea::Dialect;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "dialect.pathless_patch",
        area: AREA,
        title: "A PATCH without path changes what its value names.",
        meaning: "Okta switches people off so.",
        source: "RFC 7644 §3.5.2.3; docs of Okta",
        run: |p| Box::pin(pathless_patch(p)),
    },
    Check {
        id: "dialect.pathless_patch_refused",
        area: AREA,
        title: "A PATCH without path is refused.",
        meaning: "The interoperability profile asks for a path in every operation.",
        source: "draft-zollner-scim-interop-profile §5",
        run: |p| Box::pin(pathless_patch_refused(p)),
    },
    Check {
        id: "dialect.boolean_text",
        area: AREA,
        title: "active as the text False switches somebody off.",
        meaning: "Entra ID sends booleans as text unless its flag is set.",
        source: "docs of Entra ID",
        run: |p| Box::pin(boolean_text(p)),
    },
    Check {
        id: "dialect.boolean_text_refused",
        area: AREA,
        title: "active as text is refused.",
        meaning: "A text where a boolean belongs is a fault of the mapping, and shows as one.",
        source: "RFC 7643 §2.3.2",
        run: |p| Box::pin(boolean_text_refused(p)),
    },
    Check {
        id: "dialect.manager_text",
        area: AREA,
        title: "A manager is set by a bare id.",
        meaning: "Entra ID sends the manager as text and not as an object.",
        source: "docs of Entra ID",
        run: |p| Box::pin(manager_text(p)),
    },
    Check {
        id: "dialect.missing_element",
        area: AREA,
        title: "A value path without match makes the value.",
        meaning: "Entra ID adds the first work address of somebody so.",
        source: "docs of Entra ID",
        run: |p| Box::pin(missing_element(p)),
    },
    Check {
        id: "dialect.missing_element_refused",
        area: AREA,
        title: "Replacing what a value path does not find is refused.",
        meaning: "A mistaken path does not make values that nobody meant.",
        source: "RFC 7644 §3.5.2.3",
        run: |p| Box::pin(missing_element_refused(p)),
    },
    Check {
        id: "dialect.dotted_keys",
        area: AREA,
        title: "A value without path may have paths as keys.",
        meaning: "Entra ID with its flag sends name.givenName and full URNs as keys.",
        source: "docs of Entra ID",
        run: |p| Box::pin(dotted_keys(p)),
    },
];

/// Makes a user and sends this PATCH, for an answer of 200 or 204.
async fn patched(p: &mut Probe, operation: Value) -> Result<String, Stop> {
    let path = format!("/Users/{}", p.user(json!({})).await?.id()?);
    let call = Call::patch(&path, &json!([operation]));
    p.send(call, "200 or 204").await?.one_of(&[200, 204])?;
    Ok(path)
}

/// Makes a user and sends this PATCH, which must be refused so.
async fn refused(p: &mut Probe, operation: Value, keyword: &str) -> Outcome {
    let path = format!("/Users/{}", p.user(json!({})).await?.id()?);
    let call = Call::patch(&path, &json!([operation]));
    let said = p.send(call, format!("400 {keyword}")).await?;
    said.error(400, Some(keyword))
}

async fn expect_read(p: &mut Probe, path: &str, pointer: &str, value: Value) -> Outcome {
    let expected = format!("200 with {value}");
    let read = p.send(Call::get(path), expected).await?;
    read.status(200)?;
    read.is(pointer, &value)
}

async fn pathless_patch(p: &mut Probe) -> Outcome {
    p.only_with(Switch::RefusePathlessPatch, false)?;
    let value = json!({ "active": false, "title": "Countess" });
    let path = patched(p, json!({ "op": "replace", "value": value })).await?;
    expect_read(p, &path, "/active", json!(false)).await?;
    expect_read(p, &path, "/title", json!("Countess")).await
}

async fn pathless_patch_refused(p: &mut Probe) -> Outcome {
    p.only_with(Switch::RefusePathlessPatch, true)?;
    let operation = json!({ "op": "replace", "value": { "active": false } });
    refused(p, operation, "invalidPath").await
}

async fn boolean_text(p: &mut Probe) -> Outcome {
    p.only_with(Switch::BooleanAsString, true)?;
    let operation = json!({ "op": "Replace", "path": "active", "value": "False" });
    let path = patched(p, operation).await?;
    expect_read(p, &path, "/active", json!(false)).await
}

async fn boolean_text_refused(p: &mut Probe) -> Outcome {
    p.only_with(Switch::BooleanAsString, false)?;
    let operation = json!({ "op": "replace", "path": "active", "value": "False" });
    refused(p, operation, "invalidValue").await
}

async fn manager_text(p: &mut Probe) -> Outcome {
    p.only_with(Switch::ManagerAsString, true)?;
    let boss = p.user(json!({})).await?.id()?;
    let path = format!("{}:manager", urn::ENTERPRISE_USER);
    let operation = json!({ "op": "Add", "path": path, "value": boss });
    let path = patched(p, operation).await?;
    let read = p.send(Call::get(path), "200 with manager.value").await?;
    read.status(200)?;
    let manager = &read.json[urn::ENTERPRISE_USER]["manager"]["value"];
    holds(
        *manager == boss,
        format!("The manager is {manager} and not {boss}."),
    )
}

async fn missing_element(p: &mut Probe) -> Outcome {
    p.only_with(Switch::CreateMissingElement, true)?;
    let path = "emails[type eq \"work\"].value";
    let operation = json!({ "op": "Replace", "path": path, "value": "ada@work.example" });
    let path = patched(p, operation).await?;
    expect_read(p, &path, "/emails/0/value", json!("ada@work.example")).await?;
    expect_read(p, &path, "/emails/0/type", json!("work")).await
}

async fn missing_element_refused(p: &mut Probe) -> Outcome {
    p.only_with(Switch::CreateMissingElement, false)?;
    let path = "emails[type eq \"work\"].value";
    let operation = json!({ "op": "replace", "path": path, "value": "ada@work.example" });
    refused(p, operation, "noTarget").await
}

async fn dotted_keys(p: &mut Probe) -> Outcome {
    p.only_with(Switch::DottedKeys, true)?;
    p.only_with(Switch::RefusePathlessPatch, false)?;
    let department = format!("{}:department", urn::ENTERPRISE_USER);
    let mut value = json!({ "name.givenName": "Ada" });
    merge(&mut value, json!({ department: "Science" }));
    let path = patched(p, json!({ "op": "replace", "value": value })).await?;
    expect_read(p, &path, "/name/givenName", json!("Ada")).await?;
    let pointer = format!("/{}/department", urn::ENTERPRISE_USER);
    expect_read(p, &path, &pointer, json!("Science")).await
}
