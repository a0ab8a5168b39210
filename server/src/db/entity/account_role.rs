//! Table `account_roles`.

use sea_orm::entity::prelude::*;

/// An account-wide role of a user.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_roles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub role: String,
    pub parked_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
