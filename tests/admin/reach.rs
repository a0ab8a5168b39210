//! How far an Organisation Administrator sees and acts (features.md A1, A4, A6, A13; domain.md
//! section 4).

use scim_schema::id::UserId;
use serde_json::{Value, json};

use super::permissions::with_role;
use crate::support::{Answer, Console, District, PASSWORD, Statements, TestApp, patch, place, put};

const OLGA: &str = "olga@example.org";

/// Olga administers North, with the lab below it. Anna is there, Lars in the lab, Sven in South, and
/// Mira in North and South.
struct Case {
    district: District,
    olga: Console,
    olga_id: UserId,
    anna: UserId,
    lars: UserId,
    sven: UserId,
    mira: UserId,
}

impl Case {
    async fn new() -> Self {
        let district = District::new().await;
        let (north, lab, south) = (&district.north, &district.lab, &district.south);
        let anna = district.person("anna", &[north]).await;
        let lars = district.person("lars", &[lab]).await;
        let sven = district.person("sven", &[south]).await;
        let mira = district.person("mira", &[south, north]).await;
        let (olga_id, olga) = district.administrator_of(north, OLGA).await;
        Self {
            olga,
            olga_id,
            anna,
            lars,
            sven,
            mira,
            district,
        }
    }

    async fn act(&self, user: UserId, act: &str) -> Answer {
        let asked = json!({ "reason": "Because" });
        self.olga
            .post(&format!("/users/{user}/{act}"), &asked)
            .await
    }
}

#[tokio::test]
async fn a006_an_organisation_administrator_sees_own_organisations_only() {
    let case = Case::new().await;
    let Case { olga, district, .. } = &case;
    let me = olga.get("/me").await.expect(200).json;
    assert_eq!(me["roles"], json!([]));
    assert_eq!(me["administers"], json!([district.north]));
    let listed = olga.get("/users").await.expect(200);
    assert_eq!(
        listed.strings("/items", "/user_name"),
        ["anna", "lars", "mira", OLGA]
    );
    assert_eq!(listed.json["total"], 4);
    let mira = &listed.json["items"][2];
    assert_eq!(mira["organisations"], json!(["North"]), "of hers only");
    assert_eq!(mira["organisation_count"], 1);
    let counts = olga.get("/users/counts").await.expect(200);
    assert_eq!(counts.json["all"], 4);
    let found = olga.get("/users?q=sven").await.expect(200);
    assert_eq!(found.json["total"], 0);
    let elsewhere = format!("/users?org={}", district.south);
    let found = olga.get(&elsewhere).await.expect(200);
    assert_eq!(
        found.strings("/items", "/user_name"),
        Vec::<String>::new(),
        "who is in South is none of her business"
    );
    let page = olga.get("/users?limit=2").await.expect(200);
    let next = page.string("/next_cursor");
    let page = olga.get(&format!("/users?limit=2&cursor={next}")).await;
    let page = page.expect(200);
    assert_eq!(page.strings("/items", "/user_name"), ["mira", OLGA]);
    assert_eq!(page.json["offset"], 2);

    let tree = olga.get("/organisations").await.expect(200).json;
    let tree: Vec<_> = tree["items"].as_array().unwrap().iter().collect();
    let shown: Vec<_> = tree
        .iter()
        .map(|one| (&one["name"], &one["level"]))
        .collect();
    assert_eq!(
        shown,
        [(&json!("North"), &json!(0)), (&json!("Lab"), &json!(1))]
    );
    assert_eq!(tree[0]["acts"], json!(["edit"]));
    let sven = format!("/users/{}", case.sven);
    olga.get(&sven).await.expect_problem(404, "not_found");
    let south = format!("/organisations/{}", district.south);
    olga.get(&south).await.expect_problem(404, "not_found");
    case.district.app.finish().await;
}

