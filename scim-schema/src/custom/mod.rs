//! Attributes that an account defines: how they join the schemas of a connection, what may be
//! defined, and what arrived before it was (RFC 7643 section 3.3).
//!
//! A definition belongs to the account; a connection exposes it under a URN and a name of its own
//! choice. For the connection it is then an attribute like every other: [`user_types`] makes the
//! resource types that [`Dialect`](crate::dialect::Dialect) hands to everything else.

mod arrived;
mod check;
mod reread;

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

pub use self::{
    arrived::{Arrived, Shape, arrived},
    check::{
        DEFINITIONS_AT_MOST, DESCRIPTION_MAX, Place, URN_MAX, check_description, check_name,
        check_places, check_urn,
    },
    reread::reread,
};
use crate::{
    attr::{AttrDef, AttrId, AttrType, Returned},
    lifecycle::word_enum,
    schema::{Schema, UserTypes, registry},
};

word_enum! {
    /// Type of an attribute that an account defines: the simple types of RFC 7643 section 2.3.
    SimpleType {
        /// Unicode text.
        String = "string",
        /// `true` or `false`.
        Boolean = "boolean",
        /// A whole number.
        Integer = "integer",
        /// A real number.
        Decimal = "decimal",
        /// A date with time.
        DateTime = "dateTime",
        /// A URI.
        Reference = "reference",
        /// Base64 text.
        Binary = "binary",
    }
}

word_enum! {
    /// When answers have an attribute that an account defines (RFC 7643 section 7 `returned`).
    ReturnedWhen {
        /// Unless the client asked for other attributes.
        Default = "default",
        /// Only when the client asked for it.
        Request = "request",
    }
}

impl SimpleType {
    /// The same type among all.
    #[must_use]
    pub const fn attr_type(self) -> AttrType {
        match self {
            Self::String => AttrType::String,
            Self::Boolean => AttrType::Boolean,
            Self::Integer => AttrType::Integer,
            Self::Decimal => AttrType::Decimal,
            Self::DateTime => AttrType::DateTime,
            Self::Reference => AttrType::Reference,
            Self::Binary => AttrType::Binary,
        }
    }

    /// Whether comparisons of this type can respect case or not; URIs and base64 always do
    /// (RFC 7643 sections 2.3.6 and 2.3.7), and other types have no case.
    #[must_use]
    pub const fn has_case_choice(self) -> bool {
        matches!(self, Self::String)
    }
}

/// An attribute of an account as a connection exposes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomAttribute {
    /// Its number in the account: [`AttrId::FIRST_CUSTOM`] or above.
    pub number: i16,
    /// The URN of the extension that it belongs to on this connection.
    pub urn: String,
    /// Its name there.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub attr_type: SimpleType,
    /// Whether it holds a list of values.
    pub multi_valued: bool,
    /// Whether comparisons of text respect case.
    pub case_exact: bool,
    /// When answers have it.
    pub returned: ReturnedWhen,
    /// What it means.
    pub description: String,
}

impl CustomAttribute {
    fn definition(&self) -> AttrDef {
        let id = AttrId::Custom(self.number);
        let (name, description) = (self.name.clone(), self.description.clone());
        let mut def = AttrDef::new(id, name, self.attr_type.attr_type(), description);
        if self.attr_type.has_case_choice() {
            def.case_exact = self.case_exact;
        }
        if self.attr_type == SimpleType::Reference {
            def.reference_types = vec!["external".into()];
        }
        def.multi_valued = self.multi_valued;
        def.returned = match self.returned {
            ReturnedWhen::Default => Returned::Default,
            ReturnedWhen::Request => Returned::Request,
        };
        def
    }
}

/// The resource types of users with these attributes, each URN an extension of its own in the order
/// of the list; `None` without attributes.
#[must_use]
pub fn user_types(attributes: &[CustomAttribute]) -> Option<Arc<UserTypes>> {
    let mut schemas: Vec<Schema> = Vec::new();
    for attribute in attributes {
        let of_urn = |schema: &&mut Schema| schema.is_named(&attribute.urn);
        match schemas.iter_mut().find(of_urn) {
            Some(schema) => schema.attributes.push(attribute.definition()),
            None => schemas.push(Schema {
                urn: attribute.urn.clone().into(),
                name: short_name(&attribute.urn).into(),
                description: "Attributes that this account defined for its users".into(),
                attributes: vec![attribute.definition()],
            }),
        }
    }
    let schemas: Vec<_> = schemas.into_iter().map(Arc::new).collect();
    (!schemas.is_empty()).then(|| Arc::new(registry().users().extended(&schemas)))
}

/// `custom:2.0:User` of `urn:ietf:params:scim:schemas:extension:custom:2.0:User`.
fn short_name(urn: &str) -> String {
    let parts: Vec<_> = urn.rsplit(':').take(3).collect();
    parts.into_iter().rev().collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests;
