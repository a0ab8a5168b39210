//! The `type` of a member and what the member is.

use serde_json::json;

use super::{generic, refused};
use crate::support::{group_body, patch_body};

#[tokio::test]
async fn a_member_of_the_other_type_is_told_so() {
    let (app, client) = generic().await;
    let ada = client.user("ada").await;
    let inner = client.group("Inner", &[]).await;
    let outer = client.group("Outer", &[]).await;
    let path = format!("/Groups/{outer}");
    for (id, said, is) in [(&ada, "Group", "User"), (&inner, "User", "Group")] {
        let member = json!([{ "value": id, "type": said }]);
        let mut body = group_body("Outer", &[]);
        body["members"] = member.clone();
        let operations = json!([{ "op": "add", "path": "members", "value": member }]);
        for call in [
            client.call_with("PUT", &path, &body),
            client.call_with("PATCH", &path, &patch_body(operations)),
        ] {
            let answer = refused(&app, call).await;
            let part = format!("members.type is '{said}', but '{id}' is a {is}");
            answer.expect_scim_error(400, Some("invalidValue"), &part);
        }
    }
    app.finish().await;
}
