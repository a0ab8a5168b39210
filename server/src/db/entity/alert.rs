//! Table `alerts`.

use sea_orm::entity::prelude::*;

/// Something about a connection that somebody should look at.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "alerts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub connection_id: Uuid,
    pub subject_id: Uuid,
    pub kind: String,
    pub since: DateTimeUtc,
    pub days_left: Option<i16>,
    pub raised_at: DateTimeUtc,
    pub acknowledged_at: Option<DateTimeUtc>,
    pub acknowledged_by_kind: Option<String>,
    pub acknowledged_by_id: Option<Uuid>,
    pub acknowledged_by_name: Option<String>,
    pub resolved_at: Option<DateTimeUtc>,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
