//! Table `policies`.

use sea_orm::entity::prelude::*;

/// One version of what an organisation decided; the current one has no `superseded_at`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    pub settings: String,
    pub floors: String,
    pub changed_at: DateTimeUtc,
    pub changed_by_kind: String,
    pub changed_by_id: Option<Uuid>,
    pub changed_by_name: String,
    pub superseded_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
