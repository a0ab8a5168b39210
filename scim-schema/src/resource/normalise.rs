//! Checks one value against its definition and gives it its stored form: canonical names in schema
//! order, nothing unassigned, nothing read-only (RFC 7643 sections 2.2 to 2.5).

use std::fmt;

use serde_json::{Map, Value};

use super::{ScimError, check_count, check_primary};
use crate::{
    attr::{AttrDef, AttrType, Preparation, is_base64, is_uri, parse_date_time},
    dialect::{Dialect, Notes, quirks},
    prepare::{forbidden_in_label, forbidden_in_name},
};

/// Largest whole number, either side of zero, that every reader of JSON takes for the same (RFC 7493
/// section 2.2); it is also the largest that a database compares exactly as a number.
const INTEGER_MAX: u64 = (1 << 53) - 1;

/// Where a value stands, for the sentence of an error: `emails[1].value`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a> {
    extension: Option<&'a str>,
    attr: &'a str,
    index: Option<usize>,
    sub: Option<&'a str>,
}

impl<'a> At<'a> {
    pub(crate) fn new(extension: Option<&'a str>, attr: &'a str) -> Self {
        Self {
            extension,
            attr,
            index: None,
            sub: None,
        }
    }

    pub(crate) fn index(self, index: usize) -> Self {
        Self {
            index: Some(index),
            ..self
        }
    }

    pub(crate) fn sub(self, sub: &'a str) -> Self {
        Self {
            sub: Some(sub),
            ..self
        }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(urn) = self.extension {
            write!(f, "{urn}:")?;
        }
        f.write_str(self.attr)?;
        if let Some(index) = self.index {
            write!(f, "[{index}]")?;
        }
        if let Some(sub) = self.sub {
            write!(f, ".{sub}")?;
        }
        Ok(())
    }
}

/// A value in its stored form, and what no definition knows.
#[derive(Debug, Default)]
pub(crate) struct Normalised {
    /// `None` when the attribute is unassigned.
    pub(crate) value: Option<Value>,
    /// Unknown sub-attributes, in the shape of the attribute; elements keep their `value` beside
    /// them so that they can be told apart.
    pub(crate) unknown: Option<Value>,
}

/// Members of an object, taken apart.
#[derive(Debug, Default)]
pub(crate) struct Members {
    /// Those with a definition, checked, in schema order.
    pub(crate) known: Map<String, Value>,
    /// The others, as sent.
    pub(crate) unknown: Map<String, Value>,
}

/// Checks values on behalf of one request.
pub(crate) struct Normaliser<'a> {
    pub(crate) dialect: &'a Dialect,
    pub(crate) notes: &'a mut Notes,
}

impl Normaliser<'_> {
    /// A whole attribute.
    pub(crate) fn attribute(
        &mut self,
        def: &AttrDef,
        value: Value,
        at: At<'_>,
    ) -> Result<Normalised, ScimError> {
        let value = quirks::manager_as_string(self.dialect, def, value, self.notes);
        if says_nothing(def, &value) {
            return Ok(Normalised::default());
        }
        if def.multi_valued {
            let value = quirks::roles_as_text(self.dialect, def, value, self.notes);
            let Value::Array(items) = value else {
                return Err(ScimError::invalid_value(at, "must be a list of values"));
            };
            return self.list(def, items, at);
        }
        if def.attr_type == AttrType::Complex {
            return Ok(self.object(def, value, at)?.into());
        }
        Ok(Normalised {
            value: Some(self.simple(def, value, at)?),
            unknown: None,
        })
    }

    fn list(
        &mut self,
        def: &AttrDef,
        items: Vec<Value>,
        at: At<'_>,
    ) -> Result<Normalised, ScimError> {
        check_count(items.len(), at)?;
        let mut known = Vec::with_capacity(items.len());
        let mut unknown = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let element = self.element(def, item, at.index(index))?;
            known.extend(element.value);
            unknown.extend(element.unknown);
        }
        check_primary(&known, at)?;
        Ok(Normalised {
            value: (!known.is_empty()).then_some(Value::Array(known)),
            unknown: (!unknown.is_empty()).then_some(Value::Array(unknown)),
        })
    }

    /// One element of a multi-valued attribute; `None` when it holds nothing.
    pub(crate) fn element(
        &mut self,
        def: &AttrDef,
        item: Value,
        at: At<'_>,
    ) -> Result<Normalised, ScimError> {
        if def.attr_type != AttrType::Complex {
            return Ok(Normalised {
                value: Some(self.simple(def, item, at)?),
                unknown: None,
            });
        }
        let mut members = self.object(def, item, at)?;
        if !members.unknown.is_empty()
            && let Some(value) = members.known.get("value")
        {
            members.unknown.insert("value".to_owned(), value.clone());
        }
        Ok(members.into())
    }

    /// The sub-attributes of a complex value: known ones in schema order, unknown ones as sent.
    pub(crate) fn object(
        &mut self,
        def: &AttrDef,
        value: Value,
        at: At<'_>,
    ) -> Result<Members, ScimError> {
        let Value::Object(members) = value else {
            return Err(ScimError::invalid_value(
                at,
                "must be an object with sub-attributes",
            ));
        };
        let mut found = Vec::with_capacity(members.len());
        let mut unknown = Map::new();
        for (name, value) in members {
            let position = def
                .sub_attributes
                .iter()
                .position(|sub| sub.name.eq_ignore_ascii_case(&name));
            let Some(position) = position else {
                quirks::refuse_unknown_attribute(self.dialect, at.sub(&name))?;
                if !is_unassigned(&value) {
                    unknown.insert(name, value);
                }
                continue;
            };
            let sub = &def.sub_attributes[position];
            if says_nothing(sub, &value) || !sub.is_writable() {
                continue;
            }
            let value = self.simple(sub, value, at.sub(&sub.name))?;
            found.push((position, canonical_name(name, sub), value));
        }
        found.sort_by_key(|(position, ..)| *position);
        let known = found
            .into_iter()
            .map(|(_, name, value)| (name, value))
            .collect();
        Ok(Members { known, unknown })
    }

    /// A value of a simple type; never null.
    pub(crate) fn simple(
        &mut self,
        def: &AttrDef,
        value: Value,
        at: At<'_>,
    ) -> Result<Value, ScimError> {
        let value = quirks::boolean_as_string(self.dialect, def, value, at, self.notes);
        check_simple(def, &value, at)?;
        Ok(value)
    }
}

