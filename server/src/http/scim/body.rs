//! What of a request may be kept in the provisioning log: its path and its JSON, without passwords
//! and of bounded length.

use axum::body::Bytes;
use scim_schema::{
    api::provisioning_log::LogNote,
    json::without_mark,
    resource::{hide_in_path, mask_secrets, names_secret},
};
use serde_json::{Map, Value};

use crate::{http::escapes::decoded, ops::rehearsals::REMOVED};

/// Bytes kept of one body (domain.md section 11, item 3).
const KEPT: usize = 64 * 1024;
/// Bytes of the longest character.
const MARGIN: usize = 4;
/// Separators in a body beyond which it is not read once more: values in memory are many times
/// larger than their text, and only the beginning is kept.
const SEPARATORS: usize = 1_000_000;
/// Characters kept of a path: those of all endpoints are shorter.
const PATH_MAX: usize = 256;

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
        notes.push(cut_note(which, text.len()));
        text.truncate(text.floor_char_boundary(KEPT));
    }
    Some(text)
}

/// The query of a request that has no body, as the members of a search by POST (RFC 7644 section
/// 3.4.3): so it is kept, masked and forgotten like a body.
pub(super) fn of_query(query: &str) -> Bytes {
    let text = |part: &str| {
        let decoded = decoded(&part.replace('+', " "));
        String::from_utf8_lossy(&decoded).into_owned()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let members = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (text(name), Value::String(text(value)))
    });
    Value::Object(members.collect::<Map<_, _>>())
        .to_string()
        .into()
}

/// The path to store: as sent, unless it names a secret.
pub(super) fn kept_path(path: &str) -> String {
    let decoded = decoded(path);
    let read = String::from_utf8_lossy(&decoded);
    let kept = if names_secret(&read) {
        hide_in_path(&read, REMOVED)
    } else {
        path.into()
    };
    kept.chars().take(PATH_MAX).collect()
}

/// The text to store of a resource or a list that was answered: it was written by our serialiser,
/// which never writes a password or another attribute that is never returned, so that it is not
/// read once more. Refusals repeat words of the request and are read.
pub(super) fn answered(body: &Bytes, notes: &mut Vec<LogNote>) -> Option<String> {
    // Only the beginning is kept, so that only that is looked at.
    let kept = body.get(..KEPT + MARGIN).unwrap_or(body);
    let text = match std::str::from_utf8(kept) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(kept.get(..error.valid_up_to())?).ok()?,
    };
    let mut text = text.to_owned();
    if body.len() > KEPT {
        text.truncate(text.floor_char_boundary(KEPT));
        notes.push(cut_note("answer", body.len()));
    }
    (!text.is_empty()).then_some(text)
}

fn cut_note(which: &str, length: usize) -> LogNote {
    LogNote {
        rule: "body_cut".to_owned(),
        detail: format!("Kept the first {KEPT} of {length} bytes of the {which}"),
    }
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
    fn a_path_is_kept_as_sent_unless_it_gives_a_secret() {
        assert_eq!(kept_path("/Users/a%20b"), "/Users/a%20b");
        assert_eq!(kept_path(&"x".repeat(300)).len(), PATH_MAX);
        for path in [
            "/Users/password=s3cret",
            "/Users/%70assword%20eq%20%22s3cret%22",
        ] {
            assert_eq!(kept_path(path), "/Users/password(removed)", "{path}");
        }
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
    fn a_query_is_kept_as_a_search_without_what_is_compared_with_secrets() {
        let query = "filter=userName%20eq%20%22a%26b%22&count=5&&attributes=id,userName&x";
        let kept = of_query(query);
        let text = stored(&kept, "request", &mut Vec::new()).unwrap();
        let read: Value = serde_json::from_str(&text).unwrap();
        let told = json!({
            "filter": "userName eq \"a&b\"", "count": "5", "attributes": "id,userName", "x": "",
        });
        assert_eq!(read, told);
        for query in [
            "filter=password+eq+%22s3cret%22",
            "Filter=title%20pr%20and%20%70assword%20sw%20%22s3cret%22",
            "password=s3cret",
            "count=1&access_token=s3cret",
            "apiKey=s3cret",
        ] {
            let text = stored(&of_query(query), "request", &mut Vec::new()).unwrap();
            assert!(!text.contains("s3cret"), "{text}");
            assert!(text.contains(REMOVED), "{text}");
        }
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
    fn an_answer_is_kept_as_it_was_sent_and_cut_between_characters() {
        let mut notes = Vec::new();
        let short = Bytes::from_static(b"{\"id\":\"7\"}");
        assert_eq!(answered(&short, &mut notes).unwrap(), "{\"id\":\"7\"}");
        assert_eq!(answered(&Bytes::new(), &mut notes), None);
        assert!(notes.is_empty());
        for shift in 0..4 {
            let long = "x".repeat(shift) + &"\u{1f600}".repeat(KEPT / 2);
            let mut notes = Vec::new();
            let text = answered(&long.clone().into(), &mut notes).unwrap();
            assert!(long.starts_with(&text) && text.len() <= KEPT && text.len() > KEPT - 4);
            assert_eq!(notes[0].rule, "body_cut");
        }
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
