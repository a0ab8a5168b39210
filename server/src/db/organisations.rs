//! Organisations: the tree that an account's people belong to.

use chrono::{DateTime, Utc};
use scim_schema::{id::OrganisationId, organisation::Node, permission::Reach};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    sea_query::{
        Alias, CommonTableExpression, Expr, ExprTrait, Func, Query, SelectStatement, UnionType,
        WithClause,
    },
};
use uuid::Uuid;

use super::{
    entity::{account, membership, organisation, user},
    error::DbError,
    fetch::{self, unsigned},
    scope::AccountScope,
    unit::AccountTx,
};

/// Name of the recursive table.
const BELOW: &str = "below";
const ID: &str = "id";
/// Names of the numbers that a list counts.
const MEMBERS: &str = "members";
const GONE: &str = "gone";
/// Who belongs to an organisation on paper only.
const NOT_LIVING: [&str; 2] = ["deleted", "purged"];

/// A node of an account's organisation tree (domain.md section 2, `Organisation`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// The organisation.
    pub id: OrganisationId,
    /// The one above it; `None` for the root.
    pub parent: Option<OrganisationId>,
    /// For people.
    pub name: String,
    /// IANA name.
    pub time_zone: String,
    /// Since when it is out of use.
    pub archived_at: Option<DateTime<Utc>>,
    /// Rises with every change.
    pub version: i64,
}

impl Organisation {
    /// Its place in the tree.
    #[must_use]
    pub fn node(&self) -> Node {
        Node {
            id: self.id,
            parent: self.parent,
            name: self.name.clone(),
            archived: self.archived_at.is_some(),
        }
    }
}

/// What changes of an organisation; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct OrganisationUpdate {
    /// What it is called.
    pub name: Option<String>,
    /// What it is below.
    pub parent: Option<OrganisationId>,
    /// IANA name.
    pub time_zone: Option<String>,
    /// Since when it is out of use, or that it is not.
    pub archived_at: Option<Option<DateTime<Utc>>>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    parent_id: Option<Uuid>,
    name: String,
    time_zone: String,
    archived_at: Option<DateTime<Utc>>,
    version: i64,
    members: i64,
    gone: i64,
}

impl AccountScope<'_> {
    /// Every organisation of the account that is in use, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn organisation_tree(&self) -> Result<Vec<Organisation>, DbError> {
        let rows = organisation::Entity::find()
            .filter(organisation::Column::AccountId.eq(self.account.0))
            .filter(organisation::Column::ArchivedAt.is_null())
            .order_by_asc(organisation::Column::Id)
            .all(self.connection)
            .await?;
        Ok(rows.into_iter().map(from_row).collect())
    }

    /// Organisations within a reach, in no order, each with the number of its living members, in one
    /// statement. Whoever is gone is counted apart: they are few, and so the count of all is the
    /// index's alone.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn organisations(&self, reach: &Reach) -> Result<Vec<(Organisation, u64)>, DbError> {
        use organisation::Column as O;
        let own = |column| Expr::col((organisation::Entity, column));
        let mut select = Query::select();
        for column in [
            O::Id,
            O::ParentId,
            O::Name,
            O::TimeZone,
            O::ArchivedAt,
            O::Version,
        ] {
            select.column((organisation::Entity, column));
        }
        for (count, name) in [(self.all_members(), MEMBERS), (self.gone_members(), GONE)] {
            let of_organisation =
                Expr::col((Alias::new(name), membership::Column::OrganisationId)).eq(own(O::Id));
            let counted = Func::coalesce([Expr::col((Alias::new(name), "n")), Expr::val(0_i64)]);
            select.expr_as(counted, name).join_subquery(
                JoinType::LeftJoin,
                count,
                name,
                of_organisation,
            );
        }
        select
            .from(organisation::Entity)
            .and_where(own(O::AccountId).eq(self.account.0));
        if let Reach::Organisations(roots) = reach {
            select.and_where(own(O::Id).in_subquery(within(self.account.0, roots)));
        }
        let rows: Vec<Row> = fetch::all(self.connection, &select).await?;
        Ok(rows.into_iter().map(counted).collect())
    }

    fn all_members(&self) -> SelectStatement {
        use membership::Column as M;
        Query::select()
            .column(M::OrganisationId)
            .expr_as(Expr::cust("COUNT(*)"), "n")
            .from(membership::Entity)
            .and_where(M::AccountId.eq(self.account.0))
            .group_by_col(M::OrganisationId)
            .to_owned()
    }

    fn gone_members(&self) -> SelectStatement {
        use membership::Column as M;
        Query::select()
            .column((membership::Entity, M::OrganisationId))
            .expr_as(Expr::cust("COUNT(*)"), "n")
            .from(user::Entity)
            .inner_join(membership::Entity, of_member())
            .and_where(Expr::col((user::Entity, user::Column::AccountId)).eq(self.account.0))
            .and_where(Expr::col((user::Entity, user::Column::Status)).is_in(NOT_LIVING))
            .group_by_col((membership::Entity, M::OrganisationId))
            .to_owned()
    }
}

