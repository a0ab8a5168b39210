//! Table `groups`.

use sea_orm::entity::prelude::*;

/// A group; with a connection it is provisioned.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "groups")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation_id: Option<Uuid>,
    pub connection_id: Option<Uuid>,
    pub external_id: Option<String>,
    pub display_name: String,
    pub display_name_folded: String,
    pub document: String,
    pub unmapped: String,
    pub state: String,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
