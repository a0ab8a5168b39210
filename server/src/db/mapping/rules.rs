//! The rules of a connection as they are stored: JSON beside the connection, because every request
//! of its provider needs them, and the organisations that they name in a table of their own.

use scim_schema::{
    dialect::Dialect,
    id::{ConnectionId, OrganisationId},
    mapping::{Rule, RuleSet},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, FromQueryResult, Order,
    QueryFilter,
    sea_query::{Expr, ExprTrait, LockType, Query, SelectStatement},
};
use uuid::Uuid;

use crate::db::{
    connection_dialects::{CUSTOM, stored_dialect},
    dialect::custom_attributes_json,
    entity::{idp_connection as connection, mapping_organisation},
    error::DbError,
    fetch,
    scope::AccountScope,
    unit::AccountTx,
};

/// Connections that are named when one of them is in the way.
const CONNECTIONS_NAMED: u64 = 3;

/// The mapping of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMapping {
    /// Rises with every change.
    pub version: i64,
    /// Name of the connection.
    pub connection_name: String,
    /// How its conditions are read.
    pub dialect: Dialect,
    /// Where people belong whom no rule places.
    pub default_organisation: OrganisationId,
    /// The rules, ready or suspended.
    pub rules: RuleSet,
}

#[derive(FromQueryResult)]
struct Row {
    name: String,
    kind: String,
    switches: String,
    default_organisation_id: Uuid,
    mapping_rules: String,
    mapping_version: i64,
    custom: Option<String>,
}

impl AccountScope<'_> {
    /// The mapping of a connection; `None` when there is no such connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mapping(&self, id: ConnectionId) -> Result<Option<StoredMapping>, DbError> {
        mapping_of(self.connection, &row(self.backend(), self.account.0, id)).await
    }
}

#[derive(FromQueryResult)]
struct Named {
    name: String,
}

impl AccountTx {
    /// Names of connections whose mapping puts people into an organisation, the first of them by name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn connections_placing(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<String>, DbError> {
        use connection::Column as C;
        use mapping_organisation::Column as O;
        let by_rule = Query::select()
            .column(O::ConnectionId)
            .from(mapping_organisation::Entity)
            .and_where(O::AccountId.eq(self.account().0))
            .and_where(O::OrganisationId.eq(organisation.0))
            .to_owned();
        let by_default = C::DefaultOrganisationId.eq(organisation.0);
        let select = Query::select()
            .column(C::Name)
            .from(connection::Entity)
            .and_where(C::AccountId.eq(self.account().0))
            .and_where(by_default.or(C::Id.in_subquery(by_rule)))
            .order_by(C::Name, Order::Asc)
            .limit(CONNECTIONS_NAMED)
            .to_owned();
        let rows: Vec<Named> = fetch::all(&self.connection, &select).await?;
        Ok(rows.into_iter().map(|row| row.name).collect())
    }

    /// The mapping of a connection, locked until the unit ends; `None` when there is no such
    /// connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_mapping(&self, id: ConnectionId) -> Result<Option<StoredMapping>, DbError> {
        let mut select = row(self.backend(), self.account().0, id);
        select.lock(LockType::NoKeyUpdate);
        mapping_of(&self.connection, &select).await
    }

    /// Stores the mapping of a connection and answers the versions of connection and mapping;
    /// `None` when there is no such connection.
    ///
    /// # Errors
    /// [`DbError::Reference`] when an organisation is not of the account, and those of the database.
    pub async fn store_mapping(
        &self,
        id: ConnectionId,
        default: OrganisationId,
        rules: &[Rule],
    ) -> Result<Option<(i64, i64)>, DbError> {
        use connection::Column as C;
        let text = serde_json::to_string(rules)
            .map_err(|error| DbError::Corrupt(format!("idp_connections.mapping_rules: {error}")))?;
        let rows = connection::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .col_expr(C::DefaultOrganisationId, Expr::val(default.0))
            .col_expr(C::MappingRules, Expr::val(text))
            .col_expr(C::MappingVersion, Expr::col(C::MappingVersion).add(1))
            .col_expr(C::Version, Expr::col(C::Version).add(1))
            .exec_with_returning(&self.connection)
            .await?;
        self.name_organisations(id, rules).await?;
        Ok(rows.first().map(|row| (row.version, row.mapping_version)))
    }

    async fn name_organisations(&self, id: ConnectionId, rules: &[Rule]) -> Result<(), DbError> {
        use mapping_organisation::Column as O;
        mapping_organisation::Entity::delete_many()
            .filter(O::AccountId.eq(self.account().0))
            .filter(O::ConnectionId.eq(id.0))
            .exec(&self.connection)
            .await?;
        let mut named: Vec<OrganisationId> = rules
            .iter()
            .flat_map(|rule| rule.organisations.iter().copied())
            .collect();
        named.sort_unstable();
        named.dedup();
        if named.is_empty() {
            return Ok(());
        }
        let rows = named
            .into_iter()
            .map(|organisation| mapping_organisation::ActiveModel {
                account_id: Set(self.account().0),
                connection_id: Set(id.0),
                organisation_id: Set(organisation.0),
            });
        mapping_organisation::Entity::insert_many(rows)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }
}

fn row(backend: DatabaseBackend, account: Uuid, id: ConnectionId) -> SelectStatement {
    use connection::Column as C;
    Query::select()
        .columns([
            C::Name,
            C::Kind,
            C::Switches,
            C::DefaultOrganisationId,
            C::MappingRules,
            C::MappingVersion,
        ])
        .expr_as(custom_attributes_json(backend), CUSTOM)
        .from(connection::Entity)
        .and_where(C::AccountId.eq(account))
        .and_where(C::Id.eq(id.0))
        .to_owned()
}

async fn mapping_of<C: ConnectionTrait>(
    connection: &C,
    select: &SelectStatement,
) -> Result<Option<StoredMapping>, DbError> {
    let row: Option<Row> = fetch::one(connection, select).await?;
    row.map(|row| {
        let dialect = stored_dialect(&row.kind, &row.switches, row.custom.as_deref())?;
        Ok(StoredMapping {
            version: row.mapping_version,
            connection_name: row.name,
            default_organisation: row.default_organisation_id.into(),
            rules: stored_rules(&row.mapping_rules, &dialect)?,
            dialect,
        })
    })
    .transpose()
}

/// The rules that a stored text stands for.
pub(in crate::db) fn stored_rules(text: &str, dialect: &Dialect) -> Result<RuleSet, DbError> {
    let rules: Vec<Rule> = serde_json::from_str(text)
        .map_err(|error| DbError::Corrupt(format!("idp_connections.mapping_rules: {error}")))?;
    Ok(RuleSet::stored(rules, dialect))
}
