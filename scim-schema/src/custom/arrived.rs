//! What a provider sent without a definition, attribute by attribute.

use serde_json::{Map, Value};

use super::SimpleType;
use crate::attr::parse_date_time;

/// One attribute that was kept aside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrived<'a> {
    /// The URN it was sent under; `None` at the top level, where attributes cannot be declared.
    pub urn: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
    /// Its value, as sent.
    pub value: &'a Value,
}

/// The definition that a value would fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Type of the value, or of every value of the list.
    pub attr_type: SimpleType,
    /// Whether it is a list.
    pub multi_valued: bool,
}

/// Every attribute of what was kept aside, in the order it was sent: members of an undeclared
/// schema, attributes written with their URN in one name, and attributes of no schema.
pub fn arrived(unmapped: &Map<String, Value>) -> impl Iterator<Item = Arrived<'_>> {
    unmapped.iter().flat_map(|(key, value)| {
        let members = match value {
            Value::Object(members) if key.contains(':') => Some(members),
            _ => None,
        };
        let alone = members.is_none().then(|| match key.rsplit_once(':') {
            Some((urn, name)) => Arrived {
                urn: Some(urn),
                name,
                value,
            },
            None => Arrived {
                urn: None,
                name: key,
                value,
            },
        });
        let of_schema = members
            .into_iter()
            .flatten()
            .map(move |(name, value)| Arrived {
                urn: Some(key),
                name,
                value,
            });
        of_schema.chain(alone)
    })
}

impl Arrived<'_> {
    /// The definition that the value fits; `None` for an object, an empty list and values of
    /// several types.
    #[must_use]
    pub fn shape(&self) -> Option<Shape> {
        let Value::Array(items) = self.value else {
            return simple_type(self.value).map(|attr_type| Shape {
                attr_type,
                multi_valued: false,
            });
        };
        let first = simple_type(items.first()?)?;
        let rest = items.iter().map(simple_type);
        let attr_type = rest
            .into_iter()
            .try_fold(first, |all, one| common(all, one?))?;
        Some(Shape {
            attr_type,
            multi_valued: true,
        })
    }
}

impl Shape {
    /// The definition that values of both shapes fit.
    #[must_use]
    pub fn or(self, other: Self) -> Option<Self> {
        (self.multi_valued == other.multi_valued).then_some(())?;
        Some(Self {
            attr_type: common(self.attr_type, other.attr_type)?,
            ..self
        })
    }
}

fn common(one: SimpleType, other: SimpleType) -> Option<SimpleType> {
    use SimpleType as T;
    match (one, other) {
        (one, other) if one == other => Some(one),
        (T::Integer | T::Decimal, T::Integer | T::Decimal) => Some(T::Decimal),
        (T::String | T::DateTime, T::String | T::DateTime) => Some(T::String),
        _ => None,
    }
}

fn simple_type(value: &Value) -> Option<SimpleType> {
    match value {
        Value::Bool(_) => Some(SimpleType::Boolean),
        Value::Number(number) if number.is_i64() => Some(SimpleType::Integer),
        Value::Number(_) => Some(SimpleType::Decimal),
        Value::String(text) if parse_date_time(text).is_some() => Some(SimpleType::DateTime),
        Value::String(_) => Some(SimpleType::String),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
