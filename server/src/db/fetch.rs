//! Rows of hand-built selects as structs.

use sea_orm::{ConnectionTrait, FromQueryResult, sea_query::SelectStatement};

use super::error::DbError;

/// Every row of a select.
pub(super) async fn all<R: FromQueryResult, C: ConnectionTrait>(
    connection: &C,
    select: &SelectStatement,
) -> Result<Vec<R>, DbError> {
    let rows = connection.query_all(select).await?;
    rows.iter()
        .map(|row| R::from_query_result(row, "").map_err(DbError::from))
        .collect()
}

/// The first row of a select, if there is one.
pub(super) async fn one<R: FromQueryResult, C: ConnectionTrait>(
    connection: &C,
    select: &SelectStatement,
) -> Result<Option<R>, DbError> {
    let row = connection.query_one(select).await?;
    row.map(|row| R::from_query_result(&row, "").map_err(DbError::from))
        .transpose()
}

/// A number that is never negative by its meaning, such as a count.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
