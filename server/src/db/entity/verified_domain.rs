//! Table `verified_domains`.

use sea_orm::entity::prelude::*;

/// A domain that belongs to an organisation.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "verified_domains")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation_id: Uuid,
    pub domain: String,
    pub method: String,
    pub verified_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
