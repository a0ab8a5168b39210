//! Organisations: the tree that an account's people belong to.

use scim_schema::id::OrganisationId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr,
};

use super::{
    entity::{account, organisation},
    error::DbError,
    scope::AccountScope,
    unit::AccountTx,
};

/// A node of an account's organisation tree (domain.md section 2, `Organisation`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// The organisation.
    pub id: OrganisationId,
    /// The one above it; `None` for the root.
    pub parent: Option<OrganisationId>,
    /// For people.
    pub name: String,
}

impl AccountScope<'_> {
    /// Every organisation of the account, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn organisation_tree(&self) -> Result<Vec<Organisation>, DbError> {
        let rows = organisation::Entity::find()
            .filter(organisation::Column::AccountId.eq(self.account.0))
            .order_by_asc(organisation::Column::Id)
            .all(self.connection)
            .await?;
        Ok(rows.into_iter().map(from_row).collect())
    }
}

impl AccountTx {
    /// Inserts an organisation below another; `time_zone` is an IANA name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_organisation(
        &self,
        parent: OrganisationId,
        name: &str,
        time_zone: &str,
    ) -> Result<OrganisationId, DbError> {
        let id = OrganisationId(self.new_id());
        let row = organisation::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(id.0),
            parent_id: Set(Some(parent.0)),
            name: Set(name.to_owned()),
            time_zone: Set(time_zone.to_owned()),
            created_at: Set(self.ctx().now),
            archived_at: Set(None),
        };
        self.connection.insert(row).await?;
        Ok(id)
    }

    /// Renames the account and the root of its organisation tree, which has the account's name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rename_account(&self, name: &str) -> Result<(), DbError> {
        account::Entity::update_many()
            .filter(account::Column::Id.eq(self.account().0))
            .col_expr(account::Column::Name, Expr::val(name))
            .exec(&self.connection)
            .await?;
        organisation::Entity::update_many()
            .filter(organisation::Column::AccountId.eq(self.account().0))
            .filter(organisation::Column::ParentId.is_null())
            .col_expr(organisation::Column::Name, Expr::val(name))
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}

fn from_row(row: organisation::Model) -> Organisation {
    Organisation {
        id: row.id.into(),
        parent: row.parent_id.map(OrganisationId),
        name: row.name,
    }
}
