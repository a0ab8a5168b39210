//! Table `deletions`.

use sea_orm::entity::prelude::*;

/// What a person had who is deleted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deletions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    pub lifecycle: String,
    /// Ids, as a JSON array.
    pub groups: String,
}

impl ActiveModelBehavior for ActiveModel {}
