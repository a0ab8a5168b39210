//! The tree of organisations (features.md A5, A35).

use serde_json::{Value, json};

use super::permissions::with_role;
use crate::support::{District, PASSWORD, TestApp, create_organisation as create, patch, rule};

/// Names of the organisations with their level and members, in order.
fn shown(listed: &Value) -> Vec<(String, u64, u64)> {
    let items = listed["items"].as_array().expect("items");
    let number = |one: &Value, name: &str| one[name].as_u64().expect("a number");
    items
        .iter()
        .map(|one| {
            let name = one["name"].as_str().expect("a name");
            (
                name.to_owned(),
                number(one, "level"),
                number(one, "members"),
            )
        })
        .collect()
}

fn row(name: &str, level: u64, members: u64) -> (String, u64, u64) {
    (name.to_owned(), level, members)
}

#[tokio::test]
async fn a035_system_administrators_build_the_tree_and_see_who_is_where() {
    let district = District::new().await;
    let District { app, dana, .. } = &district;
    district.person("anna", &[&district.north]).await;
    district.person("lars", &[&district.lab]).await;
    let mira = district
        .person("mira", &[&district.north, &district.south])
        .await;
    let listed = dana.get("/organisations").await.expect(200).json;
    assert_eq!(
        shown(&listed),
        [
            row("Rollcall", 0, 1),
            row("North", 1, 2),
            row("Lab", 2, 1),
            row("South", 1, 1)
        ]
    );
    let root = &listed["items"][0];
    assert_eq!(root["acts"], json!(["create_below", "edit"]));
    let north = &listed["items"][1];
    assert_eq!(
        north["acts"],
        json!(["create_below", "edit", "move", "archive"])
    );

    let path = format!("/users/{mira}/delete");
    dana.post(&path, &json!({})).await.expect(200);
    let listed = dana.get("/organisations").await.expect(200).json;
    assert_eq!(shown(&listed)[1], row("North", 1, 1), "whoever is gone");

    let path = format!("/organisations/{}", district.lab);
    let asked =
        json!({ "name": "Field station", "parent": district.south, "time_zone": "Europe/London" });
    let moved = patch(dana, &path, &asked).await.expect(200);
    assert_eq!(moved.json["name"], "Field station");
    assert_eq!(moved.json["parent"], json!(district.south));
    assert_eq!(moved.json["time_zone"], "Europe/London");
    assert_eq!(moved.header("etag"), Some("W/\"2\""));
    let listed = dana.get("/organisations").await.expect(200).json;
    let names: Vec<String> = shown(&listed).into_iter().map(|row| row.0).collect();
    assert_eq!(names, ["Rollcall", "North", "South", "Field station"]);
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action LIKE 'organisation.%' AND outcome = 'success'";
    assert_eq!(app.number(audited).await, 4);
    district.app.finish().await;
}

#[tokio::test]
async fn a005_the_root_has_the_name_of_the_account() {
    let district = District::new().await;
    let path = format!("/organisations/{}", district.root);
    let named = json!({ "name": "Northfield District" });
    patch(&district.dana, &path, &named).await.expect(200);
    let me = district.dana.get("/me").await.expect(200);
    assert_eq!(me.json["account"]["name"], "Northfield District");
    district.app.finish().await;
}

#[tokio::test]
async fn a035_what_would_break_the_tree_is_refused_with_the_reason() {
    let district = District::new().await;
    let District { dana, .. } = &district;
    let (root, north, lab) = (&district.root, &district.north, &district.lab);
    let before = district.app.footprint().await;
    let at = |id: &str| format!("/organisations/{id}");
    let unknown = "01936b2e-0000-7000-8000-000000000000";
    for (id, asked, field, part) in [
        (north, json!({ "parent": lab }), "parent", "below itself"),
        (north, json!({ "parent": north }), "parent", "below itself"),
        (root, json!({ "parent": lab }), "parent", "root"),
        (lab, json!({ "parent": unknown }), "parent", "no such"),
        (
            lab,
            json!({ "time_zone": "Mars/Olympus" }),
            "time_zone",
            "IANA",
        ),
        (lab, json!({ "name": " " }), "name", "Enter a name"),
        (lab, json!({ "name": "x".repeat(101) }), "name", "at most"),
        (lab, json!({ "name": "a\u{7}b" }), "name", "control"),
    ] {
        let refused = patch(dana, &at(id), &asked).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.string("/errors/0/path"), field, "{asked}");
        assert!(refused.string("/detail").contains(part), "{}", refused.text);
        TestApp::assert_unchanged(&before, &district.app.footprint().await, &refused);
    }
    for (method, path, asked) in [
        ("PATCH", at(&district.south), json!({ "name": "NORTH" })),
        (
            "POST",
            "/organisations".to_owned(),
            json!({ "parent": root, "name": "north" }),
        ),
    ] {
        let refused = dana.call(method, &path).json(&asked).send().await;
        refused.expect_problem(409, "name_taken");
        assert_eq!(refused.string("/errors/0/path"), "name");
    }
    // The same name is free elsewhere.
    create(dana, lab, "North").await;
    let stale = dana
        .call("PATCH", &at(north))
        .header("if-match", "W/\"7\"")
        .json(&json!({ "name": "New" }));
    stale
        .send()
        .await
        .expect_problem(412, "precondition_failed");
    patch(dana, &at(unknown), &json!({ "name": "New" }))
        .await
        .expect_problem(404, "not_found");
    let extra = patch(dana, &at(north), &json!({ "colour": "red" })).await;
    extra.expect_problem(400, "invalid");
    district.app.finish().await;
}

