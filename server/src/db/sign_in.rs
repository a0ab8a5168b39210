//! What signing in by password reads and writes of a user.

use chrono::{DateTime, Utc};
use scim_schema::{id::UserId, lifecycle::Axes};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Condition, Expr, ExprTrait},
};

use super::{
    administrators::{self, AdministrativeRoles},
    arrivals::is_living,
    entity::user,
    error::DbError,
    holds,
    scim_user_writes::Profile,
    scope::AccountScope,
    unit::AccountTx,
};

/// The kind of users who are people.
const PERSON: &str = "person";

/// A person who may try to sign in.
#[derive(Clone, Debug)]
pub struct SignInUser {
    /// Who.
    pub id: UserId,
    /// Name to show.
    pub name: String,
    /// Sign-in name.
    pub user_name: String,
    /// E-mail address, if any.
    pub email: Option<String>,
    /// Lifecycle, holds and invitation.
    pub axes: Axes,
    /// An integration or a shared device, and no person.
    pub is_service: bool,
    /// Local administrator that no identity provider can lock out.
    pub break_glass: bool,
    /// Argon2id in PHC form; `None` when the person has no password.
    pub password_hash: Option<String>,
    /// Wrong passwords in a row.
    pub failed_passwords: i32,
    /// Sessions of an older epoch are refused.
    pub access_epoch: i64,
    /// Rises with every change.
    pub version: i64,
    /// Administrative roles.
    pub roles: AdministrativeRoles,
    /// Not a service user.
    pub is_person: bool,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// BCP 47 language tag.
    pub locale: Option<String>,
}

impl AccountScope<'_> {
    /// The person whom a folded sign-in name means: the living user of that user name, else the
    /// only living user of that e-mail address (domain.md section 2, *Uniqueness*). Service users
    /// do not sign in here.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sign_in_user(&self, login: &str) -> Result<Option<SignInUser>, DbError> {
        // PostgreSQL takes no text with it.
        if login.contains('\0') {
            return Ok(None);
        }
        let living = || {
            user::Entity::find()
                .filter(user::Column::AccountId.eq(self.account.0))
                .filter(is_living())
        };
        let mut found = living()
            .filter(user::Column::UserNameFolded.eq(login))
            .all(self.connection)
            .await?;
        if found.is_empty() {
            found = living()
                .filter(user::Column::EmailFolded.eq(login))
                .limit(2)
                .all(self.connection)
                .await?;
        }
        let [row] = found.as_slice() else {
            return Ok(None);
        };
        if row.kind != PERSON {
            return Ok(None);
        }
        with_roles(self.connection, row.clone()).await.map(Some)
    }
}

impl AccountScope<'_> {
    /// Whether the account has somebody of this id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn has_user(&self, id: UserId) -> Result<bool, DbError> {
        Ok(self.sign_in_names(id).await?.is_some())
    }

    /// What somebody is called, which is easy to guess in a password; `None` when the account has
    /// nobody of this id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sign_in_names(&self, id: UserId) -> Result<Option<Vec<String>>, DbError> {
        type Names = (
            String,
            Option<String>,
            Option<String>,
            Option<String>,
            Option<String>,
        );
        let names: Option<Names> = user::Entity::find()
            .select_only()
            .columns([
                user::Column::UserName,
                user::Column::Email,
                user::Column::GivenName,
                user::Column::FamilyName,
                user::Column::DisplayName,
            ])
            .filter(user::Column::AccountId.eq(self.account.0))
            .filter(user::Column::Id.eq(id.0))
            .into_tuple()
            .one(self.connection)
            .await?;
        Ok(names.map(|(user_name, email, given, family, display)| {
            let others = [email, given, family, display].into_iter().flatten();
            std::iter::once(user_name).chain(others).collect()
        }))
    }
}

