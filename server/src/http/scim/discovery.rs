//! Discovery (RFC 7644 section 4): documents from the one registry, read-only, never filtered.

use axum::{http::StatusCode, response::Response};
use scim_schema::{
    bulk::MAX_OPERATIONS,
    dialect::Notes,
    resource::ScimError,
    schema::{
        BulkSettings, PaginationMethod, PaginationSettings, ProviderSettings,
        resource_type_document, resource_types_document, schema_document, schemas_document,
        service_provider_config,
    },
};
use serde_json::Value;

use super::{
    answer::Answer,
    exchange::Exchange,
    query::{DEFAULT_COUNT, MAX_COUNT},
    segment::Segment,
};
use crate::ops::OpError;

/// GET `/ServiceProviderConfig`.
pub(super) async fn provider_config(exchange: Exchange) -> Response {
    let outcome = unfiltered(&exchange).map(|()| {
        let settings = settings(&exchange);
        document(&service_provider_config(&settings))
    });
    exchange.finish(outcome, Notes::new())
}

/// GET `/ResourceTypes`.
pub(super) async fn resource_types(exchange: Exchange) -> Response {
    let outcome =
        unfiltered(&exchange).map(|()| document(&resource_types_document(&exchange.by.base_url)));
    exchange.finish(outcome, Notes::new())
}

/// GET `/ResourceTypes/{id}`.
pub(super) async fn resource_type(id: Segment, exchange: Exchange) -> Response {
    let outcome = unfiltered(&exchange).and_then(|()| {
        resource_type_document(&exchange.by.base_url, &id)
            .map(|found| document(&found))
            .ok_or_else(|| ScimError::not_found(format!("ResourceType {}", &*id)).into())
    });
    exchange.finish(outcome, Notes::new())
}

/// GET /Schemas.
pub(super) async fn schemas(exchange: Exchange) -> Response {
    let outcome =
        unfiltered(&exchange).map(|()| document(&schemas_document(&exchange.by.base_url)));
    exchange.finish(outcome, Notes::new())
}

/// GET /Schemas/{urn}.
pub(super) async fn schema(urn: Segment, exchange: Exchange) -> Response {
    let outcome = unfiltered(&exchange).and_then(|()| {
        schema_document(&exchange.by.base_url, &urn)
            .map(|found| document(&found))
            .ok_or_else(|| ScimError::not_found(format!("Schema {}", &*urn)).into())
    });
    exchange.finish(outcome, Notes::new())
}

/// /Me: a token names a connection, not a person (RFC 7644 section 3.11).
pub(super) async fn me(exchange: Exchange) -> Response {
    let detail = "A SCIM token names a connection and not a person, so there is no /Me";
    exchange.finish(Err(ScimError::status(501, detail).into()), Notes::new())
}

/// A filter on a discovery endpoint is refused (RFC 7644 section 4).
fn unfiltered(exchange: &Exchange) -> Result<(), OpError> {
    if exchange.parameters()?.has_filter() {
        let detail = "Discovery endpoints cannot be filtered; read the whole document";
        return Err(ScimError::status(403, detail).into());
    }
    Ok(())
}

fn document(body: &Value) -> Answer {
    Answer::json(StatusCode::OK, body, "Described the service")
}

fn settings(exchange: &Exchange) -> ProviderSettings {
    let limit = exchange.state.config.limits.body;
    ProviderSettings {
        base_url: exchange.by.base_url.clone(),
        documentation_uri: None,
        bulk: BulkSettings {
            supported: true,
            max_operations: u32::try_from(MAX_OPERATIONS).unwrap_or(u32::MAX),
            max_payload_size: u64::try_from(limit).unwrap_or(u64::MAX),
        },
        filter_max_results: u32::try_from(MAX_COUNT).unwrap_or(u32::MAX),
        change_password: exchange.by.dialect.accept_password,
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
