//! What of a body may be kept in the provisioning log: JSON, without passwords, of bounded length.

use axum::body::Bytes;
use scim_schema::{api::provisioning_log::LogNote, json::without_mark, resource::mask_secrets};
use serde_json::Value;

/// Bytes kept of one body (domain.md section 11, item 3).
const KEPT: usize = 64 * 1024;
/// Separators in a body beyond which it is not read once more: values in memory are many times
/// larger than their text, and only the beginning is kept.
const SEPARATORS: usize = 1_000_000;
/// What stands in the place of a password or another secret.
const REMOVED: &str = "(removed)";

/// The text to store of a body; `None` when it is empty or not JSON. `which` names the body in the
/// note that is added when it was cut.
pub(super) fn stored(body: &Bytes, which: &str, notes: &mut Vec<LogNote>) -> Option<String> {
    if body.is_empty() {
        return None;
    }
    if has_too_many_values(body) {
        notes.push(LogNote {
            rule: "body_left_out".to_owned(),
            detail: format!("The {which} has too many values to be kept"),
        });
        return None;
    }
    let mut json: Value = serde_json::from_slice(without_mark(body)).ok()?;
    mask_secrets(&mut json, REMOVED);
    let mut text = json.to_string();
    if text.len() > KEPT {
        notes.push(LogNote {
            rule: "body_cut".to_owned(),
            detail: format!(
                "Kept the first {KEPT} of {} bytes of the {which}",
                text.len()
            ),
        });
        text.truncate(text.floor_char_boundary(KEPT));
    }
    Some(text)
}

/// Commas and brackets, those in strings as well: quick, and never fewer than the values.
fn has_too_many_values(body: &[u8]) -> bool {
    let separators = body
        .iter()
        .filter(|byte| matches!(byte, b',' | b'[' | b'{'));
    separators.count() > SEPARATORS
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(body: &Value) -> Value {
        let body = Bytes::from(body.to_string());
        let text = stored(&body, "request", &mut Vec::new()).unwrap();
        assert!(!text.contains("s3cret"), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_password_is_removed_at_any_depth_and_in_any_case() {
        let body = json!({
            "userName": "dana",
            "PassWord": "s3cret",
            "Operations": [{"data": {"password": {"value": "s3cret"}}}],
            "x": {"clientSecret": "s3cret"},
        });
        assert_eq!(
            kept(&body),
            json!({
                "userName": "dana",
                "PassWord": REMOVED,
                "Operations": [{"data": {"password": REMOVED}}],
                "x": {"clientSecret": REMOVED},
            })
        );
    }

    #[test]
    fn a_password_is_removed_from_patch_operations() {
        const URN: &str = "urn:ietf:params:scim:schemas:core:2.0:User:password";
        for operation in [
            json!({"op": "replace", "path": "password", "value": "s3cret"}),
            json!({"op": "Replace", "Path": "Password", "Value": "s3cret"}),
            json!({"op": "replace", "path": URN, "value": ["s3cret"]}),
            json!({"op": "replace", "value": {"password": "s3cret"}}),
            json!({"op": "replace", "value": {URN: "s3cret"}}),
        ] {
            kept(&json!({ "Operations": [operation] }));
        }
        let other = json!({"op": "replace", "path": "title", "value": "Head"});
        assert_eq!(kept(&other), other);
    }

    #[test]
    fn what_is_not_json_is_not_kept() {
        for body in [
            &b""[..],
            b"password=s3cret",
            b"{\"password\": \"s3cret\"",
            b"\xff",
        ] {
            let mut notes = Vec::new();
            assert_eq!(
                stored(&Bytes::copy_from_slice(body), "request", &mut notes),
                None
            );
        }
    }

    #[test]
    fn a_body_of_more_values_than_memory_should_hold_is_not_kept_and_says_so() {
        let body = format!("{{\"a\":[{}]}}", vec!["[]"; SEPARATORS / 2].join(","));
        let mut notes = Vec::new();
        assert_eq!(stored(&body.into(), "request", &mut notes), None);
        assert_eq!(notes[0].rule, "body_left_out");
    }

    #[test]
    fn a_long_body_is_cut_between_characters_and_says_so() {
        let mut notes = Vec::new();
        let body = Bytes::from(json!({ "title": "ä".repeat(KEPT) }).to_string());
        let text = stored(&body, "request", &mut notes).unwrap();
        assert!(text.len() <= KEPT && text.len() > KEPT - 4);
        assert_eq!(notes.len(), 1);
    }
}
