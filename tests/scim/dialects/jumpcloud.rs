//! JumpCloud, beyond the exchange `jumpcloud-test-connection`.

use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use super::connected;

/// *Test connection* makes a user and a group and deletes both, as often as somebody clicks.
/// Source: support.jumpcloud.com Custom-SCIM-Identity-Management;
/// app.uni-moni.com/en/kb/sso-setup-jumpcloud.
#[tokio::test]
async fn testing_the_connection_leaves_nothing_behind() {
    let (app, client) = connected(ConnectionKind::JumpCloud).await;
    for _ in 0..2 {
        let user = client.user("jumpcloud-test@example.com").await;
        let group = client.group("JumpCloud test", &[&user]).await;
        let remove = json!([{ "op": "remove", "path": "members", "value": [{ "value": user }] }]);
        let path = format!("/Groups/{group}");
        client.patch(&path, remove).await.expect(204);
        let read = client.get(&path).await.expect(200);
        assert!(read.strings("/members", "/value").is_empty());
        client.delete(&path).await.expect(204);
        client.delete(&format!("/Users/{user}")).await.expect(204);
        for endpoint in ["/Users", "/Groups"] {
            let list = client.get(endpoint).await.expect(200);
            assert_eq!(list.json["totalResults"], 0, "{endpoint}");
        }
    }
    app.finish().await;
}