#[tokio::test]
async fn a013_an_organisation_administrator_acts_on_own_people() {
    let case = Case::new().await;
    let acts = [
        ("suspend", "suspended"),
        ("unsuspend", "active"),
        ("ban", "banned"),
        ("unban", "active"),
        ("archive", "archived"),
        ("unarchive", "active"),
        ("delete", "deleted"),
        ("restore", "active"),
    ];
    for user in [case.anna, case.lars] {
        for (act, status) in acts {
            let now = if act.starts_with("un") || act == "restore" || act == "delete" {
                case.olga
                    .post(&format!("/users/{user}/{act}"), &json!({}))
                    .await
            } else {
                case.act(user, act).await
            };
            assert_eq!(now.expect(200).json["status"], status, "{act}");
        }
    }
    case.act(case.sven, "suspend")
        .await
        .expect_problem(404, "not_found");
    let own = case.act(case.olga_id, "suspend").await;
    own.expect_problem(403, "self_action");
    case.district.app.finish().await;
}

#[tokio::test]
async fn a_shared_person_is_changed_as_a_member_and_not_as_a_whole() {
    let case = Case::new().await;
    let Case {
        olga,
        district,
        mira,
        ..
    } = &case;
    let seen = olga.get(&format!("/users/{mira}")).await.expect(200).json;
    assert_eq!(seen["shared"], true);
    assert_eq!(seen["name"], "mira");
    assert!(seen.get("acts").is_none());
    assert!(seen["link"].is_null(), "what the provider says is not hers");
    let memberships = seen["memberships"].as_array().unwrap();
    assert_eq!(memberships.len(), 1);
    assert_eq!(memberships[0]["name"], "North");
    assert_eq!(
        seen["permissions"],
        json!(["memberships.manage", "functional_roles.grant"])
    );
    for act in ["suspend", "ban", "archive", "delete"] {
        let refused = case.act(*mira, act).await;
        refused.expect_problem(403, "shared_person");
    }
    let refused = "SELECT COUNT(*) FROM audit_events WHERE outcome = 'refused' AND action IN ('user.suspend', 'user.ban', 'user.archive', 'user.delete')";
    assert_eq!(district.app.number(refused).await, 4);

    // What is beyond her organisations stays.
    let now = place(olga, *mira, &[&district.lab]).await.expect(200).json;
    assert_eq!(now["memberships"][0]["name"], "Lab");
    let all = district
        .dana
        .get(&format!("/users/{mira}"))
        .await
        .expect(200);
    assert_eq!(all.strings("/memberships", "/name"), ["South", "Lab"]);
    let home = json!({ "organisations": [district.lab], "home": district.lab });
    let path = format!("/users/{mira}/organisations");
    let refused = put(olga, &path, &home).await;
    refused.expect_problem(400, "invalid");
    assert_eq!(refused.string("/errors/0/path"), "home");
    let left = olga.delete(&format!("{path}/{}", district.lab)).await;
    assert_eq!(left.status, 204, "{}", left.text);
    let gone = format!("/users/{mira}");
    olga.get(&gone).await.expect_problem(404, "not_found");
    let kept = district.dana.get(&gone).await.expect(200).json;
    assert_eq!(kept["status"], "active", "she belongs to South");
    case.district.app.finish().await;
}

