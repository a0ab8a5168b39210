//! Our extension: the effective status of a user, which `active` alone cannot say because it
//! mirrors only what the asking connection itself set.
//!
//! It is returned on request: clients compare `schemas` with what they sent, and an unexpected
//! extension in each answer confuses some of them.

use super::{Schema, urn};
use crate::attr::{AttrDef, AttrId, Mutability, Returned};

pub(super) fn schema() -> Schema {
    Schema {
        urn: urn::USER_STATUS.into(),
        name: "UserStatus".into(),
        description: "Effective status of the user and what it follows from".into(),
        attributes: vec![
            AttrDef::string(
                AttrId::UserStatus,
                "status",
                "The status as the console shows it, e.g., 'Active' or 'Suspended'.",
            )
            .mutability(Mutability::ReadOnly)
            .returned(Returned::Request),
            AttrDef::string(
                AttrId::UserStatusLifecycle,
                "lifecycle",
                "The state of the user's life cycle.",
            )
            .canonical(&["staged", "active", "archived", "deleted"])
            .mutability(Mutability::ReadOnly)
            .returned(Returned::Request),
            AttrDef::complex(
                AttrId::UserStatusHolds,
                "holds",
                "What keeps the user from signing in, one value for each open hold.",
                holds(),
            )
            .multi_valued()
            .mutability(Mutability::ReadOnly)
            .returned(Returned::Request),
        ],
    }
}

fn holds() -> Vec<AttrDef> {
    vec![
        AttrDef::string(AttrId::UserStatusHoldsKind, "kind", "The kind of the hold.").canonical(&[
            "suspended",
            "banned",
            "denied",
            "inactive",
            "idp_disabled",
            "security",
        ]),
        AttrDef::date_time(
            AttrId::UserStatusHoldsSince,
            "since",
            "When the hold was placed.",
        ),
        AttrDef::string(
            AttrId::UserStatusHoldsSource,
            "source",
            "Who or what placed the hold.",
        ),
    ]
}
