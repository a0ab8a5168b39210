//! What is deleted because its time is over: in batches, so that no statement holds the database
//! for long.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Condition, Expr, ExprTrait, Query},
};

use super::{
    entity::{alert, challenge, change, job, mail, scim_request_log as log, session},
    error::DbError,
    unit::AccountTx,
};

/// Rows of one batch.
pub(crate) const RETENTION_BATCH: u64 = 500;

/// Something that is kept for a limited time only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Perishable {
    /// Bodies in the provisioning log; the rows stay.
    ProvisioningBodies,
    /// Rows of the provisioning log.
    ProvisioningLog,
    /// The change feed.
    Changes,
    /// Sessions that ended or ran out.
    Sessions,
    /// Jobs that are done or were given up.
    Jobs,
    /// Alerts that are over.
    Alerts,
    /// What somebody had begun to prove.
    Challenges,
    /// The outbox.
    Mails,
}

impl Perishable {
    /// Every one, bodies before their rows.
    pub const ALL: [Self; 8] = [
        Self::ProvisioningBodies,
        Self::ProvisioningLog,
        Self::Changes,
        Self::Sessions,
        Self::Jobs,
        Self::Alerts,
        Self::Challenges,
        Self::Mails,
    ];

    /// The word in the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProvisioningBodies => "provisioning_bodies",
            Self::ProvisioningLog => "provisioning_log",
            Self::Changes => "changes",
            Self::Sessions => "sessions",
            Self::Jobs => "jobs",
            Self::Alerts => "alerts",
            Self::Challenges => "challenges",
            Self::Mails => "mails",
        }
    }
}

