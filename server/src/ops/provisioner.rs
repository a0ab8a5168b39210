//! The connection on whose behalf a SCIM request is carried out.

use std::sync::Arc;

use scim_schema::{
    api::{connections::ConnectionMode, users::Actor},
    dialect::Dialect,
    id::{ConnectionId, OrganisationId},
    mapping::RuleSet,
    schema::{ResourceKind, ResourceType},
};

use crate::db::ConnectionInfo;

/// A connection as the verbs of SCIM need it.
#[derive(Clone, Debug)]
pub struct Provisioner {
    /// The connection.
    pub id: ConnectionId,
    /// Its name, for holds and the audit log.
    pub name: String,
    /// How it speaks.
    pub dialect: Dialect,
    /// Where its people become members.
    pub default_organisation: OrganisationId,
    /// Whether it may take over local users.
    pub adopt_existing: bool,
    /// Where else they belong.
    pub rules: Arc<RuleSet>,
    /// SCIM base URL without a trailing slash.
    pub base_url: String,
    /// Whether its people and groups are live, or in its shadow.
    pub mode: ConnectionMode,
}

impl From<ConnectionInfo> for Provisioner {
    /// The connection as the one on whose behalf something is done that no request of its provider
    /// asks for: there is no answer, and so no base URL.
    fn from(info: ConnectionInfo) -> Self {
        Self {
            id: info.id,
            name: info.name,
            dialect: info.dialect,
            default_organisation: info.default_organisation,
            adopt_existing: info.adopt_existing,
            rules: info.rules,
            base_url: String::new(),
            mode: info.mode,
        }
    }
}

impl Provisioner {
    /// What a user is on this connection.
    #[must_use]
    pub fn user_type(&self) -> Arc<ResourceType> {
        Arc::clone(self.dialect.resource_type(ResourceKind::User))
    }

    /// The connection as the one who acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Connection {
            id: self.id,
            name: self.name.clone(),
        }
    }
}
