//! One operation on the value of one attribute: the current value in, the new value out.

use serde_json::{Map, Value};

use super::{
    apply::CHANGE,
    element::{Element, find, sort_subs},
    op::Op,
    path::AttrTarget,
};
use crate::{
    attr::{AttrDef, AttrType, Mutability},
    dialect::quirks,
    filter::{Effort, Exhausted, element_matches},
    resource::{At, Members, Normaliser, ScimError, check_count, is_unassigned, says_nothing},
};

/// An attribute under change, and how errors name it.
pub(super) struct Edit<'a, 'n> {
    pub(super) normaliser: &'a mut Normaliser<'n>,
    pub(super) def: &'a AttrDef,
    pub(super) sub: Option<&'a AttrDef>,
    pub(super) target: &'a AttrTarget,
    /// The path as sent, for messages.
    pub(super) path: &'a str,
    /// Collects unknown sub-attributes.
    pub(super) unknown: &'a mut Vec<Value>,
    /// What may still be compared.
    pub(super) effort: &'a mut Effort,
}

/// What an operation sets of a complex value: read once, however many values it changes.
struct Setting<'d> {
    /// Sub-attributes that it unassigns.
    cleared: Vec<&'d AttrDef>,
    /// The others, normalised.
    set: Map<String, Value>,
}

