//! Whether a token's scopes are enough for a request (RFC 6750 section 3.1).

use axum::{
    http::{HeaderValue, Method, header::WWW_AUTHENTICATE},
    response::Response,
};
use scim_schema::{
    resource::ScimError,
    schema::ResourceKind,
    scope::{Access, Scope, Scopes},
};

use super::{BASE_PATH, bulk, intake};

/// A scope that a token lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lacking(Scope);

impl Lacking {
    /// What is missing for a request; `None` when nothing is. The operations of a Bulk are looked
    /// at one by one, as they are carried out.
    pub(super) fn of(method: &Method, path: &str, scopes: Scopes) -> Option<Self> {
        scopes.lacks(access(method, path)).map(Self)
    }

    /// The error to answer with.
    pub(super) fn error(self) -> ScimError {
        let may_not = match self.0 {
            Scope::Read => "may not read these resources",
            Scope::Users => "may not create, change or delete users",
            Scope::Groups => "may not create, change or delete groups",
        };
        let detail = format!(
            "This token {may_not}: it lacks the scope {}; make one with it for this connection",
            self.0
        );
        ScimError::status(403, detail)
    }

    /// The answer with the challenge that goes with it.
    pub(super) fn challenging(self, mut response: Response) -> Response {
        let challenge = format!(
            r#"Bearer realm="scim", error="insufficient_scope", scope="{}""#,
            self.0
        );
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Refuses what the scopes do not allow.
///
/// # Errors
/// 403 that names the missing scope.
pub(super) fn require(scopes: Scopes, access: Access) -> Result<(), ScimError> {
    match scopes.lacks(access) {
        None => Ok(()),
        Some(missing) => Err(Lacking(missing).error()),
    }
}

/// What is not known to need less needs the right to read everything.
fn access(method: &Method, path: &str) -> Access {
    let path = path.strip_prefix(BASE_PATH).unwrap_or(path);
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let kind = match segments.next().unwrap_or_default() {
        "Users" => ResourceKind::User,
        "Groups" => ResourceKind::Group,
        "ServiceProviderConfig" | "ResourceTypes" | "Schemas" | "Me" => return Access::Describe,
        _ if path == bulk::PATH => return Access::Describe,
        _ => return Access::ReadAll,
    };
    let searches = *method == Method::POST && segments.next() == Some(".search");
    if searches || intake::reads(method) {
        Access::Read(kind)
    } else {
        Access::Change(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_endpoint_needs_what_it_does() {
        use Access::{Change, Describe, Read, ReadAll};
        use ResourceKind::{Group, User};
        for (method, path, wanted) in [
            (Method::GET, "/scim/v2/Users", Read(User)),
            (Method::HEAD, "/Users/1", Read(User)),
            (Method::POST, "/Users/.search", Read(User)),
            (Method::POST, "/scim/v2/Users", Change(User)),
            (Method::PUT, "/Users/1", Change(User)),
            (Method::PATCH, "/Groups/1", Change(Group)),
            (Method::DELETE, "/Groups/.search", Change(Group)),
            (Method::GET, "/Groups/1", Read(Group)),
            (Method::POST, "/.search", ReadAll),
            (Method::GET, "/scim/v2/", ReadAll),
            (Method::GET, "/scim/v2", ReadAll),
            (Method::GET, "/Schemas/urn:x", Describe),
            (Method::POST, "/scim/v2/Bulk", Describe),
            (Method::GET, "/Somewhere", ReadAll),
        ] {
            assert_eq!(access(&method, path), wanted, "{method} {path}");
        }
    }
}
