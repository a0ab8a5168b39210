//! Table `idp_connections`.

use sea_orm::entity::prelude::*;

/// An identity provider's connection.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idp_connections")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    pub name_folded: String,
    pub kind: String,
    pub mode: String,
    pub default_organisation_id: Uuid,
    pub adopt_existing: bool,
    pub switches: String,
    pub mapping_rules: String,
    pub mapping_version: i64,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub silence_hours: i32,
    pub shadow_deleted_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
