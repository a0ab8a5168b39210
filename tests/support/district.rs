//! A district with schools, people in them, and somebody who administers one of them.

use scim_schema::{dialect::ConnectionKind, id::UserId};
use serde_json::{Value, json};

use super::{Answer, Console, PASSWORD, ScimClient, TestApp};

/// North with a lab below it, and South.
pub(crate) struct District {
    pub(crate) app: TestApp,
    /// System Administrator.
    pub(crate) dana: Console,
    pub(crate) client: ScimClient,
    pub(crate) root: String,
    pub(crate) north: String,
    pub(crate) lab: String,
    pub(crate) south: String,
}

impl District {
    pub(crate) async fn new() -> Self {
        let app = TestApp::new().await;
        let dana = app.administrator().await;
        let listed = dana.get("/organisations").await.expect(200);
        let root = listed.string("/items/0/id");
        let north = create(&dana, &root, "North").await;
        let lab = create(&dana, &north, "Lab").await;
        let south = create(&dana, &root, "South").await;
        let client = app.connection(ConnectionKind::Generic).await;
        Self {
            app,
            dana,
            client,
            root,
            north,
            lab,
            south,
        }
    }

    /// Somebody new who belongs to these organisations.
    pub(crate) async fn person(&self, name: &str, organisations: &[&str]) -> UserId {
        let link = self.client.user(name).await;
        let id = self.app.user_of(&link).await;
        place(&self.dana, id, organisations).await.expect(200);
        id
    }

    /// Somebody new with a password who belongs to an organisation and administers it.
    pub(crate) async fn administrator_of(
        &self,
        organisation: &str,
        email: &str,
    ) -> (UserId, Console) {
        let id = self
            .app
            .further_administrator(&self.app.account, email)
            .await;
        place(&self.dana, id, &[organisation]).await.expect(200);
        let roles = json!({
            "account": [],
            "organisations": [{ "organisation": organisation, "administrator": true }],
        });
        let given = put(&self.dana, &format!("/users/{id}/roles"), &roles).await;
        given.expect(200);
        let mut console = self.app.browser();
        console.sign_in(email, PASSWORD).await.expect(200);
        (id, console)
    }
}

/// Creates an organisation and answers its id.
pub(crate) async fn create(console: &Console, parent: &str, name: &str) -> String {
    let body = json!({ "parent": parent, "name": name });
    let made = console.post("/organisations", &body).await;
    made.expect(201).id()
}

/// Says which organisations somebody belongs to.
pub(crate) async fn place(console: &Console, id: UserId, organisations: &[&str]) -> Answer {
    let body = json!({ "organisations": organisations });
    put(console, &format!("/users/{id}/organisations"), &body).await
}

pub(crate) async fn put(console: &Console, path: &str, body: &Value) -> Answer {
    console.call("PUT", path).json(body).send().await
}

pub(crate) async fn patch(console: &Console, path: &str, body: &Value) -> Answer {
    console.call("PATCH", path).json(body).send().await
}
