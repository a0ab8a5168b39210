//! Reads a type out of an answer. Serde compiles a reader for every type and every format it is read
//! from. This format is made to be small: JSON that is parsed already, objects for structs, and an
//! error that says nothing, since all that follows from one is that the answer cannot be read.

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_json::{Map, Number, Value};

/// The answer is not what the endpoint promises.
#[derive(Debug, PartialEq, Eq)]
struct Unexpected;

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not what was expected")
    }
}

impl std::error::Error for Unexpected {}

impl Error for Unexpected {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: serde::de::Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self
    }

    fn invalid_value(_: serde::de::Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn serde::de::Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

/// Reads JSON text; `None` when it is not what was expected.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(Node(&parse(text)?)).ok()
}

fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// A value of the parsed text.
#[derive(Clone, Copy)]
struct Node<'de>(&'de Value);

/// Forwards to the method that the kind of value calls for, whatever was asked for.
macro_rules! whatever {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
            self.deserialize_any(visitor)
        }
    )*};
}

/// Numbers: the type that is read checks its own range.
macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
            match self.0 {
                Value::Number(number) => visit_number(number, visitor),
                _ => Err(Unexpected),
            }
        }
    )*};
}

/// Text.
macro_rules! texts {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
            match self.0 {
                Value::String(text) => visitor.visit_borrowed_str(text),
                _ => Err(Unexpected),
            }
        }
    )*};
}

