//! Random filters over random users: the database finds exactly the resources that the matcher of
//! `scim-schema`, which defines what a filter means, accepts.

use std::collections::BTreeSet;

use proptest::{
    collection::vec,
    option,
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use scim_schema::{
    dialect::{ConnectionKind, Dialect, Notes, Switch},
    filter::{Effort, matches, parse_filter},
    schema::ResourceKind,
};
use serde_json::{Map, Value, json};

use crate::support::{ScimClient, TestApp};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const STATUS: &str = "urn:ietf:params:scim:schemas:extension:rollcall:2.0:UserStatus";
const CUSTOM: &str = "urn:ietf:params:scim:schemas:extension:custom:2.0:User";
/// Attributes of the account, one of each type and two lists.
const DEFINED: &[(&str, &str)] = &[
    ("nick", "string"),
    ("tags", "string[]"),
    ("remote", "boolean"),
    ("desk", "integer"),
    ("share", "decimal"),
    ("reviewedAt", "dateTime"),
    ("homepage", "reference"),
    ("badge", "binary"),
    ("shifts", "integer[]"),
];
/// Populations; each is searched with [`FILTERS`] filters.
const POPULATIONS: u32 = 20;
/// A number that the random cases follow from. `cargo xtask soak` tries many; without it every run
/// tries the same ones, so that a change is judged by what it changes.
const SEED_VARIABLE: &str = "ROLLCALL_TEST_SEED";
const FILTERS: usize = 16;

/// Few and awkward: cases, sigmas, composed and wide letters, wildcards, quotes, what an index on
/// the first 200 characters cannot tell apart.
fn text() -> impl Strategy<Value = String> {
    let long = "x".repeat(200);
    prop_oneof![
        8 => prop::sample::select(vec!["a", "A", "ab", "B", "a b", "work", "home"]).prop_map(str::to_owned),
        4 => prop::sample::select(vec!["Σ", "ας", "é", "e\u{301}", "ß", "ａ", "İ", "😀"]).prop_map(str::to_owned),
        2 => prop::sample::select(vec!["%", "_", "a%", "\\", "\"", "'", ""]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![long.clone(), format!("{long}a"), format!("{long}B")]),
    ]
}

fn element() -> impl Strategy<Value = Value> {
    (
        option::of(text()),
        option::of(text()),
        option::of(text()),
        option::of(Just(false)),
    )
        .prop_map(|(value, kind, display, primary)| {
            let mut element = Map::new();
            for (name, value) in [("value", value), ("type", kind), ("display", display)] {
                element.extend(value.map(|value| (name.to_owned(), value.into())));
            }
            element.extend(primary.map(|primary| ("primary".to_owned(), primary.into())));
            element.into()
        })
}

/// Elements, one of which may be the primary one.
fn elements() -> impl Strategy<Value = Value> {
    (vec(element(), 0..4), 0..8_usize).prop_map(|(mut elements, primary)| {
        if let Some(element) = elements.get_mut(primary) {
            element["primary"] = true.into();
        }
        elements.into()
    })
}

const INSTANTS: [&str; 4] = [
    "2026-01-02T03:04:05Z",
    "2026-01-02T04:04:05+01:00",
    "2026-01-02T03:04:05.000001Z",
    "1999-12-31T23:59:60Z",
];

/// Values of the account's own attributes.
fn custom() -> impl Strategy<Value = Value> {
    let texts = (
        option::of(text()),
        vec(text(), 0..3),
        option::of(prop::sample::select(vec!["a", "A", "https://x/%", "_"])),
        option::of(prop::sample::select(vec!["Zg==", "zg==", "Zm9v"])),
    );
    let numbers = (
        option::of(any::<bool>()),
        option::of(-2..3_i64),
        option::of(prop::sample::select(vec![-0.5, 0.0, 0.1, 1.0, 1e300])),
        vec(-2..3_i64, 0..3),
    );
    let instant = option::of(prop::sample::select(INSTANTS.to_vec()));
    (texts, numbers, instant).prop_map(|(texts, numbers, instant)| {
        json!({
            "nick": texts.0, "tags": texts.1, "homepage": texts.2, "badge": texts.3,
            "remote": numbers.0, "desk": numbers.1, "share": numbers.2, "shifts": numbers.3,
            "reviewedAt": instant,
        })
    })
}

/// Tests of the account's own attributes, each with the operators of its type.
fn custom_test() -> BoxedStrategy<String> {
    let path = |name: &str| format!("{CUSTOM}:{name}");
    let order = || prop::sample::select(vec!["eq", "ne", "gt", "ge", "lt", "le"]);
    let of = |names: &[&'static str]| prop::sample::select(names.to_vec());
    let numbers = ["-2", "0", "1", "2", "9007199254740993"];
    prop_oneof![
        4 => (of(&["nick", "tags", "homepage"]), text_test("")).prop_map(move |(name, test)| format!("{}{test}", path(name))),
        2 => (of(&["desk", "shifts"]), order(), prop::sample::select(numbers.to_vec()))
            .prop_map(move |(name, op, number)| format!("{} {op} {number}", path(name))),
        1 => (order(), prop::sample::select(vec!["-0.5", "0", "0.1", "1", "1e300"]))
            .prop_map(move |(op, number)| format!("{} {op} {number}", path("share"))),
        1 => (order(), prop::sample::select(INSTANTS.to_vec()))
            .prop_map(move |(op, at)| format!("{} {op} \"{at}\"", path("reviewedAt"))),
        1 => flag_test("").prop_map(move |test| format!("{}{test}", path("remote"))),
        1 => (prop::sample::select(vec!["eq", "ne"]), prop::sample::select(vec!["Zg==", "zg==", "x"]))
            .prop_map(move |(op, text)| format!("{} {op} \"{text}\"", path("badge"))),
        1 => of(&["nick", "tags", "remote", "desk", "share", "reviewedAt", "homepage", "badge", "shifts"])
            .prop_map(move |name| format!("{} pr", path(name))),
        1 => prop::sample::select(vec!["schemas eq", "schemas co", "schemas ne"])
            .prop_map(move |test| format!("{test} \"{CUSTOM}\"")),
    ]
    .boxed()
}

fn user() -> impl Strategy<Value = Value> {
    let names = (option::of(text()), option::of(text()), option::of(text()));
    let singles = (
        option::of(text()),
        option::of(text()),
        option::of(text()),
        option::of(text()),
    );
    let many = (elements(), elements(), option::of(text()));
    (text(), names, singles, many, any::<bool>(), custom()).prop_map(
        |(name, names, singles, many, active, custom)| {
            let address = json!({ "locality": many.2, "formatted": names.2, "type": singles.0 });
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": name,
                "name": { "givenName": names.0, "familyName": names.1, "middleName": names.2 },
                "displayName": singles.0,
                "title": singles.1,
                "nickName": singles.2,
                "emails": many.0,
                "roles": many.1,
                "addresses": [address],
                ENTERPRISE: { "department": singles.3 },
                CUSTOM: custom,
                "active": active,
            })
        },
    )
}

