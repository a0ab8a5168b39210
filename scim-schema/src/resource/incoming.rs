//! The body of a POST or PUT (RFC 7644 sections 3.3 and 3.5.1).

use serde_json::{Map, Value};

use super::{
    At, Document, MemberRef, Normaliser, ScimError, check_required,
    document::sort_members,
    normalise::{Members, canonical_name, is_unassigned},
    parse_members,
    secret::drop_secrets,
};
use crate::{
    attr::{AttrDef, AttrId},
    dialect::{Dialect, Notes, quirks},
    schema::{Extension, ResourceType},
};

/// What a client sent for a whole resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Incoming {
    /// What is stored and returned.
    pub document: Document,
    /// What no definition knows, as sent: core attributes by name, undeclared extensions by URN,
    /// unknown sub-attributes inside their attribute. Kept aside, never returned; without secrets.
    pub unmapped: Map<String, Value>,
    /// `password`, in clear text; never part of the document.
    pub password: Option<String>,
    /// `members` of a group, each once; `None` when the body does not have the attribute, an empty
    /// list when it is null or empty.
    pub members: Option<Vec<MemberRef>>,
}

/// Checks the body of a POST or PUT and takes it apart. Read-only attributes are ignored.
///
/// `active` stays absent when it is absent: a POST then means true, a PUT leaves it as it is (D9).
///
/// # Errors
/// 400 with `invalidValue` (or `invalidSyntax` for an unknown attribute where the dialect refuses
/// it) and a detail that names the path.
pub fn parse_resource(
    rt: &ResourceType,
    body: Map<String, Value>,
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<Incoming, ScimError> {
    let mut reader = Reader {
        rt,
        normaliser: Normaliser { dialect, notes },
        document: Map::with_capacity(body.len()),
        incoming: Incoming::default(),
    };
    reader.schemas(&body)?;
    for (name, value) in body {
        reader.member(name, value)?;
    }
    let Reader {
        mut document,
        mut incoming,
        ..
    } = reader;
    drop_secrets(&mut incoming.unmapped, notes);
    check_required(rt, &document)?;
    sort_members(&mut document, rt);
    incoming.document = Document::from_map(document);
    Ok(incoming)
}

struct Reader<'a> {
    rt: &'a ResourceType,
    normaliser: Normaliser<'a>,
    document: Map<String, Value>,
    incoming: Incoming,
}

impl Reader<'_> {
    /// `schemas` names the core schema and nothing undeclared (D4).
    fn schemas(&mut self, body: &Map<String, Value>) -> Result<(), ScimError> {
        let sent = body
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("schemas"))
            .map(|(_, value)| value);
        check_schemas(self.rt, sent, &mut self.normaliser)
    }

    fn member(&mut self, name: String, value: Value) -> Result<(), ScimError> {
        if let Some((_, def)) = self.rt.attribute(&name) {
            return self.core(def, name, value);
        }
        let urn = quirks::scim1_urn(
            self.normaliser.dialect,
            self.rt,
            &name,
            self.normaliser.notes,
        );
        if let Some((_, extension)) = self.rt.extension(urn.as_deref().unwrap_or(&name)) {
            return self.extension(extension, value);
        }
        if is_unassigned(&value) {
            return Ok(());
        }
        if let Some((extension, def)) = quirks::manager_without_urn(
            self.normaliser.dialect,
            self.rt,
            &name,
            self.normaliser.notes,
        ) {
            let members = Map::from_iter([(def.name.clone().into_owned(), value)]);
            return self.extension(extension, Value::Object(members));
        }
        if is_undeclared_urn(self.rt, &name) {
            quirks::undeclared_urn(self.normaliser.dialect, &name, self.normaliser.notes)?;
        } else {
            quirks::refuse_unknown_attribute(self.normaliser.dialect, &name)?;
        }
        self.incoming.unmapped.insert(name, value);
        Ok(())
    }

    fn core(&mut self, def: &AttrDef, name: String, value: Value) -> Result<(), ScimError> {
        if !def.is_writable() {
            return Ok(());
        }
        let at = At::new(None, &def.name);
        match def.id {
            AttrId::Schemas => Ok(()),
            AttrId::Password => {
                self.incoming.password = read_password(&mut self.normaliser, def, value)?;
                Ok(())
            }
            AttrId::GroupMembers => {
                self.incoming.members = Some(parse_members(value)?);
                Ok(())
            }
            _ => {
                let normalised = self.normaliser.attribute(def, value, at)?;
                if let Some(value) = normalised.value {
                    self.document.insert(canonical_name(name, def), value);
                }
                if let Some(unknown) = normalised.unknown {
                    self.incoming
                        .unmapped
                        .insert(def.name.clone().into_owned(), unknown);
                }
                Ok(())
            }
        }
    }

    fn extension(&mut self, extension: &Extension, value: Value) -> Result<(), ScimError> {
        let schema = &extension.schema;
        let urn = schema.urn.as_ref();
        if is_unassigned(&value) {
            return Ok(());
        }
        let Members { known, unknown } = read_extension(&mut self.normaliser, extension, value)?;
        // `manager` without its URN and the extension itself may both be there.
        merge_object(&mut self.document, urn, known);
        merge_object(&mut self.incoming.unmapped, urn, unknown);
        if let Some(Value::Object(members)) = self.document.get_mut(urn) {
            sort_extension(members, extension);
        }
        Ok(())
    }
}

