//! The database alone: a user as one document with a unique name, and three rows beside it.

use std::time::{Duration, Instant};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, Statement, TransactionTrait, Value,
};
use uuid::Uuid;

use crate::Outcome;

/// Characters of a document: a user of 1.2 KB as it is stored.
const DOCUMENT: usize = 1_500;
/// Narrow rows of a user.
const VALUES: i32 = 3;

const SCHEMA: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS floor_users (id UUID_TYPE PRIMARY KEY NOT NULL, \
     name TEXT NOT NULL UNIQUE, version BIGINT NOT NULL, document TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS floor_values (user_id UUID_TYPE NOT NULL, ordinal INTEGER NOT NULL, \
     text TEXT NOT NULL, PRIMARY KEY (user_id, ordinal))WITHOUT_ROWID",
];
const INSERT_USER: &str =
    "INSERT INTO floor_users (id, name, version, document) VALUES ($1, $2, $3, $4)";
const INSERT_VALUES: &str = "INSERT INTO floor_values (user_id, ordinal, text) \
     VALUES ($1, $2, $3), ($1, $4, $5), ($1, $6, $7)";
const BY_ID: &str = "SELECT id, name, version, document FROM floor_users WHERE id = $1";
const BY_NAME: &str = "SELECT id, name, version, document FROM floor_users WHERE name = $1";
const UPDATE: &str = "UPDATE floor_users SET version = version + 1, document = $2 WHERE id = $1";

/// What is done to each row.
#[derive(Clone, Copy)]
pub(crate) enum Work {
    /// Insert a user with its values.
    Insert,
    /// Read a user by its id.
    Primary,
    /// Read a user by its name.
    Unique,
    /// Read a user and write it again, in one transaction.
    Update,
}

impl Work {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "insert" => Some(Self::Insert),
            "primary" => Some(Self::Primary),
            "unique" => Some(Self::Unique),
            "update" => Some(Self::Update),
            _ => None,
        }
    }

    fn writes(self) -> bool {
        matches!(self, Self::Insert | Self::Update)
    }
}

/// One measurement.
#[derive(Clone, Copy)]
pub(crate) struct Script {
    pub(crate) work: Work,
    /// Number of the first row.
    pub(crate) from: u32,
    pub(crate) rows: u32,
    /// Connections that work at once.
    pub(crate) tasks: u32,
    pub(crate) per_commit: u32,
}

/// Opens the database as the server does, with the durability asked for on SQLite.
pub(crate) async fn open(url: &str, synchronous: &str, tasks: u32) -> Outcome<DatabaseConnection> {
    let synchronous = synchronous.to_owned();
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(tasks)
        .min_connections(1)
        .sqlx_logging(false)
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .create_if_missing(true)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", synchronous.clone())
                .pragma("cache_size", "-32768")
        });
    let database = Database::connect(options).await?;
    let sqlite = database.get_database_backend() == DbBackend::Sqlite;
    for table in SCHEMA {
        let (id, rowid) = if sqlite {
            ("BLOB", " WITHOUT ROWID")
        } else {
            ("UUID", "")
        };
        let table = table
            .replace("UUID_TYPE", id)
            .replace("WITHOUT_ROWID", rowid);
        database.execute_unprepared(&table).await?;
    }
    Ok(database)
}

impl Script {
    /// Does the work and tells how long it took.
    pub(crate) async fn run(self, database: &DatabaseConnection) -> Outcome<Duration> {
        let started = Instant::now();
        let share = self.rows / self.tasks.max(1);
        let mut tasks = Vec::new();
        for task in 0..self.tasks {
            let (database, first) = (database.clone(), self.from + task * share);
            tasks.push(tokio::spawn(async move {
                self.part(&database, first, first + share).await
            }));
        }
        for task in tasks {
            task.await??;
        }
        Ok(started.elapsed())
    }

    async fn part(self, database: &DatabaseConnection, first: u32, end: u32) -> Result<(), DbErr> {
        let mut next = first;
        while next < end {
            let until = end.min(next + self.per_commit.max(1));
            if self.work.writes() {
                let transaction = database.begin().await?;
                for row in next..until {
                    self.write(&transaction, row).await?;
                }
                transaction.commit().await?;
            } else {
                for row in next..until {
                    self.read(database, row).await?;
                }
            }
            next = until;
        }
        Ok(())
    }

    async fn write(self, transaction: &DatabaseTransaction, row: u32) -> Result<(), DbErr> {
        let id = id_of(row);
        if let Work::Update = self.work {
            query(transaction, BY_ID, [id.into()]).await?;
            return execute(transaction, UPDATE, [id.into(), document(row).into()]).await;
        }
        let user = [
            id.into(),
            name_of(row).into(),
            1_i64.into(),
            document(row).into(),
        ];
        execute(transaction, INSERT_USER, user).await?;
        let mut values: Vec<Value> = vec![id.into()];
        for ordinal in 0..VALUES {
            values.extend([ordinal.into(), format!("value {ordinal} of {row}").into()]);
        }
        execute(transaction, INSERT_VALUES, values).await
    }

    async fn read(self, database: &DatabaseConnection, row: u32) -> Result<(), DbErr> {
        match self.work {
            Work::Unique => query(database, BY_NAME, [name_of(row).into()]).await,
            _ => query(database, BY_ID, [id_of(row).into()]).await,
        }
    }
}

async fn execute(
    connection: &DatabaseTransaction,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<(), DbErr> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.execute_raw(statement).await.map(|_done| ())
}

/// Reads a row and all its columns.
async fn query(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<(), DbErr> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let row = connection.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("a row of the floor".to_owned()))?;
    row.try_get_by_index::<Uuid>(0)?;
    row.try_get_by_index::<String>(3)?;
    Ok(())
}

/// Ascending like the ids of the product, and otherwise spread.
fn id_of(row: u32) -> Uuid {
    let spread = u128::from(row).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    Uuid::from_u128((u128::from(row) << 80) | (spread >> 48))
}

fn name_of(row: u32) -> String {
    format!("person{row}@floor.example")
}

fn document(row: u32) -> String {
    format!(
        "{{\"userName\":\"{}\",\"rest\":\"{}\"}}",
        name_of(row),
        "x".repeat(DOCUMENT)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_ascend_and_differ() {
        let ids: Vec<Uuid> = (0..1_000).map(id_of).collect();
        assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
