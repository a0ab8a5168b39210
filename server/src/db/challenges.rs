//! What somebody has begun to prove or to enrol: found by the SHA-256 of its secret, used up by one
//! conditional update.

use chrono::{DateTime, Utc};
use scim_schema::id::{ChallengeId, UserId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{
    accounts::Account,
    entity::{account, challenge},
    error::DbError,
    fetch,
    scope::PlatformScope,
    unit::AccountTx,
};

/// What a challenge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengePurpose {
    /// To prove a second factor after the password.
    SignIn,
    /// To sign in with a passkey alone.
    Passkey,
    /// To prove once more who is signed in.
    StepUp,
    /// To enrol an authenticator app.
    EnrolTotp,
    /// To enrol a passkey.
    EnrolPasskey,
}

impl ChallengePurpose {
    const ALL: [Self; 5] = [
        Self::SignIn,
        Self::Passkey,
        Self::StepUp,
        Self::EnrolTotp,
        Self::EnrolPasskey,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Passkey => "passkey",
            Self::StepUp => "step_up",
            Self::EnrolTotp => "enrol_totp",
            Self::EnrolPasskey => "enrol_passkey",
        }
    }
}

/// A challenge to insert.
#[derive(Clone, Debug)]
pub struct NewChallenge {
    /// What for.
    pub purpose: ChallengePurpose,
    /// Whose; `None` while the passkey has not said.
    pub user: Option<UserId>,
    /// SHA-256 of the secret.
    pub token_hash: [u8; 32],
    /// The user's access epoch: what ends sessions ends this as well.
    pub epoch: i64,
    /// What its end is checked with, as JSON; sealed where it is secret.
    pub state: Option<String>,
    /// When it runs out.
    pub expires_at: DateTime<Utc>,
}

/// A challenge as stored.
#[derive(Clone, Debug)]
pub struct StoredChallenge {
    /// Its id.
    pub id: ChallengeId,
    /// Where.
    pub account: Account,
    /// What for.
    pub purpose: ChallengePurpose,
    /// Whose; `None` while the passkey has not said.
    pub user: Option<UserId>,
    /// The user's access epoch at its beginning.
    pub epoch: i64,
    /// What its end is checked with.
    pub state: Option<String>,
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
    epoch: i64,
    state: Option<String>,
    expires_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
    slug: String,
    account_name: String,
}

impl PlatformScope<'_> {
    /// The challenge of this secret, used up or not.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn challenge(
        &self,
        token_hash: &[u8; 32],
    ) -> Result<Option<StoredChallenge>, DbError> {
        use challenge::Column as C;
        let mut select = Query::select();
        for column in [
            C::Id,
            C::AccountId,
            C::UserId,
            C::Purpose,
            C::Epoch,
            C::State,
            C::ExpiresAt,
            C::UsedAt,
        ] {
            select.column((challenge::Entity, column));
        }
        let account_name = Expr::col((account::Entity, account::Column::Name));
        let same_account = Expr::col((account::Entity, account::Column::Id))
            .equals((challenge::Entity, C::AccountId));
        select
            .column((account::Entity, account::Column::Slug))
            .expr_as(account_name, "account_name")
            .from(challenge::Entity)
            .inner_join(account::Entity, same_account)
            .and_where(C::TokenHash.eq(token_hash.to_vec()));
        let row: Option<Row> = fetch::one(self.connection, &select).await?;
        row.map(stored).transpose()
    }
}

impl AccountTx {
    /// Inserts a challenge.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_challenge(&self, new: NewChallenge) -> Result<(), DbError> {
        let row = challenge::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(ChallengeId(self.new_id()).0),
            user_id: Set(new.user.map(|user| user.0)),
            purpose: Set(new.purpose.as_str().to_owned()),
            token_hash: Set(new.token_hash.to_vec()),
            epoch: Set(new.epoch),
            state: Set(new.state),
            expires_at: Set(new.expires_at),
            used_at: Set(None),
        };
        challenge::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// Uses a challenge up; `false` when it was used or ran out. Of two that try at the same time
    /// one succeeds.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn use_challenge(&self, id: ChallengeId) -> Result<bool, DbError> {
        use challenge::Column as C;
        let now = self.ctx().now;
        let used = challenge::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .filter(C::UsedAt.is_null())
            .filter(C::ExpiresAt.gt(now))
            .col_expr(C::UsedAt, Expr::val(now))
            .col_expr(C::State, Expr::val(None::<String>))
            .exec(&self.connection)
            .await?;
        Ok(used.rows_affected == 1)
    }
}

fn stored(row: Row) -> Result<StoredChallenge, DbError> {
    let purpose = ChallengePurpose::ALL
        .into_iter()
        .find(|purpose| purpose.as_str() == row.purpose)
        .ok_or_else(|| DbError::Corrupt("challenges.purpose".to_owned()))?;
    Ok(StoredChallenge {
        id: row.id.into(),
        account: Account {
            id: row.account_id.into(),
            slug: row.slug,
            name: row.account_name,
        },
        purpose,
        user: row.user_id.map(UserId),
        epoch: row.epoch,
        state: row.state,
        expires_at: row.expires_at,
        used_at: row.used_at,
    })
}