impl AccountTx {
    /// Every organisation of the account, archived ones included, oldest first; nobody else changes
    /// one until the unit ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_organisations(&self) -> Result<Vec<Organisation>, DbError> {
        self.lock_account().await?;
        let rows = organisation::Entity::find()
            .filter(organisation::Column::AccountId.eq(self.account().0))
            .order_by_asc(organisation::Column::Id)
            .all(&self.connection)
            .await?;
        Ok(rows.into_iter().map(from_row).collect())
    }

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
            version: Set(1),
        };
        self.connection.insert(row).await?;
        Ok(id)
    }

    /// Changes an organisation; its version rises.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn update_organisation(
        &self,
        id: OrganisationId,
        update: &OrganisationUpdate,
    ) -> Result<(), DbError> {
        use organisation::Column as O;
        let mut statement = organisation::Entity::update_many()
            .filter(O::AccountId.eq(self.account().0))
            .filter(O::Id.eq(id.0))
            .col_expr(O::Version, Expr::col(O::Version).add(1));
        let texts = [
            (O::Name, update.name.as_deref()),
            (O::TimeZone, update.time_zone.as_deref()),
        ];
        for (column, text) in texts {
            if let Some(text) = text {
                statement = statement.col_expr(column, Expr::val(text));
            }
        }
        if let Some(parent) = update.parent {
            statement = statement.col_expr(O::ParentId, Expr::val(parent.0));
        }
        if let Some(archived_at) = update.archived_at {
            statement = statement.col_expr(O::ArchivedAt, Expr::val(archived_at));
        }
        statement.exec(&self.connection).await?;
        Ok(())
    }

    /// How many people belong to an organisation, whoever was deleted left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn living_members(&self, id: OrganisationId) -> Result<u64, DbError> {
        use membership::Column as M;
        let select = Query::select()
            .expr_as(Expr::cust("COUNT(*)"), "n")
            .from(membership::Entity)
            .inner_join(user::Entity, of_member())
            .and_where(Expr::col((membership::Entity, M::AccountId)).eq(self.account().0))
            .and_where(Expr::col((membership::Entity, M::OrganisationId)).eq(id.0))
            .and_where(Expr::col((user::Entity, user::Column::Status)).is_not_in(NOT_LIVING))
            .to_owned();
        let row = sea_orm::ConnectionTrait::query_one(&self.connection, &select).await?;
        let count: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(unsigned(count.unwrap_or(0)))
    }

    /// Of these organisations those within a reach.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn within_reach(
        &self,
        reach: &Reach,
        among: &[OrganisationId],
    ) -> Result<Vec<OrganisationId>, DbError> {
        let Reach::Organisations(roots) = reach else {
            return Ok(among.to_vec());
        };
        let select = Query::select()
            .column(ID)
            .from_subquery(within(self.account().0, roots), BELOW)
            .and_where(Expr::col(ID).is_in(among.iter().map(|one| one.0)))
            .to_owned();
        let rows = sea_orm::ConnectionTrait::query_all(&self.connection, &select).await?;
        let ids = rows.iter().map(|row| row.try_get_by_index::<Uuid>(0));
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        Ok(ids.into_iter().map(OrganisationId).collect())
    }

    /// Renames the account and the root of its organisation tree, which has the account's name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rename_account(&self, name: &str) -> Result<(), DbError> {
        self.name_account(name).await?;
        organisation::Entity::update_many()
            .filter(organisation::Column::AccountId.eq(self.account().0))
            .filter(organisation::Column::ParentId.is_null())
            .col_expr(organisation::Column::Name, Expr::val(name))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Renames the account, after the root of its organisation tree.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn name_account(&self, name: &str) -> Result<(), DbError> {
        account::Entity::update_many()
            .filter(account::Column::Id.eq(self.account().0))
            .col_expr(account::Column::Name, Expr::val(name))
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}