#[tokio::test]
async fn a004_an_organisation_administrator_places_people_within_own_organisations() {
    let case = Case::new().await;
    let Case {
        olga,
        district,
        anna,
        ..
    } = &case;
    let now = place(olga, *anna, &[&district.lab]).await.expect(200).json;
    assert_eq!(now["memberships"][0]["name"], "Lab");
    let out = place(olga, *anna, &[&district.south]).await;
    out.expect_problem(400, "invalid");
    assert_eq!(out.string("/errors/0/path"), "organisations");
    place(olga, case.sven, &[&district.north])
        .await
        .expect_problem(404, "not_found");
    let path = format!("/users/{anna}/roles");
    let given =
        json!({ "organisations": [{ "organisation": district.lab, "roles": ["observer"] }] });
    put(olga, &path, &given).await.expect(200);
    for beyond in [
        json!({ "account": ["auditor"] }),
        json!({ "organisations": [{ "organisation": district.lab, "administrator": true }] }),
    ] {
        let refused = put(olga, &path, &beyond).await;
        refused.expect_problem(403, "forbidden");
    }
    // Nor does she take away what she could not give.
    let (kim, _) = district
        .administrator_of(&district.north, "kim@example.org")
        .await;
    let refused = place(olga, kim, &[&district.lab]).await;
    refused.expect_problem(403, "forbidden");
    let refused = olga
        .delete(&format!("/users/{kim}/organisations/{}", district.north))
        .await;
    refused.expect_problem(403, "forbidden");
    case.act(kim, "ban")
        .await
        .expect_problem(403, "higher_role");
    case.district.app.finish().await;
}

#[tokio::test]
async fn nobody_acts_on_whoever_stands_higher_however_near() {
    let case = Case::new().await;
    let Case { olga, district, .. } = &case;
    let app = &district.app;
    let robin = app
        .further_administrator(&app.account, "robin@example.org")
        .await;
    place(&district.dana, robin, &[&district.north])
        .await
        .expect(200);
    let seen = olga.get(&format!("/users/{robin}")).await.expect(200).json;
    assert!(seen.get("acts").is_none() && seen.get("permissions").is_none());
    case.act(robin, "suspend")
        .await
        .expect_problem(403, "higher_role");
    place(olga, robin, &[&district.lab])
        .await
        .expect_problem(403, "higher_role");
    case.district.app.finish().await;
}

#[tokio::test]
async fn a006_an_organisation_administrator_looks_after_the_organisation() {
    let case = Case::new().await;
    let Case { olga, district, .. } = &case;
    let lab = format!("/organisations/{}", district.lab);
    let asked = json!({ "name": "Field station", "time_zone": "America/Denver" });
    let now = patch(olga, &lab, &asked).await.expect(200);
    assert_eq!(now.json["time_zone"], "America/Denver");
    let moved = patch(olga, &lab, &json!({ "parent": district.root })).await;
    moved.expect_problem(403, "forbidden");
    let south = format!("/organisations/{}", district.south);
    let elsewhere = patch(olga, &south, &json!({ "name": "Mine" })).await;
    elsewhere.expect_problem(404, "not_found");
    let capabilities = olga
        .get(&format!("/users/{}", case.olga_id))
        .await
        .expect(200);
    assert_eq!(
        capabilities.json["capabilities"],
        json!(["assessments.manage", "content.manage"])
    );
    case.district.app.finish().await;
}

#[tokio::test]
async fn a_role_that_is_taken_away_ends_the_session() {
    let case = Case::new().await;
    let Case { olga, district, .. } = &case;
    district
        .administrator_of(&district.north, "kim@example.org")
        .await;
    olga.get("/users").await.expect(200);
    let none = json!({ "organisations": [{ "organisation": district.north }] });
    let path = format!("/users/{}/roles", case.olga_id);
    put(&district.dana, &path, &none).await.expect(200);
    olga.get("/users").await.expect_problem(401, "unauthorized");
    let mut back = district.app.browser();
    back.sign_in(OLGA, PASSWORD).await.expect(200);
    back.get("/users").await.expect_problem(403, "forbidden");
    case.district.app.finish().await;
}

