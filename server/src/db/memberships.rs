//! Memberships as administrators change them: which organisations somebody belongs to, and what they
//! do there.

use scim_schema::{
    api::users::ORGANISATION_ADMINISTRATOR,
    id::{OrganisationId, UserId},
    lifecycle::HoldScope,
    mapping::MembershipSource,
    organisation::Belonging,
    permission::{FunctionalRole, Reach},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, FromQueryResult, Order, QueryFilter,
    sea_query::{Expr, ExprTrait, LockType, OnConflict, Query},
};
use uuid::Uuid;

use super::{
    entity::{hold, membership, organisation, user},
    error::DbError,
    fetch,
    organisations::is_reached,
    unit::AccountTx,
};

/// A membership of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub organisation: OrganisationId,
    /// Who or what gave it.
    pub source: MembershipSource,
    /// Whether the person administers the organisation, with everything below it.
    pub administrator: bool,
    /// What somebody lets the person do there, in order.
    pub roles: Vec<FunctionalRole>,
    /// Whether it is within the reach that was asked for.
    pub reached: bool,
}

impl Membership {
    /// One that somebody here gives.
    #[must_use]
    pub const fn by_hand(organisation: OrganisationId) -> Self {
        Self {
            organisation,
            source: MembershipSource::Local,
            administrator: false,
            roles: Vec::new(),
            reached: true,
        }
    }

    /// It as far as changing it goes.
    #[must_use]
    pub const fn belonging(&self) -> Belonging {
        Belonging {
            organisation: self.organisation,
            mapped: self.is_mapped(),
            reached: self.reached,
        }
    }

    /// Whether a rule of an identity provider gave it, which alone takes it back. The default
    /// organisation is for whom nobody placed, so whoever places somebody may take them out of it.
    #[must_use]
    pub const fn is_mapped(&self) -> bool {
        matches!(self.source, MembershipSource::Rule(_))
    }
}

/// What becomes of somebody's memberships.
#[derive(Clone, Debug, Default)]
pub struct MembershipUpdate {
    /// New ones, and those whose roles change.
    pub kept: Vec<Membership>,
    /// Where the person does not belong any more.
    pub gone: Vec<OrganisationId>,
    /// The new home organisation.
    pub home: Option<OrganisationId>,
}

#[derive(FromQueryResult)]
struct Row {
    home_organisation_id: Uuid,
    organisation_id: Uuid,
    source: String,
    roles: String,
    reached: bool,
}

#[derive(FromQueryResult)]
struct Found {
    id: Uuid,
}

