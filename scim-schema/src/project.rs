//! Which attributes an answer has (RFC 7644 section 3.9, RFC 7643 section 7 `returned`).

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::{
    attr::{AttrDef, AttrId, AttrPath, Returned},
    resource::ScimError,
    schema::ResourceType,
};

/// What a client wants to see of each resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Projection {
    /// What is returned by default.
    #[default]
    Default,
    /// What is always returned, and these.
    Only(HashSet<AttrId>),
    /// What is returned by default, without these.
    Without(HashSet<AttrId>),
}

impl Projection {
    /// Reads the comma-separated lists of a query. Names are taken in any case, with or without
    /// URN, of attributes, sub-attributes or whole extensions; unknown ones are ignored.
    ///
    /// # Errors
    /// 400 `invalidValue` when both lists are given: they exclude each other.
    pub fn parse(
        rt: &ResourceType,
        attributes: Option<&str>,
        excluded: Option<&str>,
    ) -> Result<Self, ScimError> {
        let split = |list: &str| -> Vec<String> { list.split(',').map(str::to_owned).collect() };
        Self::from_lists(rt, attributes.map(split), excluded.map(split))
    }

    /// The same for the lists of a search by POST (RFC 7644 section 3.4.3).
    ///
    /// # Errors
    /// 400 `invalidValue` when both lists are given: they exclude each other.
    pub fn from_lists(
        rt: &ResourceType,
        attributes: Option<Vec<String>>,
        excluded: Option<Vec<String>>,
    ) -> Result<Self, ScimError> {
        let given = |list: Option<Vec<String>>| {
            list.filter(|names| names.iter().any(|name| !name.trim().is_empty()))
        };
        match (given(attributes), given(excluded)) {
            (None, None) => Ok(Self::Default),
            (Some(names), None) => Ok(Self::Only(ids(rt, &names))),
            (None, Some(names)) => Ok(Self::Without(ids(rt, &names))),
            (Some(_), Some(_)) => Err(ScimError::invalid_value(
                "attributes",
                "and excludedAttributes cannot be given together",
            )),
        }
    }

    /// Whether the client named `attributes`, which makes a PATCH answer with a body
    /// (RFC 7644 section 3.5.2).
    #[must_use]
    pub fn names_attributes(&self) -> bool {
        matches!(self, Self::Only(_))
    }

    /// Whether an answer shows something of this attribute; what is not wanted need not be loaded.
    /// For a whole attribute also true when one of its sub-attributes is named.
    #[must_use]
    pub fn wants(&self, rt: &ResourceType, id: AttrId) -> bool {
        let Some(found) = rt.find_id(id) else {
            return false;
        };
        match found.sub {
            None => self.shows(found.attr),
            Some(sub) => self.shows(found.attr) && self.shows_sub(found.attr, sub),
        }
    }

    /// Takes out of a resource what the client does not get. `resource` has canonical names;
    /// `schemas` afterwards names the extensions that are still there (RFC 7643 section 3).
    pub fn apply(&self, rt: &ResourceType, resource: &mut Map<String, Value>) {
        for def in rt.attributes() {
            self.project(def, resource);
        }
        for extension in &rt.extensions {
            let urn = extension.schema.urn.as_ref();
            let Some(Value::Object(members)) = resource.get_mut(urn) else {
                continue;
            };
            for def in &extension.schema.attributes {
                self.project(def, members);
            }
            if members.is_empty() {
                resource.shift_remove(urn);
                drop_schema(resource, urn);
            }
        }
    }

