//! What is answered to a bad request (RFC 7644 section 3.12).

use axum::http::header;
use scim_schema::{api::conformance::CheckArea, schema::urn};
use serde_json::json;

use super::{
    Check,
    answer::holds,
    probe::{Call, Outcome, Probe},
};

const AREA: CheckArea = CheckArea::Errors;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "errors.broken_json",
        area: AREA,
        title: "A body that is no JSON is refused as such.",
        meaning: "The provider's log shows where its request broke off.",
        source: "RFC 7644 §3.12",
        run: |p| Box::pin(broken_json(p)),
    },
    Check {
        id: "errors.wrong_type",
        area: AREA,
        title: "A value of the wrong type is refused by name.",
        meaning: "A mapping that sends a number for a name is found at once.",
        source: "RFC 7644 §3.12, RFC 7643 §2.3",
        run: |p| Box::pin(wrong_type(p)),
    },
    Check {
        id: "errors.patch_schema",
        area: AREA,
        title: "A PATCH without its schema is refused.",
        meaning: "A client of SCIM 1 learns that this is another protocol.",
        source: "RFC 7644 §3.5.2",
        run: |p| Box::pin(patch_schema(p)),
    },
    Check {
        id: "errors.no_endpoint",
        area: AREA,
        title: "An address that is none is answered in SCIM.",
        meaning: "A wrong base URL shows as such, and not as a page of HTML.",
        source: "RFC 7644 §3.12",
        run: |p| Box::pin(no_endpoint(p)),
    },
    Check {
        id: "errors.method",
        area: AREA,
        title: "A method that an address does not have is refused with those it has.",
        meaning: "A client that guesses is told what works.",
        source: "RFC 9110 §15.5.6, RFC 7644 §3.12",
        run: |p| Box::pin(method(p)),
    },
];

async fn broken_json(p: &mut Probe) -> Outcome {
    let call = Call::post("/Users", &json!({})).text("{\"userName\": \"ada\"");
    let said = p.send(call, "400 invalidSyntax").await?;
    said.error(400, Some("invalidSyntax"))
}

async fn wrong_type(p: &mut Probe) -> Outcome {
    let body = json!({ "schemas": [urn::USER], "userName": 7 });
    let said = p
        .send(Call::post("/Users", &body), "400 invalidValue")
        .await?;
    said.error(400, Some("invalidValue"))?;
    let detail = said.text("/detail")?;
    holds(
        detail.contains("userName"),
        format!("The attribute is not named: {detail}"),
    )
}

async fn patch_schema(p: &mut Probe) -> Outcome {
    let path = format!("/Users/{}", p.user(json!({})).await?.id()?);
    let body = json!({ "Operations": [{ "op": "add", "path": "title", "value": "Lady" }] });
    let call = Call::patch(path, &json!([])).text(body.to_string());
    let said = p.send(call, "400 as a SCIM error").await?;
    said.error(400, None)
}

async fn no_endpoint(p: &mut Probe) -> Outcome {
    let said = p.send(Call::get("/People"), "404 as a SCIM error").await?;
    said.error(404, None)
}

async fn method(p: &mut Probe) -> Outcome {
    let said = p
        .send(Call::delete("/Users"), "405 as a SCIM error, with Allow")
        .await?;
    said.error(405, None)?;
    let allow = said.header(&header::ALLOW)?;
    holds(
        allow.contains("GET") && allow.contains("POST"),
        format!("Allow is {allow} and lacks GET or POST."),
    )
}
