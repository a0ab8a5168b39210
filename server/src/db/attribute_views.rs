//! Attributes of an account as the console shows them: with the people who have a value, and with the
//! connections that expose them.

use std::collections::HashMap;

use scim_schema::{
    api::attributes::{AttributeDefinition, ExposedAttribute, Exposure},
    id::{AttributeDefinitionId, ConnectionId},
    text::fold,
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{
    custom_attributes::{parse_type, stored},
    entity::{
        attribute_definition as definition, connection_attribute as exposure,
        idp_connection as connection, user_attribute_value as value,
    },
    error::DbError,
    fetch::{self, unsigned},
    scope::AccountScope,
};

#[derive(FromQueryResult)]
struct PeopleRow {
    attribute_id: i16,
    people: i64,
}

#[derive(FromQueryResult)]
struct ExposureRow {
    definition_id: Uuid,
    connection_id: Uuid,
    connection_name: String,
    urn: String,
    name: String,
}

#[derive(FromQueryResult)]
struct ExposedRow {
    definition_id: Uuid,
    defined_name: String,
    urn: String,
    name: String,
    value_type: String,
    multi_valued: bool,
}

impl AccountScope<'_> {
    /// Every definition by name, or the one of `only`, with the people who have a value, in three
    /// statements.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn attribute_definitions(
        &self,
        only: Option<AttributeDefinitionId>,
    ) -> Result<Vec<AttributeDefinition>, DbError> {
        use definition::Column as D;
        let mut select = definition::Entity::find()
            .filter(D::AccountId.eq(self.account.0))
            .filter(D::DeletedAt.is_null())
            .order_by_asc(D::NameFolded);
        if let Some(id) = only {
            select = select.filter(D::Id.eq(id.0));
        }
        let rows = select.all(self.connection).await?;
        let mut exposed = self.exposures_by_definition().await?;
        let numbers: Vec<i16> = rows.iter().map(|row| row.number).collect();
        let people = self.people_with(&numbers).await?;
        rows.into_iter()
            .map(|row| {
                let people = people.get(&row.number).copied().unwrap_or_default();
                let exposed = exposed.remove(&row.id).unwrap_or_default();
                let stored = stored(row)?;
                Ok(AttributeDefinition {
                    id: stored.id,
                    name: stored.name,
                    attr_type: stored.attr_type,
                    multi_valued: stored.multi_valued,
                    case_exact: stored.case_exact,
                    returned: stored.returned,
                    description: stored.description,
                    created_at: stored.created_at,
                    people,
                    exposed,
                })
            })
            .collect()
    }

    async fn exposures_by_definition(&self) -> Result<HashMap<Uuid, Vec<Exposure>>, DbError> {
        use exposure::Column as E;
        let mut select = Query::select();
        for column in [E::DefinitionId, E::ConnectionId, E::Urn, E::Name] {
            select.column((exposure::Entity, column));
        }
        let name = Expr::col((connection::Entity, connection::Column::Name));
        let select = select
            .expr_as(name, "connection_name")
            .from(exposure::Entity)
            .inner_join(
                connection::Entity,
                Expr::col((connection::Entity, connection::Column::AccountId))
                    .equals((exposure::Entity, E::AccountId))
                    .and(
                        Expr::col((connection::Entity, connection::Column::Id))
                            .equals((exposure::Entity, E::ConnectionId)),
                    ),
            )
            .and_where(Expr::col((exposure::Entity, E::AccountId)).eq(self.account.0))
            .order_by(
                (connection::Entity, connection::Column::NameFolded),
                Order::Asc,
            )
            .to_owned();
        let rows: Vec<ExposureRow> = fetch::all(self.connection, &select).await?;
        let mut exposed: HashMap<Uuid, Vec<Exposure>> = HashMap::new();
        for row in rows {
            exposed
                .entry(row.definition_id)
                .or_default()
                .push(Exposure {
                    connection: row.connection_id.into(),
                    connection_name: row.connection_name,
                    urn: row.urn,
                    name: row.name,
                });
        }
        Ok(exposed)
    }

    /// How many people have a value, by number of the attribute.
    async fn people_with(&self, numbers: &[i16]) -> Result<HashMap<i16, u64>, DbError> {
        use value::Column as V;
        if numbers.is_empty() {
            return Ok(HashMap::new());
        }
        // Every list begins with the value at 0, so each person counts once.
        let select = Query::select()
            .column(V::AttributeId)
            .expr_as(Expr::cust("COUNT(*)"), "people")
            .from(value::Entity)
            .and_where(V::AccountId.eq(self.account.0))
            .and_where(V::AttributeId.is_in(numbers.iter().copied()))
            .and_where(V::Ordinal.eq(0))
            .and_where(V::Present.eq(true))
            .group_by_col(V::AttributeId)
            .to_owned();
        let rows: Vec<PeopleRow> = fetch::all(self.connection, &select).await?;
        let counted = rows.into_iter();
        Ok(counted
            .map(|row| (row.attribute_id, unsigned(row.people)))
            .collect())
    }

    /// What a connection exposes, by URN and name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn exposed_attributes(
        &self,
        id: ConnectionId,
    ) -> Result<Vec<ExposedAttribute>, DbError> {
        use definition::Column as D;
        use exposure::Column as E;
        let mut select = Query::select();
        for column in [E::DefinitionId, E::Urn, E::Name] {
            select.column((exposure::Entity, column));
        }
        for column in [D::ValueType, D::MultiValued] {
            select.column((definition::Entity, column));
        }
        let select = select
            .expr_as(Expr::col((definition::Entity, D::Name)), "defined_name")
            .from(exposure::Entity)
            .inner_join(
                definition::Entity,
                Expr::col((definition::Entity, D::AccountId))
                    .equals((exposure::Entity, E::AccountId))
                    .and(
                        Expr::col((definition::Entity, D::Id))
                            .equals((exposure::Entity, E::DefinitionId)),
                    ),
            )
            .and_where(Expr::col((exposure::Entity, E::AccountId)).eq(self.account.0))
            .and_where(Expr::col((exposure::Entity, E::ConnectionId)).eq(id.0))
            .to_owned();
        let rows: Vec<ExposedRow> = fetch::all(self.connection, &select).await?;
        let mut exposed = rows
            .into_iter()
            .map(|row| {
                Ok(ExposedAttribute {
                    definition: row.definition_id.into(),
                    defined_name: row.defined_name,
                    urn: row.urn,
                    name: row.name,
                    attr_type: parse_type(&row.value_type)?,
                    multi_valued: row.multi_valued,
                })
            })
            .collect::<Result<Vec<_>, DbError>>()?;
        exposed.sort_by_cached_key(|it| (fold(&it.urn), fold(&it.name)));
        Ok(exposed)
    }
}
