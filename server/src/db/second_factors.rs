//! Second factors and recovery codes. Keys of authenticator apps arrive and leave sealed.

use scim_schema::{
    api::second_factors::{FactorKind, SecondFactorView},
    id::{SecondFactorId, UserId},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::{
    entity::{recovery_code as code, second_factor as factor},
    error::DbError,
    scope::AccountScope,
    unit::AccountTx,
};

/// What a factor is checked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactorSecret {
    /// The sealed key of an authenticator app.
    Totp {
        /// Which master key it is sealed with.
        key_id: String,
        /// The sealed key.
        sealed: Vec<u8>,
    },
    /// The public part of a passkey, as JSON.
    Passkey {
        /// What the authenticator calls it.
        id: Vec<u8>,
        /// The rest.
        credential: String,
    },
}

/// A second factor as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFactor {
    /// What people see of it.
    pub view: SecondFactorView,
    /// Whose.
    pub user: UserId,
    /// What it is checked with.
    pub secret: FactorSecret,
}

/// A second factor to insert.
#[derive(Clone, Debug)]
pub struct NewFactor {
    /// Whose.
    pub user: UserId,
    /// What its owner calls it.
    pub label: String,
    /// What it is checked with.
    pub secret: FactorSecret,
    /// The time step of the code that proved it at enrolment, which does not work again.
    pub last_step: Option<i64>,
}

impl AccountScope<'_> {
    /// The second factors of somebody, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn second_factors(&self, user: UserId) -> Result<Vec<StoredFactor>, DbError> {
        factors(self.connection, self.account.0, user).await
    }

    /// How many recovery codes of somebody were not used yet.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn recovery_codes_left(&self, user: UserId) -> Result<u64, DbError> {
        codes_left(self.connection, self.account.0, user).await
    }

    /// Keys of authenticator apps that are sealed with another master key than this one, at most
    /// `limit`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn factors_sealed_otherwise(
        &self,
        key_id: &str,
        limit: u64,
    ) -> Result<Vec<StoredFactor>, DbError> {
        let rows = factor::Entity::find()
            .filter(factor::Column::AccountId.eq(self.account.0))
            .filter(factor::Column::KeyId.ne(key_id))
            .order_by_asc(factor::Column::Id)
            .limit(limit)
            .all(self.connection)
            .await?;
        rows.into_iter().map(stored).collect()
    }
}

