//! Table `shadow_objects`.

use sea_orm::entity::prelude::*;

/// A user or group of a connection in shadow mode.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "shadow_objects")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub connection_id: Uuid,
    pub kind: String,
    pub name_folded: String,
    pub external_id: Option<String>,
    pub label: String,
    pub active: Option<bool>,
    pub lifecycle: String,
    pub document: String,
    pub unmapped: String,
    pub refused: Option<String>,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
