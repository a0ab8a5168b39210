//! Connection kinds and the switches each sets by default.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Switch;
use crate::schema::{ResourceKind, ResourceType, UserTypes, registry};

/// The kind of identity provider behind a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionKind {
    /// Any client that follows the RFCs.
    Generic,
    /// Okta.
    Okta,
    /// Microsoft Entra ID with `aadOptscim062020` in the tenant URL.
    Entra,
    /// Microsoft Entra ID without that flag.
    EntraLegacy,
    /// OneLogin.
    #[serde(rename = "onelogin")]
    OneLogin,
    /// JumpCloud; also authentik.
    #[serde(rename = "jumpcloud")]
    JumpCloud,
    /// `draft-zollner-scim-interop-profile`.
    InteropStrict,
}

impl ConnectionKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Generic,
        Self::Okta,
        Self::Entra,
        Self::EntraLegacy,
        Self::OneLogin,
        Self::JumpCloud,
        Self::InteropStrict,
    ];

    /// The name on the command line, in the API and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Okta => "okta",
            Self::Entra => "entra",
            Self::EntraLegacy => "entra-legacy",
            Self::OneLogin => "onelogin",
            Self::JumpCloud => "jumpcloud",
            Self::InteropStrict => "interop-strict",
        }
    }

    /// The kind of this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// How a connection speaks: the switches of its kind, those that were set by hand (see
/// [`Switch`](super::Switch)), and the account's own attributes that it exposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    /// The kind that gave the defaults.
    pub kind: ConnectionKind,
    /// An undeclared schema URN is ignored instead of refused (D4).
    pub ignore_undeclared_urn: bool,
    /// An unknown attribute is refused instead of ignored.
    pub refuse_unknown_attribute: bool,
    /// A PATCH operation without path is refused (D17).
    pub refuse_pathless_patch: bool,
    /// SCIM 1 URNs stand for those of SCIM 2 (D11).
    pub scim1_urns: bool,
    /// Booleans may be the strings `True` and `False` (D6).
    pub boolean_as_string: bool,
    /// `manager` may be a bare id, a list of one, and stand without its URN (D5).
    pub manager_as_string: bool,
    /// A value path without match makes the value (D8).
    pub create_missing_element: bool,
    /// `remove` with a list of values removes just these (D7).
    pub remove_members_by_value: bool,
    /// An unknown member is skipped instead of refused (D18); acted on by the server.
    pub accept_unknown_member: bool,
    /// `emails[type eq "work"].value eq "x"` and values without quotes.
    pub filter_beyond_abnf: bool,
    /// Paths as keys of a value without path; `roles` as JSON text.
    pub dotted_keys: bool,
    /// `password` sets the password of a user instead of being discarded (D19); acted on by the
    /// server.
    pub accept_password: bool,
    /// PATCH of a user answers 204 instead of 200 (D1); acted on by the server.
    pub user_patch_204: bool,
    /// PATCH of a group answers 200 instead of 204 (D2); acted on by the server.
    pub group_patch_200: bool,
    /// Our extension with the effective status is one of the connection's schemas. Off by default:
    /// clients that write what they read would send it back, and it is read-only.
    pub expose_user_status: bool,
    /// The resource types of users with the account's own attributes that the connection exposes
    /// (see [`crate::custom`]); `None` where it exposes none.
    #[serde(skip)]
    pub custom: Option<Arc<UserTypes>>,
}

impl Dialect {
    /// The defaults of a kind.
    #[must_use]
    pub fn of(kind: ConnectionKind) -> Self {
        use ConnectionKind as K;
        let entra = matches!(kind, K::Entra | K::EntraLegacy);
        let strict = kind == K::InteropStrict;
        Self {
            kind,
            ignore_undeclared_urn: !matches!(kind, K::Generic | K::InteropStrict),
            refuse_unknown_attribute: strict,
            refuse_pathless_patch: strict,
            scim1_urns: kind == K::OneLogin,
            boolean_as_string: entra,
            manager_as_string: entra,
            create_missing_element: entra,
            remove_members_by_value: entra || kind == K::JumpCloud,
            accept_unknown_member: entra,
            filter_beyond_abnf: entra,
            dotted_keys: entra,
            accept_password: false,
            user_patch_204: false,
            group_patch_200: false,
            expose_user_status: false,
            custom: None,
        }
    }