/// What the four kinds of administrators are answered; `-` stands for 403 and `?` for 404.
const MATRIX: &[(&str, &str, &str)] = &[
    ("GET", "/users", "x x x x"),
    ("GET", "/users/counts", "x x x x"),
    ("GET", "/users/{anna}", "x x x x"),
    ("GET", "/users/{sven}", "x ? x x"),
    ("POST", "/users/{anna}/suspend", "x x x -"),
    ("POST", "/users/{sven}/suspend", "x ? x -"),
    ("POST", "/users/{mira}/suspend", "x - x -"),
    ("POST", "/users/{anna}/archive", "x x - -"),
    ("POST", "/users/{sven}/archive", "x ? - -"),
    ("DELETE", "/users/{sven}/organisations/{south}", "x ? - -"),
    ("PUT", "/users/{anna}/organisations", "x x - -"),
    ("PUT", "/users/{sven}/organisations", "x ? - -"),
    ("PUT", "/users/{anna}/roles", "x x - -"),
    ("PUT", "/users/{sven}/roles", "x ? - -"),
    ("GET", "/organisations", "x x x x"),
    ("GET", "/organisations/{north}", "x x x x"),
    ("GET", "/organisations/{south}", "x ? x x"),
    ("PATCH", "/organisations/{north}", "x x - -"),
    ("PATCH", "/organisations/{south}", "x ? - -"),
    ("POST", "/organisations", "x - - -"),
    ("POST", "/organisations/{south}/archive", "x - - -"),
    ("POST", "/organisations/{south}/unarchive", "x - - -"),
    ("GET", "/idp-connections", "x - x x"),
    ("GET", "/attribute-definitions", "x - x x"),
    ("GET", "/provisioning-log", "x - x x"),
    ("GET", "/conflicts", "x - x x"),
    ("GET", "/domains", "x - x x"),
    ("GET", "/alerts", "x - x x"),
];

fn asked(path: &str, case: &Case) -> Value {
    let district = &case.district;
    if path.starts_with("/organisations/") {
        return json!({ "name": "Renamed" });
    }
    match path.rsplit('/').next() {
        Some("organisations") if path.starts_with("/users/") => {
            json!({ "organisations": [district.north] })
        }
        Some("organisations") => json!({ "parent": district.root, "name": "Another" }),
        _ => json!({}),
    }
}

#[tokio::test]
async fn every_route_by_role_and_reach() {
    for (place, role) in ["system", "organisation", "it_administrator", "auditor"]
        .into_iter()
        .enumerate()
    {
        let case = Case::new().await;
        let caller = match role {
            "system" => case.district.dana.clone(),
            "organisation" => case.olga.clone(),
            role => with_role(&case.district.app, role).await,
        };
        for (method, path, marks) in MATRIX {
            let path = path
                .replace("{anna}", &case.anna.to_string())
                .replace("{sven}", &case.sven.to_string())
                .replace("{mira}", &case.mira.to_string())
                .replace("{north}", &case.district.north)
                .replace("{south}", &case.district.south);
            let call = caller.call(method, &path);
            let answer = match *method {
                "GET" => call.send().await,
                _ => call.json(&asked(&path, &case)).send().await,
            };
            let mark = marks.split(' ').nth(place).expect("a mark");
            match mark {
                "-" => assert_eq!(answer.status, 403, "{role} {method} {path}"),
                "?" => assert_eq!(answer.status, 404, "{role} {method} {path}"),
                _ => assert!(
                    !matches!(answer.status, 401 | 403 | 404 | 500..),
                    "{role} {method} {path}: {} {}",
                    answer.status,
                    answer.text
                ),
            }
        }
        case.district.app.finish().await;
    }
}

#[tokio::test]
async fn the_reach_costs_no_statement() {
    let case = Case::new().await;
    let District { app, dana, .. } = &case.district;
    app.quiet().await;
    let statements = Statements::listen();
    for path in [
        "/users".to_owned(),
        "/users/counts".to_owned(),
        format!("/users/{}", case.anna),
        "/organisations".to_owned(),
    ] {
        let mut counts = Vec::new();
        for console in [dana, &case.olga] {
            statements.take();
            console.get(&path).await.expect(200);
            counts.push(statements.take().len());
        }
        assert_eq!(counts[0], counts[1], "{path}");
    }
    let before = app.footprint().await;
    let listed = case.olga.get("/users").await;
    TestApp::assert_unchanged(&before, &app.footprint().await, &listed);
    drop(statements);
    case.district.app.finish().await;
}
