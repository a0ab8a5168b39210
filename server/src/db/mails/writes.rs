//! Writes of the outbox.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::events::ChangeKind,
    id::{MailId, UserId},
    mail::{MailKind, MailState},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use serde_json::json;

use super::{NewMail, SEND_MAIL, StoredMail, from_row};
use crate::db::{Change, entity::mail, error::DbError, jobs::NewJob, unit::AccountTx};

/// Tries of the job, which are not those of the mail: it fails only when the database does.
const TRIES: i32 = 20;

impl AccountTx {
    /// Puts mails into the outbox, each with the job that sends it and its announcement.
    ///
    /// # Errors
    /// Those of the database.
    pub(in crate::db) async fn insert_mails(
        &self,
        mails: &[NewMail],
    ) -> Result<Vec<(NewJob, Change)>, DbError> {
        let now = self.ctx().now;
        let mut rows = Vec::with_capacity(mails.len());
        let mut follow = Vec::with_capacity(mails.len());
        for new in mails {
            let id = MailId(self.new_id());
            let about = serde_json::to_string(&new.about);
            rows.push(mail::ActiveModel {
                account_id: Set(self.account().0),
                id: Set(id.0),
                user_id: Set(new.user.0),
                kind: Set(new.kind.as_str().to_owned()),
                state: Set(MailState::Queued.as_str().to_owned()),
                address: Set(new.address.clone()),
                about: Set(about.map_err(|error| DbError::Corrupt(error.to_string()))?),
                dedup_key: Set(new.dedup_key.clone()),
                attempts: Set(0),
                next_attempt_at: Set(Some(now)),
                message_id: Set(None),
                last_error: Set(None),
                created_at: Set(now),
                sent_at: Set(None),
            });
            follow.push((self.sending(id, now), Change::created(ChangeKind::Mail, id)));
        }
        let there = OnConflict::new().do_nothing().to_owned();
        self.connection.upsert_all(rows, &there).await?;
        Ok(follow)
    }

    /// Adds a mail of the past, which nobody sends, unless one of this key is there.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_past_mail(
        &self,
        mail: &StoredMail,
        dedup_key: String,
    ) -> Result<(), DbError> {
        let about = serde_json::to_string(&mail.about);
        let row = mail::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(mail.id.0),
            user_id: Set(mail.user.0),
            kind: Set(mail.kind.as_str().to_owned()),
            state: Set(mail.state.as_str().to_owned()),
            address: Set(mail.address.clone()),
            about: Set(about.map_err(|error| DbError::Corrupt(error.to_string()))?),
            dedup_key: Set(Some(dedup_key)),
            attempts: Set(mail.attempts),
            next_attempt_at: Set(mail.next_attempt_at),
            message_id: Set(mail.message_id.clone()),
            last_error: Set(mail.last_error.clone()),
            created_at: Set(mail.created_at),
            sent_at: Set(mail.sent_at),
        };
        let there = OnConflict::new().do_nothing().to_owned();
        Ok(self.connection.upsert_all(vec![row], &there).await?)
    }

    /// The job that sends a mail at `run_at`; asked for twice, it is there once.
    #[must_use]
    pub fn sending(&self, id: MailId, run_at: DateTime<Utc>) -> NewJob {
        NewJob {
            queue: SEND_MAIL,
            payload: json!({ "mail": id }),
            run_at,
            dedup_key: Some(format!("{id}@{}", run_at.timestamp_micros())),
            max_attempts: TRIES,
        }
    }

    /// A mail, locked until the unit ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_mail(&self, id: MailId) -> Result<Option<StoredMail>, DbError> {
        let row = mail::Entity::find()
            .filter(mail::Column::AccountId.eq(self.account().0))
            .filter(mail::Column::Id.eq(id.0))
            .lock_exclusive()
            .one(&self.connection)
            .await?;
        row.map(from_row).transpose()
    }

    /// Stores what became of a locked mail, and where it goes to.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn store_mail(&self, mail: &StoredMail) -> Result<(), DbError> {
        use mail::Column as C;
        mail::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(mail.id.0))
            .col_expr(C::State, Expr::val(mail.state.as_str()))
            .col_expr(C::Address, Expr::val(mail.address.as_str()))
            .col_expr(C::Attempts, Expr::val(mail.attempts))
            .col_expr(C::NextAttemptAt, Expr::val(mail.next_attempt_at))
            .col_expr(C::MessageId, Expr::val(mail.message_id.clone()))
            .col_expr(C::LastError, Expr::val(mail.last_error.clone()))
            .col_expr(C::SentAt, Expr::val(mail.sent_at))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// How many mails of this kind were put into the outbox for somebody since then.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mails_since(
        &self,
        user: UserId,
        kind: MailKind,
        since: DateTime<Utc>,
    ) -> Result<u64, DbError> {
        let mails = mail::Entity::find()
            .filter(mail::Column::AccountId.eq(self.account().0))
            .filter(mail::Column::UserId.eq(user.0))
            .filter(mail::Column::Kind.eq(kind.as_str()))
            .filter(mail::Column::CreatedAt.gt(since));
        Ok(mails.count(&self.connection).await?)
    }
}