/// Who is in which group: users by number.
type Groups = Vec<BTreeSet<usize>>;

fn literal(text: &str) -> String {
    Value::from(text).to_string()
}

fn text_test(path: &'static str) -> BoxedStrategy<String> {
    let operators =
        prop::sample::select(vec!["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]);
    prop_oneof![
        6 => (operators, text()).prop_map(move |(op, text)| format!("{path} {op} {}", literal(&text))),
        1 => Just(format!("{path} pr")),
        1 => Just(format!("{path} eq null")),
    ]
    .boxed()
}

fn flag_test(path: &'static str) -> BoxedStrategy<String> {
    prop::sample::select(vec!["eq true", "eq false", "ne true", "ne false", "pr"])
        .prop_map(move |test| format!("{path} {test}"))
        .boxed()
}

fn fixed(tests: &[&str]) -> BoxedStrategy<String> {
    let tests: Vec<String> = tests.iter().map(|test| (*test).to_owned()).collect();
    prop::sample::select(tests).boxed()
}

fn text_of(paths: &[&'static str]) -> BoxedStrategy<String> {
    let paths = paths.to_vec();
    prop::sample::select(paths).prop_flat_map(text_test).boxed()
}

/// Leaves joined by `and`, `or` and `not`.
fn combined(leaf: BoxedStrategy<String>, depth: u32) -> BoxedStrategy<String> {
    leaf.prop_recursive(depth, 8, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} or {b}")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            inner.prop_map(|a| format!("({a})")),
        ]
    })
    .boxed()
}

fn value_path() -> BoxedStrategy<String> {
    let within = combined(
        prop_oneof![
            3 => text_of(&["value", "type", "display"]),
            1 => flag_test("primary"),
        ]
        .boxed(),
        2,
    );
    let of_address = combined(text_of(&["locality", "formatted", "type", "country"]), 2);
    prop_oneof![
        within
            .clone()
            .prop_map(|filter| format!("emails[{filter}]")),
        within.prop_map(|filter| format!("roles[{filter}]")),
        of_address.prop_map(|filter| format!("addresses[{filter}]")),
        combined(text_of(&["display", "type"]), 1).prop_map(|filter| format!("groups[{filter}]")),
    ]
    .boxed()
}

