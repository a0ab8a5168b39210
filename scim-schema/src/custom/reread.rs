//! What was kept aside is read again once it is declared.

use serde_json::{Map, Value};

use crate::{
    attr::{AttrDef, AttrPath},
    dialect::{Dialect, Notes},
    resource::{
        At, Document, Normaliser, is_unassigned, merge_object, sort_extension, sort_members,
    },
    schema::{Extension, ResourceType},
};

/// Moves what `rt` declares by now from `unmapped` into the document, where it is newer than a
/// value that was hidden there. What does not fit its definition stays aside. True when something
/// moved.
pub fn reread(
    rt: &ResourceType,
    document: &mut Document,
    unmapped: &mut Map<String, Value>,
    dialect: &Dialect,
) -> bool {
    let declared = |key: &str| key.contains(':') && declared(rt, key).is_some();
    if !unmapped.keys().any(|key| declared(key)) {
        return false;
    }
    let mut notes = Notes::new();
    let mut reader = Reader {
        rt,
        normaliser: Normaliser {
            dialect,
            notes: &mut notes,
        },
        document: std::mem::take(document).into_map(),
        moved: false,
    };
    let mut kept = Map::with_capacity(unmapped.len());
    for (key, value) in std::mem::take(unmapped) {
        if let Some(rest) = reader.member(&key, value) {
            kept.insert(key, rest);
        }
    }
    let Reader {
        document: mut read,
        moved,
        ..
    } = reader;
    sort_members(&mut read, rt);
    *document = Document::from_map(read);
    *unmapped = kept;
    moved
}

/// What a key of `unmapped` names: an extension, or one attribute of it.
fn declared<'a>(rt: &'a ResourceType, key: &str) -> Option<(&'a Extension, Option<&'a AttrDef>)> {
    if let Some((_, extension)) = rt.extension(key) {
        return Some((extension, None));
    }
    let path = AttrPath::split(key);
    let (_, extension) = rt.extension(path.urn?)?;
    let def = extension.schema.attribute(path.name)?;
    path.sub.is_none().then_some((extension, Some(def)))
}

struct Reader<'a> {
    rt: &'a ResourceType,
    normaliser: Normaliser<'a>,
    document: Map<String, Value>,
    moved: bool,
}

impl Reader<'_> {
    /// Reads one member and answers what stays aside of it.
    fn member(&mut self, key: &str, value: Value) -> Option<Value> {
        let rt = self.rt;
        match (declared(rt, key), value) {
            (Some((extension, Some(def))), value) => self.attribute(extension, def, value),
            (Some((extension, None)), Value::Object(members)) => {
                let mut rest = Map::new();
                for (name, value) in members {
                    let left = match extension.schema.attribute(&name) {
                        Some(def) => self.attribute(extension, def, value),
                        None => Some(value),
                    };
                    if let Some(left) = left {
                        rest.insert(name, left);
                    }
                }
                (!rest.is_empty()).then_some(Value::Object(rest))
            }
            (_, value) => Some(value),
        }
    }

    fn attribute(&mut self, extension: &Extension, def: &AttrDef, value: Value) -> Option<Value> {
        if !def.is_writable() {
            return Some(value);
        }
        let urn = extension.schema.urn.as_ref();
        let at = At::new(Some(urn), &def.name);
        // A provider that sends one value now and a list then means the list.
        let sent = match value.clone() {
            Value::Array(items) => Value::Array(items),
            single if def.multi_valued && !is_unassigned(&single) => Value::Array(vec![single]),
            single => single,
        };
        let Ok(read) = self.normaliser.attribute(def, sent, at) else {
            return Some(value);
        };
        if let Some(read) = read.value {
            let name = def.name.clone().into_owned();
            merge_object(&mut self.document, urn, Map::from_iter([(name, read)]));
            if let Some(Value::Object(members)) = self.document.get_mut(urn) {
                sort_extension(members, extension);
            }
        }
        self.moved = true;
        read.unknown
    }
}
