//! The core Group schema (RFC 7643 section 4.2, errata 5368 and 6011).

use super::{Schema, urn};
use crate::attr::{AttrDef, AttrId, Mutability, Preparation, Returned};

pub(super) fn schema() -> Schema {
    Schema {
        urn: urn::GROUP.into(),
        name: "Group".into(),
        description: "Group".into(),
        attributes: vec![
            AttrDef::string(
                AttrId::GroupDisplayName,
                "displayName",
                "A human-readable name for the Group. REQUIRED.",
            )
            .required()
            .prepared(Preparation::Label),
            AttrDef::complex(
                AttrId::GroupMembers,
                "members",
                "A list of members of the Group.",
                members(),
            )
            .multi_valued(),
        ],
    }
}

fn members() -> Vec<AttrDef> {
    vec![
        AttrDef::string(
            AttrId::GroupMembersValue,
            "value",
            "Identifier of the member of this Group.",
        )
        .mutability(Mutability::Immutable),
        AttrDef::reference(
            AttrId::GroupMembersRef,
            "$ref",
            &["User", "Group"],
            "The URI corresponding to a SCIM resource that is a member of this Group.",
        )
        .mutability(Mutability::Immutable),
        AttrDef::string(
            AttrId::GroupMembersType,
            "type",
            "A label indicating the type of resource, e.g., 'User' or 'Group'.",
        )
        .mutability(Mutability::Immutable)
        .canonical(&["User", "Group"]),
        AttrDef::string(
            AttrId::GroupMembersDisplay,
            "display",
            "A human-readable name for the member, primarily used for display purposes.",
        )
        .mutability(Mutability::ReadOnly)
        // The names of a large group are a join with everyone in it, which hardly any client reads.
        .returned(Returned::Request),
    ]
}
