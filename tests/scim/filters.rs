//! Filters over a small population: what each finds.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::generic;
use crate::support::{ScimClient, TestApp, percent_encoded, user_body};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

struct World {
    ada: String,
    grace: String,
    analysts: String,
    everyone: String,
}

async fn create(app: &TestApp, client: &ScimClient, name: &str, more: Value) -> String {
    let mut body = user_body(name);
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    // One a minute: 08:01, 08:02, …
    app.clock.advance(TimeDelta::minutes(1));
    client.post("/Users", &body).await.expect(201).id()
}

/// ada, Grace, joan and ümit; ada and Grace are analysts, the analysts and joan are everyone.
async fn populate(app: &TestApp, client: &ScimClient) -> World {
    let grace = create(
        app,
        client,
        "Grace",
        json!({
            "externalId": "E-2",
            "name": { "givenName": "Grace", "familyName": "Hopper" },
            "displayName": "Admiral Hopper",
            "title": "Admiral",
            "emails": [
                { "value": "grace@navy.example", "type": "work", "primary": true },
                { "value": "grace@home.example", "type": "home" },
            ],
            "phoneNumbers": [{ "value": "+1 555 0100", "type": "mobile" }],
        }),
    )
    .await;
    let ada = create(app, client, "ada", json!({
        "externalId": "e-1",
        "name": { "givenName": "Ada", "familyName": "Lovelace", "middleName": "King" },
        "displayName": "Ada Lovelace",
        "title": "Countess",
        "nickName": "",
        "userType": "Poet",
        "emails": [
            { "value": "ada@work.example", "type": "home" },
            { "value": "ada@home.example", "type": "work" },
        ],
        "addresses": [
            { "type": "work", "locality": "London", "postalCode": "W1" },
            { "type": "home", "locality": "Ockham", "country": "GB" },
        ],
        ENTERPRISE: { "department": "Engines", "employeeNumber": "007", "manager": { "value": grace } },
    }))
    .await;
    let joan = create(
        app,
        client,
        "joan",
        json!({
            "active": false,
            "displayName": "Joan Clarke",
            "roles": [{ "value": "Analyst", "primary": true }, { "value": "Reader" }],
            ENTERPRISE: { "department": "engines" },
        }),
    )
    .await;
    create(
        app,
        client,
        "ümit",
        json!({ "displayName": "ÜMIT STRASSE", "locale": "tr-TR" }),
    )
    .await;
    let analysts = client.group("Analysts", &[&ada, &grace]).await;
    let everyone = client.group("Everyone", &[&analysts, &joan]).await;
    World {
        ada,
        grace,
        analysts,
        everyone,
    }
}

async fn assert_finds(
    client: &ScimClient,
    endpoint: &str,
    name: &str,
    filter: &str,
    expected: &str,
) {
    let found = client.filter(endpoint, filter).await;
    assert_eq!(found.status, 200, "{filter}: {}", found.text);
    let mut names = found.strings("/Resources", name);
    names.sort_unstable_by_key(|name| name.to_lowercase());
    assert_eq!(names.join(" "), expected, "{filter}");
    assert_eq!(found.json["totalResults"], names.len(), "{filter}");
    // The total alone says the same.
    let path = format!("{endpoint}?count=0&filter={}", percent_encoded(filter));
    let counted = client.get(&path).await.expect(200);
    assert_eq!(counted.json["totalResults"], names.len(), "{filter}");
}

