//! Memberships as the rules see them, and what is written of them.

use std::collections::{BTreeSet, HashMap};

use scim_schema::{
    id::{OrganisationId, UserId},
    mapping::{Held, MembershipSource, Placement},
    permission::FunctionalRole,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order,
    QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use uuid::Uuid;

use crate::db::{
    entity::{membership, user},
    error::DbError,
    fetch,
    unit::AccountTx,
};

/// What becomes of somebody's memberships.
#[derive(Clone, Debug)]
pub struct PlacementChange {
    /// The person.
    pub user: UserId,
    /// As it is stored.
    pub before: Placement,
    /// As it is to be.
    pub after: Placement,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    home_organisation_id: Uuid,
    organisation_id: Option<Uuid>,
    source: Option<String>,
    roles: Option<String>,
    rule_roles: Option<String>,
}

impl AccountTx {
    /// Where a person belongs; `None` when there is no such person.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn placement(&self, user: UserId) -> Result<Option<Placement>, DbError> {
        let mut found = placements(&self.connection, self.account().0, &[user.0]).await?;
        Ok(found.remove(&user.0))
    }

    /// Stores what differs, in one statement each for what comes or changes and for what goes, and
    /// one for each new home organisation.
    ///
    /// # Errors
    /// [`DbError::Reference`] for an organisation that is none, and those of the database.
    pub async fn store_placements(&self, changes: &[PlacementChange]) -> Result<(), DbError> {
        self.upsert_memberships(changes).await?;
        self.delete_memberships(changes).await?;
        let mut moving: HashMap<OrganisationId, Vec<UserId>> = HashMap::new();
        for change in changes {
            if change.before.home != change.after.home {
                moving
                    .entry(change.after.home)
                    .or_default()
                    .push(change.user);
            }
        }
        for (home, users) in moving {
            user::Entity::update_many()
                .filter(user::Column::AccountId.eq(self.account().0))
                .filter(user::Column::Id.is_in(users.iter().map(|user| user.0)))
                .col_expr(user::Column::HomeOrganisationId, Expr::val(home.0))
                .exec(&self.connection)
                .await?;
        }
        Ok(())
    }

    async fn upsert_memberships(&self, changes: &[PlacementChange]) -> Result<(), DbError> {
        use membership::Column as M;
        let mut rows = Vec::new();
        for change in changes {
            for held in &change.after.memberships {
                if change.before.of(held.organisation) != Some(held) {
                    rows.push(self.membership_row(change.user, held)?);
                }
            }
        }
        let there = OnConflict::columns([M::AccountId, M::UserId, M::OrganisationId])
            .update_columns([M::Source, M::RuleRoles])
            .to_owned();
        Ok(self.connection.upsert_all(rows, &there).await?)
    }

    fn membership_row(
        &self,
        user: UserId,
        held: &Held,
    ) -> Result<membership::ActiveModel, DbError> {
        let rule_roles = serde_json::to_string(&held.rule_roles)
            .map_err(|error| DbError::Corrupt(format!("memberships.rule_roles: {error}")))?;
        Ok(membership::ActiveModel {
            account_id: Set(self.account().0),
            user_id: Set(user.0),
            organisation_id: Set(held.organisation.0),
            roles: Set("[]".to_owned()),
            parked_roles: Set("[]".to_owned()),
            rule_roles: Set(rule_roles),
            source: Set(held.source.to_string()),
            joined_at: Set(self.ctx().now),
        })
    }

    async fn delete_memberships(&self, changes: &[PlacementChange]) -> Result<(), DbError> {
        use membership::Column as M;
        let mut gone = Condition::any();
        for change in changes {
            let left = change.before.memberships.iter().filter_map(|held| {
                let stays = change.after.of(held.organisation).is_some();
                (!stays).then_some(held.organisation.0)
            });
            let left: Vec<Uuid> = left.collect();
            if !left.is_empty() {
                let of_person = M::UserId.eq(change.user.0);
                gone = gone.add(of_person.and(M::OrganisationId.is_in(left)));
            }
        }
        if gone.is_empty() {
            return Ok(());
        }
        membership::Entity::delete_many()
            .filter(M::AccountId.eq(self.account().0))
            .filter(gone)
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}

/// Where people belong, by person, each organisation in the order of joining.
pub(super) async fn placements<C: ConnectionTrait>(
    connection: &C,
    account: Uuid,
    users: &[Uuid],
) -> Result<HashMap<Uuid, Placement>, DbError> {
    use membership::Column as M;
    use user::Column as U;
    let mut select = Query::select();
    for column in [U::Id, U::HomeOrganisationId] {
        select.column((user::Entity, column));
    }
    for column in [M::OrganisationId, M::Source, M::Roles, M::RuleRoles] {
        select.column((membership::Entity, column));
    }
    let select = select
        .from(user::Entity)
        .join(
            JoinType::LeftJoin,
            membership::Entity,
            Expr::col((membership::Entity, M::AccountId))
                .equals((user::Entity, U::AccountId))
                .and(Expr::col((membership::Entity, M::UserId)).equals((user::Entity, U::Id))),
        )
        .and_where(Expr::col((user::Entity, U::AccountId)).eq(account))
        .and_where(Expr::col((user::Entity, U::Id)).is_in(users.iter().copied()))
        .order_by((membership::Entity, M::JoinedAt), Order::Asc)
        .order_by((membership::Entity, M::OrganisationId), Order::Asc)
        .to_owned();
    let rows: Vec<Row> = fetch::all(connection, &select).await?;
    let mut found: HashMap<Uuid, Placement> = HashMap::with_capacity(users.len());
    for row in rows {
        let home = OrganisationId(row.home_organisation_id);
        let placement = found
            .entry(row.id)
            .or_insert_with(|| Placement::nowhere(home));
        placement.memberships.extend(held(row)?);
    }
    Ok(found)
}

fn held(row: Row) -> Result<Option<Held>, DbError> {
    let corrupt = |column: &str| DbError::Corrupt(format!("memberships.{column}"));
    let (Some(organisation), Some(source)) = (row.organisation_id, row.source) else {
        return Ok(None);
    };
    let source: MembershipSource = source.parse().map_err(|_| corrupt("source"))?;
    Ok(Some(Held {
        organisation: organisation.into(),
        source,
        has_own_roles: row.roles.is_some_and(|roles| roles != "[]"),
        rule_roles: rule_roles(row.rule_roles.as_deref())?,
    }))
}

fn rule_roles(text: Option<&str>) -> Result<BTreeSet<FunctionalRole>, DbError> {
    serde_json::from_str(text.unwrap_or("[]"))
        .map_err(|error| DbError::Corrupt(format!("memberships.rule_roles: {error}")))
}