impl AccountTx {
    /// Deletes a batch of what is older than `before`; answers how many rows that were. Fewer than
    /// a full batch of 500 means that nothing is left.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn delete_perished(
        &self,
        what: Perishable,
        before: DateTime<Utc>,
    ) -> Result<u64, DbError> {
        match what {
            Perishable::ProvisioningBodies => self.erase_bodies(before).await,
            Perishable::ProvisioningLog => self.delete_log_rows(before).await,
            Perishable::Changes => self.delete_changes(before).await,
            Perishable::Sessions => self.delete_sessions(before).await,
            Perishable::Jobs => self.delete_jobs(before).await,
            Perishable::Alerts => self.delete_alerts(before).await,
            Perishable::Challenges => self.delete_challenges(before).await,
            Perishable::Mails => self.delete_mails(before).await,
        }
    }

    async fn erase_bodies(&self, before: DateTime<Utc>) -> Result<u64, DbError> {
        use log::Column as L;
        let old = Query::select()
            .column(L::Id)
            .from(log::Entity)
            .and_where(L::AccountId.eq(self.account().0))
            .and_where(L::At.lt(before))
            .and_where(
                L::RequestBody
                    .is_not_null()
                    .or(L::ResponseBody.is_not_null()),
            )
            .limit(RETENTION_BATCH)
            .to_owned();
        let erased = log::Entity::update_many()
            .filter(L::AccountId.eq(self.account().0))
            .filter(L::Id.in_subquery(old))
            .col_expr(L::RequestBody, Expr::val(None::<String>))
            .col_expr(L::ResponseBody, Expr::val(None::<String>))
            .exec(&self.connection)
            .await?;
        Ok(erased.rows_affected)
    }

    async fn delete_log_rows(&self, before: DateTime<Utc>) -> Result<u64, DbError> {
        use log::Column as L;
        let old = Query::select()
            .column(L::Id)
            .from(log::Entity)
            .and_where(L::AccountId.eq(self.account().0))
            .and_where(L::At.lt(before))
            .limit(RETENTION_BATCH)
            .to_owned();
        let deleted = log::Entity::delete_many()
            .filter(L::AccountId.eq(self.account().0))
            .filter(L::Id.in_subquery(old))
            .exec(&self.connection)
            .await?;
        Ok(deleted.rows_affected)
    }

    async fn delete_changes(&self, before: DateTime<Utc>) -> Result<u64, DbError> {
        use change::Column as C;
        let old = Query::select()
            .column(C::Id)
            .from(change::Entity)
            .and_where(C::AccountId.eq(self.account().0))
            .and_where(C::OccurredAt.lt(before))
            .limit(RETENTION_BATCH)
            .to_owned();
        let deleted = change::Entity::delete_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.in_subquery(old))
            .exec(&self.connection)
            .await?;
        Ok(deleted.rows_affected)
    }

    /// Sessions that nobody ended but that ran out count from their end.
    async fn delete_sessions(&self, before: DateTime<Utc>) -> Result<u64, DbError> {
        use session::Column as S;
        let over = Condition::any()
            .add(S::EndedAt.lt(before))
            .add(S::ExpiresAt.lt(before));
        let old = Query::select()
            .column(S::Id)
            .from(session::Entity)
            .and_where(S::AccountId.eq(self.account().0))
            .cond_where(over)
            .limit(RETENTION_BATCH)
            .to_owned();
        let deleted = session::Entity::delete_many()
            .filter(S::AccountId.eq(self.account().0))
            .filter(S::Id.in_subquery(old))
            .exec(&self.connection)
            .await?;
        Ok(deleted.rows_affected)
    }

    async fn delete_alerts(&self, before: DateTime<Utc>) -> Result<u64, DbError> {
        use alert::Column as A;
        let old = Query::select()
            .column(A::Id)
            .from(alert::Entity)
            .and_where(A::AccountId.eq(self.account().0))
            .and_where(A::ResolvedAt.lt(before))
            .limit(RETENTION_BATCH)
            .to_owned();
        let deleted = alert::Entity::delete_many()
            .filter(A::AccountId.eq(self.account().0))
            .filter(A::Id.in_subquery(old))
            .exec(&self.connection)
            .await?;
        Ok(deleted.rows_affected)
    }

    async fn delete_challenges(&self, before: DateTime<Utc>) -> Result<u64, DbError> {
        use challenge::Column as C;
        let old = Query::select()
            .column(C::Id)
            .from(challenge::Entity)
            .and_where(C::AccountId.eq(self.account().0))
            .and_where(C::ExpiresAt.lt(before))
            .limit(RETENTION_BATCH)
            .to_owned();
        let deleted = challenge::Entity::delete_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.in_subquery(old))
            .exec(&self.connection)
            .await?;
        Ok(deleted.rows_affected)
    }

    async fn delete_mails(&self, before: DateTime<Utc>) -> Result<u64, DbError> {
        use mail::Column as M;
        let old = Query::select()
            .column(M::Id)
            .from(mail::Entity)
            .and_where(M::AccountId.eq(self.account().0))
            .and_where(M::CreatedAt.lt(before))
            .limit(RETENTION_BATCH)
            .to_owned();
        let deleted = mail::Entity::delete_many()
            .filter(M::AccountId.eq(self.account().0))
            .filter(M::Id.in_subquery(old))
            .exec(&self.connection)
            .await?;
        Ok(deleted.rows_affected)
    }

    async fn delete_jobs(&self, before: DateTime<Utc>) -> Result<u64, DbError> {
        use job::Column as J;
        let old = Query::select()
            .column(J::Id)
            .from(job::Entity)
            .and_where(J::AccountId.eq(self.account().0))
            .and_where(J::Status.is_in(["done", "failed"]))
            .and_where(J::FinishedAt.lt(before))
            .limit(RETENTION_BATCH)
            .to_owned();
        let deleted = job::Entity::delete_many()
            .filter(J::AccountId.eq(self.account().0))
            .filter(J::Id.in_subquery(old))
            .exec(&self.connection)
            .await?;
        Ok(deleted.rows_affected)
    }
}
