//! Where people belong and what they do there (features.md A5 to A11, A21, A36, A37).

use scim_schema::id::UserId;
use serde_json::{Value, json};

use crate::support::{Answer, Console, District, PASSWORD, TestApp, place, put, rule};

const OLGA: &str = "olga@example.org";

async fn seen(console: &Console, user: UserId) -> Value {
    console
        .get(&format!("/users/{user}"))
        .await
        .expect(200)
        .json
}

async fn organisations(console: &Console, user: UserId, body: Value) -> Answer {
    put(console, &format!("/users/{user}/organisations"), &body).await
}

async fn roles(console: &Console, user: UserId, body: Value) -> Answer {
    put(console, &format!("/users/{user}/roles"), &body).await
}

/// Names of the organisations somebody belongs to, home first.
fn names(person: &Value) -> Vec<&str> {
    let memberships = person["memberships"].as_array().expect("memberships");
    memberships
        .iter()
        .map(|one| one["name"].as_str().expect("a name"))
        .collect()
}

async fn own_id(console: &Console) -> UserId {
    let me = console.get("/me").await.expect(200);
    me.string("/user_id").parse().expect("an id")
}

#[tokio::test]
async fn a021_somebody_belongs_to_the_chosen_organisations_only() {
    let district = District::new().await;
    let (north, south) = (&district.north, &district.south);
    let anna = district.person("anna", &[north]).await;
    assert_eq!(names(&seen(&district.dana, anna).await), ["North"]);
    let both = json!({ "organisations": [north, south] });
    let now = organisations(&district.dana, anna, both).await.expect(200);
    assert_eq!(names(&now.json), ["North", "South"]);
    assert_eq!(now.json["memberships"][1]["origin"]["kind"], "local");
    let filter = format!("/users?org={south}");
    let listed = district.dana.get(&filter).await.expect(200);
    assert_eq!(listed.strings("/items", "/user_name"), ["anna"]);
    assert_eq!(listed.json["total"], 1);
    district.app.finish().await;
}

#[tokio::test]
async fn a036_organisations_are_replaced_added_or_removed_and_one_is_the_home() {
    let district = District::new().await;
    let District { dana, .. } = &district;
    let (north, lab, south) = (&district.north, &district.lab, &district.south);
    let anna = district.person("anna", &[north]).await;
    let added = json!({ "mode": "add", "organisations": [south], "home": south });
    let now = organisations(dana, anna, added).await.expect(200).json;
    assert_eq!(names(&now), ["South", "North"], "home first");
    assert_eq!(now["memberships"][0]["home"], true);
    let version = now["version"].clone();
    let same = json!({ "mode": "add", "organisations": [south] });
    let now = organisations(dana, anna, same).await.expect(200).json;
    assert_eq!(now["version"], version, "nothing changed");
    let removed = json!({ "mode": "remove", "organisations": [south, lab] });
    let now = organisations(dana, anna, removed).await.expect(200).json;
    assert_eq!(names(&now), ["North"]);
    assert_eq!(
        now["memberships"][0]["home"], true,
        "the first that is left"
    );
    let replaced = json!({ "organisations": [lab] });
    let now = organisations(dana, anna, replaced).await.expect(200).json;
    assert_eq!(names(&now), ["Lab"]);

    for (wrong, field) in [
        (json!({ "organisations": [] }), "organisations"),
        (json!({ "organisations": [lab, lab] }), "organisations"),
        (
            json!({ "mode": "remove", "organisations": [lab] }),
            "organisations",
        ),
        (
            json!({ "organisations": ["01936b2e-0000-7000-8000-000000000000"] }),
            "organisations",
        ),
        (json!({ "organisations": [lab], "home": south }), "home"),
    ] {
        let refused = organisations(dana, anna, wrong.clone()).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.string("/errors/0/path"), field, "{wrong}");
    }
    let path = format!("/users/{anna}/organisations");
    let stale = dana
        .call("PUT", &path)
        .header("if-match", "W/\"1\"")
        .json(&json!({ "organisations": [south] }));
    stale
        .send()
        .await
        .expect_problem(412, "precondition_failed");
    let nobody = UserId(uuid::Uuid::from_u128(7));
    place(dana, nobody, &[north])
        .await
        .expect_problem(404, "not_found");
    assert_eq!(names(&seen(dana, anna).await), ["Lab"]);
    district.app.finish().await;
}

