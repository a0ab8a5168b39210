//! What a typed filter means: the matcher that PATCH uses and that query translations are compared
//! with.

use std::{
    borrow::Cow,
    cmp::Ordering,
    collections::{HashMap, hash_map::Entry},
};

use serde_json::{Map, Value};

use super::{
    AttrRef, CompareOp, Effort, Exhausted, TypedFilter, TypedValue,
    effort::{COMPARISON, LOOK_UP, PARSED_BYTE, SEARCHED_BYTE},
};
use crate::{
    attr::{AttrDef, parse_date_time},
    schema::ResourceType,
    text::fold,
};

/// Whether a whole resource of this type satisfies the filter. `resource` has canonical names, as
/// answers have.
///
/// # Errors
/// [`Exhausted`] when that takes more than what is left of the effort.
pub fn matches(
    rt: &ResourceType,
    filter: &TypedFilter,
    resource: &Map<String, Value>,
    effort: &mut Effort,
) -> Result<bool, Exhausted> {
    Evaluation::new(effort).holds(filter, Scope::Resource(rt, resource))
}

/// Whether one value of the multi-valued attribute `def` satisfies a filter on its sub-attributes.
///
/// # Errors
/// As [`matches`].
pub fn element_matches(
    def: &AttrDef,
    filter: &TypedFilter,
    element: &Value,
    effort: &mut Effort,
) -> Result<bool, Exhausted> {
    Evaluation::new(effort).holds(filter, Scope::Element(def, element))
}

#[derive(Clone, Copy)]
enum Scope<'a> {
    Resource(&'a ResourceType, &'a Map<String, Value>),
    Element(&'a AttrDef, &'a Value),
}

/// One filter on one resource or element.
struct Evaluation<'e> {
    effort: &'e mut Effort,
    /// Texts that are not ASCII by where they are: each is folded once, however many terms ask for
    /// it. What is evaluated stays where it is.
    folded: HashMap<*const u8, String>,
}

impl<'e> Evaluation<'e> {
    fn new(effort: &'e mut Effort) -> Self {
        Self {
            effort,
            folded: HashMap::new(),
        }
    }