    /// Whether every request that the interoperability profile refuses is refused here, so that the
    /// connection may say so (D20): its kind as it comes, but for what the profile leaves open.
    #[must_use]
    pub fn is_interop_conformant(&self) -> bool {
        let left_open = |switch| {
            matches!(
                switch,
                Switch::UserPatch204 | Switch::GroupPatch200 | Switch::ExposeUserStatus
            )
        };
        self.kind == ConnectionKind::InteropStrict && self.switches().into_keys().all(left_open)
    }

    /// What the connection knows of a resource type: extensions that it does not expose are as
    /// unknown as any other.
    #[must_use]
    pub fn resource_type(&self, kind: ResourceKind) -> &Arc<ResourceType> {
        match kind {
            ResourceKind::User => self
                .custom
                .as_deref()
                .unwrap_or_else(|| registry().users())
                .exposing(self.expose_user_status),
            ResourceKind::Group => registry().resource_type(kind),
        }
    }

    /// Both resource types, users first.
    #[must_use]
    pub fn resource_types(&self) -> [&ResourceType; 2] {
        [ResourceKind::User, ResourceKind::Group].map(|kind| self.resource_type(kind).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_everywhere() {
        for kind in ConnectionKind::ALL {
            assert_eq!(ConnectionKind::parse(kind.as_str()), Some(kind));
            assert_eq!(
                serde_json::to_string(&kind).unwrap(),
                format!("\"{}\"", kind.as_str())
            );
        }
        assert_eq!(ConnectionKind::parse("Okta"), None);
    }

    #[test]
    fn only_interop_strict_as_it_comes_follows_the_profile() {
        for kind in ConnectionKind::ALL {
            let strict = kind == ConnectionKind::InteropStrict;
            assert_eq!(
                Dialect::of(kind).is_interop_conformant(),
                strict,
                "{kind:?}"
            );
        }
        for (switch, conformant) in [
            (Switch::UserPatch204, true),
            (Switch::GroupPatch200, true),
            (Switch::ExposeUserStatus, true),
            (Switch::RefuseUnknownAttribute, false),
            (Switch::RefusePathlessPatch, false),
            (Switch::IgnoreUndeclaredUrn, false),
            (Switch::AcceptPassword, false),
        ] {
            let mut dialect = Dialect::of(ConnectionKind::InteropStrict);
            dialect.set(switch, Some(!dialect.is_on(switch)));
            assert_eq!(dialect.is_interop_conformant(), conformant, "{switch:?}");
        }
    }

    #[test]
    fn defaults_are_those_of_the_table() {
        let table: Vec<_> = ConnectionKind::ALL
            .into_iter()
            .map(|kind| {
                let value = serde_json::to_value(Dialect::of(kind)).unwrap();
                let on: Vec<_> = value
                    .as_object()
                    .unwrap()
                    .iter()
                    .filter(|(_, set)| **set == serde_json::Value::Bool(true))
                    .map(|(name, _)| name.as_str())
                    .collect();
                format!("{}: {}", kind.as_str(), on.join(" "))
                    .trim_end()
                    .to_owned()
            })
            .collect();
        insta::assert_snapshot!(table.join("\n"), @r"
        generic:
        okta: ignore_undeclared_urn
        entra: ignore_undeclared_urn boolean_as_string manager_as_string create_missing_element remove_members_by_value accept_unknown_member filter_beyond_abnf dotted_keys
        entra-legacy: ignore_undeclared_urn boolean_as_string manager_as_string create_missing_element remove_members_by_value accept_unknown_member filter_beyond_abnf dotted_keys
        onelogin: ignore_undeclared_urn scim1_urns
        jumpcloud: ignore_undeclared_urn remove_members_by_value
        interop-strict: refuse_unknown_attribute refuse_pathless_patch
        ");
    }
}
