//! Filters: everything that the grammar has, and what clients really send (RFC 7644 section
//! 3.4.2.2).

use scim_schema::{api::conformance::CheckArea, schema::urn};
use serde_json::json;

use super::{
    Check,
    probe::{Call, Outcome, Probe, Stop, encoded, merge},
};

const AREA: CheckArea = CheckArea::Filters;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "filters.user_name",
        area: AREA,
        title: "A user is found by userName, in any case.",
        meaning: "Every provider looks for people so before it makes them.",
        source: "RFC 7644 §3.4.2.2",
        run: |p| Box::pin(user_name(p)),
    },
    Check {
        id: "filters.nobody",
        area: AREA,
        title: "A filter that nobody matches is answered with an empty list.",
        meaning: "Entra ID tests a connection by looking for somebody who cannot be there.",
        source: "RFC 7644 §3.4.2; docs of Entra ID",
        run: |p| Box::pin(nobody(p)),
    },
    Check {
        id: "filters.external_id",
        area: AREA,
        title: "A user is found by externalId, exactly as it is written.",
        meaning: "Two people whose ids differ in case alone are not taken for each other.",
        source: "RFC 7644 §3.4.2.2, RFC 7643 §3.1",
        run: |p| Box::pin(external_id(p)),
    },
    Check {
        id: "filters.operators",
        area: AREA,
        title: "Every operator finds what it should.",
        meaning: "Clients can look for parts of names, and for values that are there at all.",
        source: "RFC 7644 §3.4.2.2",
        run: |p| Box::pin(operators(p)),
    },
    Check {
        id: "filters.logic",
        area: AREA,
        title: "and, or, not and brackets work in their order.",
        meaning: "A narrow search does not become a wide one.",
        source: "RFC 7644 §3.4.2.2",
        run: |p| Box::pin(logic(p)),
    },
    Check {
        id: "filters.value_path",
        area: AREA,
        title: "A value path looks at one value at a time.",
        meaning: "Somebody's home address does not pass for their work address.",
        source: "RFC 7644 §3.4.2.2",
        run: |p| Box::pin(value_path(p)),
    },
    Check {
        id: "filters.urn",
        area: AREA,
        title: "An attribute is found by its full URN.",
        meaning: "People can be matched by their employee number.",
        source: "RFC 7644 §3.10",
        run: |p| Box::pin(full_urn(p)),
    },
    Check {
        id: "filters.dates",
        area: AREA,
        title: "Times are compared as times.",
        meaning: "A client that asks what changed since its last visit gets that.",
        source: "RFC 7644 §3.4.2.2",
        run: |p| Box::pin(dates(p)),
    },
    Check {
        id: "filters.members",
        area: AREA,
        title: "Groups are found by their members.",
        meaning: "Entra ID asks so whether somebody is in a group.",
        source: "RFC 7644 §3.4.2.2; docs of Entra ID",
        run: |p| Box::pin(members(p)),
    },
    Check {
        id: "filters.any_case",
        area: AREA,
        title: "Names and operators are read in any case.",
        meaning: "A client that writes USERNAME EQ finds the same people.",
        source: "RFC 7644 §3.4.2.2",
        run: |p| Box::pin(any_case(p)),
    },
    Check {
        id: "filters.spelling",
        area: AREA,
        title: "A space as + and a trailing & do no harm.",
        meaning: "OneLogin writes its filters so.",
        source: "RFC 7644 §3.4.2; docs of authentik and OneLogin",
        run: |p| Box::pin(spelling(p)),
    },
    Check {
        id: "filters.malformed",
        area: AREA,
        title: "A filter that is none is refused and not ignored.",
        meaning: "Nobody is answered with all users because of a typing error.",
        source: "RFC 7644 §3.4.2.2, §3.12",
        run: |p| Box::pin(malformed(p)),
    },
    Check {
        id: "filters.search",
        area: AREA,
        title: "A search by POST finds the same, with nothing in the address.",
        meaning: "Names of people stay out of the logs of proxies.",
        source: "RFC 7644 §3.4.3",
        run: |p| Box::pin(search(p)),
    },
];

/// Looks for users and expects these.
async fn expect(p: &mut Probe, filter: &str, ids: &[&str]) -> Outcome {
    let expected = match ids.len() {
        0 => "200 with nobody".to_owned(),
        1 => "200 with the one user".to_owned(),
        many => format!("200 with these {many} users"),
    };
    let found = p.send(Call::filter("/Users", filter), expected).await?;
    found.finds(ids)
}

async fn user_name(p: &mut Probe) -> Outcome {
    let made = p.user(json!({})).await?;
    let (id, name) = (made.id()?, made.text("/userName")?);
    expect(p, &format!("userName eq \"{name}\""), &[&id]).await?;
    let shouted = name.to_uppercase();
    expect(p, &format!("userName eq \"{shouted}\""), &[&id]).await
}

async fn nobody(p: &mut Probe) -> Outcome {
    let name = p.name("nobody");
    expect(p, &format!("userName eq \"{name}\""), &[]).await
}

async fn external_id(p: &mut Probe) -> Outcome {
    let external = p.name("External");
    let id = p.user(json!({ "externalId": external })).await?.id()?;
    expect(p, &format!("externalId eq \"{external}\""), &[&id]).await?;
    let shouted = external.to_uppercase();
    expect(p, &format!("externalId eq \"{shouted}\""), &[]).await
}

