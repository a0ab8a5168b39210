//! SCIM 2.0 as an identity provider sees it.

mod active;
pub(crate) mod adoption;
mod bad_bodies;
mod bad_requests;
mod bulk;
mod bulk_circles;
mod bulk_units;
mod complaints;
mod concurrency;
mod control_characters;
mod cursors;
mod custom_attributes;
mod deletion;
mod dialects;
mod effort;
mod etags;
mod filter_errors;
mod filter_oracle;
mod filters;
mod going_live;
mod groups;
mod guesses;
mod identifiers;
mod index_walks;
mod large;
mod limits;
mod lists;
mod log_rows;
mod lost_updates;
mod managers;
mod mapping;
mod media_types;
mod member_types;
mod members_that_go;
mod misdirected;
mod oauth;
mod oauth_assertions;
mod passwords;
mod patch;
mod population;
mod projections;
mod races;
mod read_only;
mod scopes;
mod search;
mod secrets;
mod shadow;
mod shared_addresses;
mod size;
mod switches;
mod tokens;
mod too_many;
mod totals;

use scim_schema::dialect::{ConnectionKind, Switch};

use crate::support::{Answer, Call, ScimClient, TestApp};

/// A server with one connection of the strict kind.
async fn generic() -> (TestApp, ScimClient) {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    (app, client)
}

/// A server with one connection that can read the status which the product gives a user.
async fn exposing_status() -> (TestApp, ScimClient) {
    let app = TestApp::new().await;
    let client = app
        .connection_with(ConnectionKind::Generic, &[Switch::ExposeUserStatus])
        .await;
    (app, client)
}

/// Sends a call that must be refused and fails when it left anything behind.
async fn refused(app: &TestApp, call: Call) -> Answer {
    let before = app.footprint().await;
    let answer = call.send().await;
    let after = app.footprint().await;
    TestApp::assert_unchanged(&before, &after, &answer);
    assert!(answer.status >= 400, "{}", answer.text);
    answer
}
