//! How bodies are labelled: what is not JSON in UTF-8 as it stands is refused by its name.

use serde_json::json;

use super::{generic, refused};
use crate::support::user_body;

#[tokio::test]
async fn an_encoded_body_is_415_and_names_the_encoding() {
    let (app, client) = generic().await;
    for encoding in ["gzip", "br", "identity, deflate"] {
        let call = client.call_with("POST", "/Users", &user_body("ada"));
        let answer = refused(&app, call.header("content-encoding", encoding)).await;
        let name = encoding.rsplit(' ').next().unwrap();
        answer.expect_scim_error(415, None, name);
    }
    let call = client.call_with("POST", "/Users", &user_body("ada"));
    let call = call.header("content-encoding", "identity");
    call.send().await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn a_charset_other_than_utf_8_is_415_and_named() {
    let (app, client) = generic().await;
    for charset in ["iso-8859-1", "\"UTF-16\"", "us-ascii"] {
        let content_type = format!("application/scim+json; charset={charset}");
        let call = client.call_with("POST", "/Users", &user_body("ada"));
        let answer = refused(&app, call.header("content-type", &content_type)).await;
        let name = charset.trim_matches('"').to_ascii_lowercase();
        answer.expect_scim_error(415, None, &name);
    }
    let call = client.call_with("POST", "/Users", &user_body("ada"));
    let call = call.header("content-type", "application/scim+json; charset=\"UTF-8\"");
    call.send().await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped_and_the_body_is_in_the_log() {
    let (app, client) = generic().await;
    let body = format!("\u{feff}{}", user_body("ada"));
    let call = client.call_with("POST", "/Users", &json!({})).bytes(body);
    call.send().await.expect(201);
    app.flush_log().await;
    let kept = "SELECT COUNT(*) FROM scim_request_log WHERE request_body LIKE '{%ada%'";
    assert_eq!(app.number(kept).await, 1);
    app.finish().await;
}