impl AccountTx {
    /// The second factors of somebody, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn second_factors(&self, user: UserId) -> Result<Vec<StoredFactor>, DbError> {
        factors(&self.connection, self.account().0, user).await
    }

    /// Inserts a factor.
    ///
    /// # Errors
    /// [`DbError::Unique`] when somebody has this passkey already, and those of the database.
    pub async fn insert_factor(&self, new: NewFactor) -> Result<SecondFactorView, DbError> {
        let now = self.ctx().now;
        let id = SecondFactorId(self.new_id());
        let (kind, key_id, secret, credential, credential_id) = match new.secret {
            FactorSecret::Totp { key_id, sealed } => {
                (FactorKind::Totp, Some(key_id), Some(sealed), None, None)
            }
            FactorSecret::Passkey { id, credential } => {
                (FactorKind::Passkey, None, None, Some(credential), Some(id))
            }
        };
        let row = factor::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(id.0),
            user_id: Set(new.user.0),
            kind: Set(kind.as_str().to_owned()),
            label: Set(new.label.clone()),
            key_id: Set(key_id),
            secret: Set(secret),
            credential: Set(credential),
            credential_id: Set(credential_id),
            last_step: Set(new.last_step),
            created_at: Set(now),
            last_used_at: Set(None),
        };
        factor::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(SecondFactorView {
            id,
            kind,
            label: new.label,
            created_at: now,
            last_used_at: None,
        })
    }

    /// Uses the code of a time step up; `false` when it, or a later one, was used already.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn use_totp(&self, id: SecondFactorId, step: i64) -> Result<bool, DbError> {
        use factor::Column as C;
        let used = factor::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .filter(C::LastStep.is_null().or(C::LastStep.lt(step)))
            .col_expr(C::LastStep, Expr::val(step))
            .col_expr(C::LastUsedAt, Expr::val(self.ctx().now))
            .exec(&self.connection)
            .await?;
        Ok(used.rows_affected == 1)
    }

    /// Notes the use of a passkey, with its counter.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn use_passkey(&self, id: SecondFactorId, credential: &str) -> Result<(), DbError> {
        use factor::Column as C;
        factor::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .col_expr(C::Credential, Expr::val(credential))
            .col_expr(C::LastUsedAt, Expr::val(self.ctx().now))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Takes one factor of somebody away; `false` when there is none of this id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn delete_factor(&self, user: UserId, id: SecondFactorId) -> Result<bool, DbError> {
        let deleted = factor::Entity::delete_many()
            .filter(factor::Column::AccountId.eq(self.account().0))
            .filter(factor::Column::UserId.eq(user.0))
            .filter(factor::Column::Id.eq(id.0))
            .exec(&self.connection)
            .await?;
        Ok(deleted.rows_affected > 0)
    }

    /// Takes all factors of somebody away, and answers how many that were.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn delete_factors(&self, user: UserId) -> Result<u64, DbError> {
        let deleted = factor::Entity::delete_many()
            .filter(factor::Column::AccountId.eq(self.account().0))
            .filter(factor::Column::UserId.eq(user.0))
            .exec(&self.connection)
            .await?;
        Ok(deleted.rows_affected)
    }

    /// Gives somebody these recovery codes in the place of those of before; none takes all away.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn replace_recovery_codes(
        &self,
        user: UserId,
        hashes: &[[u8; 32]],
    ) -> Result<(), DbError> {
        code::Entity::delete_many()
            .filter(code::Column::AccountId.eq(self.account().0))
            .filter(code::Column::UserId.eq(user.0))
            .exec(&self.connection)
            .await?;
        let rows = hashes.iter().map(|hash| code::ActiveModel {
            account_id: Set(self.account().0),
            user_id: Set(user.0),
            code_hash: Set(hash.to_vec()),
            created_at: Set(self.ctx().now),
            used_at: Set(None),
        });
        self.insert_rows(rows.collect()).await
    }

    /// How many recovery codes of somebody were not used yet.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn recovery_codes_left(&self, user: UserId) -> Result<u64, DbError> {
        codes_left(&self.connection, self.account().0, user).await
    }

    /// Uses a recovery code up; `false` when it was used or is unknown.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn use_recovery_code(&self, user: UserId, hash: &[u8; 32]) -> Result<bool, DbError> {
        use code::Column as C;
        let used = code::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::UserId.eq(user.0))
            .filter(C::CodeHash.eq(hash.to_vec()))
            .filter(C::UsedAt.is_null())
            .col_expr(C::UsedAt, Expr::val(self.ctx().now))
            .exec(&self.connection)
            .await?;
        Ok(used.rows_affected == 1)
    }

    /// Puts the key of an authenticator app under another master key.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn reseal_factor(
        &self,
        id: SecondFactorId,
        key_id: &str,
        sealed: Vec<u8>,
    ) -> Result<(), DbError> {
        use factor::Column as C;
        factor::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .col_expr(C::KeyId, Expr::val(key_id))
            .col_expr(C::Secret, Expr::val(sealed))
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}

async fn factors<C: ConnectionTrait>(
    connection: &C,
    account: uuid::Uuid,
    user: UserId,
) -> Result<Vec<StoredFactor>, DbError> {
    let rows = factor::Entity::find()
        .filter(factor::Column::AccountId.eq(account))
        .filter(factor::Column::UserId.eq(user.0))
        .order_by_asc(factor::Column::Id)
        .all(connection)
        .await?;
    rows.into_iter().map(stored).collect()
}

async fn codes_left<C: ConnectionTrait>(
    connection: &C,
    account: uuid::Uuid,
    user: UserId,
) -> Result<u64, DbError> {
    let left = code::Entity::find()
        .filter(code::Column::AccountId.eq(account))
        .filter(code::Column::UserId.eq(user.0))
        .filter(code::Column::UsedAt.is_null());
    Ok(left.count(connection).await?)
}

fn stored(row: factor::Model) -> Result<StoredFactor, DbError> {
    let corrupt = || DbError::Corrupt(format!("second_factors {}", row.id));
    let kind = row.kind.parse().map_err(|_| corrupt())?;
    let secret = match (
        kind,
        row.key_id,
        row.secret,
        row.credential_id,
        row.credential,
    ) {
        (FactorKind::Totp, Some(key_id), Some(sealed), None, None) => {
            FactorSecret::Totp { key_id, sealed }
        }
        (FactorKind::Passkey, None, None, Some(id), Some(credential)) => {
            FactorSecret::Passkey { id, credential }
        }
        _ => return Err(DbError::Corrupt(format!("second_factors {}", row.id))),
    };
    Ok(StoredFactor {
        view: SecondFactorView {
            id: row.id.into(),
            kind,
            label: row.label,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        },
        user: row.user_id.into(),
        secret,
    })
}