#[tokio::test]
async fn filters_find_the_users_they_describe() {
    let (app, client) = generic().await;
    let world = populate(&app, &client).await;
    for (filter, expected) in [
        // Every operator, and the case of values and names.
        ("userName eq \"ADA\"", "ada"),
        ("USERNAME EQ \"ada\"", "ada"),
        ("userName ne \"ada\"", "Grace joan ümit"),
        ("userName co \"A\"", "ada Grace joan"),
        ("userName sw \"GR\"", "Grace"),
        ("userName ew \"AN\"", "joan"),
        ("userName gt \"grace\"", "joan ümit"),
        ("userName ge \"grace\"", "Grace joan ümit"),
        ("userName lt \"grace\"", "ada"),
        ("userName le \"GRACE\"", "ada Grace"),
        ("userName eq \"ÜMIT\"", "ümit"),
        ("displayName co \"ümit\"", "ümit"),
        ("externalId eq \"e-1\"", "ada"),
        ("externalId eq \"e-2\"", ""),
        ("externalId pr", "ada Grace"),
        ("not (externalId pr)", "joan ümit"),
        ("externalId ne \"e-1\"", "Grace joan ümit"),
        ("title pr", "ada Grace"),
        ("title eq null", "joan ümit"),
        ("title ne null", "ada Grace"),
        ("nickName pr", ""),
        ("title ne \"countess\"", "Grace joan ümit"),
        ("userName co \"\"", "ada Grace joan ümit"),
        // Booleans and dates.
        ("active eq true", "ada Grace ümit"),
        ("active eq false", "joan"),
        ("active ne false", "ada Grace ümit"),
        ("active pr", "ada Grace joan ümit"),
        ("meta.created gt \"2026-11-22T08:02:00Z\"", "joan ümit"),
        (
            "meta.created ge \"2026-11-22T09:02:00+01:00\"",
            "ada joan ümit",
        ),
        ("meta.created lt \"2026-11-22T08:01:30.5Z\"", "Grace"),
        ("meta.created eq \"2026-11-22T08:04:00.000Z\"", "ümit"),
        ("meta.lastModified pr", "ada Grace joan ümit"),
        ("meta.resourceType eq \"User\"", "ada Grace joan ümit"),
        ("meta.resourceType eq \"Group\"", ""),
        ("meta.version eq \"W/\\\"1\\\"\"", "ada Grace joan ümit"),
        ("meta.location ew \"nowhere\"", ""),
        ("meta pr", "ada Grace joan ümit"),
        // Complex and multi-valued attributes.
        ("name.familyName eq \"hopper\"", "Grace"),
        ("name.middleName pr", "ada"),
        ("name pr", "ada Grace"),
        ("emails pr", "ada Grace"),
        ("emails eq \"ADA@WORK.EXAMPLE\"", "ada"),
        ("emails.value co \"home\"", "ada Grace"),
        ("emails.value ne \"ada@work.example\"", "Grace joan ümit"),
        ("emails[type eq \"work\" and value co \"work\"]", ""),
        (
            "emails.type eq \"work\" and emails.value co \"work\"",
            "ada",
        ),
        ("emails[type eq \"home\" and value co \"work\"]", "ada"),
        ("emails[not (type eq \"home\")]", "ada Grace"),
        ("not (emails[type eq \"home\"])", "joan ümit"),
        ("emails[primary eq true]", "Grace"),
        ("emails.primary eq true", "Grace"),
        ("emails[type eq \"work\" or primary eq true]", "ada Grace"),
        ("phoneNumbers[type eq \"mobile\"]", "Grace"),
        ("addresses[locality eq \"london\" and postalCode pr]", "ada"),
        ("addresses[locality eq \"london\" and country pr]", ""),
        ("addresses.country eq \"gb\"", "ada"),
        ("roles[value eq \"analyst\" and primary eq true]", "joan"),
        ("roles.value eq \"reader\"", "joan"),
        // Extensions and URNs.
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"ada\"",
            "ada",
        ),
        (
            "URN:IETF:params:scim:schemas:core:2.0:user:USERNAME eq \"ada\"",
            "ada",
        ),
        (
            "schemas eq \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"",
            "ada joan",
        ),
        (
            "schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"",
            "ada Grace joan ümit",
        ),
        // not before and before or; parentheses.
        (
            "userName eq \"ada\" or userName eq \"joan\" and active eq true",
            "ada",
        ),
        (
            "(userName eq \"ada\" or userName eq \"joan\") and active eq false",
            "joan",
        ),
        ("not (userName eq \"ada\") and active eq true", "Grace ümit"),
        ("not(userName eq \"ada\" or active eq true)", "joan"),
        (
            "title pr and userType eq \"poet\" or locale sw \"TR\"",
            "ada ümit",
        ),
        // Groups.
        ("groups.display eq \"analysts\"", "ada Grace"),
        ("groups pr", "ada Grace joan"),
        ("not (groups pr)", "ümit"),
        ("groups.type eq \"direct\"", "ada Grace joan"),
    ] {
        assert_finds(&client, "/Users", "/userName", filter, expected).await;
    }
    let enterprise = [
        (
            format!("{ENTERPRISE}:department eq \"ENGINES\""),
            "ada joan",
        ),
        (format!("{ENTERPRISE}:employeeNumber eq \"007\""), "ada"),
        (
            format!("{ENTERPRISE}:manager.value eq \"{}\"", world.grace),
            "ada",
        ),
        (format!("id eq \"{}\"", world.ada), "ada"),
        (format!("id eq \"{}\"", world.ada.to_uppercase()), ""),
        (format!("id ne \"{}\"", world.ada), "Grace joan ümit"),
        (format!("id sw \"{}\"", &world.ada[..35]), "ada"),
        (format!("meta.location ew \"/Users/{}\"", world.ada), "ada"),
        (
            format!("groups.value eq \"{}\"", world.analysts),
            "ada Grace",
        ),
        (format!("groups eq \"{}\"", world.everyone), "joan"),
        (
            format!(
                "groups[value eq \"{}\" and display eq \"everyone\"]",
                world.analysts
            ),
            "",
        ),
        (
            format!("groups.$ref ew \"{}\"", world.analysts),
            "ada Grace",
        ),
        ("groups.value eq \"nonsense\"".to_owned(), ""),
        ("groups[type ne \"x\"]".to_owned(), "ada Grace joan"),
        ("groups[not (type co \"x\")]".to_owned(), "ada Grace joan"),
    ];
    for (filter, expected) in enterprise {
        assert_finds(&client, "/Users", "/userName", &filter, expected).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn filters_find_the_groups_they_describe() {
    let (app, client) = generic().await;
    let world = populate(&app, &client).await;
    let analysts = &world.analysts;
    for (filter, expected) in [
        ("displayName eq \"ANALYSTS\"".to_owned(), "Analysts"),
        ("displayName co \"e\"".to_owned(), "Everyone"),
        ("displayName ne \"analysts\"".to_owned(), "Everyone"),
        ("displayName pr".to_owned(), "Analysts Everyone"),
        ("externalId pr".to_owned(), ""),
        ("members pr".to_owned(), "Analysts Everyone"),
        (format!("members.value eq \"{}\"", world.ada), "Analysts"),
        (format!("members eq \"{}\"", world.ada), "Analysts"),
        (format!("members.value eq \"{analysts}\""), "Everyone"),
        (
            format!("members[value eq \"{analysts}\" and type eq \"Group\"]"),
            "Everyone",
        ),
        (
            format!("members[value eq \"{analysts}\" and type eq \"User\"]"),
            "",
        ),
        ("members.type eq \"Group\"".to_owned(), "Everyone"),
        ("members.display eq \"JOAN CLARKE\"".to_owned(), "Everyone"),
        ("members.value eq \"nonsense\"".to_owned(), ""),
        (
            format!(
                "id eq \"{analysts}\" and members.value eq \"{}\"",
                world.ada
            ),
            "Analysts",
        ),
        (
            format!(
                "id eq \"{analysts}\" and not (members.value eq \"{}\")",
                world.ada
            ),
            "",
        ),
        (
            format!("not (members.value eq \"{}\")", world.ada),
            "Everyone",
        ),
        (
            "meta.resourceType eq \"Group\"".to_owned(),
            "Analysts Everyone",
        ),
        (
            "schemas eq \"urn:ietf:params:scim:schemas:core:2.0:Group\"".to_owned(),
            "Analysts Everyone",
        ),
    ] {
        assert_finds(&client, "/Groups", "/displayName", &filter, expected).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn elements_without_a_value_are_not_present() {
    let (app, client) = generic().await;
    let empty = json!([{ "value": "", "display": "" }]);
    create(
        &app,
        &client,
        "empty",
        json!({ "emails": empty, "addresses": [{ "locality": "" }] }),
    )
    .await;
    create(
        &app,
        &client,
        "typed",
        json!({ "emails": [{ "value": "", "type": "work" }] }),
    )
    .await;
    create(
        &app,
        &client,
        "flagged",
        json!({ "emails": [{ "primary": false }] }),
    )
    .await;
    create(
        &app,
        &client,
        "shown",
        json!({ "emails": [{ "display": "x" }], "addresses": [{ "region": "x" }] }),
    )
    .await;
    for (filter, expected) in [
        ("emails pr", "flagged shown typed"),
        ("not (emails pr)", "empty"),
        ("emails.value pr", ""),
        ("addresses pr", "shown"),
        ("emails eq null", "empty"),
    ] {
        assert_finds(&client, "/Users", "/userName", filter, expected).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_filter_may_have_plus_signs_for_spaces_and_stray_parameters() {
    let (app, client) = generic().await;
    client.user("ada").await;
    for query in [
        "filter=userName+eq+%22ada%22",
        "filter=userName+eq+%22ada%22&",
        "Filter=userName%20eq%20%22ada%22&x=1",
    ] {
        let found = client.get(&format!("/Users?{query}")).await.expect(200);
        assert_eq!(found.json["totalResults"], 1, "{query}");
    }
    app.finish().await;
}
