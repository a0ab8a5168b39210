//! Users as resources: how they are made, read and shown (RFC 7644 sections 3.3, 3.4.1 and 3.9).

use axum::http::header;
use scim_schema::{api::conformance::CheckArea, schema::urn};
use serde_json::json;

use super::{
    Check,
    answer::holds,
    probe::{Call, Outcome, Probe, merge},
};

const AREA: CheckArea = CheckArea::Users;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "users.create",
        area: AREA,
        title: "A user is made and answered with its address.",
        meaning: "The provider keeps the id of this answer and uses it for every later change.",
        source: "RFC 7644 §3.3",
        run: |p| Box::pin(create(p)),
    },
    Check {
        id: "users.read",
        area: AREA,
        title: "A user is read as it was made.",
        meaning: "Providers compare what they read with what they sent, character by character.",
        source: "RFC 7644 §3.4.1",
        run: |p| Box::pin(read(p)),
    },
    Check {
        id: "users.unknown",
        area: AREA,
        title: "Somebody who is not there is answered 404.",
        meaning: "By this a provider learns that it has to make the user again.",
        source: "RFC 7644 §3.12",
        run: |p| Box::pin(unknown(p)),
    },
    Check {
        id: "users.duplicate",
        area: AREA,
        title: "A userName that is taken is refused, in any case.",
        meaning: "Nobody gets a second account because a provider writes the name in capitals.",
        source: "RFC 7644 §3.3, RFC 7643 §4.1.1",
        run: |p| Box::pin(duplicate(p)),
    },
    Check {
        id: "users.required",
        area: AREA,
        title: "A user without userName is refused.",
        meaning: "A mapping that lost userName is found at the first user and not at the last.",
        source: "RFC 7643 §4.1.1, RFC 7644 table 9 §3.12",
        run: |p| Box::pin(required(p)),
    },
    Check {
        id: "users.read_only",
        area: AREA,
        title: "An id that the client sends is not taken over.",
        meaning: "No provider can choose an id, or claim that of somebody else.",
        source: "RFC 7644 §3.3, RFC 7643 §3.1",
        run: |p| Box::pin(read_only(p)),
    },
    Check {
        id: "users.names_in_any_case",
        area: AREA,
        title: "Names of attributes are read in any case.",
        meaning: "A mapping that says UserName or emails.Value works as well.",
        source: "RFC 7643 §2.1",
        run: |p| Box::pin(names_in_any_case(p)),
    },
    Check {
        id: "users.enterprise",
        area: AREA,
        title: "The enterprise extension is kept and answered.",
        meaning: "Department, employee number and the like arrive.",
        source: "RFC 7643 §4.3",
        run: |p| Box::pin(enterprise(p)),
    },
    Check {
        id: "users.password",
        area: AREA,
        title: "A password is never answered.",
        meaning: "Okta sends one with every user; it must not come back, nor be looked for.",
        source: "RFC 7643 §4.1.1, RFC 7644 §7.5.1",
        run: |p| Box::pin(password(p)),
    },
    Check {
        id: "users.attributes",
        area: AREA,
        title: "Only the attributes that were asked for are answered.",
        meaning: "Clients that need few attributes are not sent all of them.",
        source: "RFC 7644 §3.9",
        run: |p| Box::pin(attributes(p)),
    },
    Check {
        id: "users.excluded",
        area: AREA,
        title: "Attributes that were excluded are left out, but never the id.",
        meaning: "A client can always tell which user an answer is about.",
        source: "RFC 7644 §3.9, RFC 7643 §7",
        run: |p| Box::pin(excluded(p)),
    },
];

async fn create(p: &mut Probe) -> Outcome {
    let mut body = p.new_user();
    merge(
        &mut body,
        json!({ "name": { "givenName": "Ada", "familyName": "King" } }),
    );
    let call = Call::post("/Users", &body);
    let made = p.send(call, "201 with id, meta and Location").await?;
    made.status(201)?;
    holds(!made.id()?.is_empty(), "The id is empty.")?;
    made.is("/userName", &body["userName"])?;
    made.is("/name/familyName", &json!("King"))?;
    made.is("/meta/resourceType", &json!("User"))?;
    for time in ["/meta/created", "/meta/lastModified"] {
        made.text(time)?;
    }
    let location = made.header(&header::LOCATION)?;
    made.is("/meta/location", &json!(location))?;
    let path = p.below_base(location)?;
    holds(
        path == format!("/Users/{}", made.id()?),
        format!("Location leads to {path}."),
    )
}

