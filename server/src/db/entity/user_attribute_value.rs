//! Table `user_attribute_values`.

use sea_orm::entity::prelude::*;

/// A searchable value of a user; see the migration.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "user_attribute_values")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub attribute_id: i16,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i16,
    pub present: bool,
    pub text: Option<String>,
    pub text_key: Option<String>,
    pub element_type: Option<String>,
    pub is_primary: Option<bool>,
    pub number: Option<f64>,
    pub instant: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
