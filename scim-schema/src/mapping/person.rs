//! What a condition is asked about.

use serde_json::{Map, Value, json};

use crate::{id::GroupId, resource::Document};

/// A group of a person, of the connection whose rules are evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupOfPerson {
    /// Its SCIM `id`.
    pub id: GroupId,
    /// `displayName`.
    pub display: String,
    /// Whether the person is a member itself, and not only of a group in it.
    pub direct: bool,
}

/// A person as the provider describes them.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// Attributes without `active`.
    pub document: &'a Document,
    /// `active`.
    pub active: bool,
    /// Groups, those in which their groups are included.
    pub groups: &'a [GroupOfPerson],
}

impl Person<'_> {
    /// The resource that filters are evaluated on.
    #[must_use]
    pub(super) fn resource(&self) -> Map<String, Value> {
        let mut resource = self.document.as_map().clone();
        resource.insert("active".to_owned(), Value::Bool(self.active));
        let groups = self.groups.iter().map(|group| {
            json!({
                "value": group.id,
                "display": group.display,
                "type": if group.direct { "direct" } else { "indirect" },
            })
        });
        resource.insert("groups".to_owned(), groups.collect());
        resource
    }
}
