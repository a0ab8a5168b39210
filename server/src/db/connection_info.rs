//! A connection as the verbs of SCIM need it, without a token.

use std::sync::Arc;

use scim_schema::id::ConnectionId;
use sea_orm::{ColumnTrait, FromQueryResult, sea_query::Query};
use uuid::Uuid;

use super::{
    connection_dialects::{CUSTOM, stored_dialect},
    dialect::custom_attributes_json,
    entity::idp_connection as connection,
    error::DbError,
    fetch,
    mapping::stored_rules,
    scim_tokens::ConnectionInfo,
    scope::AccountScope,
    shadow::parse_mode,
};

#[derive(FromQueryResult)]
struct Row {
    name: String,
    kind: String,
    switches: String,
    default_organisation_id: Uuid,
    adopt_existing: bool,
    mapping_rules: String,
    mode: String,
    custom: Option<String>,
}

impl AccountScope<'_> {
    /// One connection; `None` when the account has none with this id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn connection_info(
        &self,
        id: ConnectionId,
    ) -> Result<Option<ConnectionInfo>, DbError> {
        use connection::Column as C;
        let select = Query::select()
            .columns([
                C::Name,
                C::Kind,
                C::Switches,
                C::DefaultOrganisationId,
                C::AdoptExisting,
                C::MappingRules,
                C::Mode,
            ])
            .expr_as(custom_attributes_json(self.backend()), CUSTOM)
            .from(connection::Entity)
            .and_where(C::AccountId.eq(self.account.0))
            .and_where(C::Id.eq(id.0))
            .to_owned();
        let row: Option<Row> = fetch::one(self.connection, &select).await?;
        row.map(|row| {
            let dialect = stored_dialect(&row.kind, &row.switches, row.custom.as_deref())?;
            Ok(ConnectionInfo {
                id,
                name: row.name,
                rules: Arc::new(stored_rules(&row.mapping_rules, &dialect)?),
                dialect,
                default_organisation: row.default_organisation_id.into(),
                adopt_existing: row.adopt_existing,
                mode: parse_mode(&row.mode)?,
            })
        })
        .transpose()
    }
}
