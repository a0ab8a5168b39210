//! Raising, renewing, resolving and acknowledging.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::{alerts::AlertKind, events::ChangeKind},
    id::{AlertId, ConnectionId},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::{AlertStep, parse_kind};
use crate::{
    ctx::actor_columns,
    db::{entity::alert, error::DbError, feed::Change, unit::AccountTx},
};

impl AccountTx {
    /// Carries steps out that were judged before the unit began, as far as they still fit, and
    /// answers what to announce.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn step_alerts(&self, steps: &[AlertStep]) -> Result<Vec<Change>, DbError> {
        let mut changes = self.raise_alerts(steps).await?;
        let resolved = steps.iter().filter_map(|step| match step {
            AlertStep::Resolve(id) => Some(id.0),
            _ => None,
        });
        changes.extend(self.resolve_alerts(resolved.collect()).await?);
        for step in steps {
            if let AlertStep::Renew(id, days_left) = step {
                changes.extend(self.renew_alert(*id, *days_left).await?);
            }
        }
        Ok(changes)
    }

    async fn raise_alerts(&self, steps: &[AlertStep]) -> Result<Vec<Change>, DbError> {
        let mut rows = Vec::new();
        for step in steps {
            let AlertStep::Raise {
                kind,
                connection,
                subject,
                since,
                days_left,
            } = step
            else {
                continue;
            };
            let id = AlertId(self.new_id());
            rows.push(alert::ActiveModel {
                account_id: Set(self.account().0),
                id: Set(id.0),
                connection_id: Set(connection.0),
                subject_id: Set(*subject),
                kind: Set(kind.as_str().to_owned()),
                since: Set(*since),
                days_left: Set(*days_left),
                raised_at: Set(self.ctx().now),
                acknowledged_at: Set(None),
                acknowledged_by_kind: Set(None),
                acknowledged_by_id: Set(None),
                acknowledged_by_name: Set(None),
                resolved_at: Set(None),
                version: Set(1),
            });
        }
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        // Another process may have raised the same meanwhile, which it has announced.
        let raised = alert::Entity::insert_many(rows)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_with_returning(&self.connection)
            .await?;
        let raised = raised.iter();
        Ok(raised
            .map(|row| Change::created(ChangeKind::Alert, row.id))
            .collect())
    }

    async fn resolve_alerts(&self, ids: Vec<Uuid>) -> Result<Vec<Change>, DbError> {
        use alert::Column as A;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = alert::Entity::update_many()
            .filter(A::AccountId.eq(self.account().0))
            .filter(A::Id.is_in(ids))
            .filter(A::ResolvedAt.is_null())
            .col_expr(A::ResolvedAt, Expr::val(self.ctx().now))
            .col_expr(A::Version, Expr::col(A::Version).add(1))
            .exec_with_returning(&self.connection)
            .await?;
        Ok(rows.iter().map(changed).collect())
    }

    async fn renew_alert(&self, id: AlertId, days_left: i16) -> Result<Vec<Change>, DbError> {
        use alert::Column as A;
        let rows = alert::Entity::update_many()
            .filter(A::AccountId.eq(self.account().0))
            .filter(A::Id.eq(id.0))
            .filter(A::ResolvedAt.is_null())
            .filter(A::DaysLeft.gt(days_left))
            .col_expr(A::DaysLeft, Expr::val(days_left))
            .col_expr(A::RaisedAt, Expr::val(self.ctx().now))
            .col_expr(A::AcknowledgedAt, Expr::val(None::<DateTime<Utc>>))
            .col_expr(A::AcknowledgedByKind, Expr::val(None::<String>))
            .col_expr(A::AcknowledgedById, Expr::val(None::<Uuid>))
            .col_expr(A::AcknowledgedByName, Expr::val(None::<String>))
            .col_expr(A::Version, Expr::col(A::Version).add(1))
            .exec_with_returning(&self.connection)
            .await?;
        Ok(rows.iter().map(changed).collect())
    }

    /// Notes that the caller has seen an alert; `None` when it is over or was acknowledged before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn acknowledge_alert(
        &self,
        id: AlertId,
    ) -> Result<Option<(AlertKind, ConnectionId, Change)>, DbError> {
        use alert::Column as A;
        let (kind, by, name) = actor_columns(&self.ctx().actor);
        let rows = alert::Entity::update_many()
            .filter(A::AccountId.eq(self.account().0))
            .filter(A::Id.eq(id.0))
            .filter(A::ResolvedAt.is_null())
            .filter(A::AcknowledgedAt.is_null())
            .col_expr(A::AcknowledgedAt, Expr::val(self.ctx().now))
            .col_expr(A::AcknowledgedByKind, Expr::val(kind))
            .col_expr(A::AcknowledgedById, Expr::val(by))
            .col_expr(A::AcknowledgedByName, Expr::val(name))
            .col_expr(A::Version, Expr::col(A::Version).add(1))
            .exec_with_returning(&self.connection)
            .await?;
        let acknowledged = |row: &alert::Model| {
            let kind = parse_kind(&row.kind)?;
            Ok((kind, row.connection_id.into(), changed(row)))
        };
        rows.first().map(acknowledged).transpose()
    }

    /// Whether the account has an alert, over or not.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn has_alert(&self, id: AlertId) -> Result<bool, DbError> {
        let row = alert::Entity::find()
            .filter(alert::Column::AccountId.eq(self.account().0))
            .filter(alert::Column::Id.eq(id.0))
            .one(&self.connection)
            .await?;
        Ok(row.is_some())
    }
}

fn changed(row: &alert::Model) -> Change {
    Change::updated(ChangeKind::Alert, row.id, row.version)
}
