//! Attribute definitions: the characteristics of RFC 7643 sections 2.2 and 7.

mod id;
mod path;
mod value;

use std::borrow::Cow;

use serde::Serialize;

pub use self::{id::AttrId, path::AttrPath, value::parse_date_time};
pub(crate) use self::{
    path::is_name,
    value::{is_base64, is_uri},
};

/// Data type of an attribute (RFC 7643 section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AttrType {
    /// Unicode text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A real number.
    Decimal,
    /// A whole number.
    Integer,
    /// An `xsd:dateTime`, as text.
    DateTime,
    /// Base64 text.
    Binary,
    /// A URI.
    Reference,
    /// An object of simple sub-attributes.
    Complex,
}

/// Who may change a value and when (RFC 7643 section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Mutability {
    /// Set by the server only.
    ReadOnly,
    /// Set by the client at any time.
    ReadWrite,
    /// Set by the client once.
    Immutable,
    /// Set by the client, never returned.
    WriteOnly,
}

/// When a value is part of an answer (RFC 7643 section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Returned {
    /// In every answer.
    Always,
    /// In no answer.
    Never,
    /// Unless the client asked for other attributes.
    Default,
    /// Only when the client asked for it.
    Request,
}

/// Where a value may appear only once (RFC 7643 section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Uniqueness {
    /// Any number of times.
    None,
    /// Once on this server.
    Server,
    /// Once anywhere.
    Global,
}

/// Which characters a text may have, beyond what its type says (see [`crate::prepare`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Preparation {
    /// Any but U+0000.
    None,
    /// Those of the name of a person: nothing invisible, no white space at either end.
    Name,
    /// Those of the name of a group.
    Label,
}

/// Longest string value, in characters, unless a definition says otherwise.
const STRING_MAX: usize = 1024;
/// Longest URI, in characters.
const REFERENCE_MAX: usize = 2048;
/// Longest base64 text, in characters.
const BINARY_MAX: usize = 16 * 1024;

/// The definition of one attribute or sub-attribute (RFC 7643 section 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttrDef {
    /// Its place in the flat list.
    pub id: AttrId,
    /// Its name as the schema spells it.
    pub name: Cow<'static, str>,
    /// Its data type.
    pub attr_type: AttrType,
    /// Whether it holds a list of values.
    pub multi_valued: bool,
    /// Whether a resource must have a value.
    pub required: bool,
    /// Whether comparisons respect case; meaningful for text only.
    pub case_exact: bool,
    /// Who may change it.
    pub mutability: Mutability,
    /// When it is returned.
    pub returned: Returned,
    /// Where its value is unique; meaningful for simple attributes only.
    pub uniqueness: Uniqueness,
    /// Suggested values; others are accepted.
    pub canonical_values: Vec<Cow<'static, str>>,
    /// What a reference may point at.
    pub reference_types: Vec<Cow<'static, str>>,
    /// Sub-attributes of a complex attribute, in schema order; simple ones only.
    pub sub_attributes: Vec<AttrDef>,
    /// What it means.
    pub description: Cow<'static, str>,
    /// Longest accepted text, in characters.
    pub max_length: usize,
    /// Which characters it may have.
    pub preparation: Preparation,
    /// Whether blank text stands for no value: an identifier without characters names nothing, and
    /// two of them would be taken for the same.
    pub blank_is_unassigned: bool,
}

impl AttrDef {
    /// An optional, single-valued, client-set attribute that is returned by default.
    #[must_use]
    pub fn new(
        id: AttrId,
        name: impl Into<Cow<'static, str>>,
        attr_type: AttrType,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        let max_length = match attr_type {
            AttrType::Reference => REFERENCE_MAX,
            AttrType::Binary => BINARY_MAX,
            _ => STRING_MAX,
        };
        Self {
            id,
            name: name.into(),
            attr_type,
            multi_valued: false,
            required: false,
            // RFC 7643 sections 2.3.6 and 2.3.7: binary and reference values are case exact.
            case_exact: matches!(attr_type, AttrType::Binary | AttrType::Reference),
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            canonical_values: Vec::new(),
            reference_types: Vec::new(),
            sub_attributes: Vec::new(),
            description: description.into(),
            max_length,
            preparation: Preparation::None,
            blank_is_unassigned: false,
        }
    }

