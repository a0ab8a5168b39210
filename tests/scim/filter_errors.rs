//! Filters that cannot be answered: 400 `invalidFilter`, never an empty list.

use super::generic;

const INVALID: Option<&str> = Some("invalidFilter");

#[tokio::test]
async fn a_filter_that_is_wrong_is_invalid_filter_and_names_what_is_wrong() {
    let (app, client) = generic().await;
    for (filter, part) in [
        ("shoeSize eq 39", "shoeSize"),
        ("userName", "operator"),
        ("userName eq", "value"),
        ("userName eq \"ada", "quote"),
        ("userName eq 5", "userName"),
        ("userName eq ada", "userName"),
        ("userName like \"a\"", "like"),
        ("userName eq \"a\" and", "end"),
        ("userName eq \"a\" title eq \"b\"", "title"),
        ("(userName eq \"a\"", ")"),
        ("not userName eq", "operator"),
        ("active gt true", "active"),
        ("active co \"t\"", "active"),
        ("active eq \"true\"", "active"),
        ("meta.created gt \"yesterday\"", "meta.created"),
        ("emails[nope eq \"x\"]", "nope"),
        ("emails[type eq \"work\"", "]"),
        ("emails[type eq \"work\"].value eq \"x\"", "value"),
        ("title[value eq \"x\"]", "title"),
        ("name eq \"Ada\"", "name"),
        ("password eq \"x\"", "password"),
        ("urn:x:2.0:User:title eq \"x\"", "urn:x:2.0"),
        ("manager eq \"x\"", "manager"),
        ("members.value eq \"x\"", "members"),
        ("userName gt null", "null"),
        ("userName eq \"a\0\"", "not a valid JSON string"),
        ("userName eq \"a\\u0000\"", "U+0000"),
    ] {
        let answer = client.filter("/Users", filter).await;
        answer.expect_scim_error(400, INVALID, part);
    }
    client
        .filter("/Groups", "userName eq \"x\"")
        .await
        .expect_scim_error(400, INVALID, "userName");
    app.finish().await;
}

#[tokio::test]
async fn a_filter_that_is_too_long_too_deep_or_too_wide_is_invalid_filter() {
    let (app, client) = generic().await;
    let long = format!("userName eq \"{}\"", "x".repeat(8_200));
    let deep = format!("{}userName pr{}", "(".repeat(33), ")".repeat(33));
    let negated = format!("{}userName pr{}", "not (".repeat(33), ")".repeat(33));
    let wide = vec!["id pr"; 300].join(" or ");
    for (filter, part) in [(long, "8192"), (deep, "32"), (negated, "32"), (wide, "256")] {
        client
            .filter("/Users", &filter)
            .await
            .expect_scim_error(400, INVALID, part);
    }
    let deepest = format!("{}userName pr{}", "(".repeat(31), ")".repeat(31));
    client.filter("/Users", &deepest).await.expect(200);
    let widest = vec!["id pr"; 120].join(" or ");
    client.filter("/Users", &widest).await.expect(200);
    let elements = vec!["emails[type eq \"work\" and value sw \"a\"]"; 50].join(" or ");
    client.filter("/Users", &elements).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn values_are_values_and_never_sql_or_patterns() {
    let (app, client) = generic().await;
    let names = [
        "100%",
        "100x",
        "a_b",
        "axb",
        "it's",
        "back\\slash",
        "quote\"d",
        "semi; DROP TABLE users",
    ];
    for name in names {
        client.user(name).await;
    }
    for (filter, expected) in [
        ("userName co \"%\"", &["100%"][..]),
        ("userName sw \"100%\"", &["100%"]),
        ("userName co \"_\"", &["a_b"]),
        ("userName ew \"_b\"", &["a_b"]),
        ("userName eq \"it's\"", &["it's"]),
        ("userName co \"'\"", &["it's"]),
        ("userName eq \"back\\\\slash\"", &["back\\slash"]),
        ("userName co \"\\\\\"", &["back\\slash"]),
        ("userName eq \"quote\\\"d\"", &["quote\"d"]),
        ("userName co \"; drop\"", &["semi; DROP TABLE users"]),
    ] {
        let found = client.filter("/Users", filter).await.expect(200);
        assert_eq!(
            found.strings("/Resources", "/userName"),
            expected,
            "{filter}"
        );
    }
    app.finish().await;
}
