//! The order of a list that is sorted in memory, as the database has it: by key, missing ones last
//! when ascending and first when descending (RFC 7644 section 3.4.2.3), then by id.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use scim_schema::{
    attr::{AttrId, parse_date_time},
    filter::AttrRef,
    schema::ResourceType,
    text::fold,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::db::{KeyKind, KeyValue, Place};

/// A match and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hit {
    pub(super) key: Option<KeyValue>,
    pub(super) id: Uuid,
}

/// How a list is ordered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    /// Whether there is a key at all; else the id decides alone.
    pub(super) keyed: bool,
    pub(super) descending: bool,
}

impl Order {
    pub(super) fn sort(self, hits: &mut [Hit]) {
        hits.sort_unstable_by(|a, b| self.compare((a.key.as_ref(), a.id), (b.key.as_ref(), b.id)));
    }

    /// Positions of the sorted hits that are on the page's side of a place: `from..` when the page
    /// begins there, `..to` when it ends there.
    pub(super) fn beyond(self, hits: &[Hit], place: &Place) -> usize {
        hits.partition_point(|hit| {
            let at = self.compare((hit.key.as_ref(), hit.id), (place.key.as_ref(), place.id));
            match at {
                Ordering::Less => true,
                // A row at the place belongs to the page if it is inclusive.
                Ordering::Equal => place.backward == place.inclusive,
                Ordering::Greater => false,
            }
        })
    }

    fn compare(self, a: (Option<&KeyValue>, Uuid), b: (Option<&KeyValue>, Uuid)) -> Ordering {
        let turned = |order: Ordering| {
            if self.descending {
                order.reverse()
            } else {
                order
            }
        };
        if !self.keyed {
            return turned(a.1.cmp(&b.1));
        }
        let keys = match (a.0, b.0) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) => compare_keys(a, b),
        };
        turned(keys).then_with(|| a.1.cmp(&b.1))
    }
}

fn compare_keys(a: &KeyValue, b: &KeyValue) -> Ordering {
    match (a, b) {
        (KeyValue::Text(a), KeyValue::Text(b)) => a.cmp(b),
        (KeyValue::Flag(a), KeyValue::Flag(b)) => a.cmp(b),
        (KeyValue::Number(a), KeyValue::Number(b)) => a.cmp(b),
        (KeyValue::Decimal(a), KeyValue::Decimal(b)) => a.total_cmp(b),
        (KeyValue::Instant(a), KeyValue::Instant(b)) => a.cmp(b),
        // Keys of one list are of one kind.
        _ => Ordering::Equal,
    }
}

/// The key of a whole resource.
pub(super) fn key_of(
    rt: &ResourceType,
    kind: KeyKind,
    by: AttrRef,
    resource: &Map<String, Value>,
) -> Option<KeyValue> {
    let meta = |name: &str| resource.get("meta")?.get(name)?.as_str();
    match kind {
        KeyKind::Number => {
            let tag = meta("version")?;
            let digits = tag.trim_start_matches("W/").trim_matches('"');
            digits.parse().ok().map(KeyValue::Number)
        }
        KeyKind::Decimal => {
            let value = value_of(rt, by, resource)?;
            let flag = value.as_bool().map(|flag| f64::from(u8::from(flag)));
            // Zero has one sign in the database.
            let number = flag.or_else(|| value.as_f64())?;
            Some(KeyValue::Decimal(number + 0.0))
        }
        KeyKind::Instant if matches!(by.id, AttrId::Custom(_)) => {
            let text = value_of(rt, by, resource)?.as_str()?;
            parse_date_time(text).map(KeyValue::Instant)
        }
        KeyKind::Instant => {
            let name = if by.id == AttrId::MetaCreated {
                "created"
            } else {
                "lastModified"
            };
            let instant = DateTime::parse_from_rfc3339(meta(name)?).ok()?;
            Some(KeyValue::Instant(instant.with_timezone(&Utc)))
        }
        KeyKind::Flag => value_of(rt, by, resource)?.as_bool().map(KeyValue::Flag),
        KeyKind::Text => {
            let text = value_of(rt, by, resource)?.as_str()?;
            let text = if by.case_exact {
                text.to_owned()
            } else {
                fold(text)
            };
            Some(KeyValue::Text(text))
        }
    }
}

/// The value that is sorted by: of several the primary one or else the first.
fn value_of<'r>(
    rt: &ResourceType,
    by: AttrRef,
    resource: &'r Map<String, Value>,
) -> Option<&'r Value> {
    let id = if by.id == AttrId::Name {
        AttrId::NameFamilyName
    } else {
        by.id
    };
    let found = rt.find_id(id)?;
    let members = match found.extension {
        None => resource,
        Some(schema) => resource.get(schema.urn.as_ref())?.as_object()?,
    };
    let mut value = members.get(found.attr.name.as_ref())?;
    if let Value::Array(values) = value {
        let is_primary = |value: &&Value| value.get("primary") == Some(&Value::Bool(true));
        value = values.iter().find(is_primary).or_else(|| values.first())?;
    }
    match found.sub {
        None => Some(value),
        Some(sub) => value.get(sub.name.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(key: Option<&str>, id: u128) -> Hit {
        Hit {
            key: key.map(|key| KeyValue::Text(key.to_owned())),
            id: Uuid::from_u128(id),
        }
    }

    fn sorted(keyed: bool, descending: bool) -> (Order, Vec<Hit>) {
        let order = Order { keyed, descending };
        let mut hits = vec![
            hit(None, 1),
            hit(Some("b"), 2),
            hit(Some("a"), 4),
            hit(Some("a"), 3),
        ];
        if !keyed {
            for hit in &mut hits {
                hit.key = None;
            }
        }
        order.sort(&mut hits);
        (order, hits)
    }

    fn ids(hits: &[Hit]) -> Vec<u128> {
        hits.iter().map(|hit| hit.id.as_u128()).collect()
    }

    #[test]
    fn missing_keys_are_largest_and_ids_break_ties_upwards() {
        assert_eq!(ids(&sorted(true, false).1), [3, 4, 2, 1]);
        assert_eq!(ids(&sorted(true, true).1), [1, 2, 3, 4]);
        assert_eq!(ids(&sorted(false, false).1), [1, 2, 3, 4]);
        assert_eq!(ids(&sorted(false, true).1), [4, 3, 2, 1]);
    }

    #[test]
    fn a_page_begins_or_ends_beside_its_place_whether_that_row_is_still_there_or_not() {
        let (order, hits) = sorted(true, false);
        let place = |id: u128, backward, inclusive| Place {
            key: Some(KeyValue::Text("a".to_owned())),
            id: Uuid::from_u128(id),
            backward,
            inclusive,
        };
        assert_eq!(order.beyond(&hits, &place(3, false, false)), 1);
        assert_eq!(order.beyond(&hits, &place(3, false, true)), 0);
        assert_eq!(order.beyond(&hits, &place(4, true, false)), 1);
        assert_eq!(order.beyond(&hits, &place(4, true, true)), 2);
        assert_eq!(order.beyond(&hits, &place(9, false, false)), 2);
    }
}