impl From<Members> for Normalised {
    fn from(members: Members) -> Self {
        let object = |map: Map<String, Value>| (!map.is_empty()).then_some(Value::Object(map));
        Self {
            value: object(members.known),
            unknown: object(members.unknown),
        }
    }
}

/// Null, an empty list and absence are one state (RFC 7643 section 2.5).
pub(crate) fn is_unassigned(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether the value leaves this attribute unassigned: as for every attribute, or blank text of an
/// identifier.
pub(crate) fn says_nothing(def: &AttrDef, value: &Value) -> bool {
    let blank = |text: &str| def.blank_is_unassigned && text.trim().is_empty();
    is_unassigned(value) || value.as_str().is_some_and(blank)
}

/// The defined spelling of a name; the sent string is used again when it is the same.
pub(crate) fn canonical_name(sent: String, def: &AttrDef) -> String {
    if sent == def.name {
        return sent;
    }
    def.name.clone().into_owned()
}

fn check_simple(def: &AttrDef, value: &Value, at: At<'_>) -> Result<(), ScimError> {
    let refuse = |why: &str| Err(ScimError::invalid_value(at, why));
    match (def.attr_type, value) {
        (AttrType::Boolean, Value::Bool(_)) | (AttrType::Decimal, Value::Number(_)) => Ok(()),
        (AttrType::Boolean, _) => refuse("must be true or false"),
        (AttrType::Decimal, _) => refuse("must be a number"),
        (AttrType::Integer, Value::Number(number)) => match number.as_i64() {
            Some(whole) if whole.unsigned_abs() <= INTEGER_MAX => Ok(()),
            Some(_) => refuse("must be between -9007199254740991 and 9007199254740991"),
            None => refuse("must be a whole number"),
        },
        (AttrType::Integer, _) => refuse("must be a whole number"),
        (AttrType::Complex, _) => refuse("must be an object with sub-attributes"),
        (_, Value::String(text)) => check_text(def, text, at),
        _ => refuse("must be a string"),
    }
}

fn check_text(def: &AttrDef, text: &str, at: At<'_>) -> Result<(), ScimError> {
    if def.required && text.trim().is_empty() {
        return Err(ScimError::invalid_value(at, "must not be empty"));
    }
    // Bytes bound characters, so most values need no count.
    if text.len() > def.max_length && text.chars().count() > def.max_length {
        let why = format!("must have at most {} characters", def.max_length);
        return Err(ScimError::invalid_value(at, why));
    }
    if text.contains('\0') {
        return Err(ScimError::invalid_value(
            at,
            "must not contain the character U+0000",
        ));
    }
    check_characters(def, text, at)?;
    let problem = match def.attr_type {
        AttrType::DateTime if parse_date_time(text).is_none() => {
            "must be a date with time such as 2008-01-23T04:56:22Z"
        }
        AttrType::Binary if !is_base64(text) => "must be base64",
        AttrType::Reference if !is_uri(text) => "must be a URI",
        _ => return Ok(()),
    };
    Err(ScimError::invalid_value(at, problem))
}

/// RFC 7644 section 5: names that look the same must be the same.
fn check_characters(def: &AttrDef, text: &str, at: At<'_>) -> Result<(), ScimError> {
    let forbidden = match def.preparation {
        Preparation::None => None,
        Preparation::Name if text.trim() != text => {
            return Err(ScimError::invalid_value(
                at,
                "must not begin or end with white space",
            ));
        }
        Preparation::Name => forbidden_in_name(text),
        Preparation::Label => forbidden_in_label(text),
    };
    let Some(c) = forbidden else {
        return Ok(());
    };
    let why = format!("must not contain the character U+{:04X}", u32::from(c));
    Err(ScimError::invalid_value(at, why))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{attr::AttrId, dialect::ConnectionKind};

    fn check(attr_type: AttrType, value: &Value) -> Result<(), String> {
        let def = AttrDef::new(AttrId::Title, "x", attr_type, "");
        check_simple(&def, value, At::new(None, "x")).map_err(|error| error.detail)
    }

    #[test]
    fn each_type_takes_its_own_json_only() {
        let good = [
            (AttrType::String, json!("a")),
            (AttrType::Boolean, json!(true)),
            (AttrType::Decimal, json!(1.5)),
            (AttrType::Integer, json!(-7)),
            (AttrType::DateTime, json!("2008-01-23T04:56:22Z")),
            (AttrType::Binary, json!("Zm9v")),
            (AttrType::Reference, json!("https://example.com/")),
        ];
        for (attr_type, value) in &good {
            assert_eq!(check(*attr_type, value), Ok(()), "{attr_type:?}");
        }
        let bad = [
            (AttrType::String, json!(1), "must be a string"),
            (AttrType::Boolean, json!("true"), "must be true or false"),
            (AttrType::Decimal, json!("1"), "must be a number"),
            (AttrType::Integer, json!(1.0), "must be a whole number"),
            (AttrType::Integer, json!(1_i64 << 53), "must be between"),
            (AttrType::Integer, json!(u64::MAX), "must be a whole number"),
            (
                AttrType::DateTime,
                json!("2008-01-23"),
                "must be a date with time",
            ),
            (AttrType::Binary, json!("*"), "must be base64"),
            (AttrType::Reference, json!("a b"), "must be a URI"),
            (AttrType::Complex, json!("a"), "must be an object"),
            (AttrType::String, json!("a\0"), "U+0000"),
        ];
        for (attr_type, value, why) in bad {
            let detail = check(attr_type, &value).unwrap_err();
            assert!(detail.starts_with("x ") && detail.contains(why), "{detail}");
        }
    }

    #[test]
    fn a_name_is_refused_by_the_character_that_nobody_sees() {
        let def = AttrDef::string(AttrId::UserName, "userName", "").prepared(Preparation::Name);
        let detail = |text: &str| {
            let at = At::new(None, "userName");
            check_simple(&def, &json!(text), at).map_err(|error| error.detail)
        };
        assert_eq!(detail("Babs Jensen"), Ok(()));
        let refused = Err("userName must not contain the character U+200B".to_owned());
        assert_eq!(detail("ada\u{200b}"), refused);
        let refused = Err("userName must not begin or end with white space".to_owned());
        for text in [" ada", "ada ", "ada\u{a0}"] {
            assert_eq!(detail(text), refused, "{text:?}");
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        let def = AttrDef::string(AttrId::Title, "x", "").max_length(3);
        let at = At::new(None, "x");
        assert!(check_simple(&def, &json!("äöü"), at).is_ok());
        let error = check_simple(&def, &json!("äöüß"), at).unwrap_err();
        assert_eq!(error.detail, "x must have at most 3 characters");
    }

    #[test]
    fn an_error_names_element_and_sub_attribute() {
        let users = crate::schema::registry().resource_type(crate::schema::ResourceKind::User);
        let (_, emails) = users.attribute("emails").expect("defined");
        let dialect = Dialect::of(ConnectionKind::Generic);
        let mut notes = Notes::new();
        let error = Normaliser {
            dialect: &dialect,
            notes: &mut notes,
        }
        .attribute(
            emails,
            json!([{"value": "a"}, {"VALUE": 7}]),
            At::new(None, "emails"),
        )
        .unwrap_err();
        assert_eq!(error.detail, "emails[1].value must be a string");
    }
}
