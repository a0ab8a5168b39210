//! Table `memberships`.

use sea_orm::entity::prelude::*;

/// A user's membership of an organisation.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    pub roles: String,
    pub parked_roles: String,
    pub rule_roles: String,
    pub source: String,
    pub joined_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