fn user_filter() -> BoxedStrategy<String> {
    let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    let status = "urn:ietf:params:scim:schemas:extension:rollcall:2.0:UserStatus:status";
    let leaf = prop_oneof![
        8 => text_of(&[
            "userName", "externalId", "displayName", "title", "nickName", "name.givenName",
            "name.familyName", "name.middleName", "emails.value", "emails", "emails.type",
            "emails.display", "roles.value", "roles.type", "addresses.locality",
            "addresses.formatted", department, status, "groups.display", "groups.type", "locale",
        ]),
        2 => value_path(),
        4 => custom_test(),
        1 => flag_test("active"),
        1 => flag_test("emails.primary"),
        1 => fixed(&[
            "name pr", "emails pr", "roles pr", "groups pr", "addresses pr", "meta pr", "id pr",
            "schemas eq \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"",
            "urn:ietf:params:scim:schemas:extension:rollcall:2.0:UserStatus:holds.kind eq \"IDP_disabled\"",
            "urn:ietf:params:scim:schemas:extension:rollcall:2.0:UserStatus:lifecycle ne \"active\"",
            "meta.resourceType eq \"User\"", "meta.resourceType eq \"user\"",
            "meta.created ge \"2026-11-22T09:00:00+01:00\"", "meta.lastModified lt \"2026-11-22T08:00:00Z\"",
            "meta.version eq \"W/\\\"1\\\"\"", "meta.location co \"/USERS/\"", "meta.location co \"/Users/\"",
        ]),
    ];
    combined(leaf.boxed(), 4)
}

fn group_filter() -> BoxedStrategy<String> {
    let member = combined(
        prop_oneof![
            text_of(&["display"]),
            fixed(&[
                "type eq \"user\"",
                "type eq \"Group\"",
                "type ne \"Group\"",
                "value pr"
            ]),
        ]
        .boxed(),
        2,
    );
    let leaf = prop_oneof![
        3 => text_of(&["displayName", "externalId", "members.display"]),
        2 => member.prop_map(|filter| format!("members[{filter}]")),
        1 => fixed(&["members pr", "members.type eq \"Group\"", "id pr", "meta.resourceType co \"oup\""]),
    ];
    combined(leaf.boxed(), 3)
}

#[derive(Clone, Debug)]
struct Case {
    users: Vec<Value>,
    groups: Groups,
    user_filters: Vec<String>,
    group_filters: Vec<String>,
}

fn case() -> impl Strategy<Value = Case> {
    let groups = vec(prop::collection::btree_set(0..6_usize, 0..4), 0..3);
    let filters = (
        vec(user_filter(), FILTERS),
        vec(group_filter(), FILTERS / 4),
    );
    (vec(user(), 1..6), groups, filters).prop_map(|(users, groups, filters)| Case {
        users,
        groups,
        user_filters: filters.0,
        group_filters: filters.1,
    })
}

/// Makes the users and groups of a case in a connection of its own.
async fn populate(client: &ScimClient, case: &Case) -> Vec<String> {
    let mut ids = Vec::new();
    for (number, user) in case.users.iter().enumerate() {
        let mut user = user.clone();
        user["userName"] =
            format!("{}{number}", user["userName"].as_str().unwrap_or_default()).into();
        if let Some(external_id) = user["title"].as_str().filter(|text| text.len() < 100) {
            user["externalId"] = format!("{external_id}{number}").into();
        }
        let created = client.post("/Users", &user).await;
        assert_eq!(created.status, 201, "{user}: {}", created.text);
        ids.push(created.id());
    }
    let mut outer: Option<String> = None;
    for (number, members) in case.groups.iter().enumerate() {
        let users = members.iter().filter_map(|member| ids.get(*member));
        // Each group holds the one before it.
        let members: Vec<&str> = users.chain(&outer).map(String::as_str).collect();
        outer = Some(client.group(&format!("a{number} B"), &members).await);
    }
    ids
}

