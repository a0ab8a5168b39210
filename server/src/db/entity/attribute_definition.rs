//! Table `attribute_definitions`.

use sea_orm::entity::prelude::*;

/// An attribute that an account defined.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attribute_definitions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: i16,
    pub name: String,
    pub name_folded: String,
    pub value_type: String,
    pub multi_valued: bool,
    pub case_exact: bool,
    pub returned: String,
    pub description: String,
    pub created_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
