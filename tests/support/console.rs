//! The console of one browser: a cookie, the origin and the header that every change carries.

use axum::Router;
use serde_json::{Value, json};

use super::{Answer, Call};

/// The address of the console in tests.
pub(crate) const ORIGIN: &str = "https://people.example.org";
/// The password of everybody in tests.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// One browser. Clones share what they were signed in as when they were cloned.
#[derive(Clone)]
pub(crate) struct Console {
    router: Router,
    cookie: Option<String>,
}

impl Console {
    /// A browser that nobody is signed in with.
    pub(crate) fn new(router: &Router) -> Self {
        Self {
            router: router.clone(),
            cookie: None,
        }
    }

    /// A request as the console sends it.
    pub(crate) fn call(&self, method: &str, path: &str) -> Call {
        let mut call = Call::new(&self.router, method, format!("/api/v1{path}"));
        if let Some(cookie) = &self.cookie {
            call = call.header("cookie", cookie);
        }
        if method == "GET" {
            return call;
        }
        call.header("origin", ORIGIN)
            .header("x-rollcall-console", "1")
            .header("content-type", "application/json")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path).json(body).send().await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.call("PUT", path).json(body).send().await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path).send().await
    }

    /// Signs in; a browser keeps the cookie it is given.
    pub(crate) async fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        self.sign_in_to("main", login, password).await
    }

    pub(crate) async fn sign_in_to(
        &mut self,
        account: &str,
        login: &str,
        password: &str,
    ) -> Answer {
        let body = json!({ "account": account, "login": login, "password": password });
        let answer = self.post("/sessions", &body).await;
        self.keep_cookie(&answer);
        answer
    }

    /// Consumes a one-time link.
    pub(crate) async fn redeem(&mut self, body: &Value) -> Answer {
        let answer = self.post("/one-time-links/redeem", body).await;
        self.keep_cookie(&answer);
        answer
    }

    /// Takes the cookie of an answer as a browser does.
    pub(crate) fn keep_cookie(&mut self, answer: &Answer) {
        let Some(text) = answer.header("set-cookie") else {
            return;
        };
        let pair = text.split(';').next().unwrap_or_default();
        let is_removal = pair.ends_with('=');
        self.cookie = (!is_removal).then(|| pair.to_owned());
    }
}