#[tokio::test]
async fn a036_what_a_mapping_rule_gave_is_shown_as_such_and_left_to_the_rule() {
    let district = District::new().await;
    let District { app, dana, .. } = &district;
    let (north, south) = (&district.north, &district.south);
    let rules = json!([rule("userName sw \"a\"", &[north], &["observer"])]);
    app.map(dana, &district.client, None, rules).await;
    let link = district.client.user("anna").await;
    let anna = app.user_of(&link).await;
    let now = place(dana, anna, &[south]).await.expect(200).json;
    assert_eq!(names(&now), ["North", "South"]);
    assert_eq!(now["memberships"][0]["origin"]["kind"], "rule");
    assert_eq!(now["memberships"][0]["rule_roles"], json!(["observer"]));
    let removed = json!({ "mode": "remove", "organisations": [north] });
    let refused = organisations(dana, anna, removed).await;
    refused.expect_problem(409, "managed_by_idp");
    let path = format!("/users/{anna}/organisations/{north}");
    dana.delete(&path)
        .await
        .expect_problem(409, "managed_by_idp");

    // Roles that are given by hand stand beside those of the rule, and make the membership stay.
    let given = json!({ "organisations": [{ "organisation": north, "roles": ["publisher"] }] });
    let now = roles(dana, anna, given).await.expect(200).json;
    assert_eq!(now["memberships"][0]["roles"], json!(["publisher"]));
    assert_eq!(now["memberships"][0]["rule_roles"], json!(["observer"]));
    for role in ["observer", "publisher"] {
        let listed = dana.get(&format!("/users?role={role}&org={north}")).await;
        assert_eq!(listed.expect(200).json["total"], 1, "{role}");
    }
    app.map(dana, &district.client, None, json!([])).await;
    let now = seen(dana, anna).await;
    assert_eq!(now["memberships"][0]["origin"]["kind"], "local");
    assert_eq!(now["memberships"][0]["rule_roles"], json!([]));
    district.app.finish().await;
}

#[tokio::test]
async fn a010_several_roles_are_several_capabilities() {
    let district = District::new().await;
    let District { dana, .. } = &district;
    let north = &district.north;
    let anna = district.person("anna", &[north]).await;
    let given = json!({ "organisations": [
        { "organisation": north, "roles": ["reporter", "observer", "reporter"] },
    ] });
    let now = roles(dana, anna, given).await.expect(200).json;
    assert_eq!(
        now["memberships"][0]["roles"],
        json!(["observer", "reporter"])
    );
    assert_eq!(
        now["capabilities"],
        json!([
            "observations.conduct",
            "assessments.conduct",
            "reports.read",
            "analytics.read",
        ])
    );
    let listed = dana.get("/users?role=reporter").await.expect(200);
    assert_eq!(listed.strings("/items", "/user_name"), ["anna"]);
    assert_eq!(
        dana.get("/users?role=proctor").await.expect(200).json["total"],
        0
    );
    let elsewhere = format!("/users?role=reporter&org={}", district.south);
    assert_eq!(dana.get(&elsewhere).await.expect(200).json["total"], 0);

    let outside = json!({ "organisations": [{ "organisation": district.south, "roles": [] }] });
    let refused = roles(dana, anna, outside).await;
    refused.expect_problem(400, "invalid");
    assert_eq!(refused.string("/errors/0/path"), "organisations");
    let unknown = json!({ "organisations": [{ "organisation": north, "roles": ["boss"] }] });
    roles(dana, anna, unknown)
        .await
        .expect_problem(400, "invalid");
    district.app.finish().await;
}

