//! Schemas and resource types: the one table behind `/Schemas`, `/ResourceTypes`, validation,
//! filters, PATCH and projection.

mod common;
mod document;
mod enterprise;
mod group;
mod ours;
mod provider_config;
mod registry;
mod resource_type;
pub mod urn;
mod user;
mod user_values;

use std::borrow::Cow;

pub use self::{
    document::{
        resource_type_document, resource_types_document, schema_document, schemas_document,
    },
    provider_config::{
        BulkSettings, PaginationMethod, PaginationSettings, ProviderSettings,
        service_provider_config,
    },
    registry::{Registry, UserTypes, registry},
    resource_type::{Extension, Found, ResourceKind, ResourceType, Unknown},
};
use crate::attr::AttrDef;

/// A named set of attributes (RFC 7643 section 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Its URN, as it is returned; compared without case.
    pub urn: Cow<'static, str>,
    /// Its short name.
    pub name: Cow<'static, str>,
    /// What it describes.
    pub description: Cow<'static, str>,
    /// Its attributes in order.
    pub attributes: Vec<AttrDef>,
}

impl Schema {
    /// The attribute of this name, in any case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&AttrDef> {
        self.attributes
            .iter()
            .find(|def| def.name.eq_ignore_ascii_case(name))
    }

    /// Whether the URN names this schema (RFC 7643 section 2.1: without case).
    #[must_use]
    pub fn is_named(&self, urn: &str) -> bool {
        self.urn.eq_ignore_ascii_case(urn)
    }
}