/// Two users whom a filter on `nickName` tells apart from everybody else: the mark, and their ids.
async fn ada_and_bob(p: &mut Probe) -> Result<(String, String, String), Stop> {
    let mark = p.name("mark");
    let ada = json!({ "nickName": format!("{mark} Ada"), "title": "Countess" });
    let bob = json!({ "nickName": format!("{mark} Bob") });
    let (ada, bob) = (p.user(ada).await?.id()?, p.user(bob).await?.id()?);
    Ok((mark, ada, bob))
}

async fn operators(p: &mut Probe) -> Outcome {
    let (mark, ada, bob) = ada_and_bob(p).await?;
    expect(p, &format!("nickName sw \"{mark}\""), &[&ada, &bob]).await?;
    expect(p, &format!("nickName co \"{mark} a\""), &[&ada]).await?;
    expect(p, &format!("nickName ew \"{mark} bob\""), &[&bob]).await?;
    let rest = format!("nickName sw \"{mark}\" and");
    expect(p, &format!("{rest} title pr"), &[&ada]).await?;
    expect(p, &format!("{rest} title ne \"Countess\""), &[&bob]).await?;
    expect(p, &format!("{rest} nickName gt \"{mark} ada\""), &[&bob]).await?;
    expect(p, &format!("{rest} active eq true"), &[&ada, &bob]).await
}

async fn logic(p: &mut Probe) -> Outcome {
    let (mark, ada, bob) = ada_and_bob(p).await?;
    let (a, b) = (
        format!("nickName eq \"{mark} Ada\""),
        format!("nickName eq \"{mark} Bob\""),
    );
    expect(p, &format!("{a} or {b}"), &[&ada, &bob]).await?;
    expect(p, &format!("{a} or {b} and title pr"), &[&ada]).await?;
    expect(p, &format!("({a} or {b}) and title pr"), &[&ada]).await?;
    expect(p, &format!("({a} or {b}) and not (title pr)"), &[&bob]).await
}

async fn value_path(p: &mut Probe) -> Outcome {
    let host = format!("{}.example", p.name("host"));
    let emails = json!({ "emails": [
        { "value": format!("ada@work.{host}"), "type": "work" },
        { "value": format!("ada@home.{host}"), "type": "home" },
    ] });
    let id = p.user(emails).await?.id()?;
    let filter = |place: &str| format!("emails[type eq \"work\" and value co \"@{place}.{host}\"]");
    expect(p, &filter("work"), &[&id]).await?;
    expect(p, &filter("home"), &[]).await
}

async fn full_urn(p: &mut Probe) -> Outcome {
    let number = p.name("number");
    let mut more = json!({ "schemas": [urn::USER, urn::ENTERPRISE_USER] });
    merge(
        &mut more,
        json!({ urn::ENTERPRISE_USER: { "employeeNumber": number } }),
    );
    let id = p.user(more).await?.id()?;
    let filter = format!("{}:employeeNumber eq \"{number}\"", urn::ENTERPRISE_USER);
    expect(p, &filter, &[&id]).await
}

async fn dates(p: &mut Probe) -> Outcome {
    let made = p.user(json!({})).await?;
    let (id, name) = (made.id()?, made.text("/userName")?);
    let one = format!("userName eq \"{name}\" and");
    let filter = format!("{one} meta.created gt \"2001-01-01T00:00:00+05:00\"");
    expect(p, &filter, &[&id]).await?;
    let filter = format!("{one} meta.created lt \"2001-01-01T00:00:00Z\"");
    expect(p, &filter, &[]).await
}

async fn members(p: &mut Probe) -> Outcome {
    let (ada, bob) = (
        p.user(json!({})).await?.id()?,
        p.user(json!({})).await?.id()?,
    );
    let group = p.group(&[&ada]).await?.id()?;
    for (who, found) in [(&ada, &[&*group][..]), (&bob, &[])] {
        let filter = format!("id eq \"{group}\" and members.value eq \"{who}\"");
        let expected = format!("200 with {} groups", found.len());
        let said = p.send(Call::filter("/Groups", &filter), expected).await?;
        said.finds(found)?;
    }
    Ok(())
}

async fn any_case(p: &mut Probe) -> Outcome {
    let made = p.user(json!({ "title": "Countess" })).await?;
    let name = made.text("/userName")?;
    let filter = format!("USERNAME EQ \"{name}\" AND Title PR");
    expect(p, &filter, &[&made.id()?]).await
}

async fn spelling(p: &mut Probe) -> Outcome {
    let made = p.user(json!({})).await?;
    let name = encoded(&made.text("/userName")?);
    let path = format!("/Users?filter=userName+eq+%22{name}%22&");
    let found = p.send(Call::get(path), "200 with the one user").await?;
    found.finds(&[&made.id()?])
}

async fn malformed(p: &mut Probe) -> Outcome {
    for filter in [
        "userName like \"a\"",
        "userName eq",
        "(userName pr",
        "active gt true",
    ] {
        let said = p
            .send(Call::filter("/Users", filter), "400 invalidFilter")
            .await?;
        said.error(400, Some("invalidFilter"))?;
    }
    Ok(())
}

async fn search(p: &mut Probe) -> Outcome {
    let made = p.user(json!({ "title": "Countess" })).await?;
    let body = json!({
        "schemas": [urn::SEARCH_REQUEST],
        "filter": format!("userName eq {}", made.at("/userName")?),
        "attributes": ["userName"],
    });
    for path in ["/Users/.search", "/.search"] {
        let call = Call::post(path, &body);
        let found = p.send(call, "200 with the one user, without title").await?;
        found.finds(&[&made.id()?])?;
        found.lacks("/Resources/0/title")?;
    }
    Ok(())
}
