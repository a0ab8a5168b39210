//! `/idp-connections/{id}/mapping`: read, planned on everyone who is linked, stored, applied, tried
//! on one person (domain.md section 11.1).

use std::collections::BTreeMap;

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use crate::support::{Answer, Console, PASSWORD, ScimClient, TestApp, rule, user_body};

async fn started() -> (TestApp, Console, ScimClient, String) {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let path = format!("/idp-connections/{}/mapping", client.connection);
    (app, console, client, path)
}

async fn draft(console: &Console, path: &str, rules: Value) -> Value {
    let present = console.get(path).await.expect(200);
    json!({ "default_organisation": present.json["default_organisation"], "rules": rules })
}

async fn plan(console: &Console, path: &str, mapping: &Value, after: Option<&str>) -> Answer {
    let body = json!({ "mapping": mapping, "after": after });
    console.post(&format!("{path}/plan"), &body).await
}

async fn put(console: &Console, path: &str, mapping: &Value, hash: &str) -> Answer {
    let body = json!({ "mapping": mapping, "plan": hash });
    console.call("PUT", path).json(&body).send().await
}

async fn typed(client: &ScimClient, name: &str, user_type: &str) -> String {
    let mut body = user_body(name);
    body["userType"] = user_type.into();
    client.post("/Users", &body).await.expect(201).id()
}