/// Every resource of an endpoint, whole.
async fn resources(client: &ScimClient, endpoint: &str) -> Vec<Map<String, Value>> {
    let listed = client
        .get(&format!("{endpoint}?count=1000"))
        .await
        .expect(200);
    let mut resources = match listed.json["Resources"].as_array() {
        Some(resources) => resources.clone(),
        None => Vec::new(),
    };
    // What is returned on request only.
    let (attributes, name) = match endpoint {
        "/Users" => (STATUS, STATUS),
        _ => (
            "members.value,members.$ref,members.type,members.display",
            "members",
        ),
    };
    let path = format!("{endpoint}?count=1000&attributes={attributes}");
    let listed = client.get(&path).await.expect(200);
    for (resource, more) in resources
        .iter_mut()
        .zip(listed.json["Resources"].as_array().unwrap_or(&Vec::new()))
    {
        assert_eq!(resource["id"], more["id"]);
        if let Some(value) = more.get(name) {
            resource[name] = value.clone();
        }
        let version = &mut resource["meta"]["version"];
        *version = of_resource_alone(version.as_str().unwrap_or_default()).into();
    }
    resources
        .into_iter()
        .map(|resource| resource.as_object().unwrap().clone())
        .collect()
}

/// A version without the digest of what others lend an answer, which filters know as little as
/// `If-Match` does.
fn of_resource_alone(version: &str) -> String {
    match version.split_once('-') {
        Some((version, _)) => format!("{version}\""),
        None => version.to_owned(),
    }
}

async fn compare(
    client: &ScimClient,
    dialect: &Dialect,
    kind: ResourceKind,
    filter: &str,
    all: &[Map<String, Value>],
) -> Result<(), TestCaseError> {
    let endpoint = match kind {
        ResourceKind::User => "/Users",
        ResourceKind::Group => "/Groups",
    };
    let rt = dialect.resource_type(kind);
    let answer = client.filter(endpoint, filter).await;
    let Ok(typed) = parse_filter(rt, filter, dialect, &mut Notes::new()) else {
        prop_assert_eq!(answer.status, 400, "{}", filter);
        return Ok(());
    };
    prop_assert_eq!(answer.status, 200, "{}: {}", filter, answer.text);
    let found: BTreeSet<String> = answer.strings("/Resources", "/id").into_iter().collect();
    let expected: BTreeSet<String> = all
        .iter()
        .filter(|resource| {
            let mut effort = Effort::default();
            matches(rt, &typed, resource, &mut effort).expect("little to compare")
        })
        .map(|resource| resource["id"].as_str().unwrap_or_default().to_owned())
        .collect();
    let wrong: Vec<&Map<String, Value>> = all
        .iter()
        .filter(|resource| {
            let id = resource["id"].as_str().unwrap_or_default();
            found.contains(id) != expected.contains(id)
        })
        .collect();
    prop_assert!(
        found == expected,
        "{filter}\nexpected {expected:?}\nfound {found:?}\n{wrong:?}"
    );
    prop_assert_eq!(
        answer.json["totalResults"].as_u64(),
        Some(expected.len() as u64)
    );
    Ok(())
}

async fn check(app: &TestApp, case: Case) -> Result<(), TestCaseError> {
    let client = app
        .connection_with(ConnectionKind::Generic, &[Switch::ExposeUserStatus])
        .await;
    app.expose(&client, CUSTOM, DEFINED).await;
    let dialect = app
        .app
        .state
        .db
        .account(app.account.id)
        .connection_dialect(client.connection)
        .await
        .unwrap()
        .unwrap();
    let ids = populate(&client, &case).await;
    let users = resources(&client, "/Users").await;
    let groups = resources(&client, "/Groups").await;
    prop_assert_eq!(users.len(), case.users.len());
    let mut result = Ok(());
    for filter in &case.user_filters {
        result = result.and(compare(&client, &dialect, ResourceKind::User, filter, &users).await);
    }
    for filter in &case.group_filters {
        result = result.and(compare(&client, &dialect, ResourceKind::Group, filter, &groups).await);
    }
    // User names belong to the account; the next case has the same ones.
    for id in ids {
        client.delete(&format!("/Users/{id}")).await.expect(204);
    }
    result
}

fn randomness() -> TestRng {
    let seed: u64 = std::env::var(SEED_VARIABLE)
        .ok()
        .map_or(0, |number| number.parse().expect("a whole number"));
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

#[test]
fn the_database_finds_what_the_matcher_accepts() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let app = runtime.block_on(TestApp::new());
    let config = Config {
        cases: POPULATIONS,
        max_shrink_iters: 300,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, randomness());
    let outcome = runner.run(&case(), |case| runtime.block_on(check(&app, case)));
    runtime.block_on(app.finish());
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