impl AccountTx {
    /// The home organisation of a person and every membership, in the order of joining, in one
    /// statement. The person is locked.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn memberships(
        &self,
        id: UserId,
        reach: &Reach,
    ) -> Result<(Option<OrganisationId>, Vec<Membership>), DbError> {
        use membership::Column as M;
        use user::Column as U;
        let reached = is_reached(self.account().0, reach).unwrap_or_else(|| Expr::val(true));
        let of_member = Expr::col((membership::Entity, M::AccountId))
            .equals((user::Entity, U::AccountId))
            .and(Expr::col((membership::Entity, M::UserId)).equals((user::Entity, U::Id)));
        let select = Query::select()
            .column((user::Entity, U::HomeOrganisationId))
            .column((membership::Entity, M::OrganisationId))
            .column((membership::Entity, M::Source))
            .column((membership::Entity, M::Roles))
            .expr_as(reached, "reached")
            .from(user::Entity)
            .inner_join(membership::Entity, of_member)
            .and_where(Expr::col((user::Entity, U::AccountId)).eq(self.account().0))
            .and_where(Expr::col((user::Entity, U::Id)).eq(id.0))
            .order_by((membership::Entity, M::JoinedAt), Order::Asc)
            .order_by((membership::Entity, M::OrganisationId), Order::Asc)
            .to_owned();
        let rows: Vec<Row> = fetch::all(&self.connection, &select).await?;
        let home = rows.first().map(|row| row.home_organisation_id.into());
        let memberships = rows.iter().map(from_row).collect::<Result<_, _>>()?;
        Ok((home, memberships))
    }

    /// Of these organisations those that are in use and within a reach; none of them is archived until
    /// the unit ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn joinable(
        &self,
        among: &[OrganisationId],
        reach: &Reach,
    ) -> Result<Vec<OrganisationId>, DbError> {
        use organisation::Column as O;
        let within = self.within_reach(reach, among).await?;
        let select = Query::select()
            .column(O::Id)
            .from(organisation::Entity)
            .and_where(O::AccountId.eq(self.account().0))
            .and_where(O::Id.is_in(within.iter().map(|one| one.0)))
            .and_where(O::ArchivedAt.is_null())
            .lock(LockType::Share)
            .to_owned();
        let rows: Vec<Found> = fetch::all(&self.connection, &select).await?;
        Ok(rows.into_iter().map(|row| row.id.into()).collect())
    }

    /// Stores what differs, in at most one statement for each of what is kept, gone and home; holds of
    /// organisations that the person left end.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn store_memberships(
        &self,
        user: UserId,
        update: &MembershipUpdate,
    ) -> Result<(), DbError> {
        use membership::Column as M;
        let rows = update.kept.iter().map(|kept| self.row(user, kept));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let there = OnConflict::columns([M::AccountId, M::UserId, M::OrganisationId])
            .update_columns([M::Roles])
            .to_owned();
        self.connection.upsert_all(rows, &there).await?;
        if !update.gone.is_empty() {
            let gone = update.gone.iter().map(|one| one.0);
            membership::Entity::delete_many()
                .filter(M::AccountId.eq(self.account().0))
                .filter(M::UserId.eq(user.0))
                .filter(M::OrganisationId.is_in(gone))
                .exec(&self.connection)
                .await?;
            self.close_organisation_holds(user, &update.gone).await?;
        }
        if let Some(home) = update.home {
            user::Entity::update_many()
                .filter(user::Column::AccountId.eq(self.account().0))
                .filter(user::Column::Id.eq(user.0))
                .col_expr(user::Column::HomeOrganisationId, Expr::val(home.0))
                .exec(&self.connection)
                .await?;
        }
        Ok(())
    }

    /// Ends the holds that limit these organisations only. No status follows from them.
    async fn close_organisation_holds(
        &self,
        user: UserId,
        organisations: &[OrganisationId],
    ) -> Result<(), DbError> {
        let ids = organisations.iter().map(|one| one.0);
        self.closing(user)
            .filter(hold::Column::Scope.eq(HoldScope::Organisation.as_str()))
            .filter(hold::Column::OrganisationId.is_in(ids))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    fn row(&self, user: UserId, kept: &Membership) -> Result<membership::ActiveModel, DbError> {
        Ok(membership::ActiveModel {
            account_id: Set(self.account().0),
            user_id: Set(user.0),
            organisation_id: Set(kept.organisation.0),
            roles: Set(words(kept)?),
            parked_roles: Set("[]".to_owned()),
            rule_roles: Set("[]".to_owned()),
            source: Set(kept.source.to_string()),
            joined_at: Set(self.ctx().now),
        })
    }
}

fn from_row(row: &Row) -> Result<Membership, DbError> {
    let (administrator, roles) = roles_by_hand(&row.roles)?;
    let unknown = |_| DbError::Corrupt("memberships.source".to_owned());
    Ok(Membership {
        organisation: row.organisation_id.into(),
        source: row.source.parse().map_err(unknown)?,
        administrator,
        roles,
        reached: row.reached,
    })
}

/// The roles of a membership as a JSON array of words.
fn words(membership: &Membership) -> Result<String, DbError> {
    let administrator = membership
        .administrator
        .then_some(ORGANISATION_ADMINISTRATOR);
    let roles = membership.roles.iter().map(|role| role.as_str());
    let words: Vec<&str> = administrator.into_iter().chain(roles).collect();
    serde_json::to_string(&words)
        .map_err(|error| DbError::Corrupt(format!("memberships.roles: {error}")))
}

/// Whether a JSON array of words has that of an Organisation Administrator, and the others.
pub(super) fn roles_by_hand(text: &str) -> Result<(bool, Vec<FunctionalRole>), DbError> {
    let corrupt = || DbError::Corrupt("memberships.roles".to_owned());
    let mut words: Vec<String> = serde_json::from_str(text).map_err(|_| corrupt())?;
    let all = words.len();
    words.retain(|word| word != ORGANISATION_ADMINISTRATOR);
    let roles = words.iter().map(|word| word.parse());
    let roles: Result<Vec<_>, _> = roles.collect();
    Ok((words.len() < all, roles.map_err(|_| corrupt())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_survive_their_column() {
        let membership = Membership {
            organisation: OrganisationId(Uuid::from_u128(1)),
            source: MembershipSource::Local,
            administrator: true,
            roles: vec![FunctionalRole::Observer, FunctionalRole::Publisher],
            reached: true,
        };
        let text = words(&membership).unwrap();
        assert_eq!(
            text,
            r#"["organisation_administrator","observer","publisher"]"#
        );
        assert_eq!(roles_by_hand(&text).unwrap(), (true, membership.roles));
        assert_eq!(roles_by_hand("[]").unwrap(), (false, vec![]));
        assert!(roles_by_hand(r#"["boss"]"#).is_err());
    }
}
