//! Table `connection_attributes`.

use sea_orm::entity::prelude::*;

/// Where a connection exposes an attribute that the account defined.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "connection_attributes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub definition_id: Uuid,
    pub urn: String,
    pub name: String,
}

impl ActiveModelBehavior for ActiveModel {}
