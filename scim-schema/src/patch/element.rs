//! When two values of a multi-valued attribute are the same.

use serde_json::{Map, Value};

use crate::{
    attr::AttrDef,
    filter::{Effort, Exhausted},
    text,
};

/// A value of a multi-valued attribute that is compared with many others.
pub(super) struct Element {
    value: Value,
    /// The same with its texts folded that compare without case, unless all are ASCII: those are
    /// compared as they are.
    folded: Option<Value>,
    /// Bytes of its texts.
    length: usize,
}

impl Element {
    /// Prepares a value of `def`.
    pub(super) fn new(def: &AttrDef, value: Value, effort: &mut Effort) -> Result<Self, Exhausted> {
        let mut length = 0;
        let mut ascii = true;
        for text in texts(&value) {
            length += text.len();
            if !text.is_ascii() {
                ascii = false;
                effort.spend_folding(text)?;
            }
        }
        effort.spend_comparing(length)?;
        let folded = (!ascii).then(|| folded(def, &value));
        Ok(Self {
            value,
            folded,
            length,
        })
    }

    /// The value as it is.
    pub(super) fn into_value(self) -> Value {
        self.value
    }

    /// Takes over the sub-attributes of another that is the same value.
    pub(super) fn extend(
        &mut self,
        def: &AttrDef,
        new: Self,
        effort: &mut Effort,
    ) -> Result<(), Exhausted> {
        let mut value = std::mem::take(&mut self.value);
        if let (Value::Object(present), Value::Object(new)) = (&mut value, new.value) {
            present.extend(new);
            sort_subs(present, def);
        }
        *self = Self::new(def, value, effort)?;
        Ok(())
    }

    fn compared(&self) -> &Value {
        self.folded.as_ref().unwrap_or(&self.value)
    }

    /// Whether this one already says all that another says.
    pub(super) fn covers(
        &self,
        def: &AttrDef,
        wanted: &Self,
        effort: &mut Effort,
    ) -> Result<bool, Exhausted> {
        effort.spend_comparing(self.length.min(wanted.length))?;
        Ok(covers(def, self.compared(), wanted.compared()))
    }

    /// Whether two are the same value: same `value` and same `type` (RFC 7643 section 2.4).
    pub(super) fn is_same_value(
        &self,
        def: &AttrDef,
        new: &Self,
        effort: &mut Effort,
    ) -> Result<bool, Exhausted> {
        effort.spend_comparing(self.length.min(new.length))?;
        Ok(is_same_value(def, self.compared(), new.compared()))
    }
}

/// The first element that passes the test.
pub(super) fn find(
    items: &[Element],
    mut test: impl FnMut(&Element) -> Result<bool, Exhausted>,
) -> Result<Option<usize>, Exhausted> {
    for (at, item) in items.iter().enumerate() {
        if test(item)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn covers(def: &AttrDef, item: &Value, wanted: &Value) -> bool {
    let (Value::Object(item), Value::Object(wanted)) = (item, wanted) else {
        return same(def, item, wanted);
    };
    wanted.iter().all(|(name, value)| {
        let present = item.get(name);
        match (def.sub(name), present) {
            (Some(sub), Some(present)) => same(sub, present, value),
            // `primary` is false when it is absent (RFC 7643 section 2.4).
            (Some(_), None) => name == "primary" && *value == Value::Bool(false),
            (None, _) => false,
        }
    })
}

fn is_same_value(def: &AttrDef, item: &Value, new: &Value) -> bool {
    if new.get("value").is_none() {
        return false;
    }
    ["value", "type"].into_iter().all(
        |name| match (def.sub(name), item.get(name), new.get(name)) {
            (_, None, None) => true,
            (Some(sub), Some(present), Some(new)) => same(sub, present, new),
            _ => false,
        },
    )
}

/// Whether two are equal of which every text is ASCII or folded.
fn same(def: &AttrDef, left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) if !def.case_exact => {
            left.eq_ignore_ascii_case(right)
        }
        _ => left == right,
    }
}

/// The texts of an element or of its sub-attributes.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let members = value.as_object().into_iter().flat_map(Map::values);
    std::iter::once(value)
        .chain(members)
        .filter_map(Value::as_str)
}

fn folded(def: &AttrDef, value: &Value) -> Value {
    match value {
        Value::String(text) if !def.case_exact => text::fold(text).into(),
        Value::Object(members) => {
            let one = |(name, value): (&String, &Value)| {
                let sub = def.sub(name);
                let value = sub.map_or_else(|| value.clone(), |sub| folded(sub, value));
                (name.clone(), value)
            };
            Value::Object(members.iter().map(one).collect())
        }
        other => other.clone(),
    }
}

/// Puts sub-attributes into schema order.
pub(super) fn sort_subs(members: &mut Map<String, Value>, def: &AttrDef) {
    let mut taken: Vec<_> = std::mem::take(members).into_iter().collect();
    taken.sort_by_cached_key(|(name, _)| {
        def.sub_attributes.iter().position(|sub| sub.name == *name)
    });
    members.extend(taken);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::schema::{ResourceKind, registry};

    fn attribute(name: &str) -> &'static AttrDef {
        let users = registry().resource_type(ResourceKind::User);
        users.attribute(name).expect("defined").1
    }

    fn are_same(name: &str, left: &str, right: &str) -> bool {
        let (def, mut effort) = (attribute(name), Effort::default());
        let mut element = |text: &str| Element::new(def, json!({"value": text}), &mut effort);
        let (left, right) = (element(left).unwrap(), element(right).unwrap());
        let same = left.is_same_value(def, &right, &mut effort).unwrap();
        assert_eq!(left.covers(def, &right, &mut effort), Ok(same));
        same
    }

    #[test]
    fn equality_follows_case_exact() {
        assert!(are_same("roles", "Ärmel", "ärmel"));
        assert!(are_same("roles", "ABC", "ａｂｃ"));
        assert!(!are_same("roles", "Abc", "äbc"));
        assert!(are_same("x509Certificates", "Abc", "Abc"));
        assert!(!are_same("x509Certificates", "Abc", "abc"));
        assert!(!are_same("x509Certificates", "Äbc", "äbc"));
    }

    proptest! {
        #![proptest_config(crate::random::seeded())]

        #[test]
        fn equality_is_equality_of_folded_forms(a in "[a-zA-ZäÄßẞａ]{0,4}", b in "[a-zA-ZäÄßẞａ]{0,4}") {
            prop_assert_eq!(are_same("roles", &a, &b), text::fold(&a) == text::fold(&b));
        }
    }
}
