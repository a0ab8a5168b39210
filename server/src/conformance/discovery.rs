//! What the service tells about itself (RFC 7644 section 4).

use axum::http::header;
use scim_schema::{api::conformance::CheckArea, schema::urn};
use serde_json::{Value, json};

use super::{
    Check,
    answer::holds,
    probe::{Call, Outcome, Probe},
};

const AREA: CheckArea = CheckArea::Discovery;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "discovery.provider_config",
        area: AREA,
        title: "The service says what it can do.",
        meaning: "Providers read this first and choose PATCH or PUT, paging and Bulk by it.",
        source: "RFC 7644 §4, RFC 7643 §5",
        run: |p| Box::pin(provider_config(p)),
    },
    Check {
        id: "discovery.resource_types",
        area: AREA,
        title: "Users and groups are announced with their addresses.",
        meaning: "SailPoint and others find the addresses of users and groups here.",
        source: "RFC 7644 §4, RFC 7643 §6",
        run: |p| Box::pin(resource_types(p)),
    },
    Check {
        id: "discovery.one_resource_type",
        area: AREA,
        title: "A resource type can be read alone.",
        meaning: "SailPoint reads them one by one and gives up on 404.",
        source: "RFC 7644 §4",
        run: |p| Box::pin(one_resource_type(p)),
    },
    Check {
        id: "discovery.schemas",
        area: AREA,
        title: "The schemas of users and groups are listed with their attributes.",
        meaning: "Entra ID builds its attribute mapping from this list.",
        source: "RFC 7644 §4, RFC 7643 §7",
        run: |p| Box::pin(schemas(p)),
    },
    Check {
        id: "discovery.one_schema",
        area: AREA,
        title: "A schema can be read by its URN.",
        meaning: "SailPoint reads the User schema alone before it aggregates anybody.",
        source: "RFC 7644 §4",
        run: |p| Box::pin(one_schema(p)),
    },
    Check {
        id: "discovery.read_only",
        area: AREA,
        title: "Nobody can write what the service tells about itself.",
        meaning: "A client that tries to change a schema learns at once that it cannot.",
        source: "RFC 7644 §4, RFC 9110 §15.5.6",
        run: |p| Box::pin(read_only(p)),
    },
    Check {
        id: "discovery.filter",
        area: AREA,
        title: "A filter on these lists is refused.",
        meaning: "A filter here could only be ignored, and a client would take all for its answer.",
        source: "RFC 7644 §4",
        run: |p| Box::pin(filter(p)),
    },
    Check {
        id: "discovery.media_type",
        area: AREA,
        title: "Answers are of the media type of SCIM.",
        meaning: "Strict clients refuse to read any other.",
        source: "RFC 7644 §3.1, §8.1",
        run: |p| Box::pin(media_type(p)),
    },
];

async fn provider_config(p: &mut Probe) -> Outcome {
    let call = Call::get("/ServiceProviderConfig");
    let said = p.send(call, "200 with what is supported").await?;
    said.status(200)?;
    said.is("/schemas", &json!([urn::SERVICE_PROVIDER_CONFIG]))?;
    for feature in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
        let supported = said.at(&format!("/{feature}/supported"))?;
        holds(
            supported.is_boolean(),
            format!("{feature}.supported is {supported} and no boolean."),
        )?;
    }
    said.is("/patch/supported", &json!(true))?;
    for limit in [
        "/bulk/maxOperations",
        "/bulk/maxPayloadSize",
        "/filter/maxResults",
    ] {
        let number = said.at(limit)?;
        holds(
            number.is_u64(),
            format!("{limit} is {number} and no number."),
        )?;
    }
    holds(
        !said.list("/authenticationSchemes").is_empty(),
        "No way to authenticate is named.",
    )
}

async fn resource_types(p: &mut Probe) -> Outcome {
    let call = Call::get("/ResourceTypes");
    let said = p.send(call, "200 with User and Group").await?;
    said.status(200)?;
    said.is("/schemas", &json!([urn::LIST_RESPONSE]))?;
    for (name, endpoint) in [("User", "/Users"), ("Group", "/Groups")] {
        let mut types = said.list("/Resources").iter();
        let found = types.any(|one| one["name"] == name && one["endpoint"] == endpoint);
        holds(found, format!("There is no {name} at {endpoint}."))?;
    }
    Ok(())
}

async fn one_resource_type(p: &mut Probe) -> Outcome {
    for (name, schema) in [("User", urn::USER), ("Group", urn::GROUP)] {
        let call = Call::get(format!("/ResourceTypes/{name}"));
        let said = p
            .send(call, format!("200 with the schema {schema}"))
            .await?;
        said.status(200)?;
        said.is("/schema", &json!(schema))?;
    }
    Ok(())
}

async fn schemas(p: &mut Probe) -> Outcome {
    let call = Call::get("/Schemas");
    let said = p
        .send(call, "200 with a schema for each URN in use")
        .await?;
    said.status(200)?;
    said.is("/schemas", &json!([urn::LIST_RESPONSE]))?;
    for urn in [urn::USER, urn::GROUP, urn::ENTERPRISE_USER] {
        let mut schemas = said.list("/Resources").iter();
        let schema = schemas.find(|one| one["id"] == urn);
        let attributes = schema.and_then(|one| one["attributes"].as_array());
        holds(
            attributes.is_some_and(|attributes| !attributes.is_empty()),
            format!("The schema {urn} is not listed with attributes."),
        )?;
    }
    Ok(())
}

async fn one_schema(p: &mut Probe) -> Outcome {
    let call = Call::get(format!("/Schemas/{}", urn::USER));
    let said = p
        .send(call, "200 with userName, required and unique")
        .await?;
    said.status(200)?;
    said.is("/id", &json!(urn::USER))?;
    let mut attributes = said.list("/attributes").iter();
    let name = attributes.find(|one| one["name"] == "userName");
    let name = name.unwrap_or(&Value::Null);
    holds(
        name["required"] == true && name["uniqueness"] == "server",
        "userName is not described as required and unique.",
    )
}

async fn read_only(p: &mut Probe) -> Outcome {
    let body = json!({ "id": "urn:example:custom", "name": "Custom", "attributes": [] });
    let call = Call::post("/Schemas", &body);
    let said = p.send(call, "405 as a SCIM error, with Allow").await?;
    said.error(405, None)?;
    let allow = said.header(&header::ALLOW)?;
    holds(
        allow.contains("GET"),
        format!("Allow is {allow} and lacks GET."),
    )
}

async fn filter(p: &mut Probe) -> Outcome {
    for list in ["/Schemas", "/ResourceTypes"] {
        let said = p
            .send(Call::filter(list, "id pr"), "403 as a SCIM error")
            .await?;
        said.error(403, None)?;
    }
    Ok(())
}

async fn media_type(p: &mut Probe) -> Outcome {
    for path in ["/ServiceProviderConfig", "/Users?count=0", "/nowhere"] {
        let said = p
            .send(Call::get(path), "an answer of application/scim+json")
            .await?;
        let media_type = said.header(&header::CONTENT_TYPE)?;
        holds(
            media_type.starts_with("application/scim+json"),
            format!("The media type is {media_type}."),
        )?;
    }
    Ok(())
}
