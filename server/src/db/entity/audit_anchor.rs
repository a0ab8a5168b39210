//! Table `audit_anchors`.

use sea_orm::entity::prelude::*;

/// Where a chain stood when that was noted; never updated.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_anchors")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub hash: Vec<u8>,
    pub noted_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
