//! The switches of a connection by name: what differs from the defaults of its kind is stored,
//! shown and changed one switch at a time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ConnectionKind, Dialect};

/// One function of the dialect that a connection can have on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// [`Dialect::ignore_undeclared_urn`].
    IgnoreUndeclaredUrn,
    /// [`Dialect::refuse_unknown_attribute`].
    RefuseUnknownAttribute,
    /// [`Dialect::refuse_pathless_patch`].
    RefusePathlessPatch,
    /// [`Dialect::scim1_urns`].
    Scim1Urns,
    /// [`Dialect::boolean_as_string`].
    BooleanAsString,
    /// [`Dialect::manager_as_string`].
    ManagerAsString,
    /// [`Dialect::create_missing_element`].
    CreateMissingElement,
    /// [`Dialect::remove_members_by_value`].
    RemoveMembersByValue,
    /// [`Dialect::accept_unknown_member`].
    AcceptUnknownMember,
    /// [`Dialect::filter_beyond_abnf`].
    FilterBeyondAbnf,
    /// [`Dialect::dotted_keys`].
    DottedKeys,
    /// [`Dialect::accept_password`].
    AcceptPassword,
    /// [`Dialect::user_patch_204`].
    #[serde(rename = "user_patch_204")]
    UserPatch204,
    /// [`Dialect::group_patch_200`].
    #[serde(rename = "group_patch_200")]
    GroupPatch200,
    /// [`Dialect::expose_user_status`].
    ExposeUserStatus,
}

/// Switches with their position: those of a connection that differ from its kind.
pub type Switches = BTreeMap<Switch, bool>;

impl Switch {
    /// Every switch, in the order of the specification's table.
    pub const ALL: [Self; 15] = [
        Self::IgnoreUndeclaredUrn,
        Self::RefuseUnknownAttribute,
        Self::RefusePathlessPatch,
        Self::Scim1Urns,
        Self::BooleanAsString,
        Self::ManagerAsString,
        Self::CreateMissingElement,
        Self::RemoveMembersByValue,
        Self::AcceptUnknownMember,
        Self::FilterBeyondAbnf,
        Self::DottedKeys,
        Self::AcceptPassword,
        Self::UserPatch204,
        Self::GroupPatch200,
        Self::ExposeUserStatus,
    ];

    /// The name on the command line, in the API, in the database and in notes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IgnoreUndeclaredUrn => "ignore_undeclared_urn",
            Self::RefuseUnknownAttribute => "refuse_unknown_attribute",
            Self::RefusePathlessPatch => "refuse_pathless_patch",
            Self::Scim1Urns => "scim1_urns",
            Self::BooleanAsString => "boolean_as_string",
            Self::ManagerAsString => "manager_as_string",
            Self::CreateMissingElement => "create_missing_element",
            Self::RemoveMembersByValue => "remove_members_by_value",
            Self::AcceptUnknownMember => "accept_unknown_member",
            Self::FilterBeyondAbnf => "filter_beyond_abnf",
            Self::DottedKeys => "dotted_keys",
            Self::AcceptPassword => "accept_password",
            Self::UserPatch204 => "user_patch_204",
            Self::GroupPatch200 => "group_patch_200",
            Self::ExposeUserStatus => "expose_user_status",
        }
    }

    /// The switch of this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|switch| switch.as_str() == name)
    }
}

impl Dialect {
    /// The defaults of a kind with some switches in another position.
    #[must_use]
    pub fn with(kind: ConnectionKind, switches: &Switches) -> Self {
        let mut dialect = Self::of(kind);
        for (switch, on) in switches {
            *dialect.slot(*switch) = *on;
        }
        dialect
    }

    /// Whether a switch is on.
    #[must_use]
    pub fn is_on(&self, switch: Switch) -> bool {
        *self.clone().slot(switch)
    }

    /// Turns a switch on or off; `None` gives it the position of the kind again.
    pub fn set(&mut self, switch: Switch, on: Option<bool>) {
        let on = on.unwrap_or_else(|| Self::of(self.kind).is_on(switch));
        *self.slot(switch) = on;
    }

    /// What differs from the defaults of the kind.
    #[must_use]
    pub fn switches(&self) -> Switches {
        let default = Self::of(self.kind);
        Switch::ALL
            .into_iter()
            .map(|switch| (switch, self.is_on(switch)))
            .filter(|(switch, on)| *on != default.is_on(*switch))
            .collect()
    }

    const fn slot(&mut self, switch: Switch) -> &mut bool {
        match switch {
            Switch::IgnoreUndeclaredUrn => &mut self.ignore_undeclared_urn,
            Switch::RefuseUnknownAttribute => &mut self.refuse_unknown_attribute,
            Switch::RefusePathlessPatch => &mut self.refuse_pathless_patch,
            Switch::Scim1Urns => &mut self.scim1_urns,
            Switch::BooleanAsString => &mut self.boolean_as_string,
            Switch::ManagerAsString => &mut self.manager_as_string,
            Switch::CreateMissingElement => &mut self.create_missing_element,
            Switch::RemoveMembersByValue => &mut self.remove_members_by_value,
            Switch::AcceptUnknownMember => &mut self.accept_unknown_member,
            Switch::FilterBeyondAbnf => &mut self.filter_beyond_abnf,
            Switch::DottedKeys => &mut self.dotted_keys,
            Switch::AcceptPassword => &mut self.accept_password,
            Switch::UserPatch204 => &mut self.user_patch_204,
            Switch::GroupPatch200 => &mut self.group_patch_200,
            Switch::ExposeUserStatus => &mut self.expose_user_status,
        }
    }
}

impl From<ConnectionKind> for Dialect {
    fn from(kind: ConnectionKind) -> Self {
        Self::of(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_everywhere() {
        let dialect = serde_json::to_value(Dialect::of(ConnectionKind::Generic)).unwrap();
        for switch in Switch::ALL {
            let name = switch.as_str();
            assert_eq!(Switch::parse(name), Some(switch));
            assert_eq!(serde_json::to_value(switch).unwrap(), name);
            assert!(dialect[name].is_boolean(), "{name}");
        }
        assert_eq!(Switch::parse("fly"), None);
        let switches = dialect.as_object().unwrap().len() - 1;
        assert_eq!(switches, Switch::ALL.len(), "each switch has its name");
    }

    #[test]
    fn each_switch_moves_alone_and_comes_back() {
        for kind in ConnectionKind::ALL {
            for switch in Switch::ALL {
                let mut dialect = Dialect::of(kind);
                let default = dialect.is_on(switch);
                dialect.set(switch, Some(!default));
                let switches = Switches::from([(switch, !default)]);
                assert_eq!(dialect.switches(), switches);
                assert_eq!(dialect, Dialect::with(kind, &switches));
                dialect.set(switch, None);
                assert_eq!(dialect, Dialect::of(kind));
            }
        }
    }

    #[test]
    fn the_position_of_the_kind_is_no_difference() {
        let mut dialect = Dialect::of(ConnectionKind::Okta);
        dialect.set(Switch::IgnoreUndeclaredUrn, Some(true));
        assert!(dialect.switches().is_empty());
    }
}