/// The attributes of an extension: known ones checked, unknown ones as sent.
fn read_extension(
    normaliser: &mut Normaliser<'_>,
    extension: &Extension,
    value: Value,
) -> Result<Members, ScimError> {
    let schema = &extension.schema;
    let urn = schema.urn.as_ref();
    let Value::Object(members) = value else {
        return Err(ScimError::invalid_value(
            urn,
            "must be an object with attributes",
        ));
    };
    let mut known = Map::new();
    let mut unknown = Map::new();
    for (name, value) in members {
        let Some(def) = schema.attribute(&name) else {
            let at = At::new(Some(urn), &name);
            quirks::refuse_unknown_attribute(normaliser.dialect, at)?;
            if !is_unassigned(&value) {
                unknown.insert(name, value);
            }
            continue;
        };
        if !def.is_writable() {
            continue;
        }
        let at = At::new(Some(urn), &def.name);
        let normalised = normaliser.attribute(def, value, at)?;
        let name = canonical_name(name, def);
        if let Some(rest) = normalised.unknown {
            unknown.insert(name.clone(), rest);
        }
        if let Some(value) = normalised.value {
            known.insert(name, value);
        }
    }
    sort_extension(&mut known, extension);
    Ok(Members { known, unknown })
}

/// `schemas` of a body: a list of URNs with the core schema and nothing undeclared (D4).
pub(crate) fn check_schemas(
    rt: &ResourceType,
    sent: Option<&Value>,
    normaliser: &mut Normaliser<'_>,
) -> Result<(), ScimError> {
    let sent = match sent {
        None | Some(Value::Null) => {
            let why = format!("is required and must contain {}", rt.schema.urn);
            return Err(ScimError::invalid_value("schemas", why));
        }
        Some(sent) => sent,
    };
    let Some(urns) = sent.as_array() else {
        return Err(ScimError::invalid_value(
            "schemas",
            "must be a list of URNs",
        ));
    };
    let mut core = false;
    for (index, urn) in urns.iter().enumerate() {
        let Some(urn) = urn.as_str() else {
            let at = At::new(None, "schemas").index(index);
            return Err(ScimError::invalid_value(at, "must be a string"));
        };
        let rewritten = quirks::scim1_urn(normaliser.dialect, rt, urn, normaliser.notes);
        let urn = rewritten.as_deref().unwrap_or(urn);
        if rt.schema.is_named(urn) {
            core = true;
        } else if rt.extension(urn).is_none() {
            quirks::undeclared_urn(normaliser.dialect, urn, normaliser.notes)?;
        }
    }
    if !core {
        let why = format!("must contain {}", rt.schema.urn);
        return Err(ScimError::invalid_value("schemas", why));
    }
    Ok(())
}

/// The password in the body of a POST or PUT, before anything of it is checked.
#[must_use]
pub fn sent_password<'b>(rt: &ResourceType, body: &'b Map<String, Value>) -> Option<&'b str> {
    let named = |(name, _): &(&String, &Value)| names_password(rt, name);
    let (_, value) = body.iter().rfind(named)?;
    clear_text(value)
}

/// Whether a member of a resource of this type is its password.
pub(crate) fn names_password(rt: &ResourceType, name: &str) -> bool {
    let found = rt.attribute(name);
    found.is_some_and(|(_, def)| def.id == AttrId::Password)
}

/// A value as a password; null and the empty string mean none.
pub(crate) fn clear_text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

/// A password in clear text; null and the empty string mean none.
pub(crate) fn read_password(
    normaliser: &mut Normaliser<'_>,
    def: &AttrDef,
    value: Value,
) -> Result<Option<String>, ScimError> {
    if value.is_null() {
        return Ok(None);
    }
    let value = normaliser.simple(def, value, At::new(None, &def.name))?;
    Ok(match value {
        Value::String(text) if !text.is_empty() => Some(text),
        _ => None,
    })
}

/// Whether a member's name can only be the URN of a schema that is not declared: attribute names
/// have no colon. The core URN is no container (RFC 7643 section 3.3) and an attribute with its URN
/// no member; both are unknown attributes.
pub(crate) fn is_undeclared_urn(rt: &ResourceType, name: &str) -> bool {
    let declares = |urn: &str| {
        let head = name.get(..urn.len());
        let rest = name.get(urn.len()..).unwrap_or_default();
        head.is_some_and(|head| head.eq_ignore_ascii_case(urn))
            && (rest.is_empty() || rest.starts_with(':'))
    };
    let extensions = rt.extensions.iter().map(|extension| &extension.schema);
    let mut declared = std::iter::once(&rt.schema).chain(extensions);
    name.contains(':') && !declared.any(|schema| declares(&schema.urn))
}

/// Puts the attributes of an extension into schema order.
pub(crate) fn sort_extension(members: &mut Map<String, Value>, extension: &Extension) {
    let mut taken: Vec<_> = std::mem::take(members).into_iter().collect();
    let attributes = &extension.schema.attributes;
    taken.sort_by_cached_key(|(name, _)| attributes.iter().position(|def| def.name == *name));
    members.extend(taken);
}

/// Adds members to the object under `key`, making it when there is something to add.
pub(crate) fn merge_object(map: &mut Map<String, Value>, key: &str, members: Map<String, Value>) {
    if members.is_empty() {
        return;
    }
    match map.get_mut(key) {
        Some(Value::Object(present)) => present.extend(members),
        _ => {
            map.insert(key.to_owned(), Value::Object(members));
        }
    }
}
