//! A read has one connection at a time: whoever holds one and waits for another can wait for somebody
//! who does the same.

use rollcall_server::ops::shadow::going_live;
use scim_schema::dialect::ConnectionKind;

use crate::support::{ScimClient, TestApp};

/// Reads of the console; `{connection}` and `{user}` stand for ids.
const OF_THE_CONSOLE: &[&str] = &[
    "/me",
    "/users",
    "/users?q=ada",
    "/users/counts",
    "/users/{user}",
    "/idp-connections",
    "/idp-connections/{connection}",
    "/idp-connections/{connection}/dialect",
    "/idp-connections/{connection}/attributes",
    "/idp-connections/{connection}/mapping",
    "/idp-connections/{connection}/shadow",
    "/idp-connections/{connection}/shadow/users",
    "/idp-connections/{connection}/shadow/groups",
    "/idp-connections/{connection}/conformance",
    "/attribute-definitions",
    "/provisioning-log",
    "/conflicts",
    "/conflicts/counts",
    "/conflicts/selection",
    "/alerts",
    "/domains",
];
/// Reads of a provider; `{id}` stands for the id of a user.
const OF_A_PROVIDER: &[&str] = &[
    "/Users",
    "/Users/{id}",
    "/Users?startIndex=2&count=1",
    "/Users?filter=userName%20eq%20%22ada%22",
    "/Users?filter=emails.value%20co%20%22x%22",
    "/Users?sortBy=name.familyName",
    "/Users?cursor",
    "/Groups",
    "/Groups?filter=displayName%20eq%20%22team%22",
    "/Groups?cursor",
    "/?filter=meta.lastModified%20pr",
    "/Schemas",
    "/ResourceTypes",
];

async fn provider_reads(client: &ScimClient, id: &str) {
    for path in OF_A_PROVIDER {
        client.get(&path.replace("{id}", id)).await.expect(200);
    }
}

#[tokio::test]
async fn every_read_is_answered_with_one_connection_left() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let live = app.connection(ConnectionKind::Generic).await;
    let shadow = app.shadow_connection(ConnectionKind::Generic).await;
    let going = app.shadow_connection(ConnectionKind::Okta).await;
    let mut ids = Vec::new();
    for client in [&live, &shadow, &going] {
        let ada = client.user("ada").await;
        client.user("bob").await;
        client.group("team", &[&ada]).await;
        ids.push(ada);
    }
    let user = app.user_of(&ids[0]).await.to_string();
    app.quiet().await;
    let db = &app.app.state.db;
    going_live::start(db, &app.operator(), going.connection, None)
        .await
        .unwrap();
    app.app.state.tokens.forget();

    let account = db.account(app.account.id);
    let mut held = Vec::new();
    for _ in 1..db.readers() {
        held.push(account.shadow(live.connection).await.unwrap());
    }
    provider_reads(&live, &ids[0]).await;
    provider_reads(&shadow, &ids[1]).await;
    for client in [&live, &shadow, &going] {
        for path in OF_THE_CONSOLE {
            let path = path.replace("{connection}", &client.connection.to_string());
            console
                .get(&path.replace("{user}", &user))
                .await
                .expect(200);
        }
    }
    for view in held {
        view.close().await.unwrap();
    }
    app.finish().await;
}
