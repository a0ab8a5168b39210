//! Users as they change, are switched off and end (RFC 7644 sections 3.5.1 and 3.6).

use scim_schema::{api::conformance::CheckArea, dialect::Switch, schema::urn};
use serde_json::json;

use super::{
    Check,
    answer::holds,
    probe::{Call, Outcome, Probe},
};

const AREA: CheckArea = CheckArea::Users;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "users.replace",
        area: AREA,
        title: "PUT takes away what it does not name.",
        meaning: "What was emptied at the provider does not stay here for ever.",
        source: "RFC 7644 §3.5.1",
        run: |p| Box::pin(replace(p)),
    },
    Check {
        id: "users.replace_unknown",
        area: AREA,
        title: "PUT makes nobody.",
        meaning: "A late change does not bring back somebody who was deleted.",
        source: "RFC 7644 §3.5.1",
        run: |p| Box::pin(replace_unknown(p)),
    },
    Check {
        id: "users.replace_keeps_active",
        area: AREA,
        title: "PUT without active leaves it as it is.",
        meaning: "A change of title does not let somebody in again who was switched off.",
        source: "RFC 7644 §3.5.1",
        run: |p| Box::pin(replace_keeps_active(p)),
    },
    Check {
        id: "users.disable",
        area: AREA,
        title: "Somebody who is switched off is still answered.",
        meaning: "Entra ID switches people off 30 days before it deletes them, and looks at them meanwhile.",
        source: "RFC 7643 §4.1.1",
        run: |p| Box::pin(disable(p)),
    },
    Check {
        id: "users.delete",
        area: AREA,
        title: "Somebody who was deleted is gone from everywhere.",
        meaning: "No later request finds or changes them.",
        source: "RFC 7644 §3.6",
        run: |p| Box::pin(delete(p)),
    },
    Check {
        id: "users.name_is_free_again",
        area: AREA,
        title: "The name of a deleted user is free at once, under a new id.",
        meaning: "A person who comes back can be made again without waiting.",
        source: "RFC 7644 §3.6",
        run: |p| Box::pin(name_is_free_again(p)),
    },
];

async fn replace(p: &mut Probe) -> Outcome {
    let made = p
        .user(json!({ "title": "Countess", "nickName": "Ada" }))
        .await?;
    let path = format!("/Users/{}", made.id()?);
    let body = json!({
        "schemas": [urn::USER],
        "userName": made.text("/userName")?,
        "nickName": "Lady",
    });
    let put = p.send(Call::put(&path, &body), "200 without title").await?;
    put.status(200)?;
    put.is("/id", made.at("/id")?)?;
    put.is("/nickName", &json!("Lady"))?;
    put.lacks("/title")?;
    let read = p.send(Call::get(path), "200 without title").await?;
    read.status(200)?;
    read.lacks("/title")
}

async fn replace_unknown(p: &mut Probe) -> Outcome {
    let (body, nobody) = (p.new_user(), p.name("nobody"));
    let call = Call::put(format!("/Users/{nobody}"), &body);
    let said = p.send(call, "404 as a SCIM error").await?;
    said.error(404, None)?;
    let filter = format!("userName eq {}", body["userName"]);
    let found = p
        .send(Call::filter("/Users", &filter), "200 with nobody")
        .await?;
    found.finds(&[])
}

async fn replace_keeps_active(p: &mut Probe) -> Outcome {
    let made = p.user(json!({ "active": false })).await?;
    made.is("/active", &json!(false))?;
    let body = json!({ "schemas": [urn::USER], "userName": made.text("/userName")? });
    let call = Call::put(format!("/Users/{}", made.id()?), &body);
    let put = p.send(call, "200 with active false").await?;
    put.status(200)?;
    put.is("/active", &json!(false))
}

async fn disable(p: &mut Probe) -> Outcome {
    let path = format!("/Users/{}", p.user(json!({})).await?.id()?);
    let operations = json!([{ "op": "replace", "path": "active", "value": false }]);
    let status = if p.dialect().is_on(Switch::UserPatch204) {
        204
    } else {
        200
    };
    let call = Call::patch(&path, &operations);
    let said = p
        .send(call, format!("{status}: the user is switched off"))
        .await?;
    said.status(status)?;
    let read = p.send(Call::get(path), "200 with active false").await?;
    read.status(200)?;
    read.is("/active", &json!(false))
}

async fn delete(p: &mut Probe) -> Outcome {
    let made = p.user(json!({})).await?;
    let path = format!("/Users/{}", made.id()?);
    let gone = p.send(Call::delete(&path), "204 without a body").await?;
    gone.status(204)?;
    let title = json!([{ "op": "add", "path": "title", "value": "Countess" }]);
    for call in [
        Call::get(&path),
        Call::patch(&path, &title),
        Call::delete(&path),
    ] {
        p.send(call, "404 as a SCIM error")
            .await?
            .error(404, None)?;
    }
    let filter = format!("userName eq {}", made.at("/userName")?);
    let found = p
        .send(Call::filter("/Users", &filter), "200 with nobody")
        .await?;
    found.finds(&[])
}

async fn name_is_free_again(p: &mut Probe) -> Outcome {
    let made = p.user(json!({})).await?;
    let call = Call::delete(format!("/Users/{}", made.id()?));
    p.send(call, "204").await?.status(204)?;
    let body = json!({ "schemas": [urn::USER], "userName": made.text("/userName")? });
    let again = p
        .send(Call::post("/Users", &body), "201 with another id")
        .await?;
    again.status(201)?;
    holds(
        again.id()? != made.id()?,
        "The id is that of the deleted user.",
    )
}
