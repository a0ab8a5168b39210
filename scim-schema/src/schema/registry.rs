//! The registry: every schema and resource type this server knows, built once.

use std::sync::{Arc, LazyLock};

use super::{Extension, ResourceKind, ResourceType, Schema, common, enterprise, group, ours, user};

/// Every schema and resource type.
#[derive(Debug)]
pub struct Registry {
    schemas: Vec<Arc<Schema>>,
    users: UserTypes,
    groups: Arc<ResourceType>,
}

/// The resource type of users, with and without our extension, which a connection exposes or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserTypes {
    with_status: Arc<ResourceType>,
    without_status: Arc<ResourceType>,
}

impl UserTypes {
    /// The type with our extension, or without.
    #[must_use]
    pub fn exposing(&self, user_status: bool) -> &Arc<ResourceType> {
        if user_status {
            &self.with_status
        } else {
            &self.without_status
        }
    }

    /// The same types with further extensions: those of an account, as a connection exposes them.
    #[must_use]
    pub fn extended(&self, schemas: &[Arc<Schema>]) -> Self {
        let extend = |rt: &ResourceType| {
            let more = schemas.iter().map(|schema| Extension {
                schema: Arc::clone(schema),
                required: false,
            });
            let all = rt.extensions.iter().cloned().chain(more);
            Arc::new(rt.with_extensions(all.collect()))
        };
        Self {
            with_status: extend(&self.with_status),
            without_status: extend(&self.without_status),
        }
    }
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
        let plain = |kind, endpoint: &'static str, schema: &Arc<Schema>| {
            let (common, schema) = (common::attributes(), Arc::clone(schema));
            Arc::new(ResourceType::new(
                kind,
                endpoint,
                common,
                schema,
                Vec::new(),
            ))
        };
        let users = plain(ResourceKind::User, "/Users", &user);
        let bare = UserTypes {
            with_status: Arc::clone(&users),
            without_status: users,
        };
        Self {
            users: UserTypes {
                with_status: bare
                    .extended(&[Arc::clone(&enterprise), Arc::clone(&ours)])
                    .with_status,
                without_status: bare.extended(&[Arc::clone(&enterprise)]).without_status,
            },
            groups: plain(ResourceKind::Group, "/Groups", &group),
            schemas: vec![user, group, enterprise, ours],
        }
    }

    /// The schema with this URN, in any case.
    #[must_use]
    pub fn schema(&self, urn: &str) -> Option<&Schema> {
        self.schemas().find(|schema| schema.is_named(urn))
    }

    /// Every schema of the product's own.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        self.schemas.iter().map(AsRef::as_ref)
    }

    /// All resource types.
    #[must_use]
    pub fn resource_types(&self) -> [&ResourceType; 2] {
        [ResourceKind::User, ResourceKind::Group].map(|kind| self.resource_type(kind).as_ref())
    }

    /// The resource types of users that connections without attributes of their own have.
    #[must_use]
    pub fn users(&self) -> &UserTypes {
        &self.users
    }

    /// The resource type of a kind with every extension of the product's own.
    #[must_use]
    pub fn resource_type(&self, kind: ResourceKind) -> &Arc<ResourceType> {
        match kind {
            ResourceKind::User => self.users.exposing(true),
            ResourceKind::Group => &self.groups,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        attr::{AttrId, AttrPath, AttrType, Mutability},
        schema::{Found, Unknown, urn},
    };

    fn users() -> &'static ResourceType {
        registry().resource_type(ResourceKind::User)
    }

    fn found(id: AttrId) -> Found<'static> {
        let mut types = registry().resource_types().into_iter();
        types.find_map(|rt| rt.find_id(id)).expect("defined")
    }

    #[test]
    fn the_urns_of_all_schemas_are_listed() {
        let urns: Vec<_> = registry().schemas().map(|schema| &*schema.urn).collect();
        assert_eq!(urns, urn::REGISTERED);
    }

    #[test]
    fn every_attribute_id_is_defined_exactly_once() {
        for id in AttrId::ALL {
            let found = found(*id);
            assert_eq!(found.leaf().id, *id);
            let name = match found.sub {
                Some(sub) => format!("{}.{}", found.attr.name, sub.name),
                None => found.attr.name.to_string(),
            };
            let path = match found.extension {
                Some(schema) => format!("{}:{name}", schema.urn),
                None => name,
            };
            assert_eq!(Some(path.as_str()), id.path());
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
            for sub in &found(*id).attr.sub_attributes {
                assert_ne!(sub.attr_type, AttrType::Complex, "{id:?}");
                assert!(!sub.multi_valued, "{id:?}");
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
