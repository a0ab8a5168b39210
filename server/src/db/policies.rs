//! What organisations decided, and what somebody's organisations hand down.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::{policies::Decider, users::Actor},
    id::{OrganisationId, UserId},
    policy::{Layer, Policy, Setting, Settings, Value},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{
        CommonTableExpression, Expr, ExprTrait, LockType, Query, SelectStatement, UnionType,
        WithClause,
    },
};
use uuid::Uuid;

use super::{
    entity::{membership, organisation, policy, user},
    error::DbError,
    scope::AccountScope,
    unit::AccountTx,
};
use crate::ctx::{actor_columns, actor_from_columns};

/// Name of the recursive table, and of its columns.
const LINE: &str = "line";
const START: &str = "start_id";
const NODE: &str = "id";
const ABOVE: &str = "parent_id";
const NAME: &str = "name";
const LEVEL: &str = "level";
/// No tree is that deep; a circle, which cannot be stored, would end here.
const DEEPEST: i32 = 64;

/// An organisation on the way from the root to another one, with what it decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ancestor {
    /// Its name.
    pub name: String,
    /// Version of what it decided; 0 when that is nothing.
    pub version: i64,
    /// What it decided.
    pub layer: Layer,
}

/// One version of what an organisation decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Counted from 1.
    pub version: i64,
    /// What held from then on.
    pub settings: Settings,
    /// What nobody could go under from then on.
    pub floors: Settings,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// By whom.
    pub changed_by: Actor,
}

impl AccountScope<'_> {
    /// The organisations from the root down to this one; empty when the account has no such one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn policy_line(&self, of: OrganisationId) -> Result<Vec<Ancestor>, DbError> {
        let account = self.account.0;
        line(self.connection, account, one_organisation(account, of)).await
    }

    /// What holds in an organisation.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn policy(&self, of: OrganisationId) -> Result<Policy, DbError> {
        Ok(policy_of(self.policy_line(of).await?))
    }

    /// The root of the account, and by name the organisations below it that decided something, at
    /// most `limit`; `None` for an account without a root.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn policy_deciders(
        &self,
        limit: u64,
    ) -> Result<Option<(OrganisationId, Vec<Decider>)>, DbError> {
        use organisation::Column as O;
        use policy::Column as P;
        let decided = Query::select()
            .column(P::OrganisationId)
            .from(policy::Entity)
            .and_where(P::AccountId.eq(self.account.0))
            .and_where(P::SupersededAt.is_null())
            .and_where(P::Settings.ne("{}").or(P::Floors.ne("{}")))
            .to_owned();
        let own = || organisation::Entity::find().filter(O::AccountId.eq(self.account.0));
        let root = own()
            .filter(O::ParentId.is_null())
            .one(self.connection)
            .await?;
        let deciders = own()
            .filter(O::ParentId.is_not_null())
            .filter(O::Id.in_subquery(decided))
            .order_by_asc(O::Name)
            .order_by_asc(O::Id)
            .limit(limit)
            .all(self.connection)
            .await?;
        let decider = |row: organisation::Model| Decider {
            id: row.id.into(),
            name: row.name,
        };
        Ok(root.map(|root| (root.id.into(), deciders.into_iter().map(decider).collect())))
    }

    /// The policies of all organisations that a person is a member of.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn policies_of_memberships(&self, user: UserId) -> Result<Vec<Policy>, DbError> {
        of_memberships(self.connection, self.account.0, user).await
    }

    /// What holds for a person: the policy of their home organisation.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn policy_of_person(&self, user: UserId) -> Result<Policy, DbError> {
        of_home(self.connection, self.account.0, user).await
    }

    /// The versions of what an organisation decided, newest first, at most `limit`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn policy_versions(
        &self,
        of: OrganisationId,
        limit: u64,
    ) -> Result<Vec<PolicyVersion>, DbError> {
        let rows = policy::Entity::find()
            .filter(policy::Column::AccountId.eq(self.account.0))
            .filter(policy::Column::OrganisationId.eq(of.0))
            .order_by_desc(policy::Column::Version)
            .limit(limit)
            .all(self.connection)
            .await?;
        rows.into_iter().map(version).collect()
    }
}

