//! Table `audit_details`.

use sea_orm::entity::prelude::*;

/// The erasable part of an audited act.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_details")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    pub details: String,
    pub source_ip: Option<String>,
    pub user_agent: Option<String>,
    pub salt: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
