//! Operations in order, on a copy: all of them or none (RFC 7644 section 3.5.2).

use serde_json::{Map, Value};

use super::{
    edit::Edit,
    op::{Op, PatchOp},
    path::{AttrTarget, PatchPath, Target},
};
use crate::{
    attr::{AttrDef, AttrId},
    dialect::{Dialect, Notes, quirks},
    filter::Effort,
    resource::{
        At, Document, Normaliser, ScimError, check_required, check_schemas, drop_secrets,
        is_unassigned, is_undeclared_urn, merge_object, read_password, sort_extension,
        sort_members,
    },
    schema::{Extension, ResourceType},
};

/// What a PATCH says besides its changes to the document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    /// What no definition knows, by name or URN, to be merged into what was kept aside. Null means
    /// that the client unassigned it. Without secrets.
    pub unmapped: Map<String, Value>,
    /// A new password, in clear text.
    pub password: Option<String>,
}

/// Applies operations to a document. On an error the document is as it was.
///
/// `id` is the SCIM id of the resource: an operation may repeat it, not change it. Members of a
/// group are not part of a document; `split_membership` takes them out of the operations first.
///
/// Whether anything changed is for the caller to see: compare the documents.
///
/// # Errors
/// 400 with `noTarget`, `mutability`, `invalidPath` or `invalidValue`, and in the detail the
/// operation and the path; `tooMany` when the operations take more than what is left of the effort.
pub fn apply(
    rt: &ResourceType,
    id: &str,
    document: &mut Document,
    ops: &[PatchOp],
    dialect: &Dialect,
    notes: &mut Notes,
    effort: &mut Effort,
) -> Result<Applied, ScimError> {
    let mut patcher = Patcher {
        rt,
        id,
        document: document.as_map().clone(),
        normaliser: Normaliser { dialect, notes },
        applied: Applied::default(),
        effort,
    };
    for op in ops {
        let done = patcher.operation(op);
        done.map_err(|error| error.in_operation(op.index))?;
    }
    let Patcher {
        document: mut map,
        mut applied,
        ..
    } = patcher;
    drop_secrets(&mut applied.unmapped, notes);
    check_required(rt, &map)?;
    sort_members(&mut map, rt);
    sort_extensions(&mut map, rt);
    *document = Document::from_map(map);
    Ok(applied)
}

/// Extensions have the order of their schemas.
fn sort_extensions(document: &mut Map<String, Value>, rt: &ResourceType) {
    for (urn, value) in document {
        if let (Some((_, extension)), Value::Object(members)) = (rt.extension(urn), value) {
            sort_extension(members, extension);
        }
    }
}

/// Steps of an [`Effort`] that a change of an attribute takes, or of one of its values, besides what
/// it compares.
pub(super) const CHANGE: usize = 3_000;

/// Steps that a member takes which no definition knows.
const UNKNOWN: usize = 1_500;

struct Patcher<'a> {
    rt: &'a ResourceType,
    id: &'a str,
    document: Map<String, Value>,
    normaliser: Normaliser<'a>,
    applied: Applied,
    effort: &'a mut Effort,
}