impl AccountTx {
    /// As [`AccountScope::policy_line`]; nobody else changes what the organisation decided until the
    /// unit ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_policy_line(&self, of: OrganisationId) -> Result<Vec<Ancestor>, DbError> {
        let account = self.account().0;
        organisation::Entity::find()
            .filter(organisation::Column::AccountId.eq(account))
            .filter(organisation::Column::Id.eq(of.0))
            .lock(LockType::NoKeyUpdate)
            .one(&self.connection)
            .await?;
        line(&self.connection, account, one_organisation(account, of)).await
    }

    /// What holds for a person: the policy of their home organisation.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn policy_of_person(&self, user: UserId) -> Result<Policy, DbError> {
        of_home(&self.connection, self.account().0, user).await
    }

    /// The policies of all organisations that a person is a member of.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn policies_of_memberships(&self, user: UserId) -> Result<Vec<Policy>, DbError> {
        of_memberships(&self.connection, self.account().0, user).await
    }

    /// Stores the next version of what an organisation decided.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_policy(&self, decided: &Layer, version: i64) -> Result<(), DbError> {
        use policy::Column as P;
        let account = self.account().0;
        policy::Entity::update_many()
            .filter(P::AccountId.eq(account))
            .filter(P::OrganisationId.eq(decided.organisation.0))
            .filter(P::SupersededAt.is_null())
            .col_expr(P::SupersededAt, Expr::val(self.ctx().now))
            .exec(&self.connection)
            .await?;
        let (kind, id, name) = actor_columns(&self.ctx().actor);
        let row = policy::ActiveModel {
            account_id: Set(account),
            organisation_id: Set(decided.organisation.0),
            version: Set(version),
            settings: Set(written(&decided.values)?),
            floors: Set(written(&decided.floors)?),
            changed_at: Set(self.ctx().now),
            changed_by_kind: Set(kind.to_owned()),
            changed_by_id: Set(id),
            changed_by_name: Set(name),
            superseded_at: Set(None),
        };
        policy::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }
}

/// Organisations to begin with, in the columns of the recursive table.
fn organisations(account: Uuid, which: Expr) -> SelectStatement {
    use organisation::Column as O;
    Query::select()
        .columns([O::Id, O::Id, O::ParentId, O::Name].map(|column| (organisation::Entity, column)))
        .expr(Expr::cust("0"))
        .from(organisation::Entity)
        .and_where(Expr::col((organisation::Entity, O::AccountId)).eq(account))
        .and_where(which)
        .to_owned()
}

fn one_organisation(account: Uuid, id: OrganisationId) -> SelectStatement {
    organisations(account, Expr::col(organisation::Column::Id).eq(id.0))
}

async fn of_home<C: ConnectionTrait>(
    connection: &C,
    account: Uuid,
    user: UserId,
) -> Result<Policy, DbError> {
    let home = Query::select()
        .column(user::Column::HomeOrganisationId)
        .from(user::Entity)
        .and_where(user::Column::AccountId.eq(account))
        .and_where(user::Column::Id.eq(user.0))
        .to_owned();
    let start = organisations(
        account,
        Expr::col(organisation::Column::Id).in_subquery(home),
    );
    Ok(policy_of(line(connection, account, start).await?))
}

async fn of_memberships<C: ConnectionTrait>(
    connection: &C,
    account: Uuid,
    user: UserId,
) -> Result<Vec<Policy>, DbError> {
    use membership::Column as M;
    let memberships = Query::select()
        .column(M::OrganisationId)
        .from(membership::Entity)
        .and_where(M::AccountId.eq(account))
        .and_where(M::UserId.eq(user.0))
        .to_owned();
    let start = organisations(
        account,
        Expr::col(organisation::Column::Id).in_subquery(memberships),
    );
    let lines = lines(connection, account, start).await?;
    Ok(lines.into_values().map(policy_of).collect())
}

fn policy_of(line: Vec<Ancestor>) -> Policy {
    let layers: Vec<Layer> = line.into_iter().map(|ancestor| ancestor.layer).collect();
    Policy::of(&layers)
}

