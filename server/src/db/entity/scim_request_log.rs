//! Table `scim_request_log`.

use sea_orm::entity::prelude::*;

/// One request of an identity provider.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "scim_request_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub connection_id: Uuid,
    pub token_id: Option<Uuid>,
    pub at: DateTimeUtc,
    pub method: String,
    pub path: String,
    pub status: i16,
    pub scim_type: Option<String>,
    pub decision: String,
    pub duration_us: i64,
    pub notes: String,
    pub request_body: Option<String>,
    pub response_body: Option<String>,
    pub request_id: Option<Uuid>,
    pub statements: Option<i32>,
    pub facts: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
