//! The typed filter: attributes by id, values by type.

use chrono::{DateTime, Utc};

use super::CompareOp;
use crate::{
    attr::{AttrDef, AttrId, AttrPath, AttrType, Returned},
    resource::ScimError,
    schema::ResourceType,
};

/// A filter whose every comparison the schema allows.
///
/// A test holds for a multi-valued attribute when it holds for one of its values, except `Ne`,
/// which is the opposite of `Eq`: no value is equal. An absent attribute has no value, so `Ne`
/// holds for it and every other test does not.
#[derive(Clone, Debug, PartialEq)]
pub enum TypedFilter {
    /// Every part holds; true without parts.
    And(Vec<Self>),
    /// Some part holds; false without parts.
    Or(Vec<Self>),
    /// The part does not hold.
    Not(Box<Self>),
    /// The attribute has a value: a non-empty string, a number, a boolean, or for a complex
    /// attribute a sub-attribute with a value.
    Present(AttrRef),
    /// The attribute compares with a value.
    Compare {
        /// A simple attribute or sub-attribute.
        attr: AttrRef,
        /// How.
        op: CompareOp,
        /// Of the attribute's type; the operator is one that the type has.
        value: TypedValue,
    },
    /// One value of the attribute satisfies a filter on its sub-attributes.
    Element {
        /// The multi-valued complex attribute.
        attr: AttrRef,
        /// References in it have `attr` as their parent; never another `Element`.
        filter: Box<Self>,
    },
}

impl TypedFilter {
    /// Comparisons and tests in it: what one resource may have to be compared with.
    #[must_use]
    pub fn terms(&self) -> usize {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::terms).sum(),
            Self::Not(part) | Self::Element { filter: part, .. } => part.terms(),
            Self::Present(_) | Self::Compare { .. } => 1,
        }
    }
}

/// A reference to an attribute or sub-attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AttrRef {
    /// The attribute, or the sub-attribute if the path names one.
    pub id: AttrId,
    /// The complex attribute of a sub-attribute.
    pub parent: Option<AttrId>,
    /// Type of `id`.
    pub attr_type: AttrType,
    /// Whether the attribute (of a sub-attribute: its parent) is multi-valued.
    pub multi_valued: bool,
    /// Whether text compares with respect to case.
    pub case_exact: bool,
}

impl AttrRef {
    /// The attribute that `sortBy` names; of a multi-valued complex attribute its `value`
    /// (RFC 7644 section 3.4.2.3).
    ///
    /// # Errors
    /// 400 `invalidValue` for an attribute that is unknown, complex or never returned.
    pub fn sort_by(rt: &ResourceType, name: &str) -> Result<Self, ScimError> {
        let refuse = |why: &str| ScimError::invalid_value(format!("sortBy '{name}'"), why);
        let found = rt
            .find(&AttrPath::split(name))
            .map_err(|_| refuse("names no known attribute"))?;
        let sub = match found.leaf().attr_type {
            AttrType::Complex => Some(
                found
                    .attr
                    .sub("value")
                    .ok_or_else(|| refuse("is complex: name one of its sub-attributes"))?,
            ),
            _ => found.sub,
        };
        if found.attr.returned == Returned::Never {
            return Err(refuse("cannot be sorted by"));
        }
        Ok(Self::new(found.attr, sub))
    }

    pub(crate) fn new(attr: &AttrDef, sub: Option<&AttrDef>) -> Self {
        let leaf = sub.unwrap_or(attr);
        Self {
            id: leaf.id,
            parent: sub.map(|_| attr.id),
            attr_type: leaf.attr_type,
            multi_valued: attr.multi_valued,
            case_exact: leaf.case_exact,
        }
    }
}

/// A comparison value of the attribute's type.
#[derive(Clone, Debug, PartialEq)]
pub enum TypedValue {
    /// Text, a reference or base64; folded (see [`crate::text::fold`]) unless the attribute is
    /// case exact.
    String(String),
    /// A boolean.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Decimal(f64),
    /// A point in time.
    DateTime(DateTime<Utc>),
}