impl Patcher<'_> {
    fn operation(&mut self, op: &PatchOp) -> Result<(), ScimError> {
        let value = op.value.clone();
        let Some(path) = &op.path else {
            return self.resource(op.op, value.unwrap_or(Value::Null));
        };
        self.target(op.op, path, value)
    }

    fn target(&mut self, op: Op, path: &PatchPath, value: Option<Value>) -> Result<(), ScimError> {
        match &path.target {
            Target::Attr(target) => self.attribute(op, target, &path.to_string(), value),
            Target::Undeclared { urn, name } => {
                let kept = value.filter(|_| op != Op::Remove).unwrap_or(Value::Null);
                if op == Op::Remove {
                    self.forget_hidden(urn, name);
                }
                let members = Map::from_iter([(name.clone(), kept)]);
                merge_object(&mut self.applied.unmapped, urn, members);
                Ok(())
            }
            Target::Extension(urn) => {
                let rt = self.rt;
                match (rt.extension(urn), op) {
                    (Some((_, extension)), Op::Remove) => self.clear(extension),
                    (Some((_, extension)), _) => {
                        self.extension(op, extension, value.unwrap_or(Value::Null))
                    }
                    (None, _) => Err(ScimError::invalid_path(path, "names no extension")),
                }
            }
        }
    }

    /// What was declared once and is removed now does not come back when it is declared again.
    fn forget_hidden(&mut self, urn: &str, name: &str) {
        let mut document = Document::from_map(std::mem::take(&mut self.document));
        document.forget(urn, name);
        self.document = document.into_map();
    }

    /// An operation without path: its value has attributes of the resource.
    fn resource(&mut self, op: Op, value: Value) -> Result<(), ScimError> {
        let Value::Object(members) = value else {
            return Err(ScimError::invalid_value(
                "value",
                "must be an object with attributes when there is no path",
            ));
        };
        for (name, value) in members {
            self.member(op, name, value)?;
        }
        Ok(())
    }

    fn member(&mut self, op: Op, name: String, value: Value) -> Result<(), ScimError> {
        let rt = self.rt;
        if let Some((_, def)) = rt.attribute(&name) {
            // What the server sets may be sent back as it was read (RFC 7643 section 3.1).
            let repeated = def.id == AttrId::Meta || (!def.is_writable() && is_unassigned(&value));
            if repeated {
                return Ok(());
            }
            return self.attribute(op, &AttrTarget::whole(None, def), &name, Some(value));
        }
        let dialect = self.normaliser.dialect;
        let urn = quirks::scim1_urn(dialect, rt, &name, self.normaliser.notes);
        if let Some((_, extension)) = rt.extension(urn.as_deref().unwrap_or(&name)) {
            return self.extension(op, extension, value);
        }
        let manager = quirks::manager_without_urn(dialect, rt, &name, self.normaliser.notes);
        if let Some((extension, def)) = manager {
            let target = AttrTarget::whole(Some(&extension.schema.urn), def);
            return self.attribute(op, &target, &name, Some(value));
        }
        if name.contains(['.', ':', '[']) {
            let path = PatchPath::parse(rt, &name, dialect, self.normaliser.notes);
            if let Ok(path) = path
                && path.attribute().is_some()
                && quirks::dotted_key(dialect, &name, self.normaliser.notes)
            {
                return self.target(op, &path, Some(value));
            }
        }
        if is_undeclared_urn(rt, &name) && !is_unassigned(&value) {
            quirks::undeclared_urn(dialect, &name, self.normaliser.notes)?;
        } else if !is_unassigned(&value) {
            quirks::refuse_unknown_attribute(dialect, &name)?;
        }
        self.effort.spend(UNKNOWN)?;
        self.applied.unmapped.insert(name, value);
        Ok(())
    }

    /// Sets attributes of an extension; those that the value does not name stay.
    fn extension(&mut self, op: Op, extension: &Extension, value: Value) -> Result<(), ScimError> {
        let schema = &extension.schema;
        let urn = schema.urn.as_ref();
        let members = match value {
            Value::Object(members) => members,
            Value::Null => return self.clear(extension),
            _ => {
                return Err(ScimError::invalid_value(
                    urn,
                    "must be an object with attributes",
                ));
            }
        };
        for (name, value) in members {
            let Some(def) = schema.attribute(&name) else {
                let at = At::new(Some(urn), &name);
                quirks::refuse_unknown_attribute(self.normaliser.dialect, at)?;
                self.effort.spend(UNKNOWN)?;
                let unknown = Map::from_iter([(name, value)]);
                merge_object(&mut self.applied.unmapped, urn, unknown);
                continue;
            };
            if !def.is_writable() && is_unassigned(&value) {
                continue;
            }
            let target = AttrTarget::whole(Some(urn), def);
            self.attribute(op, &target, &format!("{urn}:{name}"), Some(value))?;
        }
        Ok(())
    }

    /// Unassigns every attribute of an extension.
    fn clear(&mut self, extension: &Extension) -> Result<(), ScimError> {
        let urn = extension.schema.urn.as_ref();
        let attributes = &extension.schema.attributes;
        if extension.required || attributes.iter().all(|def| !def.is_writable()) {
            return Err(ScimError::mutability(urn, "cannot be removed"));
        }
        self.document.shift_remove(urn);
        Ok(())
    }

    fn attribute(
        &mut self,
        op: Op,
        target: &AttrTarget,
        path: &str,
        value: Option<Value>,
    ) -> Result<(), ScimError> {
        self.effort.spend(CHANGE)?;
        let rt = self.rt;
        let Some(found) = rt.find_id(target.sub.unwrap_or(target.attr)) else {
            return Err(ScimError::invalid_path(path, "names no known attribute"));
        };
        let def = found.attr;
        match def.id {
            AttrId::Id if value.as_ref().and_then(Value::as_str) == Some(self.id) => {
                return Ok(());
            }
            AttrId::Schemas => return self.schemas(op, value),
            AttrId::Password => return self.password(op, def, value),
            AttrId::GroupMembers => {
                let why = "must be changed by operations on 'members'";
                return Err(ScimError::invalid_path(path, why));
            }
            _ => {}
        }
        if !def.is_writable() || !found.leaf().is_writable() {
            return Err(ScimError::mutability(path, "is read-only"));
        }
        let current = self.take(target.extension.as_deref(), def);
        let mut unknown = Vec::new();
        let next = Edit {
            normaliser: &mut self.normaliser,
            def,
            sub: found.sub,
            target,
            path,
            unknown: &mut unknown,
            effort: self.effort,
        }
        .run(op, current, value)?;
        self.put(target.extension.as_deref(), def, next);
        self.keep_unknown(target.extension.as_deref(), def, unknown);
        Ok(())
    }

    /// `schemas` follows the attributes, so naming what is there or may be there changes nothing.
    fn schemas(&mut self, op: Op, value: Option<Value>) -> Result<(), ScimError> {
        let value = match (op, value) {
            (Op::Remove, _) => {
                return Err(ScimError::mutability(
                    "schemas",
                    "follows the attributes and cannot be removed",
                ));
            }
            (Op::Add, Some(value)) => {
                let mut urns = match value {
                    Value::Array(urns) => urns,
                    single => vec![single],
                };
                urns.push(Value::from(self.rt.schema.urn.as_ref()));
                Value::Array(urns)
            }
            (_, value) => value.unwrap_or(Value::Null),
        };
        check_schemas(self.rt, Some(&value), &mut self.normaliser)
    }

    fn password(&mut self, op: Op, def: &AttrDef, value: Option<Value>) -> Result<(), ScimError> {
        let value = value.filter(|_| op != Op::Remove).unwrap_or(Value::Null);
        self.applied.password = read_password(&mut self.normaliser, def, value)?;
        Ok(())
    }

    fn take(&mut self, extension: Option<&str>, def: &AttrDef) -> Option<Value> {
        let name = def.name.as_ref();
        match extension {
            None => self.document.swap_remove(name),
            Some(urn) => match self.document.get_mut(urn) {
                Some(Value::Object(members)) => members.swap_remove(name),
                _ => None,
            },
        }
    }

    fn put(&mut self, extension: Option<&str>, def: &AttrDef, value: Option<Value>) {
        let name = def.name.clone().into_owned();
        let Some(urn) = extension else {
            if let Some(value) = value {
                self.document.insert(name, value);
            }
            return;
        };
        if let Some(value) = value {
            merge_object(&mut self.document, urn, Map::from_iter([(name, value)]));
        }
        let present = self.document.get(urn).and_then(Value::as_object);
        if present.is_some_and(Map::is_empty) {
            self.document.swap_remove(urn);
        }
    }

    fn keep_unknown(&mut self, extension: Option<&str>, def: &AttrDef, unknown: Vec<Value>) {
        if unknown.is_empty() {
            return;
        }
        let value = match (def.multi_valued, unknown) {
            (true, unknown) => Value::Array(unknown),
            (false, mut unknown) => unknown.pop().unwrap_or(Value::Null),
        };
        let name = def.name.clone().into_owned();
        match extension {
            None => {
                self.applied.unmapped.insert(name, value);
            }
            Some(urn) => {
                let members = Map::from_iter([(name, value)]);
                merge_object(&mut self.applied.unmapped, urn, members);
            }
        }
    }
}
