//! Table `holds`.

use sea_orm::entity::prelude::*;

/// A reason why sign-in is refused, open until `lifted_at`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "holds")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub kind: String,
    pub scope: String,
    pub organisation_id: Option<Uuid>,
    pub source_kind: String,
    pub source_id: Uuid,
    pub source_name: String,
    pub reason: Option<String>,
    pub since: DateTimeUtc,
    pub until: Option<DateTimeUtc>,
    pub lifted_at: Option<DateTimeUtc>,
    pub lifted_by_kind: Option<String>,
    pub lifted_by_id: Option<Uuid>,
    pub lifted_by_name: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
