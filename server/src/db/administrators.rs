//! Administrative roles: those of the account, and Organisation Administrators.

use scim_schema::{
    api::users::ORGANISATION_ADMINISTRATOR,
    id::{OrganisationId, UserId},
    permission::{AccountRole, Standing},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    sea_query::{Expr, ExprTrait, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::{
    entity::{account_role as role, membership, user},
    error::DbError,
    fetch,
    scope::AccountScope,
    unit::AccountTx,
};

/// Lifecycles in which a user counts as an administrator.
const LIVING: [&str; 2] = ["staged", "active"];

/// The administrative roles of a person that are not parked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdministrativeRoles {
    /// Account-wide ones, in their order.
    pub account: Vec<AccountRole>,
    /// Organisations that they administer, in the order of their ids.
    pub organisations: Vec<OrganisationId>,
}

impl AdministrativeRoles {
    /// How the person stands.
    #[must_use]
    pub fn standing(&self) -> Standing<'_> {
        Standing {
            roles: &self.account,
            organisations: &self.organisations,
        }
    }
}

impl AccountScope<'_> {
    /// Whether the account has a System Administrator.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn has_system_administrator(&self) -> Result<bool, DbError> {
        let found = system_administrators(self.connection, self.account.0, 1).await?;
        Ok(!found.is_empty())
    }
}

impl AccountTx {
    /// The System Administrators of the account that could be at work, at most `limit`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn system_administrators(&self, limit: u64) -> Result<Vec<UserId>, DbError> {
        system_administrators(&self.connection, self.account().0, limit).await
    }

    /// Whether somebody else than `user` is a System Administrator who can sign in.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn has_other_administrator(&self, user: UserId) -> Result<bool, DbError> {
        let mut select = administrators_select(self.account().0, 1);
        select
            .and_where(Expr::col((user::Entity, user::Column::Id)).ne(user.0))
            .and_where(can_be_at_work());
        let found: Vec<Holder> = fetch::all(&self.connection, &select).await?;
        Ok(!found.is_empty())
    }

    /// Of these organisations those that somebody else than `user` administers who can sign in.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn with_other_administrators(
        &self,
        organisations: &[OrganisationId],
        user: UserId,
    ) -> Result<Vec<OrganisationId>, DbError> {
        use membership::Column as M;
        let is_theirs = Expr::col((user::Entity, user::Column::AccountId))
            .equals((membership::Entity, M::AccountId))
            .and(
                Expr::col((user::Entity, user::Column::Id)).equals((membership::Entity, M::UserId)),
            );
        let ids = organisations.iter().map(|one| one.0);
        let select = Query::select()
            .distinct()
            .column((membership::Entity, M::OrganisationId))
            .from(membership::Entity)
            .inner_join(user::Entity, is_theirs)
            .and_where(Expr::col((membership::Entity, M::AccountId)).eq(self.account().0))
            .and_where(Expr::col((membership::Entity, M::OrganisationId)).is_in(ids))
            .and_where(Expr::col((membership::Entity, M::UserId)).ne(user.0))
            .and_where(administers())
            .and_where(Expr::col((user::Entity, user::Column::Lifecycle)).is_in(LIVING))
            .and_where(can_be_at_work())
            .to_owned();
        let found: Vec<Administered> = fetch::all(&self.connection, &select).await?;
        Ok(found
            .into_iter()
            .map(|row| row.organisation_id.into())
            .collect())
    }

    /// Makes these the account-wide roles of a user.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn replace_account_roles(
        &self,
        user: UserId,
        roles: &[AccountRole],
    ) -> Result<(), DbError> {
        role::Entity::delete_many()
            .filter(role::Column::AccountId.eq(self.account().0))
            .filter(role::Column::UserId.eq(user.0))
            .exec(&self.connection)
            .await?;
        for granted in roles {
            self.insert_role(user, *granted).await?;
        }
        Ok(())
    }

    /// Gives a user an account-wide role.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_role(&self, user: UserId, granted: AccountRole) -> Result<(), DbError> {
        let row = role::ActiveModel {
            account_id: Set(self.account().0),
            user_id: Set(user.0),
            role: Set(granted.as_str().to_owned()),
            parked_at: Set(None),
        };
        role::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }
}

#[derive(FromQueryResult)]
struct Administered {
    organisation_id: Uuid,
}

#[derive(FromQueryResult)]
struct Granted {
    role: String,
    organisation_id: Option<Uuid>,
}

