//! Table `approvals`.

use sea_orm::entity::prelude::*;

/// Something that waits for a second person, or waited.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "approvals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    pub subject_id: Uuid,
    pub payload: String,
    pub payload_hash: String,
    pub reason: Option<String>,
    pub requested_by_id: Uuid,
    pub requested_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub alone_at: Option<DateTimeUtc>,
    pub state: String,
    pub decided_by_id: Option<Uuid>,
    pub decided_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
