//! People whose manager is gone: what is written of them, however many they are.

use scim_schema::id::{LinkId, UserId};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{CaseStatement, Expr, ExprTrait},
};

use super::{
    attribute_values::AttributeValue,
    entity::{scim_link as link, user},
    error::DbError,
    unit::AccountTx,
};

/// People of one statement: the database looks through all of them for each one's document.
const CHUNK: usize = 200;

/// Somebody without the manager.
#[derive(Clone, Debug)]
pub struct ReleasedReport {
    /// The link.
    pub scim_id: LinkId,
    /// The person.
    pub user: UserId,
    /// The link's document from now on.
    pub document: String,
    /// Searchable values that differ from those of before.
    pub(crate) values: Vec<AttributeValue>,
}

impl AccountTx {
    /// Stores documents and values of people who are locked, and raises their versions by one. The
    /// provider did not send them, so that nothing else of their links changes.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn store_released(&self, reports: &[ReleasedReport]) -> Result<(), DbError> {
        for chunk in reports.chunks(CHUNK) {
            self.raise_versions(chunk).await?;
            self.store_documents(chunk).await?;
        }
        let mut values = Vec::new();
        for report in reports {
            for value in &report.values {
                values.push((report.user, value));
            }
        }
        self.upsert_values(values.into_iter()).await
    }

    async fn raise_versions(&self, reports: &[ReleasedReport]) -> Result<(), DbError> {
        use user::Column as U;
        user::Entity::update_many()
            .filter(U::AccountId.eq(self.account().0))
            .filter(U::Id.is_in(reports.iter().map(|report| report.user.0)))
            .col_expr(U::Version, Expr::col(U::Version).add(1))
            .col_expr(U::UpdatedAt, Expr::val(self.ctx().now))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    async fn store_documents(&self, reports: &[ReleasedReport]) -> Result<(), DbError> {
        use link::Column as L;
        let document = reports.iter().fold(CaseStatement::new(), |case, report| {
            let of_report = Expr::col(L::ScimId).eq(report.scim_id.0);
            case.case(of_report, Expr::val(report.document.as_str()))
        });
        let document = document.finally(Expr::col(L::Document));
        link::Entity::update_many()
            .filter(L::AccountId.eq(self.account().0))
            .filter(L::ScimId.is_in(reports.iter().map(|report| report.scim_id.0)))
            .col_expr(L::Document, document.into())
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}