impl<'d> Edit<'d, '_> {
    /// Applies the operation.
    pub(super) fn run(
        &mut self,
        op: Op,
        current: Option<Value>,
        value: Option<Value>,
    ) -> Result<Option<Value>, ScimError> {
        let fixed = self.def.mutability == Mutability::Immutable;
        let before = current.as_ref().filter(|_| fixed).cloned();
        let next = match op {
            Op::Remove => self.remove(current, value)?,
            Op::Add | Op::Replace => self.assign(op, current, value.unwrap_or(Value::Null))?,
        };
        if before.is_some() && before != next {
            return Err(ScimError::mutability(
                self.path,
                "cannot be changed once it is set",
            ));
        }
        if self.def.required && next.is_none() {
            return Err(match op {
                Op::Remove => ScimError::mutability(self.path, "is required and cannot be removed"),
                Op::Add | Op::Replace => ScimError::invalid_value(self.path, "is required"),
            });
        }
        Ok(next)
    }

    fn at(&self) -> At<'_> {
        At::new(self.target.extension.as_deref(), &self.def.name)
    }

    fn remove(
        &mut self,
        current: Option<Value>,
        value: Option<Value>,
    ) -> Result<Option<Value>, ScimError> {
        let listed = value.filter(|value| !value.is_null());
        let whole = self.target.filter.is_none() && self.sub.is_none();
        if whole
            && self.def.multi_valued
            && let Some(listed) = listed
        {
            quirks::remove_by_value(self.normaliser.dialect, self.path, self.normaliser.notes)?;
            let listed = self.elements(listed)?;
            return self.without(into_items(current), listed);
        }
        if whole {
            return Ok(None);
        }
        if !self.def.multi_valued {
            return Ok(match (current, self.sub) {
                (Some(Value::Object(mut members)), Some(sub)) => {
                    unset(&mut members, sub, self.path)?;
                    from_members(members)
                }
                (current, _) => current,
            });
        }
        let mut items = into_items(current);
        let selected = self.selected(&items)?;
        let Some(sub) = self.sub else {
            return Ok(from_items(without(items, &selected)));
        };
        for at in selected {
            if let Value::Object(members) = &mut items[at] {
                unset(members, sub, self.path)?;
            }
        }
        Ok(from_items(not_empty(items)))
    }

    /// A list without the values that say all that one of `listed` says.
    fn without(
        &mut self,
        items: Vec<Value>,
        listed: Vec<Value>,
    ) -> Result<Option<Value>, ScimError> {
        let (def, listed) = (self.def, self.comparable(listed)?);
        let mut kept = Vec::with_capacity(items.len());
        for item in self.comparable(items)? {
            let gone = find(&listed, |wanted| item.covers(def, wanted, self.effort))?;
            if gone.is_none() {
                kept.push(item.into_value());
            }
        }
        Ok(from_items(kept))
    }

    /// Values of the list, to be compared with others.
    fn comparable(&mut self, items: Vec<Value>) -> Result<Vec<Element>, Exhausted> {
        let one = |item| Element::new(self.def, item, self.effort);
        items.into_iter().map(one).collect()
    }

    fn assign(
        &mut self,
        op: Op,
        current: Option<Value>,
        value: Value,
    ) -> Result<Option<Value>, ScimError> {
        if self.def.multi_valued && (self.target.filter.is_some() || self.sub.is_some()) {
            return self.assign_selected(op, into_items(current), value);
        }
        if self.def.multi_valued {
            return match op {
                Op::Add => self.append(current, value),
                _ => self.replace_list(value),
            };
        }
        if self.def.attr_type == AttrType::Complex {
            let mut members = match current {
                Some(Value::Object(members)) => members,
                _ => Map::new(),
            };
            match self.sub {
                Some(sub) => {
                    let setting = self.read_sub(sub, value)?;
                    self.write(&mut members, &setting)?;
                }
                None => {
                    let value = quirks::manager_as_string(
                        self.normaliser.dialect,
                        self.def,
                        value,
                        self.normaliser.notes,
                    );
                    if is_unassigned(&value) {
                        return Ok(None);
                    }
                    self.merge(&mut members, value)?;
                }
            }
            return Ok(from_members(members));
        }
        if says_nothing(self.def, &value) {
            return Ok(None);
        }
        let at = At::new(self.target.extension.as_deref(), &self.def.name);
        self.normaliser.simple(self.def, value, at).map(Some)
    }

    /// `replace` of a whole list; one object stands for a list of one.
    fn replace_list(&mut self, value: Value) -> Result<Option<Value>, ScimError> {
        let value = match value {
            Value::Object(_) => Value::Array(vec![value]),
            other => other,
        };
        let at = At::new(self.target.extension.as_deref(), &self.def.name);
        let normalised = self.normaliser.attribute(self.def, value, at)?;
        if let Some(Value::Array(rest)) = normalised.unknown {
            self.unknown.extend(rest);
        }
        Ok(normalised.value)
    }

    /// `add` to a list: what is there already stays as it is, the same value and type takes the
    /// other sub-attributes, anything else is a new value.
    fn append(&mut self, current: Option<Value>, value: Value) -> Result<Option<Value>, ScimError> {
        let def = self.def;
        let new = self.elements(value)?;
        let mut items = self.comparable(into_items(current))?;
        let mut touched = Vec::new();
        for new in self.comparable(new)? {
            if find(&items, |item| item.covers(def, &new, self.effort))?.is_some() {
                continue;
            }
            let same = find(&items, |item| item.is_same_value(def, &new, self.effort))?;
            touched.push(same.unwrap_or(items.len()));
            match same {
                Some(at) => items[at].extend(def, new, self.effort)?,
                None => items.push(new),
            }
        }
        let mut items: Vec<_> = items.into_iter().map(Element::into_value).collect();
        check_count(items.len(), self.at())?;
        self.keep_one_primary(&mut items, &touched)?;
        Ok(from_items(items))
    }

    /// `add` and `replace` on selected values, or on a sub-attribute of these.
    fn assign_selected(
        &mut self,
        op: Op,
        mut items: Vec<Value>,
        value: Value,
    ) -> Result<Option<Value>, ScimError> {
        let selected = self.selected(&items)?;
        if selected.is_empty() {
            let made = self.make_element(value)?;
            items.push(made);
            check_count(items.len(), self.at())?;
            let last = items.len() - 1;
            self.keep_one_primary(&mut items, &[last])?;
            return Ok(from_items(items));
        }
        if self.sub.is_none() && is_unassigned(&value) {
            return Ok(from_items(without(items, &selected)));
        }
        let setting = match self.sub {
            Some(sub) => self.read_sub(sub, value)?,
            None => self.read(value)?,
        };
        for at in &selected {
            self.effort.spend(CHANGE)?;
            let Value::Object(members) = &mut items[*at] else {
                continue;
            };
            if self.sub.is_none() && op == Op::Replace {
                members.clear();
            }
            self.write(members, &setting)?;
        }
        self.keep_one_primary(&mut items, &selected)?;
        Ok(from_items(not_empty(items)))
    }

    /// The value that a path did not find, where the dialect makes it.
    fn make_element(&mut self, value: Value) -> Result<Value, ScimError> {
        let empty = Map::new();
        let seed = match &self.target.filter {
            None => Some(&empty),
            Some(_) => self.target.seed.as_ref(),
        };
        let made = quirks::create_missing_element(
            self.normaliser.dialect,
            seed.filter(|_| !is_unassigned(&value)),
            self.path,
            self.normaliser.notes,
        );
        let Some(seed) = made else {
            return Err(ScimError::no_target(self.path));
        };
        let mut members = Map::new();
        self.merge(&mut members, Value::Object(seed))?;
        let setting = match self.sub {
            Some(sub) => self.read_sub(sub, value)?,
            None => self.read(value)?,
        };
        self.write(&mut members, &setting)?;
        Ok(Value::Object(members))
    }

    /// Sets the sub-attributes that `value` has; null unassigns one, the others stay.
    fn merge(&mut self, members: &mut Map<String, Value>, value: Value) -> Result<(), ScimError> {
        let setting = self.read(value)?;
        self.write(members, &setting)
    }

    /// What `value` sets; unknown members are collected.
    fn read(&mut self, value: Value) -> Result<Setting<'d>, ScimError> {
        let def = self.def;
        let cleared = value
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((def.sub(name)?, value)))
            .filter(|(sub, value)| sub.is_writable() && says_nothing(sub, value))
            .map(|(sub, _)| sub)
            .collect();
        let at = At::new(self.target.extension.as_deref(), &def.name);
        let Members { known, unknown } = self.normaliser.object(def, value, at)?;
        if !unknown.is_empty() {
            self.unknown.push(Value::Object(unknown));
        }
        Ok(Setting {
            cleared,
            set: known,
        })
    }

    /// What `value` sets as the value of one sub-attribute.
    fn read_sub(&mut self, sub: &'d AttrDef, value: Value) -> Result<Setting<'d>, ScimError> {
        let mut setting = Setting {
            cleared: Vec::new(),
            set: Map::new(),
        };
        if says_nothing(sub, &value) {
            setting.cleared.push(sub);
            return Ok(setting);
        }
        let at = At::new(self.target.extension.as_deref(), &self.def.name).sub(&sub.name);
        let value = self.normaliser.simple(sub, value, at)?;
        setting.set.insert(sub.name.clone().into_owned(), value);
        Ok(setting)
    }

    /// Sets it in one value; the other sub-attributes stay.
    fn write(
        &self,
        members: &mut Map<String, Value>,
        setting: &Setting<'_>,
    ) -> Result<(), ScimError> {
        for sub in &setting.cleared {
            unset(members, sub, self.path)?;
        }
        for (name, value) in &setting.set {
            if let Some(sub) = self.def.sub(name) {
                check_fixed(members, sub, value, self.path)?;
            }
            members.insert(name.clone(), value.clone());
        }
        sort_subs(members, self.def);
        Ok(())
    }

    /// The values of an operation on a whole list: a list, or one value.
    fn elements(&mut self, value: Value) -> Result<Vec<Value>, ScimError> {
        let value = quirks::roles_as_text(
            self.normaliser.dialect,
            self.def,
            value,
            self.normaliser.notes,
        );
        let items = match value {
            Value::Null => Vec::new(),
            Value::Array(items) => items,
            single => vec![single],
        };
        check_count(items.len(), self.at())?;
        let mut elements = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let at = At::new(self.target.extension.as_deref(), &self.def.name).index(index);
            let element = self.normaliser.element(self.def, item, at)?;
            elements.extend(element.value);
            self.unknown.extend(element.unknown);
        }
        Ok(elements)
    }

    /// The places of the values that the path selects.
    fn selected(&mut self, items: &[Value]) -> Result<Vec<usize>, Exhausted> {
        let Some(filter) = &self.target.filter else {
            return Ok((0..items.len()).collect());
        };
        let mut selected = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if element_matches(self.def, filter, item, self.effort)? {
                selected.push(at);
            }
        }
        Ok(selected)
    }

    /// A value that this operation made primary takes it from the others.
    fn keep_one_primary(&self, items: &mut [Value], touched: &[usize]) -> Result<(), ScimError> {
        let is_primary = |item: &Value| item.get("primary") == Some(&Value::Bool(true));
        let mut chosen = touched.iter().filter(|at| is_primary(&items[**at]));
        let Some(first) = chosen.next().copied() else {
            return Ok(());
        };
        if chosen.next().is_some() {
            return Err(ScimError::invalid_value(
                self.at(),
                "must have 'primary' true in one value at most",
            ));
        }
        for (at, item) in items.iter_mut().enumerate() {
            if at != first && is_primary(item) {
                item["primary"] = Value::Bool(false);
            }
        }
        Ok(())
    }
}

