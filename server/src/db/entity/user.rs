//! Table `users`.

use sea_orm::entity::prelude::*;

/// A person or service user.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    pub user_name: String,
    pub user_name_folded: String,
    pub email: Option<String>,
    pub email_folded: Option<String>,
    pub given_name: Option<String>,
    pub given_name_folded: Option<String>,
    pub family_name: Option<String>,
    pub family_name_folded: Option<String>,
    pub display_name: Option<String>,
    pub display_name_folded: Option<String>,
    pub name_folded: String,
    pub search_text: String,
    pub home_organisation_id: Uuid,
    pub time_zone: Option<String>,
    pub locale: Option<String>,
    pub lifecycle: String,
    pub invitation: String,
    pub status: String,
    pub status_rank: i16,
    pub hold_kinds: String,
    pub idp_active: Option<bool>,
    pub break_glass: bool,
    pub password_hash: Option<String>,
    pub failed_password_count: i32,
    pub failed_password_at: Option<DateTimeUtc>,
    pub last_login_at: Option<DateTimeUtc>,
    pub last_active_at: Option<DateTimeUtc>,
    pub access_epoch: i64,
    pub purge_at: Option<DateTimeUtc>,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
