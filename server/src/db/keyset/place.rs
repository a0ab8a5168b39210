//! A row's place in the order of a list.

use chrono::{DateTime, Datelike, Utc};
use sea_orm::{QueryResult, sea_query::Expr};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::error::DbError;

/// A place in a sorted list, and on which side of it a page lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The sort key of the row; `None` when it has none or the list is sorted by id.
    pub key: Option<KeyValue>,
    /// The row's id, which breaks ties.
    pub id: Uuid,
    /// Whether the page ends here instead of beginning.
    pub backward: bool,
    /// Whether a row at this place belongs to the page.
    pub inclusive: bool,
}

/// A sort key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyValue {
    /// Text in the form that is compared.
    Text(String),
    /// A boolean; false comes first.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A number.
    Decimal(f64),
    /// A point in time.
    Instant(DateTime<Utc>),
}

/// The type of a sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Text,
    Flag,
    Number,
    Decimal,
    Instant,
}

impl Place {
    /// The same place seen from the other side: what is not in this page is in that one.
    pub(crate) fn opposite(&self) -> Self {
        Self {
            backward: !self.backward,
            inclusive: !self.inclusive,
            ..self.clone()
        }
    }
}

impl KeyKind {
    /// Whether a value is of this type and one that a database can hold.
    pub(super) fn takes(self, value: &KeyValue) -> bool {
        match value {
            KeyValue::Text(text) => self == Self::Text && !text.contains('\0'),
            KeyValue::Flag(_) => self == Self::Flag,
            KeyValue::Number(_) => self == Self::Number,
            KeyValue::Decimal(number) => self == Self::Decimal && number.is_finite(),
            KeyValue::Instant(at) => self == Self::Instant && (1..=9_999).contains(&at.year()),
        }
    }
}

impl KeyValue {
    pub(super) fn read(
        row: &QueryResult,
        column: &str,
        kind: KeyKind,
    ) -> Result<Option<Self>, DbError> {
        Ok(match kind {
            KeyKind::Text => row.try_get::<Option<_>>("", column)?.map(Self::Text),
            KeyKind::Flag => row.try_get::<Option<_>>("", column)?.map(Self::Flag),
            KeyKind::Number => row.try_get::<Option<_>>("", column)?.map(Self::Number),
            KeyKind::Decimal => row.try_get::<Option<_>>("", column)?.map(Self::Decimal),
            KeyKind::Instant => row.try_get::<Option<_>>("", column)?.map(Self::Instant),
        })
    }

    pub(super) fn bound(&self) -> Expr {
        match self {
            Self::Text(text) => Expr::val(text.as_str()),
            Self::Flag(flag) => Expr::val(*flag),
            Self::Number(number) => Expr::val(*number),
            Self::Decimal(number) => Expr::val(*number),
            Self::Instant(at) => Expr::val(*at),
        }
    }
}