#[tokio::test]
async fn a007_a008_a009_each_functional_role_has_its_capabilities() {
    let district = District::new().await;
    let north = &district.north;
    let anna = district.person("anna", &[north]).await;
    for (role, capabilities) in [
        (
            "observer",
            json!(["observations.conduct", "assessments.conduct"]),
        ),
        (
            "evaluator",
            json!([
                "observations.conduct",
                "observations.formal",
                "performance.evaluate",
            ]),
        ),
        ("observable", json!(["observations.receive"])),
        ("reporter", json!(["reports.read", "analytics.read"])),
        ("proctor", json!(["assessments.proctor"])),
        (
            "publisher",
            json!(["content.create", "content.edit", "content.publish"]),
        ),
    ] {
        let given = json!({ "organisations": [{ "organisation": north, "roles": [role] }] });
        let now = roles(&district.dana, anna, given).await.expect(200).json;
        assert_eq!(now["capabilities"], capabilities, "{role}");
    }
    district.app.finish().await;
}

#[tokio::test]
async fn a011_one_role_takes_the_place_of_another() {
    let district = District::new().await;
    let north = &district.north;
    let anna = district.person("anna", &[north]).await;
    for role in ["observable", "proctor"] {
        let given = json!({ "organisations": [{ "organisation": north, "roles": [role] }] });
        let now = roles(&district.dana, anna, given).await.expect(200).json;
        assert_eq!(now["memberships"][0]["roles"], json!([role]));
    }
    district.app.finish().await;
}

#[tokio::test]
async fn a005_account_wide_roles_are_given_and_taken_and_begin_with_a_new_sign_in() {
    let district = District::new().await;
    let District { app, dana, .. } = &district;
    let id = app.further_administrator(&app.account, OLGA).await;
    let mut olga = app.browser();
    olga.sign_in(OLGA, PASSWORD).await.expect(200);
    let given = json!({ "account": ["auditor"] });
    let now = roles(dana, id, given.clone()).await.expect(200).json;
    assert_eq!(now["roles"], json!(["auditor"]));
    olga.get("/me").await.expect_problem(401, "unauthorized");
    olga.sign_in(OLGA, PASSWORD).await.expect(200);
    olga.get("/users").await.expect(200);
    let version = now["version"].clone();
    let again = roles(dana, id, given).await.expect(200).json;
    assert_eq!(again["version"], version, "nothing changed");
    olga.get("/me").await.expect(200);
    let listed = dana.get("/users?role=auditor").await.expect(200);
    assert_eq!(listed.strings("/items", "/user_name"), [OLGA]);
    let mine = json!({ "account": ["system_administrator"] });
    roles(&olga, id, mine)
        .await
        .expect_problem(403, "forbidden");
    roles(dana, id, json!({ "account": [] })).await.expect(200);
    olga.get("/me").await.expect_problem(401, "unauthorized");
    let back = app.browser().sign_in(OLGA, PASSWORD).await.expect(200);
    assert_eq!(back.json["permissions"], json!([]));
    let audited =
        "SELECT COUNT(*) FROM audit_events WHERE action = 'user.roles' AND outcome = 'success'";
    assert_eq!(app.number(audited).await, 2);
    district.app.finish().await;
}

#[tokio::test]
async fn a005_somebody_can_always_administer_the_account() {
    let district = District::new().await;
    let District { app, dana, .. } = &district;
    let dana_id = own_id(dana).await;
    let own = roles(dana, dana_id, json!({ "account": [] })).await;
    own.expect_problem(403, "self_action");
    let id = app.further_administrator(&app.account, OLGA).await;
    let mut olga = app.browser();
    olga.sign_in(OLGA, PASSWORD).await.expect(200);
    let refused = roles(&olga, dana_id, json!({ "account": ["auditor"] })).await;
    refused.expect_problem(409, "conflict");
    assert!(refused.string("/detail").contains("no identity provider"));
    let of_nobody = "UPDATE users SET break_glass = $1";
    app.execute(of_nobody, [false.into()]).await;
    // Each could leave the other as the last one; one of them does.
    let (first, second) = tokio::join!(
        roles(dana, id, json!({ "account": [] })),
        roles(&olga, dana_id, json!({ "account": [] })),
    );
    let done = [&first, &second]
        .iter()
        .filter(|one| one.status == 200)
        .count();
    assert_eq!(done, 1, "{} {}", first.text, second.text);
    let left = "SELECT COUNT(*) FROM account_roles WHERE role = 'system_administrator'";
    assert_eq!(app.number(left).await, 1);
    district.app.finish().await;
}