async fn read(p: &mut Probe) -> Outcome {
    let phone = " +1 (555) 555-0100 ext. 12";
    let more = json!({ "phoneNumbers": [{ "value": phone, "type": "mobile" }] });
    let made = p.user(more).await?;
    let path = p.below_base(made.header(&header::LOCATION)?)?;
    let read = p
        .send(Call::get(path), "200 with the same resource")
        .await?;
    read.status(200)?;
    for pointer in ["/id", "/userName", "/meta", "/phoneNumbers"] {
        read.is(pointer, made.at(pointer)?)?;
    }
    read.is("/phoneNumbers/0/value", &json!(phone))
}

async fn unknown(p: &mut Probe) -> Outcome {
    let name = p.name("nobody");
    let said = p
        .send(Call::get(format!("/Users/{name}")), "404 as a SCIM error")
        .await?;
    said.error(404, None)
}

async fn duplicate(p: &mut Probe) -> Outcome {
    let made = p.user(json!({})).await?;
    let name = made.text("/userName")?.to_uppercase();
    let body = json!({ "schemas": [urn::USER], "userName": name });
    let said = p
        .send(Call::post("/Users", &body), "409 uniqueness")
        .await?;
    said.error(409, Some("uniqueness"))
}

async fn required(p: &mut Probe) -> Outcome {
    let body = json!({ "schemas": [urn::USER], "title": "Countess" });
    let said = p
        .send(Call::post("/Users", &body), "400 invalidValue")
        .await?;
    said.error(400, Some("invalidValue"))
}

async fn read_only(p: &mut Probe) -> Outcome {
    let (mut body, id) = (p.new_user(), p.name("id"));
    merge(&mut body, json!({ "id": id }));
    let call = Call::post("/Users", &body);
    let said = p.send(call, "201 with an id of the service").await?;
    said.status(201)?;
    holds(said.id()? != id, "The id is the one that was sent.")
}

async fn names_in_any_case(p: &mut Probe) -> Outcome {
    let name = p.name("user");
    let body = json!({
        "SCHEMAS": [urn::USER],
        "UserName": name,
        "EMAILS": [{ "Value": "ada@example.com", "TYPE": "work" }],
    });
    let said = p
        .send(Call::post("/Users", &body), "201, read as any other")
        .await?;
    said.status(201)?;
    said.is("/userName", &json!(name))?;
    said.values("emails", &["ada@example.com"])
}

async fn enterprise(p: &mut Probe) -> Outcome {
    let mut body = p.new_user();
    let extension = json!({ "department": "Science", "employeeNumber": "701984" });
    merge(
        &mut body,
        json!({ "schemas": [urn::USER, urn::ENTERPRISE_USER], urn::ENTERPRISE_USER: extension }),
    );
    let call = Call::post("/Users", &body);
    let said = p.send(call, "201 with the extension").await?;
    said.status(201)?;
    let answered = &said.json[urn::ENTERPRISE_USER];
    holds(
        *answered == extension,
        format!("The extension is {answered} and not {extension}."),
    )?;
    holds(
        said.list("/schemas").contains(&json!(urn::ENTERPRISE_USER)),
        "schemas does not name the extension.",
    )
}

async fn password(p: &mut Probe) -> Outcome {
    let mut body = p.new_user();
    merge(&mut body, json!({ "password": "tuna-Lantern-4-orbits" }));
    let call = Call::post("/Users", &body);
    let said = p.send(call, "201 without the password").await?;
    said.status(201)?;
    said.lacks("/password")?;
    let path = format!("/Users/{}?attributes=userName,password", said.id()?);
    let read = p.send(Call::get(path), "200 without the password").await?;
    read.status(200)?;
    read.lacks("/password")?;
    let call = Call::filter("/Users", "password sw \"t\"");
    let said = p.send(call, "400 invalidFilter").await?;
    said.error(400, Some("invalidFilter"))
}

async fn attributes(p: &mut Probe) -> Outcome {
    let more = json!({ "title": "Countess", "name": { "givenName": "Ada", "familyName": "King" } });
    let id = p.user(more).await?.id()?;
    let path = format!("/Users/{id}?attributes=userName,name.givenName");
    let read = p
        .send(Call::get(path), "200 with id, userName and name.givenName")
        .await?;
    read.status(200)?;
    read.is("/id", &json!(id))?;
    read.text("/userName")?;
    read.is("/name/givenName", &json!("Ada"))?;
    for pointer in ["/title", "/name/familyName", "/meta"] {
        read.lacks(pointer)?;
    }
    Ok(())
}

async fn excluded(p: &mut Probe) -> Outcome {
    let id = p.user(json!({ "title": "Countess" })).await?.id()?;
    let path = format!("/Users/{id}?excludedAttributes=title,id");
    let read = p
        .send(Call::get(path), "200 without title, with id")
        .await?;
    read.status(200)?;
    read.lacks("/title")?;
    read.text("/userName")?;
    read.is("/id", &json!(id))
}
