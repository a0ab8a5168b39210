//! Attributes that an account defines, and which of them its connections expose.

use chrono::{DateTime, Utc};
use scim_schema::{
    attr::AttrId,
    custom::{ReturnedWhen, SimpleType},
    id::{AttributeDefinitionId, ConnectionId},
    text::fold,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType, OnConflict},
};

use super::{
    entity::{account, attribute_definition as definition, connection_attribute as exposure},
    error::DbError,
    unit::AccountTx,
};

/// An attribute that an account defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDefinition {
    /// Its id.
    pub id: AttributeDefinitionId,
    /// The number of its values, unique in the account for ever.
    pub number: i16,
    /// Name for people.
    pub name: String,
    /// Type of its values.
    pub attr_type: SimpleType,
    /// Whether it holds a list of values.
    pub multi_valued: bool,
    /// Whether comparisons respect case.
    pub case_exact: bool,
    /// When SCIM answers have it.
    pub returned: ReturnedWhen,
    /// What it means.
    pub description: String,
    /// When it was defined.
    pub created_at: DateTime<Utc>,
}

/// Where a connection exposes an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredExposure {
    /// Which connection.
    pub connection: ConnectionId,
    /// Which attribute.
    pub definition: AttributeDefinitionId,
    /// The URN of the extension.
    pub urn: String,
    /// The name in it.
    pub name: String,
}

impl AccountTx {
    /// The definitions of the account, locked: no other unit defines or deletes one meanwhile.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_definitions(&self) -> Result<Vec<StoredDefinition>, DbError> {
        use definition::Column as D;
        account::Entity::find()
            .filter(account::Column::Id.eq(self.account().0))
            .lock(LockType::NoKeyUpdate)
            .one(&self.connection)
            .await?;
        let rows = definition::Entity::find()
            .filter(D::AccountId.eq(self.account().0))
            .filter(D::DeletedAt.is_null())
            .all(&self.connection)
            .await?;
        rows.into_iter().map(stored).collect()
    }

    /// The next number for a definition; numbers of deleted ones are never given again. `None` when
    /// the account has used all.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn next_definition_number(&self) -> Result<Option<i16>, DbError> {
        let last = definition::Entity::find()
            .filter(definition::Column::AccountId.eq(self.account().0))
            .order_by_desc(definition::Column::Number)
            .one(&self.connection)
            .await?;
        Ok(match last {
            Some(last) => last.number.checked_add(1),
            None => Some(AttrId::FIRST_CUSTOM),
        })
    }

    /// Inserts a definition.
    ///
    /// # Errors
    /// [`DbError::Unique`] with `AttributeName`, and those of the database.
    pub async fn insert_definition(&self, new: &StoredDefinition) -> Result<(), DbError> {
        let row = definition::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(new.id.0),
            number: Set(new.number),
            name: Set(new.name.clone()),
            name_folded: Set(fold(&new.name)),
            value_type: Set(new.attr_type.as_str().to_owned()),
            multi_valued: Set(new.multi_valued),
            case_exact: Set(new.case_exact),
            returned: Set(new.returned.as_str().to_owned()),
            description: Set(new.description.clone()),
            created_at: Set(new.created_at),
            deleted_at: Set(None),
        };
        definition::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// Stores what may change of a definition: name, description and when it is returned.
    ///
    /// # Errors
    /// [`DbError::Unique`] with `AttributeName`, and those of the database.
    pub async fn update_definition(&self, changed: &StoredDefinition) -> Result<(), DbError> {
        use definition::Column as D;
        definition::Entity::update_many()
            .filter(D::AccountId.eq(self.account().0))
            .filter(D::Id.eq(changed.id.0))
            .col_expr(D::Name, Expr::val(changed.name.as_str()))
            .col_expr(D::NameFolded, Expr::val(fold(&changed.name)))
            .col_expr(D::Returned, Expr::val(changed.returned.as_str()))
            .col_expr(D::Description, Expr::val(changed.description.as_str()))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Marks a definition as deleted; its number stays taken.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_definition(&self, id: AttributeDefinitionId) -> Result<(), DbError> {
        use definition::Column as D;
        definition::Entity::update_many()
            .filter(D::AccountId.eq(self.account().0))
            .filter(D::Id.eq(id.0))
            .col_expr(D::DeletedAt, Expr::val(self.ctx().now))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Where attributes are exposed: on one connection, or everywhere.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn exposures(
        &self,
        connection: Option<ConnectionId>,
    ) -> Result<Vec<StoredExposure>, DbError> {
        let mut select =
            exposure::Entity::find().filter(exposure::Column::AccountId.eq(self.account().0));
        if let Some(id) = connection {
            select = select.filter(exposure::Column::ConnectionId.eq(id.0));
        }
        let rows = select.all(&self.connection).await?;
        let stored = |row: exposure::Model| StoredExposure {
            connection: row.connection_id.into(),
            definition: row.definition_id.into(),
            urn: row.urn,
            name: row.name,
        };
        Ok(rows.into_iter().map(stored).collect())
    }

    /// Exposes an attribute, or exposes it somewhere else on the same connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn upsert_exposure(&self, new: &StoredExposure) -> Result<(), DbError> {
        use exposure::Column as E;
        let row = exposure::ActiveModel {
            account_id: Set(self.account().0),
            connection_id: Set(new.connection.0),
            definition_id: Set(new.definition.0),
            urn: Set(new.urn.clone()),
            name: Set(new.name.clone()),
        };
        exposure::Entity::insert(row)
            .on_conflict(
                OnConflict::columns([E::AccountId, E::ConnectionId, E::DefinitionId])
                    .update_columns([E::Urn, E::Name])
                    .to_owned(),
            )
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// Exposes an attribute no longer: on one connection, or nowhere.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn delete_exposures(
        &self,
        definition: AttributeDefinitionId,
        connection: Option<ConnectionId>,
    ) -> Result<(), DbError> {
        use exposure::Column as E;
        let mut delete = exposure::Entity::delete_many()
            .filter(E::AccountId.eq(self.account().0))
            .filter(E::DefinitionId.eq(definition.0));
        if let Some(id) = connection {
            delete = delete.filter(E::ConnectionId.eq(id.0));
        }
        delete.exec(&self.connection).await?;
        Ok(())
    }
}

pub(super) fn stored(row: definition::Model) -> Result<StoredDefinition, DbError> {
    Ok(StoredDefinition {
        id: row.id.into(),
        number: row.number,
        attr_type: parse_type(&row.value_type)?,
        multi_valued: row.multi_valued,
        case_exact: row.case_exact,
        returned: row
            .returned
            .parse()
            .map_err(|_| DbError::Corrupt("attribute_definitions.returned".to_owned()))?,
        name: row.name,
        description: row.description,
        created_at: row.created_at,
    })
}

pub(super) fn parse_type(word: &str) -> Result<SimpleType, DbError> {
    word.parse()
        .map_err(|_| DbError::Corrupt(format!("attribute_definitions.value_type: {word}")))
}