/// Ids of organisations and of all below them.
pub(super) fn within(account: Uuid, roots: &[OrganisationId]) -> SelectStatement {
    use organisation::Column as O;
    let step = Query::select()
        .column((organisation::Entity, O::Id))
        .from(BELOW)
        .inner_join(
            organisation::Entity,
            Expr::col((organisation::Entity, O::ParentId)).equals((BELOW, ID)),
        )
        .and_where(Expr::col((organisation::Entity, O::AccountId)).eq(account))
        .to_owned();
    let walk = Query::select()
        .column(O::Id)
        .from(organisation::Entity)
        .and_where(O::AccountId.eq(account))
        .and_where(O::Id.is_in(roots.iter().map(|root| root.0)))
        .union(UnionType::Distinct, step)
        .to_owned();
    let table = CommonTableExpression::new()
        .table_name(BELOW)
        .columns([ID])
        .query(walk)
        .to_owned();
    Query::select()
        .column(ID)
        .from(BELOW)
        .with_cte(WithClause::new().recursive(true).cte(table).to_owned())
        .to_owned()
}

/// That the user of a row has a membership of which this is true.
pub(super) fn belongs_to(membership: Condition) -> Expr {
    let own = Query::select()
        .expr(Expr::val(1))
        .from(membership::Entity)
        .and_where(of_member())
        .cond_where(membership)
        .to_owned();
    Expr::exists(own)
}

/// That the user of a row is within a reach; `None` when everybody is.
pub(super) fn is_within(account: Uuid, reach: &Reach) -> Option<Expr> {
    is_reached(account, reach).map(|reached| belongs_to(Condition::all().add(reached)))
}

/// That the membership of a row is within a reach; `None` when every one is.
pub(super) fn is_reached(account: Uuid, reach: &Reach) -> Option<Expr> {
    let Reach::Organisations(roots) = reach else {
        return None;
    };
    let organisation = Expr::col((membership::Entity, membership::Column::OrganisationId));
    Some(organisation.in_subquery(within(account, roots)))
}

/// Joins memberships and their users.
fn of_member() -> Expr {
    use membership::Column as M;
    Expr::col((membership::Entity, M::AccountId))
        .equals((user::Entity, user::Column::AccountId))
        .and(Expr::col((membership::Entity, M::UserId)).equals((user::Entity, user::Column::Id)))
}

fn counted(row: Row) -> (Organisation, u64) {
    let members = unsigned(row.members).saturating_sub(unsigned(row.gone));
    let organisation = Organisation {
        id: row.id.into(),
        parent: row.parent_id.map(OrganisationId),
        name: row.name,
        time_zone: row.time_zone,
        archived_at: row.archived_at,
        version: row.version,
    };
    (organisation, members)
}

fn from_row(row: organisation::Model) -> Organisation {
    Organisation {
        id: row.id.into(),
        parent: row.parent_id.map(OrganisationId),
        name: row.name,
        time_zone: row.time_zone,
        archived_at: row.archived_at,
        version: row.version,
    }
}
