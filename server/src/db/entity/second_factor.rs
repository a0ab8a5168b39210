//! Table `second_factors`.

use sea_orm::entity::prelude::*;

/// A second factor: a sealed key of an authenticator app, or the public part of a passkey.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factors")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub kind: String,
    pub label: String,
    pub key_id: Option<String>,
    pub secret: Option<Vec<u8>>,
    pub credential: Option<String>,
    pub credential_id: Option<Vec<u8>>,
    pub last_step: Option<i64>,
    pub created_at: DateTimeUtc,
    pub last_used_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
