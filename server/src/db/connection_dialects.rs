//! The dialect of a connection: its kind, and the switches that differ from it.

use scim_schema::{
    custom::{CustomAttribute, user_types},
    dialect::{ConnectionKind, Dialect},
    id::ConnectionId,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, FromQueryResult, QueryFilter,
    sea_query::{Expr, ExprTrait, LockType, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    dialect::custom_attributes_json, entity::idp_connection as connection, error::DbError, fetch,
    scope::AccountScope, unit::AccountTx,
};

#[derive(FromQueryResult)]
struct Row {
    kind: String,
    switches: String,
    custom: Option<String>,
}

impl AccountScope<'_> {
    /// The dialect of a connection; `None` when there is no such connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn connection_dialect(&self, id: ConnectionId) -> Result<Option<Dialect>, DbError> {
        let select = dialect_row(self.backend(), self.account.0, id);
        dialect_of(self.connection, &select).await
    }
}

impl AccountTx {
    /// The dialect of a connection, locked until the unit ends; `None` when there is no such
    /// connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_connection_dialect(
        &self,
        id: ConnectionId,
    ) -> Result<Option<Dialect>, DbError> {
        let mut select = dialect_row(self.backend(), self.account().0, id);
        select.lock(LockType::NoKeyUpdate);
        dialect_of(&self.connection, &select).await
    }

    /// Stores what differs from the kind and answers the connection's new version; `None` when
    /// there is no such connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn store_connection_dialect(
        &self,
        id: ConnectionId,
        dialect: &Dialect,
    ) -> Result<Option<i64>, DbError> {
        use connection::Column as C;
        let rows = connection::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .col_expr(C::Switches, Expr::val(switches_text(dialect)?))
            .col_expr(C::Version, Expr::col(C::Version).add(1))
            .exec_with_returning(&self.connection)
            .await?;
        Ok(rows.first().map(|row| row.version))
    }
}

fn dialect_row(backend: DatabaseBackend, account: Uuid, id: ConnectionId) -> SelectStatement {
    use connection::Column as C;
    Query::select()
        .columns([C::Kind, C::Switches])
        .expr_as(custom_attributes_json(backend), CUSTOM)
        .from(connection::Entity)
        .and_where(C::AccountId.eq(account))
        .and_where(C::Id.eq(id.0))
        .to_owned()
}

async fn dialect_of<C: ConnectionTrait>(
    connection: &C,
    select: &SelectStatement,
) -> Result<Option<Dialect>, DbError> {
    let row: Option<Row> = fetch::one(connection, select).await?;
    row.map(|row| stored_dialect(&row.kind, &row.switches, row.custom.as_deref()))
        .transpose()
}

/// Name of the column with the attributes that a connection exposes.
pub(super) const CUSTOM: &str = "custom";

/// The dialect that a stored kind, its switches and the attributes it exposes stand for; `custom`
/// is what [`custom_attributes_json`] selects.
pub(super) fn stored_dialect(
    kind: &str,
    switches: &str,
    custom: Option<&str>,
) -> Result<Dialect, DbError> {
    let switches = serde_json::from_str(switches)
        .map_err(|error| DbError::Corrupt(format!("idp_connections.switches: {error}")))?;
    let mut dialect = Dialect::with(parse_kind(kind)?, &switches);
    if let Some(text) = custom {
        let mut attributes: Vec<CustomAttribute> = serde_json::from_str(text)
            .map_err(|error| DbError::Corrupt(format!("connection_attributes: {error}")))?;
        attributes.sort_by_key(|attribute| attribute.number);
        dialect.custom = user_types(&attributes);
    }
    Ok(dialect)
}

/// What is stored of a dialect beside its kind: a JSON object of switches that differ from it.
pub(super) fn switches_text(dialect: &Dialect) -> Result<String, DbError> {
    serde_json::to_string(&dialect.switches())
        .map_err(|error| DbError::Corrupt(format!("idp_connections.switches: {error}")))
}

/// The kind that a stored word stands for.
pub(super) fn parse_kind(word: &str) -> Result<ConnectionKind, DbError> {
    ConnectionKind::parse(word)
        .ok_or_else(|| DbError::Corrupt(format!("idp_connections.kind: {word}")))
}

#[cfg(test)]
mod tests {
    use scim_schema::dialect::Switch;

    use super::*;

    #[test]
    fn only_what_differs_is_stored() {
        let mut dialect = Dialect::of(ConnectionKind::Entra);
        assert_eq!(switches_text(&dialect).unwrap(), "{}");
        dialect.set(Switch::GroupPatch200, Some(true));
        dialect.set(Switch::DottedKeys, Some(false));
        let text = switches_text(&dialect).unwrap();
        assert_eq!(text, r#"{"dotted_keys":false,"group_patch_200":true}"#);
        assert_eq!(stored_dialect("entra", &text, None).unwrap(), dialect);
        assert!(stored_dialect("entra", r#"{"fly":true}"#, None).is_err());
    }
}
