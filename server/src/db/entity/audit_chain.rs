//! Table `audit_chains`.

use sea_orm::entity::prelude::*;

/// Where the chain of an account has come to.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_chains")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    pub seq: i64,
    pub hash: Vec<u8>,
    pub linked_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