fn visit_number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Unexpected> {
    if let Some(number) = number.as_u64() {
        return visitor.visit_u64(number);
    }
    if let Some(number) = number.as_i64() {
        return visitor.visit_i64(number);
    }
    number
        .as_f64()
        .map_or(Err(Unexpected), |number| visitor.visit_f64(number))
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Unexpected;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(on) => visitor.visit_bool(*on),
            Value::Number(number) => visit_number(number, visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(Items(items.iter())),
            Value::Object(members) => visitor.visit_map(Members::of(members)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        match self.0 {
            Value::Bool(on) => visitor.visit_bool(*on),
            _ => Err(Unexpected),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            _ => Err(Unexpected),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.iter())),
            _ => Err(Unexpected),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unexpected> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unexpected> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        match self.0 {
            Value::Object(members) => visitor.visit_map(Members::of(members)),
            _ => Err(Unexpected),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unexpected> {
        self.deserialize_map(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unexpected> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unexpected> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unexpected> {
        visitor.visit_enum(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        visitor.visit_unit()
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
    }
    texts! { deserialize_char deserialize_str deserialize_string deserialize_identifier }
    whatever! { deserialize_bytes deserialize_byte_buf }
}

/// The variant of an enum whose variants carry nothing: text. Enums of ours that carry something
/// name their variant in a member, which Serde reads as an object.
impl<'de> EnumAccess<'de> for Node<'de> {
    type Error = Unexpected;
    type Variant = Bare;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Bare), Unexpected> {
        seed.deserialize(self).map(|variant| (variant, Bare))
    }
}

/// A variant that carries nothing.
struct Bare;

impl<'de> VariantAccess<'de> for Bare {
    type Error = Unexpected;

    fn unit_variant(self) -> Result<(), Unexpected> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Unexpected> {
        Err(Unexpected)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Unexpected> {
        Err(Unexpected)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Unexpected> {
        Err(Unexpected)
    }
}

/// The items of an array.
struct Items<'de>(std::slice::Iter<'de, Value>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Unexpected;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unexpected> {
        match self.0.next() {
            Some(item) => seed.deserialize(Node(item)).map(Some),
            None => Ok(None),
        }
    }
}

/// The members of an object.
struct Members<'de> {
    rest: serde_json::map::Iter<'de>,
    value: Option<&'de Value>,
}

impl<'de> Members<'de> {
    fn of(members: &'de Map<String, Value>) -> Self {
        Self {
            rest: members.iter(),
            value: None,
        }
    }

    fn next(&mut self) -> Option<&'de str> {
        let (key, value) = self.rest.next()?;
        self.value = Some(value);
        Some(key)
    }
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Unexpected;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unexpected> {
        match self.next() {
            Some(key) => seed.deserialize(Key(key)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Unexpected> {
        match self.value.take() {
            Some(value) => seed.deserialize(Node(value)),
            None => Err(Unexpected),
        }
    }
}

/// The name of a member.
struct Key<'de>(&'de str);

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Unexpected;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unexpected> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unexpected> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Key<'de> {
    type Error = Unexpected;
    type Variant = Bare;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Bare), Unexpected> {
        seed.deserialize(self).map(|variant| (variant, Bare))
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fmt::Debug};

    use scim_schema::{
        api::{
            attributes::AttributeDefinition,
            events::ChangeEvent,
            problem::Problem,
            provisioning_log::LogDetail,
            users::{Actor, MembershipOrigin, UserCounts},
        },
        dialect::Switch,
        scope::Scopes,
    };
    use serde_json::json;

    use super::*;

    /// Both readers agree, also where they refuse.
    fn agree<T: DeserializeOwned + PartialEq + Debug>(value: &Value) -> bool {
        let text = value.to_string();
        let usual = serde_json::from_str::<T>(&text).ok();
        assert_eq!(read::<T>(&text), usual, "{text}");
        usual.is_some()
    }

    const ID: &str = "0192f0c5-7d3a-7000-8000-000000000001";

    #[test]
    fn what_serde_json_reads_is_read_alike() {
        let event = json!({ "kind": "user", "id": ID, "version": 7 });
        assert!(agree::<ChangeEvent>(&event));
        assert!(agree::<UserCounts>(
            &json!({ "all": 3, "by_status": [["active", 2], ["banned", 1]] })
        ));
        for actor in [
            json!({ "kind": "user", "id": ID, "name": "Ada" }),
            json!({ "kind": "system", "name": "lock_out" }),
            json!({ "kind": "operator" }),
        ] {
            assert!(agree::<Actor>(&actor));
        }
        assert!(agree::<MembershipOrigin>(
            &json!({ "kind": "rule", "name": null })
        ));
        assert!(agree::<BTreeMap<Switch, Option<bool>>>(
            &json!({ Switch::ALL.map(Switch::as_str).into_iter().next().unwrap_or_default(): true })
        ));
        assert!(agree::<Scopes>(&json!(Scopes::all())));
        let problem = json!({
            "code": "invalid", "title": "t", "status": 400, "detail": "d", "request_id": "r",
            "errors": [{ "path": "name", "message": "m" }], "unknown": { "to": ["us"] },
        });
        assert!(agree::<Problem>(&problem));
        assert!(agree::<(i64, f64, Option<bool>, Value)>(
            &json!([-3, 0.5, null, { "a": [1] }])
        ));
    }

    #[test]
    fn members_of_a_row_beside_others_are_read_alike() {
        let row = json!({
            "id": ID, "at": "2026-11-22T10:00:00.5Z", "connection": ID, "connection_name": "Okta",
            "method": "POST", "path": "/Users", "status": 201, "decision": "Created ada",
            "duration_us": 12, "notes": [], "facts": { "found": 3 }, "people": 1,
            "person": { "id": ID, "name": "Ada" }, "request_body": "{}", "response_body": null,
        });
        assert!(agree::<LogDetail>(&row));
    }

    #[test]
    fn what_serde_json_refuses_is_refused() {
        for value in [
            json!(null),
            json!([]),
            json!({}),
            json!("user"),
            json!({ "kind": "comet", "id": ID, "version": 7 }),
            json!({ "kind": "user", "id": "1", "version": 7 }),
            json!({ "kind": "user", "id": ID, "version": "7" }),
            json!({ "kind": 1, "id": ID, "version": 7 }),
        ] {
            assert!(!agree::<ChangeEvent>(&value));
            assert!(!agree::<AttributeDefinition>(&value));
        }
        assert!(!agree::<u8>(&json!(256)));
        assert!(!agree::<u64>(&json!(-1)));
        assert_eq!(read::<Value>("{"), None);
    }
}