/// The administrative roles of a user that are not parked, in one statement.
pub(super) async fn roles_of<C: ConnectionTrait>(
    connection: &C,
    account: Uuid,
    user: Uuid,
) -> Result<AdministrativeRoles, DbError> {
    use membership::Column as M;
    let of_organisations = Query::select()
        .expr(Expr::val(ORGANISATION_ADMINISTRATOR))
        .column(M::OrganisationId)
        .from(membership::Entity)
        .and_where(M::AccountId.eq(account))
        .and_where(M::UserId.eq(user))
        .and_where(administers())
        .to_owned();
    let select = Query::select()
        .column(role::Column::Role)
        .expr_as(Expr::cust("NULL"), "organisation_id")
        .from(role::Entity)
        .and_where(role::Column::AccountId.eq(account))
        .and_where(role::Column::UserId.eq(user))
        .and_where(role::Column::ParkedAt.is_null())
        .union(UnionType::All, of_organisations)
        .to_owned();
    let mut roles = AdministrativeRoles::default();
    for row in fetch::all::<Granted, _>(connection, &select).await? {
        match row.organisation_id {
            Some(organisation) => roles.organisations.push(organisation.into()),
            None => roles.account.push(parse_role(&row.role)?),
        }
    }
    roles.account.sort_unstable();
    roles.organisations.sort_unstable();
    Ok(roles)
}

/// That the membership of a row is that of an Organisation Administrator; `roles` is a JSON array of
/// words.
pub(super) fn administers() -> Expr {
    has_role(membership::Column::Roles, ORGANISATION_ADMINISTRATOR)
}

/// That a column of the membership of a row, a JSON array of words, has this one.
pub(super) fn has_role(column: membership::Column, word: &str) -> Expr {
    Expr::col((membership::Entity, column)).like(format!("%\"{word}\"%"))
}

/// Whether the user of the row has an administrative role, parked ones included, or is break-glass
/// (domain.md section 4, *Administrators and the `IdP`*).
pub(super) fn is_administrator() -> Expr {
    let own = |entity_account: Expr, entity_user: Expr| {
        entity_account
            .equals((user::Entity, user::Column::AccountId))
            .and(entity_user.equals((user::Entity, user::Column::Id)))
    };
    let account_wide = Query::select()
        .expr(Expr::val(1))
        .from(role::Entity)
        .and_where(own(
            Expr::col((role::Entity, role::Column::AccountId)),
            Expr::col((role::Entity, role::Column::UserId)),
        ))
        .to_owned();
    let of_organisation = Query::select()
        .expr(Expr::val(1))
        .from(membership::Entity)
        .and_where(own(
            Expr::col((membership::Entity, membership::Column::AccountId)),
            Expr::col((membership::Entity, membership::Column::UserId)),
        ))
        .and_where(administers())
        .to_owned();
    Expr::col((user::Entity, user::Column::BreakGlass))
        .or(Expr::exists(account_wide))
        .or(Expr::exists(of_organisation))
}

/// Nothing keeps the user of the row out. Break-glass is exempt from what identity providers say
/// (domain.md section 4, *Guards*), and from nothing else.
pub(super) fn can_be_at_work() -> Expr {
    let held = || Expr::col((user::Entity, user::Column::HoldKinds));
    let exempt = held().is_in(["idp_disabled", "security", "idp_disabled,security"]);
    held()
        .eq("")
        .or(Expr::col((user::Entity, user::Column::BreakGlass)).and(exempt))
}

/// The role that a stored word stands for.
pub(super) fn parse_role(word: &str) -> Result<AccountRole, DbError> {
    word.parse()
        .map_err(|error| DbError::Corrupt(format!("account_roles.role: {error}")))
}

#[derive(FromQueryResult)]
struct Holder {
    user_id: Uuid,
}

async fn system_administrators<C: ConnectionTrait>(
    connection: &C,
    account: Uuid,
    limit: u64,
) -> Result<Vec<UserId>, DbError> {
    let select = administrators_select(account, limit);
    let rows: Vec<Holder> = fetch::all(connection, &select).await?;
    Ok(rows.into_iter().map(|row| UserId(row.user_id)).collect())
}

/// System Administrators that could be at work.
pub(super) fn administrators_select(account: Uuid, limit: u64) -> SelectStatement {
    Query::select()
        .column((role::Entity, role::Column::UserId))
        .from(role::Entity)
        .inner_join(
            user::Entity,
            Expr::col((user::Entity, user::Column::AccountId))
                .equals((role::Entity, role::Column::AccountId))
                .and(
                    Expr::col((user::Entity, user::Column::Id))
                        .equals((role::Entity, role::Column::UserId)),
                ),
        )
        .and_where(Expr::col((role::Entity, role::Column::AccountId)).eq(account))
        .and_where(
            Expr::col((role::Entity, role::Column::Role))
                .eq(AccountRole::SystemAdministrator.as_str()),
        )
        .and_where(Expr::col((role::Entity, role::Column::ParkedAt)).is_null())
        .and_where(Expr::col((user::Entity, user::Column::Lifecycle)).is_in(LIVING))
        .limit(limit)
        .to_owned()
}
