//! The dialect of a connection: `/idp-connections/{id}/dialect`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dialect::{ConnectionKind, Dialect, Switch};

/// How a connection speaks, switch by switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialectView {
    /// The kind that gives the defaults.
    pub kind: ConnectionKind,
    /// Every switch, in the order of [`Switch::ALL`].
    pub switches: Vec<SwitchView>,
}

/// One switch of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchView {
    /// Which.
    pub name: Switch,
    /// Whether it is on.
    pub on: bool,
    /// Whether it is on by default in this kind.
    pub default: bool,
}

/// Body of `PATCH /idp-connections/{id}/dialect`. Answer: 200 with [`DialectView`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeDialect {
    /// Switches to turn on or off; `null` gives one its default again. Others stay.
    #[serde(default)]
    pub switches: BTreeMap<Switch, Option<bool>>,
}

impl From<&Dialect> for DialectView {
    fn from(dialect: &Dialect) -> Self {
        let default = Dialect::of(dialect.kind);
        Self {
            kind: dialect.kind,
            switches: Switch::ALL
                .into_iter()
                .map(|name| SwitchView {
                    name,
                    on: dialect.is_on(name),
                    default: default.is_on(name),
                })
                .collect(),
        }
    }
}