fn unset(members: &mut Map<String, Value>, sub: &AttrDef, path: &str) -> Result<(), ScimError> {
    let present = members.contains_key(sub.name.as_ref());
    if present && (sub.required || sub.mutability == Mutability::Immutable) {
        return Err(ScimError::mutability(path, "cannot be removed"));
    }
    members.shift_remove(sub.name.as_ref());
    Ok(())
}

fn check_fixed(
    members: &Map<String, Value>,
    sub: &AttrDef,
    value: &Value,
    path: &str,
) -> Result<(), ScimError> {
    let present = members.get(sub.name.as_ref());
    let fixed = sub.mutability == Mutability::Immutable;
    if fixed && present.is_some_and(|present| present != value) {
        return Err(ScimError::mutability(
            path,
            "cannot be changed once it is set",
        ));
    }
    Ok(())
}

fn into_items(current: Option<Value>) -> Vec<Value> {
    match current {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

/// A list without the values at these places, which ascend.
fn without(items: Vec<Value>, places: &[usize]) -> Vec<Value> {
    let mut places = places.iter().copied().peekable();
    let kept = |(at, item)| places.next_if_eq(&at).is_none().then_some(item);
    items.into_iter().enumerate().filter_map(kept).collect()
}

/// A list without the values that have lost all their sub-attributes.
fn not_empty(mut items: Vec<Value>) -> Vec<Value> {
    items.retain(|item| item.as_object().is_none_or(|members| !members.is_empty()));
    items
}

fn from_items(items: Vec<Value>) -> Option<Value> {
    (!items.is_empty()).then_some(Value::Array(items))
}

fn from_members(members: Map<String, Value>) -> Option<Value> {
    (!members.is_empty()).then_some(Value::Object(members))
}
