//! Table `audit_events`.

use sea_orm::entity::prelude::*;

/// An audited act; never updated.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub occurred_at: DateTimeUtc,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    /// Which part of the product acted; nobody's name, so that it need not be erasable.
    pub actor_component: Option<String>,
    pub credential_id: Option<Uuid>,
    pub channel: String,
    pub action: String,
    pub target_kind: String,
    pub target_id: Option<Uuid>,
    pub outcome: String,
    pub commitment: Vec<u8>,
    pub request_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