#[tokio::test]
async fn a_plan_shows_each_change_and_writes_nothing() {
    let (app, console, client, path) = started().await;
    let north = app.organisation("North").await;
    typed(&client, "ada", "x").await;
    typed(&client, "ben", "y").await;
    let rules = json!([rule("userType eq \"x\"", &[&north], &["observer"])]);
    let mapping = draft(&console, &path, rules).await;
    let before = app.footprint().await;
    let planned = plan(&console, &path, &mapping, None).await.expect(200);
    TestApp::assert_unchanged(&before, &app.footprint().await, &planned);
    let summary = &planned.json["summary"];
    for (name, number) in [
        ("people", 2),
        ("changed", 1),
        ("joining", 1),
        ("leaving", 1),
        ("roles", 0),
        ("homes", 1),
    ] {
        assert_eq!(summary[name], number, "{name}");
    }
    assert_eq!(planned.strings("/items", "/user_name"), ["ada"]);
    let after =
        json!([{ "organisation": north, "name": "North", "home": true, "roles": ["observer"] }]);
    assert_eq!(planned.json["items"][0]["after"], after);
    assert_eq!(planned.json["items"][0]["before"][0]["home"], true);

    let stored = put(&console, &path, &mapping, summary["hash"].as_str().unwrap()).await;
    let stored = stored.expect(200);
    assert_eq!(stored.header("etag"), Some("W/\"2\""));
    app.until_mapped(&stored).await;
    assert_eq!(
        app.memberships("ada").await,
        ["North rule home [\"observer\"]"]
    );
    let run = console.get(&path).await.expect(200);
    assert_eq!(run.json["run"]["done"], 2);
    assert_eq!(run.json["run"]["changed"], 1);
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'connection.mapping'";
    assert_eq!(app.number(audited).await, 1);
    // The same once more changes nothing, and is no event.
    let mapping = json!({
        "default_organisation": stored.json["default_organisation"],
        "rules": stored.json["rules"],
    });
    let planned = plan(&console, &path, &mapping, None).await.expect(200);
    assert_eq!(planned.json["summary"]["changed"], 0);
    let hash = planned.string("/summary/hash");
    let again = put(&console, &path, &mapping, &hash).await.expect(200);
    assert_eq!(again.json["version"], 2);
    assert_eq!(app.number(audited).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_plan_is_stale_once_it_would_do_something_else() {
    let (app, console, client, path) = started().await;
    let north = app.organisation("North").await;
    let ada = typed(&client, "ada", "x").await;
    let ben = typed(&client, "ben", "y").await;
    let rules = json!([rule("userType eq \"x\"", &[&north], &[])]);
    let mapping = draft(&console, &path, rules).await;
    let planned = plan(&console, &path, &mapping, None).await.expect(200);
    let hash = planned.string("/summary/hash");
    put(&console, &path, &mapping, "0")
        .await
        .expect_problem(409, "plan_stale");

    let user_type = |value: &str| json!([{ "op": "replace", "path": "userType", "value": value }]);
    client
        .patch(&format!("/Users/{ben}"), user_type("x"))
        .await
        .expect(200);
    let before = app.footprint().await;
    let stale = put(&console, &path, &mapping, &hash).await;
    stale.expect_problem(409, "plan_stale");
    TestApp::assert_unchanged(&before, &app.footprint().await, &stale);

    // What the plan does not depend on may move.
    client
        .patch(&format!("/Users/{ben}"), user_type("z"))
        .await
        .expect(200);
    let title = json!([{ "op": "replace", "path": "title", "value": "Dr" }]);
    client
        .patch(&format!("/Users/{ada}"), title)
        .await
        .expect(200);
    let other = json!({ "mapping": mapping, "plan": hash });
    let older = console.call("PUT", &path).header("if-match", "W/\"7\"");
    older
        .json(&other)
        .send()
        .await
        .expect_problem(412, "precondition_failed");
    let stored = put(&console, &path, &mapping, &hash).await.expect(200);
    app.until_mapped(&stored).await;
    // Another version was stored meanwhile.
    put(&console, &path, &mapping, &hash)
        .await
        .expect_problem(409, "plan_stale");
    app.finish().await;
}

#[tokio::test]
async fn pages_of_a_plan_name_everybody_once() {
    let (app, console, client, path) = started().await;
    let north = app.organisation("North").await;
    let mut wanted = Vec::new();
    for number in 0..105 {
        let name = format!("user{number:03}");
        typed(&client, &name, if number % 2 == 0 { "x" } else { "y" }).await;
        if number % 2 == 0 {
            wanted.push(name);
        }
    }
    let rules = json!([rule("userType eq \"x\"", &[&north], &[])]);
    let mapping = draft(&console, &path, rules).await;
    let first = plan(&console, &path, &mapping, None).await.expect(200);
    assert_eq!(first.json["summary"]["changed"], 53);
    let mut names = first.strings("/items", "/user_name");
    assert_eq!(names.len(), 50);
    let next = first.string("/next");
    let second = plan(&console, &path, &mapping, Some(&next))
        .await
        .expect(200);
    assert_eq!(second.json["summary"], Value::Null);
    assert_eq!(second.json["next"], Value::Null);
    names.extend(second.strings("/items", "/user_name"));
    names.sort();
    assert_eq!(names, wanted);
    app.finish().await;
}

/// A number that looks random and is the same in every run.
fn pick(state: &mut u64, below: u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1);
    (*state >> 33) % below
}

/// Organisation, home and roles of each membership, by person.
fn placements(people: &Value, side: &str) -> BTreeMap<String, Vec<String>> {
    let people = people.as_array().unwrap().iter();
    let told = people.map(|person| {
        let held = person[side].as_array().unwrap().iter();
        let mut held: Vec<String> = held
            .map(|held| {
                format!(
                    "{} {} {}",
                    held["name"].as_str().unwrap(),
                    held["home"],
                    held["roles"]
                )
            })
            .collect();
        held.sort();
        (person["user_name"].as_str().unwrap().to_owned(), held)
    });
    told.collect()
}

async fn everybody(app: &TestApp, names: &[String]) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for name in names {
        let rows = app
            .rows(&format!(
                "SELECT o.name, CASE WHEN u.home_organisation_id = o.id THEN 'true' ELSE 'false' END, m.rule_roles
                 FROM memberships m
                 JOIN users u ON u.account_id = m.account_id AND u.id = m.user_id
                 JOIN organisations o ON o.account_id = m.account_id AND o.id = m.organisation_id
                 WHERE u.user_name = '{name}'"
            ))
            .await;
        let text = |row: &sea_orm::QueryResult, place: usize| -> String {
            row.try_get_by_index(place).expect("a text")
        };
        let mut held: Vec<String> = rows
            .iter()
            .map(|row| format!("{} {} {}", text(row, 0), text(row, 1), text(row, 2)))
            .collect();
        held.sort();
        found.insert(name.clone(), held);
    }
    found
}

