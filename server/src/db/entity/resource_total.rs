//! Table `resource_totals`.

use sea_orm::entity::prelude::*;

/// A part of the number of live resources of a type that a connection has; the parts are summed.
/// The database's triggers keep them.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_totals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot: i32,
    pub total: i64,
}

impl ActiveModelBehavior for ActiveModel {}
