//! Table `sessions`.

use sea_orm::entity::prelude::*;

/// A signed-in browser.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub token_hash: Vec<u8>,
    pub epoch: i64,
    pub idle_seconds: i32,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub auth_time: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub last_seen_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
    pub ended_by: Option<String>,
    pub method: Option<String>,
    pub restriction: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