#[tokio::test]
async fn a_dry_run_shows_what_applying_does() {
    let (app, console, client, path) = started().await;
    let mut organisations = Vec::new();
    for name in ["North", "South", "West"] {
        organisations.push(app.organisation(name).await);
    }
    let mut names = Vec::new();
    let mut ids = Vec::new();
    let mut chance = 7_u64;
    for number in 0..24 {
        let name = format!("user{number}");
        let user_type = ["x", "y", "z"][pick(&mut chance, 3) as usize];
        ids.push(typed(&client, &name, user_type).await);
        names.push(name);
    }
    for name in ["A", "B"] {
        let members: Vec<&str> = ids
            .iter()
            .map(String::as_str)
            .filter(|_| pick(&mut chance, 2) == 0)
            .collect();
        client.group(name, &members).await;
    }
    let conditions = [
        "userType eq \"x\"",
        "not (userType eq \"y\")",
        "groups.display eq \"a\"",
        "groups.display eq \"b\" and userType ne \"z\"",
        "userName sw \"user1\"",
    ];
    let roles = ["observer", "reporter", "proctor"];
    for _ in 0..6 {
        let mut rules = Vec::new();
        for _ in 0..pick(&mut chance, 4) {
            let condition = conditions[pick(&mut chance, 5) as usize];
            let first = pick(&mut chance, 3) as usize;
            let mut given = vec![organisations[first].as_str()];
            if pick(&mut chance, 2) == 0 {
                given.push(&organisations[(first + 1) % 3]);
            }
            let role = roles[pick(&mut chance, 3) as usize];
            rules.push(rule(condition, &given, &[role]));
        }
        let default = &organisations[pick(&mut chance, 3) as usize];
        let mapping = json!({ "default_organisation": default, "rules": rules });
        let before = everybody(&app, &names).await;
        let planned = plan(&console, &path, &mapping, None).await.expect(200);
        for (name, held) in placements(&planned.json["items"], "before") {
            assert_eq!(before[&name], held, "{name} before {mapping}");
        }
        let mut expected = before;
        expected.extend(placements(&planned.json["items"], "after"));
        let hash = planned.string("/summary/hash");
        let stored = put(&console, &path, &mapping, &hash).await.expect(200);
        app.until_mapped(&stored).await;
        assert_eq!(everybody(&app, &names).await, expected, "{mapping}");
    }
    app.finish().await;
}

#[tokio::test]
async fn one_person_is_tried_with_reasons() {
    let (app, console, client, path) = started().await;
    let north = app.organisation("North").await;
    let ada = app.user_of(&typed(&client, "ada", "x").await).await;
    let rules = json!([
        rule("userType eq \"x\" and title pr", &[&north], &[]),
        rule("userType eq \"x\"", &[&north], &["proctor"]),
    ]);
    let mapping = draft(&console, &path, rules).await;
    let body = json!({ "user": ada, "mapping": mapping });
    let tested = console
        .post(&format!("{path}/test"), &body)
        .await
        .expect(200);
    assert_eq!(tested.json["rules"][0]["fires"], false);
    let terms = json!([
        { "text": "userType eq \"x\"", "holds": true },
        { "text": "title pr", "holds": false },
    ]);
    assert_eq!(tested.json["rules"][0]["terms"], terms);
    assert_eq!(tested.json["rules"][1]["fires"], true);
    assert_eq!(
        tested.json["person"]["after"][0]["roles"],
        json!(["proctor"])
    );
    let stored = console
        .post(&format!("{path}/test"), &json!({ "user": ada }))
        .await;
    assert_eq!(stored.expect(200).json["rules"], json!([]));
    let nobody = json!({ "user": "01936b2e-0000-7000-8000-000000000000" });
    let nobody = console.post(&format!("{path}/test"), &nobody).await;
    nobody.expect_problem(400, "invalid");
    app.finish().await;
}

