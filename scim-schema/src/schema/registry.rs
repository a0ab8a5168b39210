//! The registry: every schema and resource type this server knows, built once.

use std::sync::{Arc, LazyLock};

use super::{
    Extension, Found, ResourceKind, ResourceType, Schema, common, enterprise, group, ours, user,
};
use crate::attr::{AttrDef, AttrId};

/// Every schema and resource type.
#[derive(Debug)]
pub struct Registry {
    schemas: Vec<Arc<Schema>>,
    users: ResourceType,
    groups: ResourceType,
}

/// Where an attribute stands in a resource's JSON.
#[derive(Clone, Copy, Debug)]
pub struct Location {
    /// URN of the extension object that holds it; `None` at the top level.
    pub extension: Option<&'static str>,
    /// The attribute.
    pub attr: &'static AttrDef,
    /// The sub-attribute, if the id names one.
    pub sub: Option<&'static AttrDef>,
}

/// The registry of the process.
#[must_use]
pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::build);
    &REGISTRY
}

impl Registry {
    fn build() -> Self {
        let user = Arc::new(user::schema());
        let group = Arc::new(group::schema());
        let enterprise = Arc::new(enterprise::schema());
        let ours = Arc::new(ours::schema());
        let extensions = [&enterprise, &ours].map(|schema| Extension {
            schema: Arc::clone(schema),
            required: false,
        });
        Self {
            users: ResourceType::new(
                ResourceKind::User,
                "/Users",
                common::attributes(),
                Arc::clone(&user),
                extensions.to_vec(),
            ),
            groups: ResourceType::new(
                ResourceKind::Group,
                "/Groups",
                common::attributes(),
                Arc::clone(&group),
                Vec::new(),
            ),
            schemas: vec![user, group, enterprise, ours],
        }
    }

    /// All schemas, core ones first.
    #[must_use]
    pub fn schemas(&self) -> &[Arc<Schema>] {
        &self.schemas
    }

    /// The schema with this URN, in any case.
    #[must_use]
    pub fn schema(&self, urn: &str) -> Option<&Schema> {
        self.schemas
            .iter()
            .map(AsRef::as_ref)
            .find(|schema: &&Schema| schema.is_named(urn))
    }

    /// All resource types.
    #[must_use]
    pub fn resource_types(&self) -> [&ResourceType; 2] {
        [&self.users, &self.groups]
    }

    /// The resource type of a kind.
    #[must_use]
    pub fn resource_type(&self, kind: ResourceKind) -> &ResourceType {
        match kind {
            ResourceKind::User => &self.users,
            ResourceKind::Group => &self.groups,
        }
    }

    /// Where an attribute stands, whatever its resource type. `None` only for an id that no
    /// schema defines, and there is none.
    #[must_use]
    pub fn location(&self, id: AttrId) -> Option<Location> {
        static LOCATIONS: LazyLock<Vec<Option<Location>>> = LazyLock::new(locations);
        let slot = usize::try_from(id.code()).ok()?;
        LOCATIONS.get(slot).copied().flatten()
    }
}

fn locations() -> Vec<Option<Location>> {
    let mut all = Vec::new();
    for id in AttrId::ALL {
        let found = registry()
            .resource_types()
            .into_iter()
            .find_map(|rt| rt.find_id(*id));
        let (Some(found), Ok(slot)) = (found, usize::try_from(id.code())) else {
            continue;
        };
        if all.len() <= slot {
            all.resize(slot + 1, None);
        }
        all[slot] = Some(place(found));
    }
    all
}

fn place(found: Found<'static>) -> Location {
    Location {
        extension: found.extension.map(|schema| schema.urn.as_ref()),
        attr: found.attr,
        sub: found.sub,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        attr::{AttrPath, AttrType, Mutability},
        schema::{Unknown, urn},
    };

    fn users() -> &'static ResourceType {
        registry().resource_type(ResourceKind::User)
    }

    #[test]
    fn every_attribute_id_is_defined_exactly_once() {
        for id in AttrId::ALL {
            let location = registry().location(*id).expect("defined");
            assert_eq!(location.sub.unwrap_or(location.attr).id, *id);
            let name = match location.sub {
                Some(sub) => format!("{}.{}", location.attr.name, sub.name),
                None => location.attr.name.to_string(),
            };
            let path = match location.extension {
                Some(urn) => format!("{urn}:{name}"),
                None => name,
            };
            assert_eq!(path, id.path());
        }
    }

    #[test]
    fn names_are_found_in_any_case_with_and_without_urn() {
        for path in [
            "USERNAME",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName",
            "URN:IETF:params:scim:schemas:core:2.0:user:username",
        ] {
            let found = users().find(&AttrPath::split(path)).expect("defined");
            assert_eq!(found.leaf().id, AttrId::UserName);
        }
        let path = format!("{}:Manager.VALUE", urn::ENTERPRISE_USER);
        let found = users().find(&AttrPath::split(&path)).expect("defined");
        assert_eq!(found.leaf().id, AttrId::EnterpriseManagerValue);
    }

    #[test]
    fn what_is_missing_is_named() {
        let find = |path: &str| users().find(&AttrPath::split(path)).unwrap_err();
        assert_eq!(find("nope"), Unknown::Attribute);
        assert_eq!(find("manager"), Unknown::Attribute);
        assert_eq!(find("emails.nope"), Unknown::SubAttribute);
        assert_eq!(find("urn:x:2.0:User:nope"), Unknown::Urn);
        assert_eq!(find(&"x".repeat(1000)), Unknown::Attribute);
    }

    #[test]
    fn complex_attributes_are_never_nested() {
        for id in AttrId::ALL {
            let location = registry().location(*id).expect("defined");
            for sub in &location.attr.sub_attributes {
                assert_ne!(sub.attr_type, AttrType::Complex, "{}", id.path());
                assert!(!sub.multi_valued, "{}", id.path());
            }
        }
    }

    #[test]
    fn our_extension_is_read_only() {
        let ours = registry().schema(urn::USER_STATUS).expect("defined");
        for def in &ours.attributes {
            assert_eq!(def.mutability, Mutability::ReadOnly);
        }
    }
}
