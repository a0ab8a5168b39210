//! Table `shadow_runs`.

use sea_orm::entity::prelude::*;

/// The last time that the shadow of a connection went live.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "shadow_runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: Uuid,
    pub total: i64,
    pub step: i64,
    pub started_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
    pub was_live: bool,
}

impl ActiveModelBehavior for ActiveModel {}
