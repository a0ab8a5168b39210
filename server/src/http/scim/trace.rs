//! What a request leaves in the provisioning log besides its answer.

use scim_schema::{dialect::Notes, id::LinkId, resource::Incoming, schema::ResourceKind};

use crate::{
    db::{LogSubject, UniqueKey},
    ops::OpError,
};

/// Collected while a request is carried out.
#[derive(Debug, Default)]
pub(super) struct Trace {
    /// Rewrites that were needed to read the request.
    pub(super) notes: Notes,
    /// Whom what failed was about.
    pub(super) subjects: Vec<LogSubject>,
    /// Whether a conflict was noted for an administrator.
    pub(super) conflict: bool,
}

impl Trace {
    /// Adds what a part of the request left.
    pub(super) fn append(&mut self, part: Self) {
        for note in part.notes.into_vec() {
            self.notes.add(note.rule, note.detail);
        }
        self.subjects.extend(part.subjects);
        self.conflict |= part.conflict;
    }

    /// Notes whose user name or `externalId` was in the way of a POST or PUT.
    pub(super) fn collided(&mut self, error: &OpError, incoming: &Incoming) {
        let document = &incoming.document;
        let subject = match error {
            OpError::Unique(UniqueKey::UserName) | OpError::Collision(_) => document
                .user_name()
                .map(|name| LogSubject::UserName(name.to_owned())),
            OpError::Unique(UniqueKey::LinkExternalId) => document
                .external_id()
                .map(|id| LogSubject::ExternalId(id.to_owned())),
            _ => None,
        };
        self.subjects.extend(subject);
    }

    /// Notes that an operation on this resource failed.
    pub(super) fn failed_on(&mut self, kind: ResourceKind, id: &str) {
        if kind == ResourceKind::User {
            self.subjects.extend(canonical(id).map(LogSubject::Link));
        }
    }
}

/// The user that a path below the base URL names.
pub(super) fn user_of(path: &str) -> Option<LogSubject> {
    canonical(path.strip_prefix("/Users/")?).map(LogSubject::Link)
}

/// Ids are case-exact: any other text of the same UUID names nothing.
fn canonical(text: &str) -> Option<LinkId> {
    let id = text.parse::<LinkId>().ok()?;
    (id.to_string() == text).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_user_by_the_exact_text_of_its_id() {
        let id = "01936b2e-0000-7000-8000-000000000000";
        let named = |path: &str| user_of(path).is_some();
        assert!(named(&format!("/Users/{id}")));
        for path in [
            format!("/Users/{}", id.replace('-', "")),
            format!("/Users/{id}/x"),
            format!("/Groups/{id}"),
            "/Users".to_owned(),
        ] {
            assert!(!named(&path), "{path}");
        }
    }
}
