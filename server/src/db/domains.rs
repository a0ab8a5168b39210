//! Verified domains.

use scim_schema::{
    api::domains::{DomainMethod, DomainView},
    id::{DomainId, OrganisationId},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::{
    accounts::PLATFORM_ACCOUNT,
    entity::{account, verified_domain as domain},
    error::DbError,
    scope::AccountScope,
    unit::AccountTx,
};

impl AccountScope<'_> {
    /// Every verified domain of the account, by name; an account has at most some hundreds.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn domains(&self) -> Result<Vec<DomainView>, DbError> {
        let rows = domain::Entity::find()
            .filter(domain::Column::AccountId.eq(self.account.0))
            .order_by_asc(domain::Column::Domain)
            .all(self.connection)
            .await?;
        rows.into_iter().map(view).collect()
    }
}

impl AccountTx {
    /// Which of these domains are verified.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn verified_among(&self, domains: &[String]) -> Result<Vec<String>, DbError> {
        if domains.is_empty() {
            return Ok(Vec::new());
        }
        let found = domain::Entity::find()
            .select_only()
            .column(domain::Column::Domain)
            .filter(domain::Column::AccountId.eq(self.account().0))
            .filter(domain::Column::Domain.is_in(domains.iter().cloned()))
            .into_tuple()
            .all(&self.connection)
            .await?;
        Ok(found)
    }

    /// Domains of the account.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn domain_count(&self) -> Result<u64, DbError> {
        let count = domain::Entity::find()
            .filter(domain::Column::AccountId.eq(self.account().0))
            .count(&self.connection)
            .await?;
        Ok(count)
    }

    /// Whether the installation has accounts beside this one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn has_other_accounts(&self) -> Result<bool, DbError> {
        let other = account::Entity::find()
            .filter(account::Column::Id.is_not_in([self.account().0, PLATFORM_ACCOUNT.0]))
            .one(&self.connection)
            .await?;
        Ok(other.is_some())
    }

    /// Inserts a domain that is verified from now on.
    ///
    /// # Errors
    /// [`DbError::Unique`] with `Domain`, and those of the database.
    pub async fn insert_domain(
        &self,
        name: &str,
        organisation: OrganisationId,
        method: DomainMethod,
    ) -> Result<DomainView, DbError> {
        let new = DomainView {
            id: DomainId(self.new_id()),
            domain: name.to_owned(),
            organisation,
            method,
            verified_at: self.ctx().now,
        };
        let row = domain::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(new.id.0),
            organisation_id: Set(organisation.0),
            domain: Set(new.domain.clone()),
            method: Set(method.as_str().to_owned()),
            verified_at: Set(new.verified_at),
        };
        domain::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(new)
    }

    /// Deletes a domain and answers which it was; `None` when there is none of this id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn delete_domain(&self, id: DomainId) -> Result<Option<String>, DbError> {
        let rows = domain::Entity::delete_many()
            .filter(domain::Column::AccountId.eq(self.account().0))
            .filter(domain::Column::Id.eq(id.0))
            .exec_with_returning(&self.connection)
            .await?;
        Ok(rows.into_iter().next().map(|row| row.domain))
    }
}

fn view(row: domain::Model) -> Result<DomainView, DbError> {
    let method = row
        .method
        .parse()
        .map_err(|error| DbError::Corrupt(format!("verified_domains.method: {error}")))?;
    Ok(DomainView {
        id: row.id.into(),
        domain: row.domain,
        organisation: row.organisation_id.into(),
        method,
        verified_at: row.verified_at,
    })
}