    fn project(&self, def: &AttrDef, members: &mut Map<String, Value>) {
        let name = def.name.as_ref();
        if !self.shows(def) {
            members.shift_remove(name);
            return;
        }
        let Some(value) = members.get_mut(name) else {
            return;
        };
        let hidden: Vec<_> = def
            .sub_attributes
            .iter()
            .filter(|sub| !self.shows_sub(def, sub))
            .collect();
        if hidden.is_empty() {
            return;
        }
        let left = match value {
            Value::Array(items) => {
                for item in items.iter_mut() {
                    hide(item, &hidden);
                }
                items.retain(|item| !is_empty_object(item));
                !items.is_empty()
            }
            single => {
                hide(single, &hidden);
                !is_empty_object(single)
            }
        };
        if !left {
            members.shift_remove(name);
        }
    }

    /// Whether an answer has the attribute, if it has a value.
    fn shows(&self, def: &AttrDef) -> bool {
        let named = |ids: &HashSet<AttrId>| {
            ids.contains(&def.id) || def.sub_attributes.iter().any(|sub| ids.contains(&sub.id))
        };
        match (def.returned, self) {
            (Returned::Always, _) => true,
            (Returned::Never, _) => false,
            (_, Self::Only(ids)) => named(ids),
            (Returned::Request, _) => false,
            (Returned::Default, Self::Default) => true,
            (Returned::Default, Self::Without(ids)) => !ids.contains(&def.id),
        }
    }

    /// Whether an answer that shows `def` shows this sub-attribute of it.
    fn shows_sub(&self, def: &AttrDef, sub: &AttrDef) -> bool {
        match (sub.returned, self) {
            (Returned::Always, _) => true,
            (Returned::Never, _) => false,
            (_, Self::Only(ids)) if ids.contains(&sub.id) => true,
            // The whole attribute was named, or is always there: its default sub-attributes.
            (returned, Self::Only(ids)) => {
                let whole = ids.contains(&def.id)
                    || !def.sub_attributes.iter().any(|sub| ids.contains(&sub.id));
                whole && returned == Returned::Default
            }
            (Returned::Request, _) => false,
            (Returned::Default, Self::Default) => true,
            (Returned::Default, Self::Without(ids)) => !ids.contains(&sub.id),
        }
    }
}

fn ids(rt: &ResourceType, names: &[String]) -> HashSet<AttrId> {
    let mut ids = HashSet::new();
    for name in names {
        let name = name.trim();
        if let Some((_, extension)) = rt.extension(name) {
            ids.extend(extension.schema.attributes.iter().map(|def| def.id));
        } else if rt.schema.is_named(name) {
            ids.extend(rt.schema.attributes.iter().map(|def| def.id));
        } else if let Ok(found) = rt.find(&AttrPath::split(name)) {
            ids.insert(found.leaf().id);
        }
    }
    ids
}

fn hide(value: &mut Value, hidden: &[&AttrDef]) {
    if let Value::Object(members) = value {
        for sub in hidden {
            members.shift_remove(sub.name.as_ref());
        }
    }
}