async fn line<C: ConnectionTrait>(
    connection: &C,
    account: Uuid,
    start: SelectStatement,
) -> Result<Vec<Ancestor>, DbError> {
    let lines = lines(connection, account, start).await?;
    Ok(lines.into_values().next().unwrap_or_default())
}

#[derive(FromQueryResult)]
struct Step {
    start_id: Uuid,
    id: Uuid,
    name: String,
    version: Option<i64>,
    settings: Option<String>,
    floors: Option<String>,
}

/// From each organisation of `start` up to the root, in one statement; answered from the root
/// downwards.
async fn lines<C: ConnectionTrait>(
    connection: &C,
    account: Uuid,
    mut start: SelectStatement,
) -> Result<BTreeMap<Uuid, Vec<Ancestor>>, DbError> {
    use organisation::Column as O;
    use policy::Column as P;
    let above = Query::select()
        .column((LINE, START))
        .columns([O::Id, O::ParentId, O::Name].map(|column| (organisation::Entity, column)))
        .expr(Expr::col((LINE, LEVEL)).add(1))
        .from(LINE)
        .inner_join(
            organisation::Entity,
            Expr::col((organisation::Entity, O::Id)).equals((LINE, ABOVE)),
        )
        .and_where(Expr::col((organisation::Entity, O::AccountId)).eq(account))
        .and_where(Expr::col((LINE, LEVEL)).lt(DEEPEST))
        .to_owned();
    let table = CommonTableExpression::new()
        .table_name(LINE)
        .columns([START, NODE, ABOVE, NAME, LEVEL])
        .query(start.union(UnionType::All, above).to_owned())
        .to_owned();
    let current = Expr::col((policy::Entity, P::AccountId))
        .eq(account)
        .and(Expr::col((policy::Entity, P::OrganisationId)).equals((LINE, NODE)))
        .and(Expr::col((policy::Entity, P::SupersededAt)).is_null());
    let found = Query::select()
        .columns([START, NODE, NAME].map(|column| (LINE, column)))
        .columns([P::Version, P::Settings, P::Floors].map(|column| (policy::Entity, column)))
        .from(LINE)
        .join(JoinType::LeftJoin, policy::Entity, current)
        .order_by((LINE, START), Order::Asc)
        .order_by((LINE, LEVEL), Order::Desc)
        .to_owned();
    let with = WithClause::new().recursive(true).cte(table).to_owned();
    let rows = connection.query_all(&found.with(with)).await?;
    let mut lines: BTreeMap<Uuid, Vec<Ancestor>> = BTreeMap::new();
    for row in rows {
        let step = Step::from_query_result(&row, "")?;
        lines
            .entry(step.start_id)
            .or_default()
            .push(ancestor(step)?);
    }
    Ok(lines)
}

fn ancestor(step: Step) -> Result<Ancestor, DbError> {
    let read_some = |text: Option<String>| text.map_or(Ok(Settings::new()), |text| read(&text));
    Ok(Ancestor {
        name: step.name,
        version: step.version.unwrap_or(0),
        layer: Layer {
            organisation: step.id.into(),
            values: read_some(step.settings)?,
            floors: read_some(step.floors)?,
        },
    })
}

fn version(row: policy::Model) -> Result<PolicyVersion, DbError> {
    Ok(PolicyVersion {
        version: row.version,
        settings: read(&row.settings)?,
        floors: read(&row.floors)?,
        changed_at: row.changed_at,
        changed_by: actor_from_columns(
            &row.changed_by_kind,
            row.changed_by_id,
            row.changed_by_name,
        ),
    })
}

fn written(settings: &Settings) -> Result<String, DbError> {
    serde_json::to_string(settings).map_err(|error| corrupt(&error))
}

/// A setting that another version of the program knows is passed over.
fn read(text: &str) -> Result<Settings, DbError> {
    let stored: BTreeMap<String, Value> =
        serde_json::from_str(text).map_err(|error| corrupt(&error))?;
    let known = stored.into_iter().filter_map(|(word, value)| {
        let setting: Setting = word.parse().ok()?;
        Some((setting, value))
    });
    Ok(known.collect())
}

fn corrupt(error: &serde_json::Error) -> DbError {
    DbError::Corrupt(format!("policies: {error}"))
}
