//! Accounts and the roots of their organisation trees.

use scim_schema::id::{AccountId, OrganisationId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    entity::{account, organisation},
    error::DbError,
    scope::PlatformScope,
    unit::AccountTx,
};

/// The reserved account that owns platform jobs; it has no users and no console.
pub const PLATFORM_ACCOUNT: AccountId = AccountId(Uuid::nil());

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account.
    pub id: AccountId,
    /// Part of its sign-in address.
    pub slug: String,
    /// For people.
    pub name: String,
}

impl PlatformScope<'_> {
    /// Every account but the platform's own, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn accounts(&self) -> Result<Vec<Account>, DbError> {
        let rows = account::Entity::find()
            .filter(account::Column::Id.ne(PLATFORM_ACCOUNT.0))
            .order_by_asc(account::Column::CreatedAt)
            .order_by_asc(account::Column::Id)
            .all(self.connection)
            .await?;
        Ok(rows.into_iter().map(from_row).collect())
    }

    /// The account of this slug; never the platform's own.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn account_of_slug(&self, slug: &str) -> Result<Option<Account>, DbError> {
        // PostgreSQL takes no text with it.
        if slug.contains('\0') {
            return Ok(None);
        }
        let row = account::Entity::find()
            .filter(account::Column::Slug.eq(slug))
            .filter(account::Column::Id.ne(PLATFORM_ACCOUNT.0))
            .one(self.connection)
            .await?;
        Ok(row.map(from_row))
    }

    /// Whether the platform's own account is there.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn has_platform_account(&self) -> Result<bool, DbError> {
        let row = account::Entity::find_by_id(PLATFORM_ACCOUNT.0)
            .one(self.connection)
            .await?;
        Ok(row.is_some())
    }
}

impl AccountTx {
    /// Inserts the account that this unit of work is bound to.
    ///
    /// # Errors
    /// [`DbError::Unique`] with `AccountSlug`, and those of the database.
    pub async fn insert_account(&self, slug: &str, name: &str) -> Result<(), DbError> {
        let row = account::ActiveModel {
            id: Set(self.account().0),
            slug: Set(slug.to_owned()),
            name: Set(name.to_owned()),
            created_at: Set(self.ctx().now),
        };
        account::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// Inserts the root of the account's organisation tree.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_root_organisation(
        &self,
        name: &str,
        time_zone: &str,
    ) -> Result<OrganisationId, DbError> {
        let id = OrganisationId(self.new_id());
        let row = organisation::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(id.0),
            parent_id: Set(None),
            name: Set(name.to_owned()),
            time_zone: Set(time_zone.to_owned()),
            created_at: Set(self.ctx().now),
            archived_at: Set(None),
            version: Set(1),
        };
        organisation::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(id)
    }

    /// The root of the account's organisation tree.
    ///
    /// # Errors
    /// [`DbError::Corrupt`] when there is none, and those of the database.
    pub async fn root_organisation(&self) -> Result<OrganisationId, DbError> {
        organisation::Entity::find()
            .select_only()
            .column(organisation::Column::Id)
            .filter(organisation::Column::AccountId.eq(self.account().0))
            .filter(organisation::Column::ParentId.is_null())
            .order_by_asc(organisation::Column::Id)
            .into_tuple::<Uuid>()
            .one(&self.connection)
            .await?
            .map(OrganisationId)
            .ok_or_else(|| DbError::Corrupt("the account has no root organisation".to_owned()))
    }

    /// Holds the account's row until the unit ends: guards that count, such as the one for the
    /// last administrator, run one after the other.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_account(&self) -> Result<(), DbError> {
        account::Entity::find_by_id(self.account().0)
            .lock_exclusive()
            .one(&self.connection)
            .await?;
        Ok(())
    }
}

fn from_row(row: account::Model) -> Account {
    Account {
        id: row.id.into(),
        slug: row.slug,
        name: row.name,
    }
}