    /// A case-insensitive string.
    #[must_use]
    pub fn string(id: AttrId, name: &'static str, description: &'static str) -> Self {
        Self::new(id, name, AttrType::String, description)
    }

    /// A boolean.
    #[must_use]
    pub fn boolean(id: AttrId, name: &'static str, description: &'static str) -> Self {
        Self::new(id, name, AttrType::Boolean, description)
    }

    /// A date with time.
    #[must_use]
    pub fn date_time(id: AttrId, name: &'static str, description: &'static str) -> Self {
        Self::new(id, name, AttrType::DateTime, description)
    }

    /// A reference to one of the named types.
    #[must_use]
    pub fn reference(
        id: AttrId,
        name: &'static str,
        types: &[&'static str],
        description: &'static str,
    ) -> Self {
        let mut def = Self::new(id, name, AttrType::Reference, description);
        def.reference_types = types.iter().copied().map(Cow::Borrowed).collect();
        def
    }

    /// A complex attribute with these sub-attributes.
    #[must_use]
    pub fn complex(
        id: AttrId,
        name: &'static str,
        description: &'static str,
        sub_attributes: Vec<Self>,
    ) -> Self {
        let mut def = Self::new(id, name, AttrType::Complex, description);
        def.sub_attributes = sub_attributes;
        def
    }

    /// The same attribute as a list of values.
    #[must_use]
    pub fn multi_valued(mut self) -> Self {
        self.multi_valued = true;
        self
    }

    /// The same attribute, required.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same attribute, compared with or without respect to case.
    #[must_use]
    pub fn case_exact(mut self, case_exact: bool) -> Self {
        self.case_exact = case_exact;
        self
    }

    /// The same attribute with another mutability, also of its sub-attributes.
    #[must_use]
    pub fn mutability(mut self, mutability: Mutability) -> Self {
        self.mutability = mutability;
        for sub in &mut self.sub_attributes {
            sub.mutability = mutability;
        }
        self
    }

    /// The same attribute with another rule of return.
    #[must_use]
    pub fn returned(mut self, returned: Returned) -> Self {
        self.returned = returned;
        self
    }

    /// The same attribute with another uniqueness.
    #[must_use]
    pub fn uniqueness(mut self, uniqueness: Uniqueness) -> Self {
        self.uniqueness = uniqueness;
        self
    }

    /// The same attribute with suggested values.
    #[must_use]
    pub fn canonical(mut self, values: &[&'static str]) -> Self {
        self.canonical_values = values.iter().copied().map(Cow::Borrowed).collect();
        self
    }

    /// The same attribute with another longest value, in characters.
    #[must_use]
    pub fn max_length(mut self, characters: usize) -> Self {
        self.max_length = characters;
        self
    }

    /// The same attribute, of the characters that `preparation` allows.
    #[must_use]
    pub fn prepared(mut self, preparation: Preparation) -> Self {
        self.preparation = preparation;
        self
    }

    /// The same attribute, with blank text standing for no value.
    #[must_use]
    pub fn blank_is_unassigned(mut self) -> Self {
        self.blank_is_unassigned = true;
        self
    }

    /// The sub-attribute of this name, in any case (RFC 7643 section 2.1).
    #[must_use]
    pub fn sub(&self, name: &str) -> Option<&Self> {
        self.sub_attributes
            .iter()
            .find(|sub| sub.name.eq_ignore_ascii_case(name))
    }

    /// Whether a client may write it at all.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.mutability != Mutability::ReadOnly
    }
}