#[tokio::test]
async fn a_rule_that_cannot_work_is_refused_with_its_place() {
    let (app, console, _, path) = started().await;
    let north = app.organisation("North").await;
    let good = || rule("userName pr", &[&north], &[]);
    let stranger = "01936b2e-0000-7000-8000-000000000000";
    let mut known = good();
    known["id"] = stranger.into();
    let before = app.footprint().await;
    for (bad, place) in [
        (rule("nope eq 1", &[&north], &[]), "rules.1.condition"),
        (rule("userName eq", &[&north], &[]), "rules.1.condition"),
        (rule("userName pr", &[], &[]), "rules.1.organisations"),
        (
            rule("userName pr", &[stranger], &[]),
            "rules.1.organisations",
        ),
        (known, "rules"),
    ] {
        let mapping = draft(&console, &path, json!([good(), bad])).await;
        let refused = plan(&console, &path, &mapping, None).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.json["errors"][0]["path"], place, "{}", refused.text);
        let refused = put(&console, &path, &mapping, "0").await;
        refused.expect_problem(400, "invalid");
        TestApp::assert_unchanged(&before, &app.footprint().await, &refused);
    }
    // All of it at once: whoever mends one thing is not told of the next one then.
    let mut empty = rule(" ", &[], &[]);
    empty["name"] = "".into();
    let mapping = draft(&console, &path, json!([empty])).await;
    let refused = plan(&console, &path, &mapping, None).await;
    refused.expect_problem(400, "invalid");
    let places = ["name", "condition", "organisations"].map(|part| format!("rules.0.{part}"));
    assert_eq!(refused.strings("/errors", "/path"), places);
    let administrator = rule("userName pr", &[&north], &["system_administrator"]);
    let mapping = draft(&console, &path, json!([administrator])).await;
    plan(&console, &path, &mapping, None)
        .await
        .expect_problem(400, "invalid");
    let mapping = json!({ "default_organisation": stranger, "rules": [] });
    let refused = plan(&console, &path, &mapping, None).await;
    assert_eq!(refused.json["errors"][0]["path"], "default_organisation");
    app.finish().await;
}

#[tokio::test]
async fn an_organisation_that_a_rule_names_cannot_be_deleted() {
    let (app, console, client, _) = started().await;
    let north = app.organisation("North").await;
    let rules = json!([rule("userName eq \"nobody\"", &[&north], &[])]);
    app.map(&console, &client, None, rules).await;
    let id: uuid::Uuid = north.parse().expect("an id");
    let delete = "DELETE FROM organisations WHERE id = $1";
    let statement = sea_orm::Statement::from_sql_and_values(app.backend(), delete, [id.into()]);
    let refused = sea_orm::ConnectionTrait::execute_raw(&app.sql, statement).await;
    assert!(refused.is_err());
    app.map(&console, &client, None, json!([])).await;
    assert_eq!(app.execute(delete, [id.into()]).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn an_auditor_reads_a_mapping_and_another_account_finds_none() {
    let (app, console, client, path) = started().await;
    let email = "auditor@example.org";
    let user = app.further_administrator(&app.account, email).await;
    let change = "UPDATE account_roles SET role = $1 WHERE user_id = $2";
    app.execute(change, ["auditor".into(), user.0.into()]).await;
    let mut auditor = app.browser();
    auditor.sign_in(email, PASSWORD).await.expect(200);
    auditor.get(&path).await.expect(200);
    let other = app.other_account().await;
    app.further_administrator(&other, "robin@example.org").await;
    let mut stranger = app.browser();
    stranger
        .sign_in_to("other", "robin@example.org", PASSWORD)
        .await
        .expect(200);
    stranger.get(&path).await.expect_problem(404, "not_found");

    let mapping = draft(&console, &path, json!([])).await;
    let ada = app.user_of(&client.user("ada").await).await;
    for (method, path, body) in [
        (
            "POST",
            format!("{path}/plan"),
            json!({ "mapping": mapping }),
        ),
        (
            "PUT",
            path.clone(),
            json!({ "mapping": mapping, "plan": "0" }),
        ),
        ("POST", format!("{path}/test"), json!({ "user": ada })),
    ] {
        let refused = auditor.call(method, &path).json(&body).send().await;
        refused.expect_problem(403, "forbidden");
        let missing = stranger.call(method, &path).json(&body).send().await;
        missing.expect_problem(404, "not_found");
    }
    app.finish().await;
}
