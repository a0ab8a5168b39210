//! Routes of organisations and of who belongs to them.

use serde_json::{Value, json};

use super::{
    NOBODY,
    routes::{Ids, Needs},
};

pub(super) fn routes(ids: &Ids) -> Vec<(&'static str, String, Needs)> {
    let Ids {
        user,
        organisation,
        member_of,
        ..
    } = ids;
    let one = format!("/organisations/{organisation}");
    let routes = [
        ("PUT", format!("/users/{user}/organisations")),
        ("DELETE", format!("/users/{user}/organisations/{member_of}")),
        ("PUT", format!("/users/{user}/roles")),
        ("GET", "/organisations".to_owned()),
        ("POST", "/organisations".to_owned()),
        ("GET", one.clone()),
        ("PATCH", one.clone()),
        ("POST", format!("{one}/archive")),
        ("POST", format!("{one}/unarchive")),
    ];
    let routes = routes.into_iter();
    routes
        .map(|(method, path)| (method, path, Needs::Session))
        .collect()
}

/// What a route takes; nothing in particular where nothing is asked for.
pub(super) fn body(path: &str) -> Value {
    if !path.ends_with("/organisations") {
        return json!({});
    }
    match path.starts_with("/users/") {
        true => json!({ "organisations": [NOBODY] }),
        false => json!({ "parent": NOBODY, "name": "Another" }),
    }
}
