//! The discovery documents `/Schemas` and `/ResourceTypes`, from the definitions themselves
//! (RFC 7643 sections 6 and 7, RFC 7644 section 4).

use serde_json::{Map, Value, json};

use super::{ResourceType, Schema, urn};
use crate::attr::{AttrDef, AttrType};

/// The list of the schemas of these resource types, core ones first. `base_url` is the SCIM base
/// URL without trailing slash.
#[must_use]
pub fn schemas_document(base_url: &str, types: &[&ResourceType]) -> Value {
    let all: Vec<_> = schemas(types)
        .map(|schema| schema_value(schema, base_url))
        .collect();
    list(&all)
}

/// One of these schemas by its URN (any case); `None` when there is no such schema.
#[must_use]
pub fn schema_document(base_url: &str, types: &[&ResourceType], urn: &str) -> Option<Value> {
    schemas(types)
        .find(|schema| schema.is_named(urn))
        .map(|schema| schema_value(schema, base_url))
}

/// The list of these resource types.
#[must_use]
pub fn resource_types_document(base_url: &str, types: &[&ResourceType]) -> Value {
    let all: Vec<_> = types
        .iter()
        .map(|rt| resource_type_value(rt, base_url))
        .collect();
    list(&all)
}

/// One of these resource types by its id (any case); `None` when there is no such type.
#[must_use]
pub fn resource_type_document(base_url: &str, types: &[&ResourceType], id: &str) -> Option<Value> {
    types
        .iter()
        .find(|rt| rt.name.eq_ignore_ascii_case(id))
        .map(|rt| resource_type_value(rt, base_url))
}

/// Core schemas, then extensions; no two types share one.
fn schemas<'a>(types: &'a [&ResourceType]) -> impl Iterator<Item = &'a Schema> {
    let extensions = types.iter().flat_map(|rt| &rt.extensions);
    let cores = types.iter().map(|rt| &rt.schema);
    cores
        .chain(extensions.map(|extension| &extension.schema))
        .map(AsRef::as_ref)
}

fn list(resources: &[Value]) -> Value {
    let total = resources.len();
    json!({
        "schemas": [urn::LIST_RESPONSE],
        "totalResults": total,
        "itemsPerPage": total,
        "startIndex": 1,
        "Resources": resources,
    })
}

fn schema_value(schema: &Schema, base_url: &str) -> Value {
    let attributes: Vec<_> = schema.attributes.iter().map(attribute_value).collect();
    json!({
        "schemas": [urn::SCHEMA],
        "id": schema.urn,
        "name": schema.name,
        "description": schema.description,
        "attributes": attributes,
        "meta": {
            "resourceType": "Schema",
            "location": format!("{base_url}/Schemas/{}", schema.urn),
        },
    })
}

fn attribute_value(def: &AttrDef) -> Value {
    let mut value = Map::new();
    let mut put = |name: &str, field: Value| {
        value.insert(name.to_owned(), field);
    };
    put("name", json!(def.name));
    put("type", json!(def.attr_type));
    if !def.sub_attributes.is_empty() {
        let subs: Vec<_> = def.sub_attributes.iter().map(attribute_value).collect();
        put("subAttributes", json!(subs));
    }
    put("multiValued", json!(def.multi_valued));
    put("description", json!(def.description));
    put("required", json!(def.required));
    if !def.canonical_values.is_empty() {
        put("canonicalValues", json!(def.canonical_values));
    }
    if is_text(def.attr_type) {
        put("caseExact", json!(def.case_exact));
    }
    put("mutability", json!(def.mutability));
    put("returned", json!(def.returned));
    if is_text(def.attr_type) {
        // Erratum 6004: complex attributes have no uniqueness, nor have booleans and dates.
        put("uniqueness", json!(def.uniqueness));
    }
    if !def.reference_types.is_empty() {
        put("referenceTypes", json!(def.reference_types));
    }
    Value::Object(value)
}

fn is_text(attr_type: AttrType) -> bool {
    matches!(
        attr_type,
        AttrType::String | AttrType::Reference | AttrType::Binary
    )
}

fn resource_type_value(rt: &ResourceType, base_url: &str) -> Value {
    let mut value = Map::new();
    let mut put = |name: &str, field: Value| {
        value.insert(name.to_owned(), field);
    };
    put("schemas", json!([urn::RESOURCE_TYPE]));
    put("id", json!(rt.name));
    put("name", json!(rt.name));
    put("endpoint", json!(rt.endpoint));
    put("description", json!(rt.description));
    put("schema", json!(rt.schema.urn));
    if !rt.extensions.is_empty() {
        let extensions: Vec<_> = rt
            .extensions
            .iter()
            .map(
                |extension| json!({"schema": extension.schema.urn, "required": extension.required}),
            )
            .collect();
        put("schemaExtensions", json!(extensions));
    }
    put(
        "meta",
        json!({
            "resourceType": "ResourceType",
            "location": format!("{base_url}/ResourceTypes/{}", rt.name),
        }),
    );
    Value::Object(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dialect::{ConnectionKind, Dialect},
        schema::registry,
    };

    const BASE: &str = "https://example.com/scim/v2";

    #[test]
    fn schemas_are_a_contract() {
        insta::assert_json_snapshot!(schemas_document(BASE, &registry().resource_types()));
    }

    #[test]
    fn resource_types_are_a_contract() {
        insta::assert_json_snapshot!(resource_types_document(BASE, &registry().resource_types()));
    }

    #[test]
    fn our_extension_is_a_schema_of_connections_that_expose_it() {
        let mut dialect = Dialect::of(ConnectionKind::Generic);
        for exposed in [false, true] {
            dialect.expose_user_status = exposed;
            let types = dialect.resource_types();
            let found = schema_document(BASE, &types, urn::USER_STATUS);
            assert_eq!(found.is_some(), exposed);
            let schemas = schemas_document(BASE, &types);
            assert_eq!(schemas["totalResults"], 3 + u32::from(exposed));
            let user = resource_type_document(BASE, &types, "User").expect("known");
            let extensions = user["schemaExtensions"].to_string();
            assert_eq!(extensions.contains(urn::USER_STATUS), exposed);
        }
    }

    #[test]
    fn one_document_is_found_by_its_id() {
        let types = registry().resource_types();
        let schema = schema_document(BASE, &types, urn::GROUP).expect("known");
        assert_eq!(schema["name"], "Group");
        assert_eq!(
            schema["meta"]["location"],
            format!("{BASE}/Schemas/{}", urn::GROUP)
        );
        assert_eq!(
            resource_type_document(BASE, &types, "User").expect("known")["endpoint"],
            "/Users"
        );
        assert!(schema_document(BASE, &types, "urn:nope").is_none());
        assert!(resource_type_document(BASE, &types, "Nope").is_none());
    }

    #[test]
    fn documents_have_no_nulls() {
        fn check(value: &Value) {
            match value {
                Value::Null => panic!("null in a discovery document"),
                Value::Array(items) => items.iter().for_each(check),
                Value::Object(map) => map.values().for_each(check),
                _ => {}
            }
        }
        check(&schemas_document(BASE, &registry().resource_types()));
        check(&resource_types_document(BASE, &registry().resource_types()));
    }
}
