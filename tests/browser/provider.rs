//! An identity provider that speaks SCIM over real HTTP.

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::support::{group_body, patch_body, percent_encoded};

/// One connection's client.
pub(crate) struct Provider {
    http: Client,
    base_url: String,
    token: String,
}

impl Provider {
    pub(crate) fn new(base_url: String, token: String) -> Self {
        Self {
            http: Client::new(),
            base_url,
            token,
        }
    }

    /// Creates a person, whose user name is the e-mail address; answers the SCIM id.
    pub(crate) async fn create(&self, given: &str, family: &str, email: &str) -> String {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": email,
            "externalId": format!("ext-{email}"),
            "name": { "givenName": given, "familyName": family },
            "emails": [{ "value": email, "type": "work", "primary": true }],
            "password": "Hidden-from-everybody-1",
            "active": true,
        });
        let request = self.request(Method::POST, "/Users").json(&body);
        id_of(&answer(request, StatusCode::CREATED).await)
    }

    /// Sends somebody whose user name another connection has, which is refused.
    pub(crate) async fn create_taken(&self, given: &str, family: &str, email: &str) {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": email,
            "name": { "givenName": given, "familyName": family },
        });
        let request = self.request(Method::POST, "/Users").json(&body);
        answer(request, StatusCode::CONFLICT).await;
    }

    /// Creates people of which nothing but the number matters; they sort behind everybody else.
    pub(crate) async fn create_crowd(&self, people: u32) {
        for n in 1..=people {
            let email = format!("crowd{n:02}@example.org");
            self.create("Zoe", &format!("Zimmer{n:02}"), &email).await;
        }
    }

    /// Creates a group.
    pub(crate) async fn create_group(&self, name: &str, members: &[&str]) -> String {
        let request = self.request(Method::POST, "/Groups");
        let request = request.json(&group_body(name, members));
        id_of(&answer(request, StatusCode::CREATED).await)
    }

    /// Renames a group; answers the status.
    pub(crate) async fn rename(&self, group: &str, name: &str) -> StatusCode {
        let operations = json!([{ "op": "replace", "path": "displayName", "value": name }]);
        let request = self.request(Method::PATCH, &format!("/Groups/{group}"));
        let request = request.json(&patch_body(operations));
        request.send().await.expect("an answer").status()
    }

    /// Replaces one attribute of a person.
    pub(crate) async fn set(&self, id: &str, path: &str, value: Value) {
        let operations = json!([{ "op": "replace", "path": path, "value": value }]);
        let request = self.request(Method::PATCH, &format!("/Users/{id}"));
        answer(request.json(&patch_body(operations)), StatusCode::OK).await;
    }

    /// The SCIM id of the person with this user name.
    pub(crate) async fn id_of(&self, user_name: &str) -> String {
        let filter = percent_encoded(&format!("userName eq \"{user_name}\""));
        let request = self.request(Method::GET, &format!("/Users?filter={filter}"));
        id_of(&answer(request, StatusCode::OK).await["Resources"][0])
    }

    /// Deletes a person.
    pub(crate) async fn delete(&self, id: &str) {
        let request = self.request(Method::DELETE, &format!("/Users/{id}"));
        answer(request, StatusCode::NO_CONTENT).await;
    }

    /// Sends a person without a user name, which is refused.
    pub(crate) async fn send_refused(&self) {
        let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"] });
        let request = self.request(Method::POST, "/Users").json(&body);
        answer(request, StatusCode::BAD_REQUEST).await;
    }

    /// The status that a list of users answers with.
    pub(crate) async fn list_status(&self) -> StatusCode {
        let answer = self.request(Method::GET, "/Users?count=1").send().await;
        answer.expect("an answer").status()
    }

    /// The status that deleting a person answers with.
    pub(crate) async fn delete_status(&self, id: &str) -> StatusCode {
        let request = self.request(Method::DELETE, &format!("/Users/{id}"));
        request.send().await.expect("an answer").status()
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.base_url))
            .bearer_auth(&self.token)
    }
}

async fn answer(request: RequestBuilder, wanted: StatusCode) -> Value {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    assert_eq!(status, wanted, "{text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

fn id_of(resource: &Value) -> String {
    let id = resource["id"].as_str();
    id.unwrap_or_else(|| panic!("no id: {resource}")).to_owned()
}
