//! How identity providers really speak: what no recorded exchange of `tests/fixtures` shows.
//! Each test cites the page or issue that tells of it.

mod entra;
mod jumpcloud;
mod okta;
mod onelogin;
mod others;

use scim_schema::dialect::ConnectionKind;
use serde_json::Value;

use super::bulk::{bulk, id_of, post};
use crate::support::{ScimClient, TestApp, user_body};

/// A server with one connection of a kind.
async fn connected(kind: ConnectionKind) -> (TestApp, ScimClient) {
    let app = TestApp::new().await;
    let client = app.connection(kind).await;
    (app, client)
}

/// Creates so many users at once and answers their ids.
pub(super) async fn crowd(client: &ScimClient, count: usize) -> Vec<String> {
    let operations: Vec<Value> = (0..count)
        .map(|number| {
            let name = format!("person{number:04}");
            post("/Users", &name, user_body(&name))
        })
        .collect();
    let done = bulk(client, &operations).await;
    (0..count).map(|index| id_of(&done, index)).collect()
}
