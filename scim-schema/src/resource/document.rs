//! The stored form of a resource: what the client set, checked and in canonical spelling.

use serde_json::{Map, Value};

use super::{At, ScimError, merge_object};
use crate::{
    attr::{AttrDef, Mutability},
    schema::ResourceType,
};

/// Registered attributes that a client sets, in schema order: `externalId`, core attributes, then
/// extensions under their URN.
///
/// What was registered once and is not now stays where it was, hidden: no answer, filter or search
/// value has it, and it is there again when it is registered again.
///
/// Never `schemas`, `id`, `meta`, `password`, `groups`, `members` or anything unassigned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document(Map<String, Value>);

/// One simple value of a document and where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leaf<'a> {
    /// The attribute or sub-attribute.
    pub def: &'a AttrDef,
    /// The complex attribute it belongs to.
    pub parent: Option<&'a AttrDef>,
    /// Position among the values of a multi-valued attribute, from 0.
    pub ordinal: usize,
    /// A string, number or boolean.
    pub value: &'a Value,
}

impl Document {
    /// Takes a map that is already in the stored form.
    pub(crate) fn from_map(map: Map<String, Value>) -> Self {
        Self(map)
    }

    /// The attributes.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The attributes.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// The stored text.
    #[must_use]
    pub fn to_json_text(&self) -> String {
        // `Value` prints JSON by its `Display` and cannot fail.
        Value::Object(self.0.clone()).to_string()
    }

    /// Reads text that `to_json_text` wrote.
    ///
    /// # Errors
    /// When the text is no JSON object: the stored row is damaged.
    pub fn from_json_text(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    /// `userName`.
    #[must_use]
    pub fn user_name(&self) -> Option<&str> {
        self.text("userName")
    }

    /// `externalId`.
    #[must_use]
    pub fn external_id(&self) -> Option<&str> {
        self.text("externalId")
    }

    /// `displayName`, of a user or a group.
    #[must_use]
    pub fn display_name(&self) -> Option<&str> {
        self.text("displayName")
    }

    /// `active`; `None` when the client did not say.
    #[must_use]
    pub fn active(&self) -> Option<bool> {
        self.0.get("active").and_then(Value::as_bool)
    }

    /// Sets `active`.
    pub fn set_active(&mut self, rt: &ResourceType, active: bool) {
        self.0.insert("active".to_owned(), Value::Bool(active));
        sort_members(&mut self.0, rt);
    }

    /// The document without `active`, to compare or store what does not mirror a hold.
    #[must_use]
    pub fn without_active(mut self) -> Self {
        self.0.shift_remove("active");
        self
    }

    /// A sub-attribute of `name` by its schema spelling, such as `givenName`.
    #[must_use]
    pub fn name_part(&self, part: &str) -> Option<&str> {
        self.0.get("name")?.get(part)?.as_str()
    }

    /// The address of the primary value of `emails`, else of the first of type `work`, else of the
    /// first with an address.
    #[must_use]
    pub fn primary_email(&self) -> Option<&str> {
        let emails = self.0.get("emails")?.as_array()?;
        let address = |email: &'_ &Value| email.get("value").and_then(Value::as_str).is_some();
        let is_work = |email: &&Value| {
            let kind = email.get("type").and_then(Value::as_str);
            kind.is_some_and(|kind| kind.eq_ignore_ascii_case("work"))
        };
        let with_address = || emails.iter().filter(address);
        with_address()
            .find(|email| email.get("primary") == Some(&Value::Bool(true)))
            .or_else(|| with_address().find(is_work))
            .or_else(|| with_address().next())?
            .get("value")?
            .as_str()
    }

    /// `manager.value` of the Enterprise User extension.
    #[must_use]
    pub fn manager(&self) -> Option<&str> {
        let extension = self.0.get(crate::schema::urn::ENTERPRISE_USER)?;
        extension.get("manager")?.get("value")?.as_str()
    }

    /// URNs of the schemas whose attributes the document has: the core schema, then extensions.
    #[must_use]
    pub fn schemas<'a>(&self, rt: &'a ResourceType) -> Vec<&'a str> {
        let extensions = rt
            .extensions
            .iter()
            .map(|extension| extension.schema.urn.as_ref())
            .filter(|urn| self.0.contains_key(*urn));
        std::iter::once(rt.schema.urn.as_ref())
            .chain(extensions)
            .collect()
    }

    /// Every simple value with its attribute, in document order, for columns and search rows.
    #[must_use]
    pub fn leaves<'a>(&'a self, rt: &'a ResourceType) -> Vec<Leaf<'a>> {
        let mut leaves = Vec::new();
        for def in rt.attributes() {
            if let Some(value) = self.0.get(def.name.as_ref()) {
                push_leaves(def, value, &mut leaves);
            }
        }
        for extension in &rt.extensions {
            let Some(members) = self.0.get(extension.schema.urn.as_ref()) else {
                continue;
            };
            for def in &extension.schema.attributes {
                if let Some(value) = members.get(def.name.as_ref()) {
                    push_leaves(def, value, &mut leaves);
                }
            }
        }
        leaves
    }

    /// Whether a replacement keeps every immutable value that is set (RFC 7644 section 3.5.1).
    ///
    /// # Errors
    /// 400 `mutability` that names the attribute.
    pub fn check_immutable(&self, rt: &ResourceType, replacement: &Self) -> Result<(), ScimError> {
        let check = |urn: Option<&str>, def: &AttrDef, old: Option<&Value>, new: Option<&Value>| {
            let fixed = def.mutability == Mutability::Immutable;
            if fixed && old.is_some() && old != new {
                let at = At::new(urn, &def.name);
                return Err(ScimError::mutability(
                    at,
                    "cannot be changed once it is set",
                ));
            }
            Ok(())
        };
        for def in rt.attributes() {
            let name = def.name.as_ref();
            check(None, def, self.0.get(name), replacement.0.get(name))?;
        }
        for extension in &rt.extensions {
            let urn = extension.schema.urn.as_ref();
            let (old, new) = (self.0.get(urn), replacement.0.get(urn));
            for def in &extension.schema.attributes {
                let of = |members: Option<&'_ Value>| members?.get(def.name.as_ref()).cloned();
                check(Some(urn), def, of(old).as_ref(), of(new).as_ref())?;
            }
        }
        Ok(())
    }

    /// The document without what is not registered now, for answers.
    #[must_use]
    pub fn without_hidden(mut self, rt: &ResourceType) -> Self {
        self.0.retain(|name, value| {
            let Some((_, extension)) = rt.extension(name) else {
                return !name.contains(':');
            };
            if let Value::Object(members) = value {
                members.retain(|name, _| extension.schema.attribute(name).is_some());
                return !members.is_empty();
            }
            true
        });
        self
    }

    /// Takes over what `old` hides: a replacement cannot name it, so it does not clear it.
    #[must_use]
    pub fn with_hidden_of(mut self, rt: &ResourceType, old: &Self) -> Self {
        for (urn, value) in old.0.iter().filter(|(name, _)| name.contains(':')) {
            let extension = rt.extension(urn).map(|(_, extension)| extension);
            let Value::Object(members) = value else {
                continue;
            };
            let known = |name: &str| {
                extension.is_some_and(|extension| extension.schema.attribute(name).is_some())
            };
            let hidden = members.iter().filter(|(name, _)| !known(name));
            let hidden = hidden.map(|(name, value)| (name.clone(), value.clone()));
            merge_object(&mut self.0, urn, hidden.collect());
        }
        self
    }

    /// Removes one attribute of an extension, registered or not. False when it has no value.
    pub fn forget(&mut self, urn: &str, name: &str) -> bool {
        let Some(Value::Object(members)) = self.0.get_mut(urn) else {
            return false;
        };
        let had = members.shift_remove(name).is_some();
        if members.is_empty() {
            self.0.shift_remove(urn);
        }
        had
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }
}

