//! Resource types and the look-up of attributes by name.

use std::{borrow::Cow, collections::HashMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::Schema;
use crate::attr::{AttrDef, AttrId, AttrPath};

/// The kinds of resources a client provisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ResourceKind {
    /// A person or service account.
    User,
    /// A group.
    Group,
}

impl ResourceKind {
    /// The name in `meta.resourceType` and `members.type`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// The kind of this name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::User, Self::Group]
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for ResourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A schema extension of a resource type (RFC 7643 section 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The extending schema.
    pub schema: Arc<Schema>,
    /// Whether each resource must have it.
    pub required: bool,
}

/// What one endpoint serves (RFC 7643 section 6), with look-up of its attributes.
///
/// Self-contained, so that a connection with attributes of its own can hold one of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// Which kind of resource it is.
    pub kind: ResourceKind,
    /// Its name, also its `id`.
    pub name: Cow<'static, str>,
    /// Its path below the base URL, with the leading slash.
    pub endpoint: Cow<'static, str>,
    /// What it describes.
    pub description: Cow<'static, str>,
    /// The core schema.
    pub schema: Arc<Schema>,
    /// Extensions in the order they are returned.
    pub extensions: Vec<Extension>,
    /// Attributes outside any schema document.
    common: Arc<[AttrDef]>,
    /// Lower-case name to position among `attributes()`.
    index: Arc<HashMap<String, usize>>,
}

/// An attribute found by its path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found<'a> {
    /// The extension it belongs to; `None` for core and common attributes.
    pub extension: Option<&'a Schema>,
    /// The attribute.
    pub attr: &'a AttrDef,
    /// The sub-attribute, when the path names one.
    pub sub: Option<&'a AttrDef>,
}

impl<'a> Found<'a> {
    /// The definition that the whole path names.
    #[must_use]
    pub fn leaf(&self) -> &'a AttrDef {
        self.sub.unwrap_or(self.attr)
    }
}

/// Which part of a path is not defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The URN is no schema of the resource type.
    Urn,
    /// The schema has no such attribute.
    Attribute,
    /// The attribute has no such sub-attribute.
    SubAttribute,
}

/// Longest name that is looked up; no defined name is longer.
const NAME_MAX: usize = 64;

impl ResourceType {
    /// Puts a resource type together.
    #[must_use]
    pub fn new(
        kind: ResourceKind,
        endpoint: impl Into<Cow<'static, str>>,
        common: Vec<AttrDef>,
        schema: Arc<Schema>,
        extensions: Vec<Extension>,
    ) -> Self {
        let index = common
            .iter()
            .chain(&schema.attributes)
            .enumerate()
            .map(|(position, def)| (def.name.to_ascii_lowercase(), position))
            .collect();
        Self {
            kind,
            name: kind.name().into(),
            endpoint: endpoint.into(),
            description: schema.description.clone(),
            schema,
            extensions,
            common: common.into(),
            index: Arc::new(index),
        }
    }

    /// The same type with other extensions.
    #[must_use]
    pub fn with_extensions(&self, extensions: Vec<Extension>) -> Self {
        Self {
            extensions,
            ..self.clone()
        }
    }

    /// Common attributes, then core attributes, in order.
    pub fn attributes(&self) -> impl Iterator<Item = &AttrDef> {
        self.common.iter().chain(&self.schema.attributes)
    }

    /// The common or core attribute of this name (any case) and its position.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<(usize, &AttrDef)> {
        let mut buffer = [0_u8; NAME_MAX];
        let folded = buffer.get_mut(..name.len())?;
        folded.copy_from_slice(name.as_bytes());
        folded.make_ascii_lowercase();
        let folded = std::str::from_utf8(folded).ok()?;
        let position = *self.index.get(folded)?;
        let def = match position.checked_sub(self.common.len()) {
            Some(core) => self.schema.attributes.get(core),
            None => self.common.get(position),
        };
        def.map(|def| (position, def))
    }

    /// The extension with this URN (any case) and its position.
    #[must_use]
    pub fn extension(&self, urn: &str) -> Option<(usize, &Extension)> {
        self.extensions
            .iter()
            .enumerate()
            .find(|(_, extension)| extension.schema.is_named(urn))
    }

    /// Looks a path up, with or without URN, names in any case (RFC 7644 section 3.10).
    ///
    /// # Errors
    /// Which part is not defined.
    pub fn find(&self, path: &AttrPath<'_>) -> Result<Found<'_>, Unknown> {
        let (extension, attr) = match path.urn {
            Some(urn) if !self.schema.is_named(urn) => {
                let (_, extension) = self.extension(urn).ok_or(Unknown::Urn)?;
                let schema: &Schema = &extension.schema;
                (Some(schema), schema.attribute(path.name))
            }
            _ => (None, self.attribute(path.name).map(|(_, def)| def)),
        };
        let attr = attr.ok_or(Unknown::Attribute)?;
        let sub = match path.sub {
            Some(name) => Some(attr.sub(name).ok_or(Unknown::SubAttribute)?),
            None => None,
        };
        Ok(Found {
            extension,
            attr,
            sub,
        })
    }

    /// Looks a definition up by its id.
    #[must_use]
    pub fn find_id(&self, id: AttrId) -> Option<Found<'_>> {
        let core = self.attributes().map(|attr| (None, attr));
        let extended = self.extensions.iter().flat_map(|extension| {
            let schema: &Schema = &extension.schema;
            schema
                .attributes
                .iter()
                .map(move |attr| (Some(schema), attr))
        });
        core.chain(extended).find_map(|(extension, attr)| {
            let sub = attr.sub_attributes.iter().find(|sub| sub.id == id);
            (attr.id == id || sub.is_some()).then_some(Found {
                extension,
                attr,
                sub,
            })
        })
    }
}
