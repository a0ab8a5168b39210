//! Strict reading of a request body: what JSON leaves open and SCIM does not is refused here.

use std::{cell::Cell, collections::HashSet, fmt};

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::resource::ScimError;

/// Deepest nesting of objects and lists; a SCIM body needs six levels at most (bulk).
pub const MAX_DEPTH: usize = 32;

/// Most values of a body: objects, lists and what is in them, each counted. A group of 100,000
/// members has 500,000 at most. In memory a value is many times larger than `[],` in the text.
pub const MAX_VALUES: usize = 1_000_000;

/// Objects up to this size are searched for duplicates pairwise; larger ones by hash.
const PAIRWISE: usize = 16;

/// Reads the body of a request.
///
/// Refused are: text that is not UTF-8, malformed JSON, a member that an object has twice (names
/// without case, as attribute names are: RFC 7643 section 2.1), nesting beyond [`MAX_DEPTH`], the
/// character U+0000 in a string, which no database column can hold, more than [`MAX_VALUES`] values,
/// and anything but an object. A byte order mark is skipped.
///
/// # Errors
/// 413 for too many values, otherwise 400 `invalidSyntax`, with a sentence that names what is wrong and where.
pub fn parse_object(body: &[u8]) -> Result<Map<String, Value>, ScimError> {
    let body = without_mark(body);
    let text = std::str::from_utf8(body).map_err(|error| {
        let at = error.valid_up_to();
        ScimError::invalid_syntax(format!("The body is not valid UTF-8 at byte {at}"))
    })?;
    if text.trim().is_empty() {
        return Err(ScimError::invalid_syntax(
            "The body is empty; a JSON object is required",
        ));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let (broken, left) = (Cell::new(None), Cell::new(MAX_VALUES));
    let seed = Strict {
        depth: MAX_DEPTH,
        left: &left,
        broken: &broken,
    };
    let value = seed
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| describe(&error, broken.get()))?;
    match value {
        Value::Object(map) => Ok(map),
        other => Err(ScimError::invalid_syntax(format!(
            "The body must be a JSON object, not {}",
            kind_name(&other)
        ))),
    }
}

/// Reads a value that is written inside a string, by the rules of [`parse_object`] but with at most so
/// many values; `None` for what breaks one of them or is no JSON.
pub(crate) fn parse_inner(text: &str, most_values: usize) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let (broken, left) = (Cell::new(None), Cell::new(most_values));
    let seed = Strict {
        depth: MAX_DEPTH,
        left: &left,
        broken: &broken,
    };
    let value = seed.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok().map(|()| value)
}

/// The body without the byte order mark that some clients begin with (RFC 8259 section 8.1 lets a
/// reader ignore it).
#[must_use]
pub fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)
}

fn describe(error: &serde_json::Error, broken: Option<Rule>) -> ScimError {
    // A rule of ours speaks for itself; the parser's messages are about JSON.
    let text = error.to_string();
    match broken {
        Some(Rule::Size) => ScimError::status(413, text),
        Some(Rule::Form) => ScimError::invalid_syntax(text),
        None => ScimError::invalid_syntax(format!("The body is not valid JSON: {text}")),
    }
}

fn kind_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Rules of this module.
#[derive(Clone, Copy)]
enum Rule {
    Form,
    Size,
}

