//! Statistics of tables that grow quickly.
//!
//! Every index begins with the account. Until PostgreSQL has counted a table it believes that an
//! account alone leaves one row of it, so any index seems as good as the right one and a look-up may
//! read everybody. Autovacuum counts once a minute at most, in which a mass load brings thousands of
//! people. Counting also makes every connection plan its statements anew.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::{Db, connect::Engine, error::DbError};

/// Rows that no plan is too bad for.
const FEW: i64 = 50;
/// What is known of so many rows is right for more; autovacuum looks after those.
const MANY: i64 = 10_000;
/// How many times as many rows as were counted make another count worth it.
const GROWTH: i64 = 4;

const STATISTICS: &str = "pg_stat_user_tables";
const TABLE: &str = "pg_class";

impl Db {
    /// Lets PostgreSQL count the tables that have several times as many rows as it knows of, and
    /// answers how many those are; what SQLite assumes of them a migration has written down.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn refresh_statistics(&self) -> Result<usize, DbError> {
        let Engine::Postgres(writers) = &self.inner.engine else {
            return Ok(0);
        };
        let lease = writers.lease().await?;
        let (patience, session) = (self.inner.settings.patience() * 2, lease.session());
        let mut tables = Vec::new();
        for row in lease
            .answer(patience, session.query_all(&outgrown()))
            .await?
        {
            let name: String = row.try_get_by_index(0)?;
            tables.push(format!("\"{}\"", name.replace('"', "\"\"")));
        }
        if !tables.is_empty() {
            // A table that somebody else counts at the moment is left to them.
            let count = format!("ANALYZE (SKIP_LOCKED) {}", tables.join(", "));
            lease
                .answer(patience, session.execute_unprepared(&count))
                .await?;
        }
        lease.give_back();
        Ok(tables.len())
    }
}

/// Names of the tables that grew beyond what is known of them.
fn outgrown() -> SelectStatement {
    let rows = || Expr::col((STATISTICS, "n_live_tup"));
    let known = || Expr::col((TABLE, "reltuples"));
    Query::select()
        .expr(Expr::col((STATISTICS, "relname")).cast_as("text"))
        .from(STATISTICS)
        .inner_join(
            TABLE,
            Expr::col((TABLE, "oid")).equals((STATISTICS, "relid")),
        )
        .and_where(Expr::col((STATISTICS, "schemaname")).eq(Expr::cust("current_schema()")))
        .and_where(known().lt(MANY))
        .and_where(rows().gte(FEW))
        .and_where(rows().gte(known().mul(GROWTH)))
        .to_owned()
}
