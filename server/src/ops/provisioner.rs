//! The connection on whose behalf a SCIM request is carried out.

use scim_schema::{
    api::users::Actor,
    dialect::Dialect,
    id::{ConnectionId, OrganisationId},
};

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
    /// SCIM base URL without a trailing slash.
    pub base_url: String,
}

impl Provisioner {
    /// The connection as the one who acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Connection {
            id: self.id,
            name: self.name.clone(),
        }
    }
}
