//! The document `/ServiceProviderConfig` (RFC 7643 section 5, RFC 9865 section 4).

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::urn;

/// What the server offers on one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSettings {
    /// SCIM base URL without trailing slash.
    pub base_url: String,
    /// Where the documentation for administrators is.
    pub documentation_uri: Option<String>,
    /// Bulk requests.
    pub bulk: BulkSettings,
    /// Most resources of one list answer.
    pub filter_max_results: u32,
    /// Whether a client may set passwords.
    pub change_password: bool,
    /// Whether the connection follows `draft-zollner-scim-interop-profile`.
    pub interop_profile: bool,
    /// Whether lists can be sorted.
    pub sort: bool,
    /// Whether resources have versions.
    pub etag: bool,
    /// Paging.
    pub pagination: PaginationSettings,
}

/// Limits of bulk requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkSettings {
    /// Whether there are bulk requests.
    pub supported: bool,
    /// Most operations of one request.
    pub max_operations: u32,
    /// Largest body in bytes.
    pub max_payload_size: u64,
}

/// What paging a client gets (RFC 9865 section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaginationSettings {
    /// Whether cursors are supported.
    pub cursor: bool,
    /// Whether start indices are supported.
    pub index: bool,
    /// What a request without either gets.
    pub default_method: PaginationMethod,
    /// Resources of a page without `count`.
    pub default_page_size: u32,
    /// Most resources of a page.
    pub max_page_size: u32,
    /// Seconds a cursor is valid at least; `None` when it does not expire.
    pub cursor_timeout: Option<u32>,
}

/// A way of paging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PaginationMethod {
    /// By `startIndex`.
    Index,
    /// By `cursor`.
    Cursor,
}

/// The configuration document.
#[must_use]
pub fn service_provider_config(settings: &ProviderSettings) -> Value {
    let mut value = Map::new();
    let mut put = |name: &str, field: Value| {
        value.insert(name.to_owned(), field);
    };
    put("schemas", json!([urn::SERVICE_PROVIDER_CONFIG]));
    if let Some(uri) = &settings.documentation_uri {
        put("documentationUri", json!(uri));
    }
    put("patch", json!({"supported": true}));
    put(
        "bulk",
        json!({
            "supported": settings.bulk.supported,
            "maxOperations": settings.bulk.max_operations,
            "maxPayloadSize": settings.bulk.max_payload_size,
        }),
    );
    put(
        "filter",
        json!({"supported": true, "maxResults": settings.filter_max_results}),
    );
    put(
        "changePassword",
        json!({"supported": settings.change_password}),
    );
    put("sort", json!({"supported": settings.sort}));
    put("etag", json!({"supported": settings.etag}));
    if settings.interop_profile {
        put("interopProfileConformant", json!(true));
    }
    put("pagination", pagination(&settings.pagination));
    put(
        "authenticationSchemes",
        json!([
            {
                "type": "oauthbearertoken",
                "name": "OAuth Bearer Token",
                "description": "Authentication with a bearer token in the Authorization header",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": true,
            },
            {
                "type": "oauth2",
                "name": "OAuth 2.0 Client Credentials",
                "description": "Bearer tokens for an hour from the token endpoint that /.well-known/oauth-authorization-server names, for a client with a secret or a private key",
                "specUri": "https://www.rfc-editor.org/info/rfc6749",
                "primary": false,
            },
        ]),
    );
    put(
        "meta",
        json!({
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/ServiceProviderConfig", settings.base_url),
        }),
    );
    Value::Object(value)
}

fn pagination(settings: &PaginationSettings) -> Value {
    let mut value = json!({
        "cursor": settings.cursor,
        "index": settings.index,
        "defaultPaginationMethod": settings.default_method,
        "defaultPageSize": settings.default_page_size,
        "maxPageSize": settings.max_page_size,
    });
    if let (Some(seconds), Some(map)) = (settings.cursor_timeout, value.as_object_mut()) {
        map.insert("cursorTimeout".to_owned(), json!(seconds));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> ProviderSettings {
        ProviderSettings {
            base_url: "https://example.com/scim/v2".to_owned(),
            documentation_uri: None,
            bulk: BulkSettings {
                supported: true,
                max_operations: 1000,
                max_payload_size: 16 * 1024 * 1024,
            },
            filter_max_results: 1000,
            change_password: false,
            interop_profile: false,
            sort: true,
            etag: true,
            pagination: PaginationSettings {
                cursor: true,
                index: true,
                default_method: PaginationMethod::Index,
                default_page_size: 100,
                max_page_size: 1000,
                cursor_timeout: Some(3600),
            },
        }
    }

    #[test]
    fn the_configuration_is_a_contract() {
        insta::assert_json_snapshot!(service_provider_config(&settings()));
    }

    #[test]
    fn only_a_connection_that_follows_the_interop_profile_says_so() {
        let mut strict = settings();
        let name = "interopProfileConformant";
        assert_eq!(service_provider_config(&strict).get(name), None);
        strict.interop_profile = true;
        assert_eq!(service_provider_config(&strict)[name], true);
    }

    #[test]
    fn what_is_not_set_is_left_out() {
        let mut bare = settings();
        bare.pagination.cursor_timeout = None;
        let value = service_provider_config(&bare);
        assert!(value.get("documentationUri").is_none());
        assert!(value["pagination"].get("cursorTimeout").is_none());
    }
}