fn is_empty_object(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

fn drop_schema(resource: &mut Map<String, Value>, urn: &str) {
    if let Some(Value::Array(urns)) = resource.get_mut("schemas") {
        urns.retain(|known| known.as_str() != Some(urn));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::{ResourceKind, registry, urn};

    fn users() -> &'static ResourceType {
        registry().resource_type(ResourceKind::User)
    }

    fn shown(attributes: Option<&str>, excluded: Option<&str>) -> Value {
        let resource = json!({
            "schemas": [urn::USER, urn::ENTERPRISE_USER, urn::USER_STATUS],
            "id": "1",
            "userName": "u",
            "name": {"givenName": "G", "familyName": "F"},
            "password": "secret",
            "emails": [{"value": "a", "type": "work"}, {"type": "home"}],
            urn::ENTERPRISE_USER: {"department": "D", "manager": {"value": "m"}},
            urn::USER_STATUS: {"status": "Active"},
            "meta": {"version": "W/\"1\"", "resourceType": "User"},
        });
        let mut resource = resource.as_object().expect("an object").clone();
        Projection::parse(users(), attributes, excluded)
            .expect("valid")
            .apply(users(), &mut resource);
        Value::Object(resource)
    }

    #[test]
    fn by_default_never_and_request_are_left_out() {
        let seen = shown(None, None);
        assert_eq!(seen.get("password"), None);
        assert_eq!(seen.get(urn::USER_STATUS), None);
        assert_eq!(seen["schemas"], json!([urn::USER, urn::ENTERPRISE_USER]));
        assert_eq!(seen["name"], json!({"givenName": "G", "familyName": "F"}));
        assert_eq!(shown(Some(""), Some(" , ")), seen);
    }

    #[test]
    fn attributes_add_to_what_is_always_returned() {
        let least = json!({"schemas": [urn::USER], "id": "1", "userName": "u"});
        assert_eq!(shown(Some("USERNAME"), None), least);
        assert_eq!(
            shown(
                Some("urn:ietf:params:scim:schemas:core:2.0:User:userName,nope"),
                None
            ),
            least
        );
        assert_eq!(
            shown(Some("password"), None),
            json!({"schemas": [urn::USER], "id": "1"})
        );
        assert_eq!(
            shown(Some("name.familyName, emails.value"), None),
            json!({
                "schemas": [urn::USER], "id": "1",
                "name": {"familyName": "F"}, "emails": [{"value": "a"}],
            })
        );
        assert_eq!(
            shown(Some("name,name.familyName"), None)["name"],
            json!({"givenName": "G", "familyName": "F"})
        );
    }

    #[test]
    fn extensions_are_named_whole_or_by_attribute() {
        let department = format!("{}:department", urn::ENTERPRISE_USER);
        assert_eq!(
            shown(Some(&department), None),
            json!({
                "schemas": [urn::USER, urn::ENTERPRISE_USER], "id": "1",
                urn::ENTERPRISE_USER: {"department": "D"},
            })
        );
        assert_eq!(
            shown(Some(urn::ENTERPRISE_USER), None)[urn::ENTERPRISE_USER],
            json!({"department": "D", "manager": {"value": "m"}})
        );
        assert_eq!(
            shown(Some(urn::USER_STATUS), None),
            json!({
                "schemas": [urn::USER, urn::USER_STATUS], "id": "1",
                urn::USER_STATUS: {"status": "Active"},
            })
        );
        assert_eq!(
            shown(None, Some(urn::ENTERPRISE_USER))["schemas"],
            json!([urn::USER])
        );
    }

    #[test]
    fn always_cannot_be_excluded() {
        let seen = shown(None, Some("id,schemas,name,emails.type,meta.version"));
        assert_eq!(seen["id"], "1");
        assert_eq!(seen.get("name"), None);
        assert_eq!(seen["emails"], json!([{"value": "a"}]));
        assert_eq!(seen["meta"], json!({"resourceType": "User"}));
    }

    #[test]
    fn the_two_lists_exclude_each_other() {
        let error = Projection::parse(users(), Some("id"), Some("name")).unwrap_err();
        assert_eq!(error.to_json()["scimType"], "invalidValue");
    }

    #[test]
    fn what_is_not_wanted_need_not_be_loaded() {
        let wants = |attributes, excluded, id| {
            Projection::parse(users(), attributes, excluded)
                .expect("valid")
                .wants(users(), id)
        };
        assert!(wants(None, None, AttrId::Groups));
        assert!(!wants(None, None, AttrId::UserStatus));
        assert!(!wants(None, Some("groups"), AttrId::Groups));
        assert!(!wants(None, Some("groups"), AttrId::GroupsValue));
        assert!(wants(Some("groups.value"), None, AttrId::Groups));
        assert!(!wants(Some("groups.value"), None, AttrId::GroupsDisplay));
        assert!(!wants(Some("userName"), None, AttrId::Groups));
        assert!(wants(Some("userName"), None, AttrId::Id));
        assert!(wants(Some(urn::USER_STATUS), None, AttrId::UserStatusHolds));
    }
}
