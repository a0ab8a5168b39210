//! The password that a PATCH sets, known before anything is applied: it is hashed before a unit of
//! work begins.

use super::{
    op::{Op, PatchOp},
    path::PatchPath,
};
use crate::{
    attr::AttrId,
    dialect::{Dialect, Notes},
    resource::{clear_text, names_password},
    schema::ResourceType,
};

/// The password that the operations leave, in clear text: the same that [`apply`](super::apply)
/// answers when it succeeds.
#[must_use]
pub fn patched_password<'o>(
    rt: &ResourceType,
    operations: &'o [PatchOp],
    dialect: &Dialect,
) -> Option<&'o str> {
    let mut password = None;
    for operation in operations {
        match (&operation.path, &operation.value) {
            (Some(path), value) if path.attribute() == Some(AttrId::Password) => {
                let kept = value.as_ref().filter(|_| operation.op != Op::Remove);
                password = kept.and_then(clear_text);
            }
            (None, Some(value)) => {
                let members = value.as_object().into_iter().flatten();
                for (_, value) in members.filter(|(name, _)| is_password(rt, name, dialect)) {
                    password = clear_text(value);
                }
            }
            _ => {}
        }
    }
    password
}

/// Whether a member of a value without path is the password, by its name or, where the dialect has
/// it so, by a path.
fn is_password(rt: &ResourceType, name: &str, dialect: &Dialect) -> bool {
    if names_password(rt, name) {
        return true;
    }
    dialect.dotted_keys
        && name.contains(['.', ':'])
        && PatchPath::parse(rt, name, dialect, &mut Notes::new())
            .is_ok_and(|path| path.attribute() == Some(AttrId::Password))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        dialect::ConnectionKind,
        filter::Effort,
        patch::{apply, parse_patch},
        resource::Document,
        schema::{ResourceKind, registry, urn},
    };

    /// What both say of the password.
    fn passwords(kind: ConnectionKind, operations: &Value) -> [Option<String>; 2] {
        let (dialect, mut notes) = (Dialect::of(kind), Notes::new());
        let rt = registry().resource_type(ResourceKind::User);
        let body = json!({ "schemas": [urn::PATCH_OP], "Operations": operations });
        let body = body.as_object().cloned().unwrap();
        let operations = parse_patch(rt, body, &dialect, &mut notes).unwrap();
        let mut document = Document::from_json_text(r#"{"userName":"u"}"#).unwrap();
        let applied = apply(
            rt,
            "1",
            &mut document,
            &operations,
            &dialect,
            &mut notes,
            &mut Effort::default(),
        )
        .unwrap();
        let known = patched_password(rt, &operations, &dialect);
        [known.map(str::to_owned), applied.password]
    }

    #[test]
    fn it_is_what_applying_the_operations_answers() {
        let full = format!("{}:password", urn::USER);
        let set = |value: &str| json!({"op": "replace", "path": "password", "value": value});
        let title = json!({"op": "add", "path": "title", "value": "Countess"});
        for (kind, operations, expected) in [
            (ConnectionKind::Generic, json!([title]), None),
            (ConnectionKind::Generic, json!([set("a")]), Some("a")),
            (
                ConnectionKind::Generic,
                json!([set("a"), title, set("b")]),
                Some("b"),
            ),
            (ConnectionKind::Generic, json!([set("a"), set("")]), None),
            (
                ConnectionKind::Generic,
                json!([set("a"), {"op": "remove", "path": "password"}]),
                None,
            ),
            (
                ConnectionKind::Generic,
                json!([{"op": "Add", "path": full, "value": "a"}]),
                Some("a"),
            ),
            (
                ConnectionKind::Okta,
                json!([{"op": "replace", "value": {"PassWord": "a", "title": "b"}}]),
                Some("a"),
            ),
            (
                ConnectionKind::Entra,
                json!([{"op": "add", "value": {full.as_str(): "a"}}]),
                Some("a"),
            ),
            (
                ConnectionKind::Okta,
                json!([{"op": "add", "value": {full.as_str(): "a"}}]),
                None,
            ),
        ] {
            let said = passwords(kind, &operations);
            assert_eq!(
                said.each_ref().map(Option::as_deref),
                [expected; 2],
                "{operations}"
            );
        }
    }
}
