//! An identity provider with a connection's token.

use axum::Router;
use scim_schema::id::{ConnectionId, ScimTokenId};
use serde_json::{Value, json};

use super::{Answer, Call, percent_encoded};

/// Speaks SCIM over one connection. Clones share it.
#[derive(Clone)]
pub(crate) struct ScimClient {
    pub(crate) router: Router,
    pub(crate) connection: ConnectionId,
    pub(crate) token_id: ScimTokenId,
    pub(crate) token: String,
}

impl ScimClient {
    /// A request with the headers that every request has.
    pub(crate) fn call(&self, method: &str, path: &str) -> Call {
        Call::new(&self.router, method, format!("/scim/v2{path}"))
            .header("authorization", &format!("Bearer {}", self.token))
            .header("accept", "application/scim+json")
    }

    /// A request with a body.
    pub(crate) fn call_with(&self, method: &str, path: &str, body: &Value) -> Call {
        self.call(method, path)
            .header("content-type", "application/scim+json")
            .json(body)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call_with("POST", path, body).send().await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.call_with("PUT", path, body).send().await
    }

    /// A PATCH with these operations.
    pub(crate) async fn patch(&self, path: &str, operations: Value) -> Answer {
        self.call_with("PATCH", path, &patch_body(operations))
            .send()
            .await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path).send().await
    }

    /// The resources that match a filter.
    pub(crate) async fn filter(&self, endpoint: &str, filter: &str) -> Answer {
        let filter = percent_encoded(filter);
        self.get(&format!("{endpoint}?filter={filter}&count=1000"))
            .await
    }

    /// Creates a user with this name and answers its id.
    pub(crate) async fn user(&self, user_name: &str) -> String {
        let created = self.post("/Users", &user_body(user_name)).await;
        created.expect(201).id()
    }

    /// Creates a group with these members and answers its id.
    pub(crate) async fn group(&self, display_name: &str, members: &[&str]) -> String {
        let created = self
            .post("/Groups", &group_body(display_name, members))
            .await;
        created.expect(201).id()
    }
}

/// The smallest user.
pub(crate) fn user_body(user_name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": user_name,
    })
}

/// A group with members.
pub(crate) fn group_body(display_name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": display_name,
        "members": members,
    })
}

/// The message of a PATCH.
#[expect(
    clippy::needless_pass_by_value,
    reason = "callers write the operations in place"
)]
pub(crate) fn patch_body(operations: Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": operations,
    })
}
