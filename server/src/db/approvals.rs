//! What waits for a second person, or waited.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::approvals::{ApprovalKind, ApprovalPayload, ApprovalState, ApprovalView},
    id::{ApprovalId, UserId},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{
    entity::{approval, organisation, user},
    error::DbError,
    scim_user_writes::Profile,
    scope::AccountScope,
    unit::AccountTx,
};

/// Decided ones that are listed.
const DECIDED: u64 = 100;
/// Open ones that are listed; so many never wait.
const OPEN: u64 = 500;

/// Something that is to wait for a second person.
#[derive(Clone, Debug)]
pub struct NewApproval {
    /// What is done once it is approved.
    pub payload: ApprovalPayload,
    /// Its hash.
    pub payload_hash: String,
    /// Why.
    pub reason: Option<String>,
    /// Who asks.
    pub requested_by: UserId,
    /// Until when somebody may approve.
    pub expires_at: DateTime<Utc>,
    /// When it is done without a second person, where there is none.
    pub alone_at: Option<DateTime<Utc>>,
}

/// One of them, locked.
#[derive(Clone, Debug)]
pub struct LockedApproval {
    /// What is done once it is approved.
    pub payload: ApprovalPayload,
    /// Its hash.
    pub payload_hash: String,
    /// Who asked.
    pub requested_by: UserId,
    /// Until when somebody may approve.
    pub expires_at: DateTime<Utc>,
    /// When it is done without a second person.
    pub alone_at: Option<DateTime<Utc>>,
    /// How it stands.
    pub state: ApprovalState,
}

impl AccountScope<'_> {
    /// Open approvals, oldest first, then those that were decided last; `may_approve` is left false.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn approvals(&self) -> Result<Vec<ApprovalView>, DbError> {
        use approval::Column as A;
        let own = || approval::Entity::find().filter(A::AccountId.eq(self.account.0));
        let mut rows = own()
            .filter(A::State.eq(ApprovalState::Open.as_str()))
            .order_by_asc(A::Id)
            .limit(OPEN)
            .all(self.connection)
            .await?;
        let decided = own()
            .filter(A::State.ne(ApprovalState::Open.as_str()))
            .order_by_desc(A::Id)
            .limit(DECIDED)
            .all(self.connection)
            .await?;
        rows.extend(decided);
        self.named(rows).await
    }

    /// One of them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn approval(&self, id: ApprovalId) -> Result<Option<ApprovalView>, DbError> {
        let row = approval::Entity::find()
            .filter(approval::Column::AccountId.eq(self.account.0))
            .filter(approval::Column::Id.eq(id.0))
            .one(self.connection)
            .await?;
        let named = self.named(row.into_iter().collect()).await?;
        Ok(named.into_iter().next())
    }

    /// What of a kind waits about a person or an organisation.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open_approval(
        &self,
        kind: ApprovalKind,
        subject: Uuid,
    ) -> Result<Option<ApprovalId>, DbError> {
        use approval::Column as A;
        let id = approval::Entity::find()
            .select_only()
            .column(A::Id)
            .filter(A::AccountId.eq(self.account.0))
            .filter(A::Kind.eq(kind.as_str()))
            .filter(A::SubjectId.eq(subject))
            .filter(A::State.eq(ApprovalState::Open.as_str()))
            .into_tuple::<Uuid>()
            .one(self.connection)
            .await?;
        Ok(id.map(ApprovalId))
    }

    /// Open approvals that nobody can approve any more at `now`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn overdue_approvals(&self, now: DateTime<Utc>) -> Result<Vec<ApprovalId>, DbError> {
        use approval::Column as A;
        let ids: Vec<Uuid> = approval::Entity::find()
            .select_only()
            .column(A::Id)
            .filter(A::AccountId.eq(self.account.0))
            .filter(A::State.eq(ApprovalState::Open.as_str()))
            .filter(A::ExpiresAt.lte(now))
            .limit(OPEN)
            .into_tuple()
            .all(self.connection)
            .await?;
        Ok(ids.into_iter().map(ApprovalId).collect())
    }

    /// The names are read beside them: of people and organisations, in two statements.
    async fn named(&self, rows: Vec<approval::Model>) -> Result<Vec<ApprovalView>, DbError> {
        let mut ids: Vec<Uuid> = Vec::new();
        for row in &rows {
            ids.extend([row.subject_id, row.requested_by_id]);
            ids.extend(row.decided_by_id);
        }
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let people = user::Entity::find()
            .filter(user::Column::AccountId.eq(self.account.0))
            .filter(user::Column::Id.is_in(ids.iter().copied()))
            .all(self.connection)
            .await?;
        let organisations = organisation::Entity::find()
            .filter(organisation::Column::AccountId.eq(self.account.0))
            .filter(organisation::Column::Id.is_in(ids))
            .all(self.connection)
            .await?;
        let mut names: HashMap<Uuid, String> = organisations
            .into_iter()
            .map(|row| (row.id, row.name))
            .collect();
        names.extend(people.into_iter().map(|row| (row.id, name_of(row))));
        rows.into_iter().map(|row| view(row, &names)).collect()
    }
}

