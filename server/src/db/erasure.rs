//! Erasing a person (domain.md section 5, *Erasure*, T15): a nameless row is left, which the audit
//! log and what others did still refer to.

use chrono::{DateTime, Utc};
use scim_schema::{id::UserId, lifecycle::Status};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    entity::{
        account_role, assigned_password, audit_detail, audit_event, challenge, conflict, deletion,
        group_member, hold, known_device, mail, membership, one_time_link, password_history,
        recovery_code, scim_link, scim_request_log, scim_request_user, second_factor, session,
        user, user_attribute_value,
    },
    error::DbError,
    scope::AccountScope,
    unit::AccountTx,
};

/// Rows of one batch, of what there may be many of a person.
pub(crate) const ERASURE_BATCH: u64 = 500;

/// What stands in a log where a person's words were.
const ERASED: &str = "(erased)";

impl AccountScope<'_> {
    /// People whose time as deleted ones is over at `now`, at most `limit`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn due_for_purge(
        &self,
        now: DateTime<Utc>,
        limit: u64,
    ) -> Result<Vec<UserId>, DbError> {
        let rows: Vec<Uuid> = user::Entity::find()
            .select_only()
            .column(user::Column::Id)
            .filter(user::Column::AccountId.eq(self.account.0))
            .filter(user::Column::Status.eq(Status::Deleted.as_str()))
            .filter(user::Column::PurgeAt.lte(now))
            .order_by_asc(user::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(self.connection)
            .await?;
        Ok(rows.into_iter().map(UserId).collect())
    }
}

impl AccountTx {
    /// Erases everything of a person that is bounded: their row loses what names them, and every
    /// table its rows about them. What was sent about them and the details of the audit log go in
    /// batches: [`AccountTx::erase_requests_about`], [`AccountTx::erase_details_about`].
    ///
    /// # Errors
    /// Those of the database.
    pub async fn erase_person(&self, id: UserId) -> Result<(), DbError> {
        use user::Column as U;
        let (account, none) = (self.account().0, || Expr::val(None::<String>));
        let name = nameless(id);
        user::Entity::update_many()
            .filter(U::AccountId.eq(account))
            .filter(U::Id.eq(id.0))
            .col_expr(U::UserName, Expr::val(name.as_str()))
            .col_expr(U::UserNameFolded, Expr::val(name.to_lowercase()))
            .col_expr(U::Email, none())
            .col_expr(U::EmailFolded, none())
            .col_expr(U::GivenName, none())
            .col_expr(U::GivenNameFolded, none())
            .col_expr(U::FamilyName, none())
            .col_expr(U::FamilyNameFolded, none())
            .col_expr(U::DisplayName, none())
            .col_expr(U::DisplayNameFolded, none())
            .col_expr(U::NameFolded, Expr::val(name.to_lowercase()))
            .col_expr(U::SearchText, Expr::val(""))
            .col_expr(U::Locale, none())
            .col_expr(U::TimeZone, none())
            .col_expr(U::PasswordHash, none())
            .col_expr(U::LastLoginAt, Expr::val(None::<DateTime<Utc>>))
            .col_expr(U::LastActiveAt, Expr::val(None::<DateTime<Utc>>))
            .exec(&self.connection)
            .await?;
        self.erase_links(id).await?;
        self.delete_rows_about(id).await
    }

