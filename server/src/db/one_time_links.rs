//! One-time links: found by the SHA-256 of their secret, used up by one conditional update.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::session::LinkPurpose,
    id::{OneTimeLinkId, UserId},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{
    accounts::Account,
    entity::{account, one_time_link as link, user},
    error::DbError,
    fetch,
    scope::PlatformScope,
    unit::AccountTx,
};

/// A one-time link as stored.
#[derive(Clone, Debug)]
pub struct StoredLink {
    /// The link.
    pub id: OneTimeLinkId,
    /// Where it leads.
    pub account: Account,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The user it is for; `None` when it makes one.
    pub user: Option<UserId>,
    /// That user's sign-in name.
    pub user_name: Option<String>,
    /// When it runs out.
    pub expires_at: DateTime<Utc>,
    /// When it was used up.
    pub used_at: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    account_id: Uuid,
    user_id: Option<Uuid>,
    purpose: String,
    expires_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
    slug: String,
    account_name: String,
    user_name: Option<String>,
}

impl PlatformScope<'_> {
    /// The link of this secret, used up or not.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn one_time_link(
        &self,
        token_hash: &[u8; 32],
    ) -> Result<Option<StoredLink>, DbError> {
        use link::Column as L;
        let mut select = Query::select();
        for column in [
            L::Id,
            L::AccountId,
            L::UserId,
            L::Purpose,
            L::ExpiresAt,
            L::UsedAt,
        ] {
            select.column((link::Entity, column));
        }
        let select = select
            .column((account::Entity, account::Column::Slug))
            .expr_as(
                Expr::col((account::Entity, account::Column::Name)),
                "account_name",
            )
            .column((user::Entity, user::Column::UserName))
            .from(link::Entity)
            .inner_join(
                account::Entity,
                Expr::col((account::Entity, account::Column::Id))
                    .equals((link::Entity, L::AccountId)),
            )
            .left_join(
                user::Entity,
                Expr::col((user::Entity, user::Column::AccountId))
                    .equals((link::Entity, L::AccountId))
                    .and(
                        Expr::col((user::Entity, user::Column::Id))
                            .equals((link::Entity, L::UserId)),
                    ),
            )
            .and_where(link::Column::TokenHash.eq(token_hash.to_vec()))
            .to_owned();
        let row: Option<Row> = fetch::one(self.connection, &select).await?;
        row.map(from_row).transpose()
    }
}

impl AccountTx {
    /// Inserts a link.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_one_time_link(
        &self,
        purpose: LinkPurpose,
        user: Option<UserId>,
        token_hash: &[u8; 32],
        expires_at: DateTime<Utc>,
    ) -> Result<OneTimeLinkId, DbError> {
        let id = OneTimeLinkId(self.new_id());
        let row = link::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(id.0),
            user_id: Set(user.map(|user| user.0)),
            purpose: Set(word(purpose).to_owned()),
            token_hash: Set(token_hash.to_vec()),
            created_at: Set(self.ctx().now),
            expires_at: Set(expires_at),
            used_at: Set(None),
        };
        link::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(id)
    }

    /// Lets every unused link of this purpose and user run out now.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn void_one_time_links(
        &self,
        purpose: LinkPurpose,
        user: Option<UserId>,
    ) -> Result<u64, DbError> {
        use link::Column as L;
        let now = self.ctx().now;
        let of_user = match user {
            Some(user) => L::UserId.eq(user.0),
            None => L::UserId.is_null(),
        };
        let voided = link::Entity::update_many()
            .filter(L::AccountId.eq(self.account().0))
            .filter(L::Purpose.eq(word(purpose)))
            .filter(of_user)
            .filter(L::UsedAt.is_null())
            .filter(L::ExpiresAt.gt(now))
            .col_expr(L::ExpiresAt, Expr::val(now))
            .exec(&self.connection)
            .await?;
        Ok(voided.rows_affected)
    }

    /// Lets every unused link of this user run out now, whatever it is for.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn void_links_of(&self, user: UserId) -> Result<(), DbError> {
        use link::Column as L;
        let now = self.ctx().now;
        let update = link::Entity::update_many()
            .filter(L::AccountId.eq(self.account().0))
            .filter(L::UserId.eq(user.0))
            .filter(L::UsedAt.is_null())
            .filter(L::ExpiresAt.gt(now))
            .col_expr(L::ExpiresAt, Expr::val(now));
        Ok(self.connection.update(update).await?)
    }

    /// Uses a link up; `false` when it was used, ran out or is unknown. Of two that try at the same
    /// time one succeeds.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn use_one_time_link(&self, id: OneTimeLinkId) -> Result<bool, DbError> {
        use link::Column as L;
        let now = self.ctx().now;
        let used = link::Entity::update_many()
            .filter(L::AccountId.eq(self.account().0))
            .filter(L::Id.eq(id.0))
            .filter(L::UsedAt.is_null())
            .filter(L::ExpiresAt.gt(now))
            .col_expr(L::UsedAt, Expr::val(now))
            .exec(&self.connection)
            .await?;
        Ok(used.rows_affected == 1)
    }
}

const PURPOSES: [LinkPurpose; 3] = [
    LinkPurpose::FirstAdministrator,
    LinkPurpose::Setup,
    LinkPurpose::Reset,
];

const fn word(purpose: LinkPurpose) -> &'static str {
    match purpose {
        LinkPurpose::FirstAdministrator => "first_administrator",
        LinkPurpose::Setup => "setup",
        LinkPurpose::Reset => "reset",
    }
}

fn from_row(row: Row) -> Result<StoredLink, DbError> {
    let purpose = PURPOSES
        .into_iter()
        .find(|purpose| word(*purpose) == row.purpose)
        .ok_or_else(|| DbError::Corrupt("one_time_links.purpose".to_owned()))?;
    Ok(StoredLink {
        id: row.id.into(),
        account: Account {
            id: row.account_id.into(),
            slug: row.slug,
            name: row.account_name,
        },
        purpose,
        user: row.user_id.map(UserId),
        user_name: row.user_name,
        expires_at: row.expires_at,
        used_at: row.used_at,
    })
}