#[tokio::test]
async fn a035_the_tree_has_ten_levels() {
    let district = District::new().await;
    let mut deepest = district.lab.clone();
    for level in 4..=10 {
        deepest = create(&district.dana, &deepest, &format!("Level {level}")).await;
    }
    let body = json!({ "parent": deepest, "name": "Level 11" });
    let refused = district.dana.post("/organisations", &body).await;
    refused.expect_problem(400, "invalid");
    assert!(refused.string("/detail").contains("10 levels"));
    let listed = district.dana.get("/organisations").await.expect(200).json;
    let last = listed["items"].as_array().unwrap().iter();
    let last = last.filter(|one| one["level"] == 9).collect::<Vec<_>>();
    assert!(
        !last[0]["acts"]
            .as_array()
            .unwrap()
            .contains(&json!("create_below"))
    );
    district.app.finish().await;
}

#[tokio::test]
async fn a035_only_what_nobody_uses_is_archived_and_comes_back() {
    let district = District::new().await;
    let District { app, dana, .. } = &district;
    let (north, lab, south) = (&district.north, &district.lab, &district.south);
    let act = async |id: &str, act: &str| {
        let path = format!("/organisations/{id}/{act}");
        dana.call("POST", &path).send().await
    };
    let refused = async |id: &str, word: &str, part: &str| {
        let answer = act(id, word).await;
        answer.expect_problem(409, "conflict");
        assert!(answer.string("/detail").contains(part), "{}", answer.text);
    };
    refused(&district.root, "archive", "root").await;
    refused(north, "archive", "1 organisation below it is in use: Lab").await;
    let lars = district.person("lars", &[lab]).await;
    refused(lab, "archive", "1 person belongs to it").await;
    let rules = json!([rule("userType eq \"Guest\"", &[south], &[])]);
    app.map(dana, &district.client, None, rules).await;
    refused(south, "archive", "The mapping of generic").await;
    refused(south, "unarchive", "in use already").await;

    let path = format!("/users/{lars}/delete");
    dana.post(&path, &json!({})).await.expect(200);
    let archived = act(lab, "archive").await.expect(200);
    assert!(archived.json["archived_at"].is_string());
    assert_eq!(archived.json["acts"], json!(["unarchive"]));
    refused(lab, "archive", "archived already").await;
    let renamed = patch(
        dana,
        &format!("/organisations/{lab}"),
        &json!({ "name": "New" }),
    )
    .await;
    renamed.expect_problem(409, "conflict");
    let below = json!({ "parent": lab, "name": "Below" });
    let refused_below = dana.post("/organisations", &below).await;
    refused_below.expect_problem(400, "invalid");
    let anna = district.person("anna", &[south]).await;
    let joined = json!({ "mode": "add", "organisations": [lab] });
    let path = format!("/users/{anna}/organisations");
    let joined = dana.call("PUT", &path).json(&joined).send().await;
    joined.expect_problem(400, "invalid");
    let path = format!("/idp-connections/{}/mapping", district.client.connection);
    let mapping = dana.get(&path).await.expect(200);
    let offered = mapping.strings("/organisations", "/name");
    assert_eq!(offered, ["Rollcall", "North", "South"]);

    act(north, "archive").await.expect(200);
    refused(lab, "unarchive", "below North, which is archived").await;
    act(north, "unarchive").await.expect(200);
    create(dana, north, "Lab").await;
    let taken = act(lab, "unarchive").await;
    taken.expect_problem(409, "name_taken");
    let stale = dana
        .call("POST", &format!("/organisations/{north}/archive"))
        .header("if-match", "W/\"1\"");
    stale
        .send()
        .await
        .expect_problem(412, "precondition_failed");
    district.app.finish().await;
}

#[tokio::test]
async fn others_see_the_tree_and_leave_it_as_it_is() {
    let district = District::new().await;
    for role in ["it_administrator", "auditor"] {
        let console = with_role(&district.app, role).await;
        let listed = console.get("/organisations").await.expect(200).json;
        assert_eq!(shown(&listed).len(), 4);
        assert!(listed["items"][1].get("acts").is_none());
        let at = format!("/organisations/{}", district.lab);
        for (method, path, body) in [
            (
                "POST",
                "/organisations".to_owned(),
                json!({ "parent": district.root, "name": "Mine" }),
            ),
            ("PATCH", at.clone(), json!({ "name": "Mine" })),
            ("POST", format!("{at}/archive"), json!({})),
            ("POST", format!("{at}/unarchive"), json!({})),
        ] {
            let answer = console.call(method, &path).json(&body).send().await;
            answer.expect_problem(403, "forbidden");
        }
    }
    district.app.finish().await;
}

#[tokio::test]
async fn two_who_move_at_once_make_no_cycle() {
    let district = District::new().await;
    let (north, south) = (&district.north, &district.south);
    let mut robin = district.app.browser();
    let app = &district.app;
    app.further_administrator(&app.account, "robin@example.org")
        .await;
    robin
        .sign_in("robin@example.org", PASSWORD)
        .await
        .expect(200);
    let (to_south, to_north) = (json!({ "parent": south }), json!({ "parent": north }));
    let (at_north, at_south) = (
        format!("/organisations/{north}"),
        format!("/organisations/{south}"),
    );
    let (first, second) = tokio::join!(
        patch(&district.dana, &at_north, &to_south),
        patch(&robin, &at_south, &to_north),
    );
    let done = [&first, &second]
        .iter()
        .filter(|one| one.status == 200)
        .count();
    assert_eq!(done, 1, "{} {}", first.text, second.text);
    let listed = district.dana.get("/organisations").await.expect(200).json;
    assert_eq!(shown(&listed).len(), 4, "everything hangs below the root");
    district.app.finish().await;
}
