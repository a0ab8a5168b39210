//! Table `scim_links`.

use sea_orm::entity::prelude::*;

/// What a connection owns of a user.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "scim_links")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub scim_id: Uuid,
    pub connection_id: Uuid,
    pub user_id: Option<Uuid>,
    pub user_name_folded: String,
    pub external_id: Option<String>,
    pub document: String,
    pub unmapped: String,
    pub state: String,
    pub linked_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
    pub last_idp_request_at: Option<DateTimeUtc>,
    pub prepared: bool,
}

impl ActiveModelBehavior for ActiveModel {}
