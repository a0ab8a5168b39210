//! How far applying the rules of a connection to everyone has come.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::mapping::MappingRun,
    id::{ConnectionId, LinkId},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::db::{
    entity::{mapping_run as run, scim_link as link},
    error::DbError,
    fetch::unsigned,
    scim_users::is_live,
    scope::AccountScope,
    unit::AccountTx,
};

impl AccountScope<'_> {
    /// The last time that the rules of a connection were applied to everyone.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mapping_run(&self, id: ConnectionId) -> Result<Option<MappingRun>, DbError> {
        let row = run::Entity::find()
            .filter(run::Column::AccountId.eq(self.account.0))
            .filter(run::Column::ConnectionId.eq(id.0))
            .one(self.connection)
            .await?;
        Ok(row.map(|row| MappingRun {
            version: row.version,
            total: unsigned(row.total),
            done: unsigned(row.done),
            changed: unsigned(row.changed),
            started_at: row.started_at,
            finished_at: row.finished_at,
        }))
    }

    /// Live links of a connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn linked_count(&self, id: ConnectionId) -> Result<u64, DbError> {
        let count = link::Entity::find()
            .filter(link::Column::AccountId.eq(self.account.0))
            .filter(link::Column::ConnectionId.eq(id.0))
            .filter(is_live())
            .count(self.connection)
            .await?;
        Ok(count)
    }
}

impl AccountTx {
    /// Begins to apply a version to everyone; what is under way for an older one ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin_mapping_run(
        &self,
        id: ConnectionId,
        version: i64,
        total: u64,
    ) -> Result<(), DbError> {
        use run::Column as R;
        let row = run::ActiveModel {
            account_id: Set(self.account().0),
            connection_id: Set(id.0),
            version: Set(version),
            total: Set(i64::try_from(total).unwrap_or(i64::MAX)),
            done: Set(0),
            changed: Set(0),
            after_link: Set(None),
            started_at: Set(self.ctx().now),
            finished_at: Set(None),
        };
        let again = OnConflict::columns([R::AccountId, R::ConnectionId])
            .update_columns([
                R::Version,
                R::Total,
                R::Done,
                R::Changed,
                R::AfterLink,
                R::StartedAt,
                R::FinishedAt,
            ])
            .to_owned();
        run::Entity::insert(row)
            .on_conflict(again)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// Where applying a version stands, locked until the unit ends: the last link that was looked
    /// at. `None` when it is done, or when another version is being applied.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_mapping_run(
        &self,
        id: ConnectionId,
        version: i64,
    ) -> Result<Option<Option<LinkId>>, DbError> {
        let row = run::Entity::find()
            .filter(run::Column::AccountId.eq(self.account().0))
            .filter(run::Column::ConnectionId.eq(id.0))
            .filter(run::Column::Version.eq(version))
            .filter(run::Column::FinishedAt.is_null())
            .lock_exclusive()
            .one(&self.connection)
            .await?;
        Ok(row.map(|row| row.after_link.map(LinkId)))
    }

    /// Notes that people were looked at, up to `last`; without one everyone has been.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn advance_mapping_run(
        &self,
        id: ConnectionId,
        (looked_at, changed): (usize, usize),
        last: Option<LinkId>,
    ) -> Result<(), DbError> {
        use run::Column as R;
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let finished: Option<DateTime<Utc>> = last.is_none().then_some(self.ctx().now);
        run::Entity::update_many()
            .filter(R::AccountId.eq(self.account().0))
            .filter(R::ConnectionId.eq(id.0))
            .col_expr(R::Done, Expr::col(R::Done).add(number(looked_at)))
            .col_expr(R::Changed, Expr::col(R::Changed).add(number(changed)))
            .col_expr(R::AfterLink, Expr::val(last.map(|last| last.0)))
            .col_expr(R::FinishedAt, Expr::val(finished))
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}
