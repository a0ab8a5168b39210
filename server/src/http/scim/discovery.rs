//! Discovery (RFC 7644 section 4): documents from the one registry, read-only, never filtered.

use axum::{http::StatusCode, response::Response};
use scim_schema::{
    bulk::max_operations,
    resource::ScimError,
    schema::{
        BulkSettings, PaginationMethod, PaginationSettings, ProviderSettings,
        resource_type_document, resource_types_document, schema_document, schemas_document,
        service_provider_config,
    },
};
use serde_json::Value;

use super::{
    answer::{Answer, shortened},
    exchange::Exchange,
    query::{DEFAULT_COUNT, MAX_COUNT},
    segment::Segment,
    trace::Trace,
};

/// GET `/ServiceProviderConfig`.
pub(super) async fn provider_config(exchange: Exchange) -> Response {
    describe(exchange, |exchange| {
        Ok(service_provider_config(&settings(exchange)))
    })
    .await
}

/// GET `/ResourceTypes`.
pub(super) async fn resource_types(exchange: Exchange) -> Response {
    describe(exchange, |exchange| {
        Ok(resource_types_document(
            &exchange.by.base_url,
            &exchange.by.dialect.resource_types(),
        ))
    })
    .await
}

/// GET `/ResourceTypes/{id}`.
pub(super) async fn resource_type(id: Segment, exchange: Exchange) -> Response {
    describe(exchange, |exchange| {
        let types = exchange.by.dialect.resource_types();
        let found = resource_type_document(&exchange.by.base_url, &types, &id);
        found.ok_or_else(|| ScimError::not_found(format!("ResourceType {}", shortened(&id))))
    })
    .await
}

/// GET /Schemas.
pub(super) async fn schemas(exchange: Exchange) -> Response {
    describe(exchange, |exchange| {
        Ok(schemas_document(
            &exchange.by.base_url,
            &exchange.by.dialect.resource_types(),
        ))
    })
    .await
}

/// GET /Schemas/{urn}.
pub(super) async fn schema(urn: Segment, exchange: Exchange) -> Response {
    describe(exchange, |exchange| {
        let types = exchange.by.dialect.resource_types();
        let found = schema_document(&exchange.by.base_url, &types, &urn);
        found.ok_or_else(|| ScimError::not_found(format!("Schema {}", shortened(&urn))))
    })
    .await
}

/// /Me: a token names a connection, not a person (RFC 7644 section 3.11).
pub(super) async fn me(exchange: Exchange) -> Response {
    let detail = "A SCIM token names a connection and not a person, so there is no /Me";
    exchange.refuse(ScimError::status(501, detail))
}

/// Answers with a document. A filter is refused (RFC 7644 section 4).
async fn describe(
    exchange: Exchange,
    document: impl FnOnce(&Exchange) -> Result<Value, ScimError>,
) -> Response {
    let act = async |exchange: &Exchange, _: &mut Trace| {
        if exchange.parameters()?.has_filter() {
            let detail = "Discovery endpoints cannot be filtered; read the whole document";
            return Err(ScimError::status(403, detail).into());
        }
        let body = document(exchange)?;
        Ok(Answer::json(StatusCode::OK, &body, "Described the service"))
    };
    exchange.run(act).await
}

fn settings(exchange: &Exchange) -> ProviderSettings {
    let limit = exchange.state.config.limits.body;
    let operations = max_operations(&exchange.by.dialect);
    ProviderSettings {
        base_url: exchange.by.base_url.clone(),
        documentation_uri: None,
        bulk: BulkSettings {
            supported: true,
            max_operations: u32::try_from(operations).unwrap_or(u32::MAX),
            max_payload_size: u64::try_from(limit).unwrap_or(u64::MAX),
        },
        filter_max_results: u32::try_from(MAX_COUNT).unwrap_or(u32::MAX),
        change_password: exchange.by.dialect.accept_password,
        interop_profile: exchange.by.dialect.is_interop_conformant(),
        sort: true,
        etag: true,
        pagination: PaginationSettings {
            cursor: true,
            index: true,
            default_method: PaginationMethod::Index,
            default_page_size: u32::try_from(DEFAULT_COUNT).unwrap_or(u32::MAX),
            max_page_size: u32::try_from(MAX_COUNT).unwrap_or(u32::MAX),
            // Cursors hold everything they need and never expire.
            cursor_timeout: None,
        },
    }
}