/// Puts top-level members into schema order: attributes, then extensions.
pub(crate) fn sort_members(map: &mut Map<String, Value>, rt: &ResourceType) {
    let rank = |name: &str| match rt.attribute(name) {
        Some((position, _)) => position,
        None => {
            usize::MAX / 2
                + rt.extension(name)
                    .map_or(usize::MAX / 2, |(position, _)| position)
        }
    };
    let mut members: Vec<_> = std::mem::take(map).into_iter().collect();
    members.sort_by_cached_key(|(name, _)| rank(name));
    map.extend(members);
}

fn push_leaves<'a>(def: &'a AttrDef, value: &'a Value, leaves: &mut Vec<Leaf<'a>>) {
    match value {
        Value::Array(items) => {
            for (ordinal, item) in items.iter().enumerate() {
                push_element(def, item, ordinal, leaves);
            }
        }
        single => push_element(def, single, 0, leaves),
    }
}

fn push_element<'a>(def: &'a AttrDef, item: &'a Value, ordinal: usize, leaves: &mut Vec<Leaf<'a>>) {
    let Value::Object(members) = item else {
        leaves.push(Leaf {
            def,
            parent: None,
            ordinal,
            value: item,
        });
        return;
    };
    for sub in &def.sub_attributes {
        if let Some(value) = members.get(sub.name.as_ref()) {
            leaves.push(Leaf {
                def: sub,
                parent: Some(def),
                ordinal,
                value,
            });
        }
    }
}
