//! Whether the console's search goes by an index: PostgreSQL has one where its trigrams could be
//! had when the schema was made.

use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};

use super::{Db, error::DbError};

const INDEX: &str = "SELECT 1 FROM pg_indexes WHERE schemaname = current_schema() AND indexname = 'ix_users_search'";

impl Db {
    /// Whether there is an index that finds text anywhere in a name; SQLite has none.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn has_search_index(&self) -> Result<bool, DbError> {
        let reader = self.reader();
        let backend = reader.get_database_backend();
        if backend == DatabaseBackend::Sqlite {
            return Ok(false);
        }
        let found = Statement::from_string(backend, INDEX);
        Ok(reader.query_one_raw(found).await?.is_some())
    }
}
