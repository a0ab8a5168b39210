//! Table `conformance_runs`.

use sea_orm::entity::prelude::*;

/// The last run of the conformance checks of a connection.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "conformance_runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: Uuid,
    pub at: DateTimeUtc,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub duration_ms: i64,
    pub kind: String,
    pub switches: String,
    pub checks: String,
    pub evidence: String,
}

impl ActiveModelBehavior for ActiveModel {}
