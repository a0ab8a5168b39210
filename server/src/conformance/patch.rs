//! PATCH as a whole: what is answered, what is refused, and that it is all or nothing (RFC 7644
//! section 3.5.2).

use scim_schema::{api::conformance::CheckArea, dialect::Switch};
use serde_json::json;

use super::{
    Check,
    answer::holds,
    probe::{Call, Outcome, Probe},
};

const AREA: CheckArea = CheckArea::Patch;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "patch.answer",
        area: AREA,
        title: "PATCH of a user is answered as the connection is set.",
        meaning: "Most clients read the changed user from the answer, some want 204.",
        source: "RFC 7644 §3.5.2",
        run: |p| Box::pin(answer(p)),
    },
    Check {
        id: "patch.any_case",
        area: AREA,
        title: "Operations are read in any case.",
        meaning: "Entra ID writes Add, Replace and Remove.",
        source: "RFC 7644 §3.5.2; docs of Entra ID",
        run: |p| Box::pin(any_case(p)),
    },
    Check {
        id: "patch.all_or_nothing",
        area: AREA,
        title: "One bad operation leaves everything as it was.",
        meaning: "Nobody is left half changed.",
        source: "RFC 7644 §3.5.2",
        run: |p| Box::pin(all_or_nothing(p)),
    },
    Check {
        id: "patch.unchanged",
        area: AREA,
        title: "A PATCH that changes nothing leaves the version.",
        meaning: "A sync that is repeated every 40 minutes does not look like a change.",
        source: "RFC 7644 §3.5.2.1",
        run: |p| Box::pin(unchanged(p)),
    },
    Check {
        id: "patch.no_target",
        area: AREA,
        title: "Removing without a path is refused.",
        meaning: "No request empties a whole user by accident.",
        source: "RFC 7644 §3.5.2.2",
        run: |p| Box::pin(no_target(p)),
    },
    Check {
        id: "patch.invalid_path",
        area: AREA,
        title: "A path that is none is refused.",
        meaning: "A mapping with a typing error is found at once.",
        source: "RFC 7644 §3.5.2, §3.12",
        run: |p| Box::pin(invalid_path(p)),
    },
    Check {
        id: "patch.read_only",
        area: AREA,
        title: "What is read-only cannot be changed.",
        meaning: "Ids and memberships are not changed through the user.",
        source: "RFC 7644 §3.5.2, RFC 7643 §7",
        run: |p| Box::pin(read_only(p)),
    },
    Check {
        id: "patch.required",
        area: AREA,
        title: "userName cannot be taken away.",
        meaning: "Nobody is left without a name to sign in with.",
        source: "RFC 7644 §3.5.2.2",
        run: |p| Box::pin(required(p)),
    },
];

async fn answer(p: &mut Probe) -> Outcome {
    let path = format!("/Users/{}", p.user(json!({})).await?.id()?);
    let operations = json!([{ "op": "replace", "path": "title", "value": "Countess" }]);
    let call = Call::patch(&path, &operations);
    if p.dialect().is_on(Switch::UserPatch204) {
        let said = p.send(call, "204 without a body").await?;
        said.status(204)?;
        return holds(said.json.is_null(), "The answer has a body.");
    }
    let said = p.send(call, "200 with the changed user").await?;
    said.status(200)?;
    said.is("/title", &json!("Countess"))
}

async fn any_case(p: &mut Probe) -> Outcome {
    let path = format!("/Users/{}?attributes=title", p.user(json!({})).await?.id()?);
    for (op, title) in [("Add", "Lady"), ("REPLACE", "Countess")] {
        let operations = json!([{ "op": op, "path": "Title", "value": title }]);
        let said = p
            .send(Call::patch(&path, &operations), "200 with the new title")
            .await?;
        said.status(200)?;
        said.is("/title", &json!(title))?;
    }
    Ok(())
}

async fn all_or_nothing(p: &mut Probe) -> Outcome {
    let path = format!("/Users/{}", p.user(json!({ "title": "Lady" })).await?.id()?);
    let operations = json!([
        { "op": "replace", "path": "title", "value": "Countess" },
        { "op": "replace", "path": "id", "value": "mine" },
    ]);
    let said = p
        .send(Call::patch(&path, &operations), "400: nothing is done")
        .await?;
    said.error(400, None)?;
    let read = p.send(Call::get(path), "200 with the old title").await?;
    read.status(200)?;
    read.is("/title", &json!("Lady"))
}

async fn unchanged(p: &mut Probe) -> Outcome {
    let made = p.user(json!({ "title": "Countess" })).await?;
    let path = format!("/Users/{}", made.id()?);
    let operations = json!([{ "op": "replace", "path": "title", "value": "Countess" }]);
    let said = p
        .send(Call::patch(&path, &operations), "200 or 204")
        .await?;
    said.one_of(&[200, 204])?;
    let read = p.send(Call::get(path), "200 with the same meta").await?;
    read.status(200)?;
    read.is("/meta", made.at("/meta")?)
}

async fn no_target(p: &mut Probe) -> Outcome {
    let path = format!("/Users/{}", p.user(json!({})).await?.id()?);
    let operations = json!([{ "op": "remove" }]);
    // A connection that refuses every operation without path names that.
    let keyword = if p.dialect().is_on(Switch::RefusePathlessPatch) {
        None
    } else {
        Some("noTarget")
    };
    let said = p
        .send(Call::patch(path, &operations), "400 noTarget")
        .await?;
    said.error(400, keyword)
}

async fn invalid_path(p: &mut Probe) -> Outcome {
    let path = format!("/Users/{}", p.user(json!({})).await?.id()?);
    let operations = json!([{ "op": "replace", "path": "name[", "value": "x" }]);
    let said = p
        .send(Call::patch(path, &operations), "400 invalidPath")
        .await?;
    said.error(400, Some("invalidPath"))
}

async fn read_only(p: &mut Probe) -> Outcome {
    let path = format!("/Users/{}", p.user(json!({})).await?.id()?);
    let group = json!([{ "value": p.name("group") }]);
    let operations = json!([{ "op": "add", "path": "groups", "value": group }]);
    let said = p
        .send(Call::patch(path, &operations), "400 mutability")
        .await?;
    said.error(400, Some("mutability"))
}

async fn required(p: &mut Probe) -> Outcome {
    let path = format!("/Users/{}", p.user(json!({})).await?.id()?);
    let operations = json!([{ "op": "remove", "path": "userName" }]);
    let said = p
        .send(Call::patch(path, &operations), "400 mutability")
        .await?;
    said.error(400, Some("mutability"))
}