impl AccountTx {
    /// A user as signing in needs it, locked until the unit ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_sign_in_user(&self, id: UserId) -> Result<Option<SignInUser>, DbError> {
        let row = user::Entity::find()
            .filter(user::Column::AccountId.eq(self.account().0))
            .filter(user::Column::Id.eq(id.0))
            .lock_exclusive()
            .one(&self.connection)
            .await?;
        match row {
            Some(row) => with_roles(&self.connection, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// When somebody who was deleted is erased.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn purge_at(&self, id: UserId) -> Result<Option<DateTime<Utc>>, DbError> {
        let at = user::Entity::find()
            .select_only()
            .column(user::Column::PurgeAt)
            .filter(user::Column::AccountId.eq(self.account().0))
            .filter(user::Column::Id.eq(id.0))
            .into_tuple::<Option<DateTime<Utc>>>()
            .one(&self.connection)
            .await?;
        Ok(at.flatten())
    }

    /// Sets when somebody who was deleted is erased.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn set_purge_at(&self, id: UserId, at: DateTime<Utc>) -> Result<(), DbError> {
        user::Entity::update_many()
            .filter(user::Column::AccountId.eq(self.account().0))
            .filter(user::Column::Id.eq(id.0))
            .col_expr(user::Column::PurgeAt, Expr::val(at))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Whether a living user has this folded e-mail address.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn is_email_taken(&self, email: &str) -> Result<bool, DbError> {
        let holder = user::Entity::find()
            .filter(user::Column::AccountId.eq(self.account().0))
            .filter(user::Column::EmailFolded.eq(email))
            .filter(is_living())
            .one(&self.connection)
            .await?;
        Ok(holder.is_some())
    }

    /// Counts a try of a password in one statement, before the password is looked at, and answers
    /// the new count; `None` when the person has to wait first. Each of `waits` is a count and the
    /// latest instant of its last try at which another is allowed; below the first there is no
    /// wait, the last stands for every higher count.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count_password_try(
        &self,
        id: UserId,
        waits: &[(i32, DateTime<Utc>)],
    ) -> Result<Option<i32>, DbError> {
        use user::Column as C;
        let mut due = Condition::any();
        if let Some((first, _)) = waits.first() {
            due = due.add(C::FailedPasswordCount.lt(*first));
        }
        for (index, (count, latest)) in waits.iter().enumerate() {
            let counted = if index + 1 == waits.len() {
                C::FailedPasswordCount.gte(*count)
            } else {
                C::FailedPasswordCount.eq(*count)
            };
            due = due.add(
                counted.and(
                    C::FailedPasswordAt
                        .lte(*latest)
                        .or(C::FailedPasswordAt.is_null()),
                ),
            );
        }
        let counted = user::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .filter(due)
            .col_expr(
                C::FailedPasswordCount,
                Expr::col(C::FailedPasswordCount).add(1),
            )
            .col_expr(C::FailedPasswordAt, Expr::val(self.ctx().now))
            .exec_with_returning(&self.connection)
            .await?;
        Ok(counted.first().map(|row| row.failed_password_count))
    }

    /// Puts the number of wrong passwords in a row back; the next try does not have to wait.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn reset_password_tries(&self, id: UserId, to: i32) -> Result<(), DbError> {
        use user::Column as C;
        user::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .col_expr(C::FailedPasswordCount, Expr::val(to))
            .col_expr(C::FailedPasswordAt, Expr::val(None::<DateTime<Utc>>))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Takes back one try that was counted and was right.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn uncount_password_try(&self, id: UserId) -> Result<(), DbError> {
        use user::Column as C;
        user::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .filter(C::FailedPasswordCount.gt(0))
            .col_expr(
                C::FailedPasswordCount,
                Expr::col(C::FailedPasswordCount).sub(1),
            )
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Records a sign-in: last login and activity are now, wrong passwords are forgotten.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn record_sign_in(&self, id: UserId) -> Result<(), DbError> {
        use user::Column as C;
        user::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .col_expr(C::LastLoginAt, Expr::val(self.ctx().now))
            .col_expr(C::LastActiveAt, Expr::val(self.ctx().now))
            .col_expr(C::FailedPasswordCount, Expr::val(0))
            .col_expr(C::FailedPasswordAt, Expr::val(None::<DateTime<Utc>>))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Notes that a user is active now: whoever is let in again has all the time until they count as
    /// dormant (domain.md section 5, *Dormancy*).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn note_activity(&self, id: UserId) -> Result<(), DbError> {
        use user::Column as C;
        user::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .col_expr(C::LastActiveAt, Expr::val(self.ctx().now))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Sets a user's password; sessions of before are refused from now on.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn set_password(&self, id: UserId, hash: &str) -> Result<(), DbError> {
        use user::Column as C;
        user::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .col_expr(C::PasswordHash, Expr::val(hash))
            .col_expr(C::AccessEpoch, Expr::col(C::AccessEpoch).add(1))
            .col_expr(C::Version, Expr::col(C::Version).add(1))
            .col_expr(C::UpdatedAt, Expr::val(self.ctx().now))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// The version of a user now, for an announcement.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn user_version(&self, id: UserId) -> Result<i64, DbError> {
        let version = user::Entity::find()
            .select_only()
            .column(user::Column::Version)
            .filter(user::Column::AccountId.eq(self.account().0))
            .filter(user::Column::Id.eq(id.0))
            .into_tuple::<i64>()
            .one(&self.connection)
            .await?;
        Ok(version.unwrap_or(0))
    }
}

async fn with_roles<C: ConnectionTrait>(
    connection: &C,
    row: user::Model,
) -> Result<SignInUser, DbError> {
    let roles = administrators::roles_of(connection, row.account_id, row.id).await?;
    let axes = holds::axes(&row.lifecycle, &row.invitation, &row.hold_kinds)?;
    let profile = Profile {
        user_name: row.user_name,
        email: row.email,
        given_name: row.given_name,
        family_name: row.family_name,
        display_name: row.display_name,
        locale: None,
        time_zone: None,
    };
    Ok(SignInUser {
        id: row.id.into(),
        name: profile.name(),
        user_name: profile.user_name,
        email: profile.email,
        axes,
        is_service: row.kind != PERSON,
        break_glass: row.break_glass,
        password_hash: row.password_hash,
        failed_passwords: row.failed_password_count,
        access_epoch: row.access_epoch,
        version: row.version,
        roles,
        is_person: row.kind == "person",
        time_zone: row.time_zone,
        locale: row.locale,
    })
}
