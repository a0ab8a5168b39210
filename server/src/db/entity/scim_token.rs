//! Table `scim_tokens`.

use sea_orm::entity::prelude::*;

/// A bearer token of a connection, as its SHA-256.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "scim_tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub connection_id: Uuid,
    pub token_hash: Vec<u8>,
    pub hint: String,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub last_used_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
    pub scopes: String,
    pub client_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
