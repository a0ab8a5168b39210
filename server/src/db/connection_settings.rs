//! What an administrator decides about a connection beside its dialect and its mapping.

use scim_schema::id::ConnectionId;
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter,
    sea_query::{Expr, LockType, Query},
};
use serde::Serialize;

use super::{
    entity::idp_connection as connection, error::DbError, fetch, idp_connections::HIDDEN,
    unit::AccountTx,
};

/// The settings of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ConnectionSettings {
    /// Whether it takes over local users.
    pub adopt_existing: bool,
    /// After so many hours without a request there is an alert; never after 0.
    pub silence_hours: u16,
}

#[derive(FromQueryResult)]
struct Row {
    adopt_existing: bool,
    silence_hours: i32,
}

impl AccountTx {
    /// The settings of a connection, locked until the unit ends; `None` when there is no such
    /// connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_settings(
        &self,
        id: ConnectionId,
    ) -> Result<Option<ConnectionSettings>, DbError> {
        use connection::Column as C;
        let select = Query::select()
            .columns([C::AdoptExisting, C::SilenceHours])
            .from(connection::Entity)
            .and_where(C::AccountId.eq(self.account().0))
            .and_where(C::Id.eq(id.0))
            .and_where(C::Mode.ne(HIDDEN))
            .lock(LockType::NoKeyUpdate)
            .to_owned();
        let row: Option<Row> = fetch::one(&self.connection, &select).await?;
        Ok(row.map(|row| ConnectionSettings {
            adopt_existing: row.adopt_existing,
            silence_hours: u16::try_from(row.silence_hours).unwrap_or(0),
        }))
    }

    /// Stores the settings of a connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn store_settings(
        &self,
        id: ConnectionId,
        settings: ConnectionSettings,
    ) -> Result<(), DbError> {
        use connection::Column as C;
        let hours = i32::from(settings.silence_hours);
        connection::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .col_expr(C::AdoptExisting, Expr::val(settings.adopt_existing))
            .col_expr(C::SilenceHours, Expr::val(hours))
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}
