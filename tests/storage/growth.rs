//! What a request costs does not grow with the connection: the targets T5 to T7 as far as time on a
//! shared machine can tell, which plans and counts of statements do not.

use std::time::{Duration, Instant};

use scim_schema::dialect::ConnectionKind;
use sea_orm::{ConnectionTrait, DatabaseBackend};
use serde_json::json;

use super::copies::{copy, new_id};
use crate::support::{ScimClient, TestApp, percent_encoded, user_body};

/// Names how many users the small connection has, for the long checks; the large one has twenty
/// times as many.
const USERS_VARIABLE: &str = "ROLLCALL_TEST_GROWTH";

/// How thoroughly is measured, and how much more a request may cost among the many.
struct Measure {
    users: u64,
    requests: usize,
    /// The quietest counts.
    rounds: usize,
    most: f64,
}

impl Measure {
    /// In an ordinary run only what reads everything is found out: the machine is busy.
    fn asked_for() -> Self {
        match std::env::var(USERS_VARIABLE) {
            Ok(users) => Self {
                users: users.parse().expect("a whole number"),
                requests: 100,
                rounds: 7,
                most: 1.3,
            },
            Err(_) => Self {
                users: 100,
                requests: 20,
                rounds: 3,
                most: 5.0,
            },
        }
    }
}

/// Makes users out of the first one until there are `last`, with link and address.
async fn grow(app: &TestApp, first: u64, last: u64) {
    let numbers = match app.backend() {
        DatabaseBackend::Sqlite => format!(
            "JOIN (WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) SELECT i FROM n) numbers ON 1 = 1"
        ),
        _ => format!("CROSS JOIN generate_series({first}, {last}) numbers(i)"),
    };
    let which = format!("{numbers} WHERE user_name_folded = 'user0'");
    let name = ("user_name_folded", "'user' || i");
    copy(app, "users", &which, &[("id", new_id(app)), name])
        .await
        .unwrap();
    let of_user = "(SELECT u.id FROM users u WHERE u.account_id = scim_links.account_id AND u.user_name_folded = 'user' || i AND u.lifecycle NOT IN ('deleted', 'purged'))";
    let link = [
        ("scim_id", new_id(app)),
        ("user_id", of_user),
        ("external_id", "'e' || i"),
        name,
    ];
    copy(app, "scim_links", &which, &link).await.unwrap();
    let values = "INSERT INTO user_attribute_values (account_id, user_id, attribute_id, ordinal, present, text, text_key, element_type, is_primary) SELECT v.account_id, l.user_id, v.attribute_id, v.ordinal, v.present, l.user_name_folded || '@x', l.user_name_folded || '@x', v.element_type, v.is_primary FROM user_attribute_values v JOIN scim_links f ON f.user_id = v.user_id AND f.user_name_folded = 'user0' JOIN scim_links l ON l.account_id = v.account_id WHERE v.text = 'user0@x' AND NOT EXISTS (SELECT 1 FROM user_attribute_values o WHERE o.account_id = l.account_id AND o.user_id = l.user_id AND o.attribute_id = v.attribute_id AND o.ordinal = v.ordinal)";
    app.sql.execute_unprepared(values).await.unwrap();
    app.count_rows("").await;
}

/// A connection with so many users, in a database of its own.
struct Site {
    app: TestApp,
    client: ScimClient,
    id: String,
}

impl Site {
    async fn with(users: u64) -> Self {
        let app = TestApp::new().await;
        let client = app.connection(ConnectionKind::Generic).await;
        let mut body = user_body("user0");
        body["externalId"] = "e0".into();
        body["emails"] = json!([{ "value": "user0@x" }]);
        let id = client.post("/Users", &body).await.expect(201).id();
        app.quiet().await;
        grow(&app, 1, users - 1).await;
        let found = client.filter("/Users", "emails.value eq \"user9@x\"").await;
        assert_eq!(found.json["totalResults"], 1);
        let page = client.get("/Users?count=1").await.expect(200);
        assert_eq!(page.json["totalResults"], users);
        Self { app, client, id }
    }

    /// The median of a request.
    async fn round(&self, measure: &Measure, request: &Request) -> Duration {
        let mut times = Vec::with_capacity(measure.requests);
        for index in 0..measure.requests as u64 {
            let path = request(self, 1 + index * 7 % (measure.users - 1));
            let started = Instant::now();
            self.client.get(&path).await.expect(200);
            times.push(started.elapsed());
        }
        times.sort_unstable();
        times[times.len() / 2]
    }
}

/// The path of a request about one of the users.
type Request = fn(&Site, u64) -> String;

fn filtered(filter: &str) -> String {
    format!("/Users?filter={}", percent_encoded(filter))
}

const REQUESTS: [(&str, Request); 5] = [
    ("userName eq", |_, n| {
        filtered(&format!("userName eq \"user{n}\""))
    }),
    ("externalId eq", |_, n| {
        filtered(&format!("externalId eq \"e{n}\""))
    }),
    ("emails.value eq", |_, n| {
        filtered(&format!("emails.value eq \"user{n}@x\""))
    }),
    ("by id", |site, _| format!("/Users/{}", site.id)),
    ("first page", |_, _| "/Users?count=10".to_owned()),
];

#[tokio::test]
async fn a_look_up_among_twenty_times_as_many_costs_the_same() {
    let measure = Measure::asked_for();
    let (small, large) = (measure.users, measure.users * 20);
    let sites = [Site::with(small).await, Site::with(large).await];
    for (name, request) in REQUESTS {
        let mut quietest = [Duration::MAX; 2];
        // In turns, so that what else the machine does is in both.
        for _ in 0..measure.rounds {
            for (site, quietest) in sites.iter().zip(&mut quietest) {
                *quietest = site.round(&measure, &request).await.min(*quietest);
            }
        }
        let [few, many] = quietest;
        assert!(
            many.as_secs_f64() <= few.as_secs_f64() * measure.most,
            "{name}: {many:?} among {large} users, {few:?} among {small}"
        );
    }
    for site in sites {
        site.app.finish().await;
    }
}
