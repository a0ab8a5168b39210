//! Attributes that an account defines: `/attribute-definitions`, and which of them a connection
//! exposes: `/idp-connections/{id}/attributes`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    custom::{ReturnedWhen, SimpleType},
    id::{AttributeDefinitionId, ConnectionId},
};

/// An attribute that the account defined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeDefinition {
    /// The definition.
    pub id: AttributeDefinitionId,
    /// Name for people, and the name that a connection exposes it under unless it says otherwise;
    /// unique in the account.
    pub name: String,
    /// Type of its values; never changes.
    #[serde(rename = "type")]
    pub attr_type: SimpleType,
    /// Whether it holds a list of values; never changes.
    pub multi_valued: bool,
    /// Whether comparisons of text respect case; never changes.
    pub case_exact: bool,
    /// When SCIM answers have it.
    pub returned: ReturnedWhen,
    /// What it means.
    pub description: String,
    /// When it was defined.
    pub created_at: DateTime<Utc>,
    /// People with a value.
    pub people: u64,
    /// Where it is exposed, by name of the connection.
    pub exposed: Vec<Exposure>,
}

/// Where a connection exposes an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// The connection.
    pub connection: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// The URN of the extension.
    pub urn: String,
    /// The name in it.
    pub name: String,
}

/// Answer of `GET /attribute-definitions`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeDefinitions {
    /// Every definition, by name.
    pub items: Vec<AttributeDefinition>,
}

/// Body of `POST /attribute-definitions`. Answer: 201 with [`AttributeDefinition`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefineAttribute {
    /// A name of RFC 7643 section 2.1, unique in the account.
    pub name: String,
    /// Type of its values.
    #[serde(rename = "type")]
    pub attr_type: SimpleType,
    /// Whether it holds a list of values.
    #[serde(default)]
    pub multi_valued: bool,
    /// Whether comparisons respect case; for `string` only.
    #[serde(default)]
    pub case_exact: bool,
    /// When SCIM answers have it; by default when it is left out.
    #[serde(default = "by_default")]
    pub returned: ReturnedWhen,
    /// What it means, at most 500 characters.
    #[serde(default)]
    pub description: String,
}

const fn by_default() -> ReturnedWhen {
    ReturnedWhen::Default
}

/// Body of `PATCH /attribute-definitions/{id}`. Answer: 200 with [`AttributeDefinition`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeDefinition {
    /// Another name; connections keep the names that they expose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When SCIM answers have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<ReturnedWhen>,
    /// What it means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Answer of `DELETE /attribute-definitions/{id}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionDeleted {
    /// People who lose their value.
    pub people: u64,
}

/// Answer of `GET /idp-connections/{id}/attributes`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionAttributes {
    /// What the connection exposes, by URN and name.
    pub exposed: Vec<ExposedAttribute>,
    /// What arrived without a definition, most people first.
    pub arrived: Vec<ArrivedAttribute>,
    /// People who were looked at for `arrived`, beginning with the newest.
    pub looked_at: u64,
    /// Whether there are more people than those that were looked at.
    pub more: bool,
    /// Whether values are being read again after a change.
    pub reading: bool,
}

/// An attribute that a connection exposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposedAttribute {
    /// Which.
    pub definition: AttributeDefinitionId,
    /// The definition's name.
    pub defined_name: String,
    /// The URN of the extension.
    pub urn: String,
    /// The name in it.
    pub name: String,
    /// Type of its values.
    #[serde(rename = "type")]
    pub attr_type: SimpleType,
    /// Whether it holds a list of values.
    pub multi_valued: bool,
}

/// An attribute that arrived without a definition; its values are never part of this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrivedAttribute {
    /// The URN it was sent under; `None` when it was sent under none, which cannot be declared.
    pub urn: Option<String>,
    /// Its name.
    pub name: String,
    /// People it was sent for, among those that were looked at.
    pub people: u64,
    /// The type that every value fits; `None` for objects and mixed values, which cannot be
    /// declared.
    #[serde(rename = "type")]
    pub attr_type: Option<SimpleType>,
    /// Whether the values are lists.
    pub multi_valued: bool,
    /// Why it cannot be declared, as a sentence.
    pub obstacle: Option<String>,
}

/// Body of `PUT /idp-connections/{id}/attributes/{definition}`. Answer: 204.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExposeAttribute {
    /// The URN of an extension that no schema of the product has.
    pub urn: String,
    /// The name in it.
    pub name: String,
}

/// Body of `POST /idp-connections/{id}/attributes`: defines an attribute, unless one of this name
/// and shape is defined, and exposes it under the same name. Answer: 201 with
/// [`AttributeDefinition`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclareAttribute {
    /// The URN it arrives under.
    pub urn: String,
    /// The name it arrives under.
    pub name: String,
    /// Type of its values.
    #[serde(rename = "type")]
    pub attr_type: SimpleType,
    /// Whether it holds a list of values.
    #[serde(default)]
    pub multi_valued: bool,
}