impl AccountTx {
    /// Inserts one; `None` when something of the kind waits for the same subject already.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_approval(&self, new: &NewApproval) -> Result<Option<ApprovalId>, DbError> {
        let id = ApprovalId(self.new_id());
        let payload = serde_json::to_string(&new.payload);
        let row = approval::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(id.0),
            kind: Set(new.payload.kind().as_str().to_owned()),
            subject_id: Set(new.payload.subject()),
            payload: Set(payload.map_err(|error| corrupt(&error))?),
            payload_hash: Set(new.payload_hash.clone()),
            reason: Set(new.reason.clone()),
            requested_by_id: Set(new.requested_by.0),
            requested_at: Set(self.ctx().now),
            expires_at: Set(new.expires_at),
            alone_at: Set(new.alone_at),
            state: Set(ApprovalState::Open.as_str().to_owned()),
            decided_by_id: Set(None),
            decided_at: Set(None),
        };
        let inserted = approval::Entity::insert_many([row])
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&self.connection)
            .await?;
        Ok((inserted > 0).then_some(id))
    }

    /// One of them, locked until the unit ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_approval(&self, id: ApprovalId) -> Result<Option<LockedApproval>, DbError> {
        let row = approval::Entity::find()
            .filter(approval::Column::AccountId.eq(self.account().0))
            .filter(approval::Column::Id.eq(id.0))
            .lock_exclusive()
            .one(&self.connection)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        Ok(Some(LockedApproval {
            payload: payload(&row.payload)?,
            payload_hash: row.payload_hash,
            requested_by: row.requested_by_id.into(),
            expires_at: row.expires_at,
            alone_at: row.alone_at,
            state: state(&row.state)?,
        }))
    }

    /// Ends one; the reason, which may name somebody, goes with an erasure.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn decide_approval(
        &self,
        id: ApprovalId,
        state: ApprovalState,
        by: Option<UserId>,
    ) -> Result<(), DbError> {
        use approval::Column as A;
        approval::Entity::update_many()
            .filter(A::AccountId.eq(self.account().0))
            .filter(A::Id.eq(id.0))
            .col_expr(A::State, Expr::val(state.as_str()))
            .col_expr(A::DecidedById, Expr::val(by.map(|by| by.0)))
            .col_expr(A::DecidedAt, Expr::val(self.ctx().now))
            .col_expr(A::Reason, Expr::val(None::<String>))
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}

fn name_of(row: user::Model) -> String {
    let profile = Profile {
        user_name: row.user_name,
        given_name: row.given_name,
        family_name: row.family_name,
        display_name: row.display_name,
        ..Profile::default()
    };
    profile.name()
}

fn view(row: approval::Model, names: &HashMap<Uuid, String>) -> Result<ApprovalView, DbError> {
    let name = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
    Ok(ApprovalView {
        id: row.id.into(),
        payload: payload(&row.payload)?,
        payload_hash: row.payload_hash,
        subject: name(row.subject_id),
        reason: row.reason,
        requested_by: row.requested_by_id.into(),
        requested_by_name: name(row.requested_by_id),
        requested_at: row.requested_at,
        expires_at: row.expires_at,
        alone_at: row.alone_at,
        state: state(&row.state)?,
        decided_by_name: row.decided_by_id.map(name),
        decided_at: row.decided_at,
        may_approve: false,
    })
}

fn payload(text: &str) -> Result<ApprovalPayload, DbError> {
    serde_json::from_str(text).map_err(|error| corrupt(&error))
}

fn state(word: &str) -> Result<ApprovalState, DbError> {
    word.parse()
        .map_err(|_| DbError::Corrupt("approvals.state".to_owned()))
}

fn corrupt(error: &serde_json::Error) -> DbError {
    DbError::Corrupt(format!("approvals.payload: {error}"))
}
