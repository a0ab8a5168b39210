//! Table `conflicts`.

use sea_orm::entity::prelude::*;

/// Somebody whom a connection sent and who is here already.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "conflicts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub connection_id: Uuid,
    pub candidate_id: Uuid,
    pub candidates: String,
    pub kind: String,
    pub cause: String,
    pub state: String,
    pub sent_user_name: String,
    pub sent: Option<String>,
    pub request_id: Option<Uuid>,
    pub seen: i64,
    pub first_seen_at: DateTimeUtc,
    pub last_seen_at: DateTimeUtc,
    pub ended_how: Option<String>,
    pub ended_at: Option<DateTimeUtc>,
    pub ended_by_kind: Option<String>,
    pub ended_by_id: Option<Uuid>,
    pub ended_by_name: Option<String>,
    pub reason: Option<String>,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