    fn holds(&mut self, filter: &TypedFilter, scope: Scope<'_>) -> Result<bool, Exhausted> {
        match filter {
            TypedFilter::And(parts) => {
                for part in parts {
                    if !self.holds(part, scope)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            TypedFilter::Or(parts) => {
                for part in parts {
                    if self.holds(part, scope)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            TypedFilter::Not(inner) => Ok(!self.holds(inner, scope)?),
            TypedFilter::Present(attr) => {
                self.any_value(*attr, scope, |_, _, value| Ok(has_value(value)))
            }
            TypedFilter::Compare { attr, op, value } => {
                let (test, wanted) = match op {
                    CompareOp::Ne => (CompareOp::Eq, false),
                    op => (*op, true),
                };
                let any = self.any_value(*attr, scope, |this, _, found| {
                    this.compare(*attr, test, found, value)
                })?;
                Ok(any == wanted)
            }
            TypedFilter::Element { attr, filter } => {
                self.any_value(*attr, scope, |this, def, element| {
                    this.holds(filter, Scope::Element(def, element))
                })
            }
        }
    }

    /// Whether some value of the attribute passes the test, which is given its definition.
    fn any_value(
        &mut self,
        attr: AttrRef,
        scope: Scope<'_>,
        test: impl Fn(&mut Self, &AttrDef, &Value) -> Result<bool, Exhausted>,
    ) -> Result<bool, Exhausted> {
        let passes = |this: &mut Self, def: &AttrDef, value: Option<&Value>| {
            this.effort.spend(COMPARISON)?;
            value.map_or(Ok(false), |value| test(this, def, value))
        };
        let (rt, resource) = match scope {
            Scope::Resource(rt, resource) => (rt, resource),
            // A whole attribute inside brackets does not occur: brackets hold sub-attributes.
            Scope::Element(def, element) => {
                let sub = def.sub_attributes.iter().find(|sub| sub.id == attr.id);
                return sub.map_or(Ok(false), |sub| {
                    passes(self, sub, element.get(sub.name.as_ref()))
                });
            }
        };
        self.effort.spend(LOOK_UP)?;
        let Some(found) = rt.find_id(attr.id) else {
            return Ok(false);
        };
        let urn = found.extension.map(|schema| schema.urn.as_ref());
        for value in top_values(resource, urn, &found.attr.name) {
            let passed = match found.sub {
                None => passes(self, found.attr, Some(value)),
                Some(sub) => passes(self, sub, value.get(sub.name.as_ref())),
            };
            if passed? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn compare(
        &mut self,
        attr: AttrRef,
        op: CompareOp,
        found: &Value,
        wanted: &TypedValue,
    ) -> Result<bool, Exhausted> {
        let ordering = match (wanted, found) {
            (TypedValue::String(wanted), Value::String(found)) => {
                let byte = if op == CompareOp::Co {
                    SEARCHED_BYTE
                } else {
                    1
                };
                self.effort.spend(found.len().saturating_mul(byte))?;
                if attr.case_exact {
                    return Ok(compare_text(op, found, wanted));
                }
                return Ok(compare_text(op, &self.folded(found)?, wanted));
            }
            (TypedValue::Boolean(wanted), Value::Bool(found)) => Some(found.cmp(wanted)),
            (TypedValue::Integer(wanted), found) => found.as_i64().map(|found| found.cmp(wanted)),
            (TypedValue::Decimal(wanted), found) => {
                found.as_f64().and_then(|found| found.partial_cmp(wanted))
            }
            (TypedValue::DateTime(wanted), Value::String(found)) => {
                self.effort.spend(found.len().saturating_mul(PARSED_BYTE))?;
                parse_date_time(found).map(|found| found.cmp(wanted))
            }
            _ => None,
        };
        Ok(ordering.is_some_and(|ordering| admits(op, ordering)))
    }

    fn folded(&mut self, text: &str) -> Result<Cow<'_, str>, Exhausted> {
        if text.is_ascii() {
            return Ok(fold(text).into());
        }
        Ok(match self.folded.entry(text.as_ptr()) {
            Entry::Occupied(known) => known.into_mut().as_str().into(),
            Entry::Vacant(place) => {
                self.effort.spend_folding(text)?;
                place.insert(fold(text)).as_str().into()
            }
        })
    }
}

/// The values of an attribute: the elements of a list, or the one value.
fn top_values<'a>(
    resource: &'a Map<String, Value>,
    extension: Option<&str>,
    name: &str,
) -> &'a [Value] {
    let members = match extension {
        None => Some(resource),
        Some(urn) => resource.get(urn).and_then(Value::as_object),
    };
    match members.and_then(|members| members.get(name)) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(single) => std::slice::from_ref(single),
    }
}

/// RFC 7644 Table 3, `pr`.
fn has_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => items.iter().any(has_value),
        Value::Object(members) => members.values().any(has_value),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compare_text(op: CompareOp, found: &str, wanted: &str) -> bool {
    match op {
        CompareOp::Co => found.contains(wanted),
        CompareOp::Sw => found.starts_with(wanted),
        CompareOp::Ew => found.ends_with(wanted),
        // By code point, whatever the language: the same on every database.
        op => admits(op, found.cmp(wanted)),
    }
}

fn admits(op: CompareOp, ordering: Ordering) -> bool {
    match op {
        CompareOp::Eq => ordering.is_eq(),
        CompareOp::Ne => ordering.is_ne(),
        CompareOp::Gt => ordering.is_gt(),
        CompareOp::Ge => ordering.is_ge(),
        CompareOp::Lt => ordering.is_lt(),
        CompareOp::Le => ordering.is_le(),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => false,
    }
}