/// Reads one value with so many levels left.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    /// Values that may still come.
    left: &'a Cell<usize>,
    /// Set when a rule of this module was broken, not JSON's.
    broken: &'a Cell<Option<Rule>>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.refuse(format!("The body is nested deeper than {MAX_DEPTH} levels"))),
        }
    }

    fn refuse<E: serde::de::Error>(self, why: String) -> E {
        self.broken.set(Some(Rule::Form));
        E::custom(why)
    }

    fn count<E: serde::de::Error>(self) -> Result<(), E> {
        let Some(left) = self.left.get().checked_sub(1) else {
            self.broken.set(Some(Rule::Size));
            return Err(E::custom(format!(
                "The body has more than {MAX_VALUES} values; send it in parts"
            )));
        };
        self.left.set(left);
        Ok(())
    }

    fn text<E: serde::de::Error>(self, text: String) -> Result<String, E> {
        if text.contains('\0') {
            return Err(self.refuse("A string contains the character U+0000".to_owned()));
        }
        Ok(text)
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.text(value.to_owned()).map(Value::String)
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        self.text(value).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            let name = self.text(name)?;
            if is_duplicate(&map, &mut names, &name) {
                let why = format!("The member '{name}' occurs twice in one object");
                return Err(self.refuse(why));
            }
            let value = members.next_value_seed(inner)?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

fn is_duplicate(map: &Map<String, Value>, names: &mut HashSet<String>, name: &str) -> bool {
    if map.len() < PAIRWISE {
        return map.keys().any(|known| known.eq_ignore_ascii_case(name));
    }
    if names.is_empty() {
        names.extend(map.keys().map(|known| known.to_ascii_lowercase()));
    }
    !names.insert(name.to_ascii_lowercase())
}

/// Takes the named members out of an object, names in any case.
pub(crate) fn take_fields<const N: usize>(
    object: Map<String, Value>,
    names: [&str; N],
) -> [Option<Value>; N] {
    let mut found = [const { None }; N];
    for (name, value) in object {
        let wanted = names
            .iter()
            .position(|wanted| wanted.eq_ignore_ascii_case(&name));
        if let Some(slot) = wanted.and_then(|position| found.get_mut(position)) {
            *slot = Some(value);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn refusal(body: &[u8]) -> String {
        let error = parse_object(body).unwrap_err();
        assert_eq!(error.to_json()["scimType"], "invalidSyntax");
        error.detail
    }

    #[test]
    fn more_values_than_memory_should_hold_are_refused() {
        let list = |count: usize| format!("{{\"a\":[{}]}}", vec!["[]"; count].join(","));
        let error = parse_object(list(MAX_VALUES).as_bytes()).unwrap_err();
        assert_eq!((error.status, error.scim_type), (413, None));
        assert!(error.detail.contains("1000000 values"), "{}", error.detail);
        // The object and the list count as well.
        assert!(parse_object(list(MAX_VALUES - 2).as_bytes()).is_ok());
    }

    #[test]
    fn an_object_keeps_order_and_types() {
        let map = parse_object(br#"{"b":1,"a":[-2,2.5,true,null,"\u00e4"],"c":{}}"#).unwrap();
        assert_eq!(map.keys().collect::<Vec<_>>(), ["b", "a", "c"]);
        assert_eq!(
            Value::Object(map),
            json!({"b": 1, "a": [-2, 2.5, true, null, "ä"], "c": {}})
        );
    }

    #[test]
    fn what_is_no_json_is_named_with_its_place() {
        assert_eq!(refusal(b""), "The body is empty; a JSON object is required");
        assert_eq!(
            refusal(br#"{"userName": ""#),
            "The body is not valid JSON: EOF while parsing a string at line 1 column 14"
        );
        assert!(refusal(b"userName=bjensen&active=true").contains("line 1 column 1"));
        assert!(refusal(b"{} {}").contains("trailing characters"));
        assert!(refusal(b"{\"a\": 1e999}").contains("number out of range"));
        assert!(refusal(br#"{"a": "\ud800"}"#).contains("line 1"));
        assert_eq!(
            refusal(b"{\"a\": \"\xff\"}"),
            "The body is not valid UTF-8 at byte 7"
        );
    }

    #[test]
    fn a_byte_order_mark_is_skipped_once() {
        assert!(parse_object("\u{feff}{\"a\": 1}".as_bytes()).is_ok());
        assert!(refusal("\u{feff}\u{feff}{}".as_bytes()).contains("column 1"));
    }

    #[test]
    fn only_an_object_is_a_body() {
        assert_eq!(
            refusal(b"[{}]"),
            "The body must be a JSON object, not a list"
        );
        assert_eq!(
            refusal(b" null "),
            "The body must be a JSON object, not null"
        );
        assert_eq!(
            refusal(b"7"),
            "The body must be a JSON object, not a number"
        );
    }

    #[test]
    fn a_member_occurs_once_whatever_its_case() {
        assert_eq!(
            refusal(br#"{"userName": "a", "username": "b"}"#),
            "The member 'username' occurs twice in one object at line 1 column 28"
        );
        let mut many: String = (0..100).map(|n| format!("\"a{n}\":0,")).collect();
        many = format!("{{{many}\"A57\":1}}");
        assert!(refusal(many.as_bytes()).contains("'A57' occurs twice"));
        assert!(parse_object(br#"{"a": {"x": 1}, "b": {"x": 2}}"#).is_ok());
    }

    #[test]
    fn nesting_is_bounded() {
        let nested =
            |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse_object(nested(MAX_DEPTH - 1).as_bytes()).is_ok());
        assert!(refusal(nested(MAX_DEPTH).as_bytes()).contains("deeper than 32 levels"));
        assert!(refusal("[".repeat(100_000).as_bytes()).contains("deeper than 32 levels"));
    }

    #[test]
    fn the_null_character_is_refused() {
        assert!(refusal(br#"{"a": "x\u0000y"}"#).contains("U+0000"));
        assert!(refusal(br#"{"x\u0000y": 1}"#).contains("U+0000"));
    }

    proptest! {
        #![proptest_config(crate::random::seeded())]

        #[test]
        fn arbitrary_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse_object(&body);
        }

        #[test]
        fn what_is_accepted_is_what_serde_json_reads(text in r#"[\{\}\[\],:"a-c0-9 ]{0,24}"#) {
            if let Ok(map) = parse_object(text.as_bytes()) {
                prop_assert_eq!(Value::Object(map), serde_json::from_str::<Value>(&text).unwrap());
            }
        }
    }
}