#[tokio::test]
async fn a037_removal_is_from_an_organisation_and_from_the_last_one_it_deletes() {
    let district = District::new().await;
    let District { app, dana, .. } = &district;
    let (north, south) = (&district.north, &district.south);
    let anna = district.person("anna", &[north, south]).await;
    let hold = "INSERT INTO holds (account_id, id, user_id, kind, scope, organisation_id, source_kind, source_id, source_name, since) SELECT account_id, id, id, 'suspended', 'organisation', home_organisation_id, 'system', id, 'test', created_at FROM users WHERE id = $1";
    assert_eq!(app.execute(hold, [anna.0.into()]).await, 1);
    let path = |organisation: &str| format!("/users/{anna}/organisations/{organisation}");
    let left = dana.delete(&path(north)).await;
    assert_eq!(left.status, 204, "{}", left.text);
    let now = seen(dana, anna).await;
    assert_eq!(names(&now), ["South"]);
    assert_eq!(now["status"], "active", "the membership alone has ended");
    assert_eq!(now["open_holds"], json!([]), "its holds end with it");
    dana.delete(&path(north))
        .await
        .expect_problem(404, "not_found");
    let left = dana.delete(&path(south)).await;
    assert_eq!(left.status, 204, "{}", left.text);
    let now = seen(dana, anna).await;
    assert_eq!(now["status"], "deleted");
    assert!(now["deletion"]["purge_at"].is_string());
    place(dana, anna, &[north])
        .await
        .expect_problem(409, "conflict");
    let restore = format!("/users/{anna}/restore");
    let back = dana.post(&restore, &json!({})).await.expect(200).json;
    assert_eq!(names(&back), ["South"], "where they were last");
    for (action, times) in [("user.remove", 1), ("user.delete", 1)] {
        let audited = format!("SELECT COUNT(*) FROM audit_events WHERE action = '{action}'");
        assert_eq!(app.number(&audited).await, times, "{action}");
    }
    district.app.finish().await;
}

#[tokio::test]
async fn a006_an_organisation_keeps_somebody_who_administers_it() {
    let district = District::new().await;
    let District { dana, .. } = &district;
    let (north, south) = (&district.north, &district.south);
    let (id, _) = district.administrator_of(north, OLGA).await;
    place(dana, id, &[north, south]).await.expect(200);
    let path = format!("/users/{id}/organisations/{north}");
    let none = json!({ "organisations": [{ "organisation": north, "administrator": false }] });
    let before = district.app.footprint().await;
    for refused in [
        roles(dana, id, none.clone()).await,
        place(dana, id, &[south]).await,
        dana.delete(&path).await,
        dana.post(&format!("/users/{id}/suspend"), &json!({})).await,
    ] {
        refused.expect_problem(409, "last_organisation_admin");
    }
    let after = district.app.footprint().await;
    let kept = |numbers: &[(&'static str, i64)]| {
        let mut numbers = numbers.to_vec();
        numbers.retain(|(name, _)| *name != "audit");
        numbers
    };
    assert_eq!(
        kept(&before),
        kept(&after),
        "the refusals are audited and nothing else"
    );
    let (_, _) = district.administrator_of(north, "kim@example.org").await;
    roles(dana, id, none).await.expect(200);
    district.app.finish().await;
}

#[tokio::test]
async fn who_may_not_say_so_is_told_and_nothing_changes() {
    let district = District::new().await;
    let anna = district.person("anna", &[&district.north]).await;
    for role in ["it_administrator", "auditor"] {
        let console = super::permissions::with_role(&district.app, role).await;
        let person = seen(&console, anna).await;
        assert!(person.get("permissions").is_none(), "{person}");
        let before = district.app.footprint().await;
        for answer in [
            place(&console, anna, &[&district.south]).await,
            roles(&console, anna, json!({ "account": [] })).await,
            console
                .delete(&format!("/users/{anna}/organisations/{}", district.north))
                .await,
        ] {
            answer.expect_problem(403, "forbidden");
            TestApp::assert_unchanged(&before, &district.app.footprint().await, &answer);
        }
    }
    district.app.finish().await;
}