    /// The ids of links stay, since they answer 404 for ever.
    async fn erase_links(&self, id: UserId) -> Result<(), DbError> {
        use scim_link::Column as L;
        scim_link::Entity::update_many()
            .filter(L::AccountId.eq(self.account().0))
            .filter(L::UserId.eq(id.0))
            .filter(L::State.eq("ended"))
            .col_expr(L::UserNameFolded, Expr::val(""))
            .col_expr(L::ExternalId, Expr::val(None::<String>))
            .col_expr(L::Document, Expr::val("{}"))
            .col_expr(L::Unmapped, Expr::val("{}"))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    async fn delete_rows_about(&self, id: UserId) -> Result<(), DbError> {
        macro_rules! delete {
            ($($table:ident . $column:ident),* $(,)?) => {$(
                $table::Entity::delete_many()
                    .filter($table::Column::AccountId.eq(self.account().0))
                    .filter($table::Column::$column.eq(id.0))
                    .exec(&self.connection)
                    .await?;
            )*};
        }
        delete!(
            user_attribute_value.UserId,
            group_member.UserId,
            membership.UserId,
            account_role.UserId,
            hold.UserId,
            session.UserId,
            one_time_link.UserId,
            deletion.UserId,
            conflict.CandidateId,
            mail.UserId,
            second_factor.UserId,
            recovery_code.UserId,
            challenge.UserId,
            password_history.UserId,
            assigned_password.UserId,
            known_device.UserId,
        );
        Ok(())
    }

    /// Erases a batch of what providers sent and were answered about a person; answers how many
    /// requests those were. Fewer than a batch means that nothing is left.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn erase_requests_about(&self, id: UserId) -> Result<u64, DbError> {
        use scim_request_log::Column as L;
        use scim_request_user::Column as R;
        let requests: Vec<Uuid> = scim_request_user::Entity::find()
            .select_only()
            .column(R::RequestId)
            .filter(R::AccountId.eq(self.account().0))
            .filter(R::UserId.eq(id.0))
            .limit(ERASURE_BATCH)
            .into_tuple()
            .all(&self.connection)
            .await?;
        if requests.is_empty() {
            return Ok(0);
        }
        scim_request_log::Entity::update_many()
            .filter(L::AccountId.eq(self.account().0))
            .filter(L::Id.is_in(requests.iter().copied()))
            .col_expr(L::Path, Expr::val(ERASED))
            .col_expr(L::Decision, Expr::val(ERASED))
            .col_expr(L::Notes, Expr::val("[]"))
            .col_expr(L::RequestBody, Expr::val(None::<String>))
            .col_expr(L::ResponseBody, Expr::val(None::<String>))
            .col_expr(L::Facts, Expr::val(None::<String>))
            .exec(&self.connection)
            .await?;
        let deleted = scim_request_user::Entity::delete_many()
            .filter(R::AccountId.eq(self.account().0))
            .filter(R::UserId.eq(id.0))
            .filter(R::RequestId.is_in(requests))
            .exec(&self.connection)
            .await?;
        Ok(deleted.rows_affected)
    }

    /// Erases a batch of the details of what the audit log has about a person; answers how many those
    /// were. What they did to others stays: it is part of those others' records.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn erase_details_about(&self, id: UserId) -> Result<u64, DbError> {
        use audit_detail::Column as D;
        let deleted = audit_detail::Entity::delete_many()
            .filter(D::AccountId.eq(self.account().0))
            .filter(D::EventId.in_subquery(self.details_about(id)))
            .exec(&self.connection)
            .await?;
        Ok(deleted.rows_affected)
    }

    fn details_about(&self, id: UserId) -> SelectStatement {
        use audit_detail::Column as D;
        use audit_event::Column as E;
        let (event, detail) = (audit_event::Entity, audit_detail::Entity);
        Query::select()
            .column((event, E::Id))
            .from(event)
            .inner_join(
                detail,
                Expr::col((detail, D::AccountId))
                    .equals((event, E::AccountId))
                    .and(Expr::col((detail, D::EventId)).equals((event, E::Id))),
            )
            .and_where(Expr::col((event, E::AccountId)).eq(self.account().0))
            .and_where(Expr::col((event, E::TargetId)).eq(id.0))
            .limit(ERASURE_BATCH)
            .to_owned()
    }
}

/// What stands for somebody who was erased: the end of their id, which is random.
fn nameless(id: UserId) -> String {
    let text = id.0.simple().to_string();
    let end = text.get(24..).unwrap_or_default();
    format!("Deleted user #{end}")
}
