//! The connection of a unit of work. Writes that nobody awaits the outcome of are kept and sent
//! together: a message to the database costs more than most of its statements do.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseBackend, DbErr, EntityName, EntityTrait, ExecResult,
    Insert, QueryResult, QueryTrait, Statement, UpdateMany, Value, Values,
    sea_query::{
        CommonTableExpression, OnConflict, PostgresQueryBuilder, Query, SubQueryStatement,
        UpdateStatement,
    },
};

use super::{session::Session, statements};

/// Rows of one message; no table has more than 32 columns that are filled in bulk, and a statement
/// of PostgreSQL takes 65,535 parameters, one of SQLite half of that.
const ROWS_AT_ONCE: usize = 1_000;

/// A session in a transaction, and what it is still to write. Whatever is asked of it sends that first, so that
/// each statement sees all those before it.
pub(super) struct Pipeline {
    session: Arc<Session>,
    kept: Mutex<Vec<Kept>>,
}

/// A write that waits. It reads no table, and no trigger that it fires does: PostgreSQL gives all that
/// are sent together the same view, and runs them in no certain order.
struct Kept {
    table: &'static str,
    rows: usize,
    /// An insertion that touches no row that is there.
    adds_only: bool,
    statement: SubQueryStatement,
}

impl Pipeline {
    pub(super) const fn new(session: Arc<Session>) -> Self {
        Self {
            session,
            kept: Mutex::new(Vec::new()),
        }
    }

    /// Begins a part that can be undone alone; parts may have parts.
    pub(super) async fn begin_part(&self) -> Result<Self, DbErr> {
        self.execute_unprepared("SAVEPOINT part").await?;
        Ok(Self::new(Arc::clone(&self.session)))
    }

    /// Ends the part, with what waits.
    pub(super) async fn keep_part(self) -> Result<(), DbErr> {
        self.execute_unprepared("RELEASE SAVEPOINT part").await?;
        Ok(())
    }

    /// Undoes the part; what waits is forgotten.
    pub(super) async fn undo_part(self) -> Result<(), DbErr> {
        let undo = "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part";
        self.session.execute_unprepared(undo).await?;
        Ok(())
    }

    /// Inserts a row, with others or at the end of the unit.
    pub(super) async fn insert<A: ActiveModelTrait>(&self, row: A) -> Result<(), DbErr> {
        self.keep(Kept {
            table: A::Entity::default().table_name(),
            rows: 1,
            adds_only: true,
            statement: Insert::one(row).into_query().into(),
        })
        .await
    }

    /// Inserts rows, however many, with others or at the end of the unit.
    pub(super) async fn insert_all<A: ActiveModelTrait>(&self, rows: Vec<A>) -> Result<(), DbErr> {
        self.insert_chunks(rows, None).await
    }

    /// The same where a row may be there already, which nobody is told of.
    pub(super) async fn upsert_all<A: ActiveModelTrait>(
        &self,
        rows: Vec<A>,
        there: &OnConflict,
    ) -> Result<(), DbErr> {
        self.insert_chunks(rows, Some(there)).await
    }

    async fn insert_chunks<A: ActiveModelTrait>(
        &self,
        mut rows: Vec<A>,
        there: Option<&OnConflict>,
    ) -> Result<(), DbErr> {
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(ROWS_AT_ONCE));
            let count = rows.len();
            let mut insert = Insert::many(rows).into_query();
            if let Some(there) = there {
                insert.on_conflict(there.clone());
            }
            self.keep(Kept {
                table: A::Entity::default().table_name(),
                rows: count,
                adds_only: there.is_none(),
                statement: insert.into(),
            })
            .await?;
            rows = rest;
        }
        Ok(())
    }

    /// Updates rows by their key, with others or at the end of the unit.
    pub(super) async fn update<E: EntityTrait>(&self, update: UpdateMany<E>) -> Result<(), DbErr> {
        let statement: UpdateStatement = update.into_query();
        self.keep(Kept {
            table: E::default().table_name(),
            rows: 1,
            adds_only: false,
            statement: statement.into(),
        })
        .await
    }

    /// Keeps a write, unless so many wait that they are better sent.
    async fn keep(&self, write: Kept) -> Result<(), DbErr> {
        let rows = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push(write);
            kept.iter().map(|write| write.rows).sum::<usize>()
        };
        if rows < ROWS_AT_ONCE {
            return Ok(());
        }
        self.send().await
    }

    /// Sends what waits.
    pub(super) async fn send(&self) -> Result<(), DbErr> {
        let kept = mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        for message in messages(kept) {
            // The message itself is counted when it is sent.
            (1..message.len()).for_each(|_| statements::note());
            let message = one_statement(self.get_database_backend(), message);
            self.session.execute_raw(message).await?;
        }
        Ok(())
    }
}

/// Writes in the order of their keeping, those together that may go in one message: not too many
/// rows, and no row that two of them could write, since PostgreSQL does them in no certain order.
fn messages(kept: Vec<Kept>) -> Vec<Vec<Kept>> {
    let mut messages: Vec<Vec<Kept>> = Vec::new();
    for write in kept {
        let joins = |message: &&mut Vec<Kept>| {
            let rows: usize = message.iter().map(|other| other.rows).sum();
            let apart =
                |other: &Kept| other.table != write.table || (other.adds_only && write.adds_only);
            rows + write.rows <= ROWS_AT_ONCE && message.iter().all(apart)
        };
        match messages.last_mut().filter(joins) {
            Some(message) => message.push(write),
            None => messages.push(vec![write]),
        }
    }
    messages
}

/// SQLite takes statements one after the other in one text; PostgreSQL takes one statement with
/// parameters, which others can be part of (`WITH`). It checks references at the end of the whole.
fn one_statement(backend: DatabaseBackend, message: Vec<Kept>) -> Statement {
    if backend == DatabaseBackend::Postgres {
        return with_others(message);
    }
    let mut texts = Vec::with_capacity(message.len());
    let mut values: Vec<Value> = Vec::new();
    for write in message {
        let one = build(backend, &write.statement);
        texts.push(one.sql);
        values.extend(one.values.into_iter().flat_map(|values| values.0));
    }
    Statement {
        sql: texts.join("; "),
        values: Some(Values(values)),
        db_backend: backend,
    }
}

fn with_others(mut message: Vec<Kept>) -> Statement {
    let backend = DatabaseBackend::Postgres;
    let Some(last) = message.pop() else {
        return Statement::from_string(backend, "");
    };
    if message.is_empty() {
        return build(backend, &last.statement);
    }
    let mut with = Query::with();
    for (place, write) in message.into_iter().enumerate() {
        let mut part = CommonTableExpression::new();
        part.table_name(format!("write_{place}"))
            .query(write.statement);
        with.cte(part);
    }
    let (sql, values) = with.query(last.statement).build(PostgresQueryBuilder);
    Statement::from_sql_and_values(backend, sql, values)
}

fn build(backend: DatabaseBackend, statement: &SubQueryStatement) -> Statement {
    match statement {
        SubQueryStatement::SelectStatement(select) => backend.build(select),
        SubQueryStatement::InsertStatement(insert) => backend.build(insert),
        SubQueryStatement::UpdateStatement(update) => backend.build(update),
        SubQueryStatement::DeleteStatement(delete) => backend.build(delete),
        SubQueryStatement::WithStatement(with) => backend.build(with),
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Pipeline {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.session.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.send().await?;
        self.session.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.send().await?;
        self.session.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.send().await?;
        self.session.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.send().await?;
        self.session.query_all_raw(statement).await
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::Expr;

    use super::*;

    fn write(table: &'static str, rows: usize, adds_only: bool) -> Kept {
        let insert = Query::insert()
            .into_table(table)
            .columns(["id"])
            .values_panic([Expr::val(7)])
            .to_owned();
        Kept {
            table,
            rows,
            adds_only,
            statement: insert.into(),
        }
    }

    fn tables(messages: &[Vec<Kept>]) -> Vec<Vec<&'static str>> {
        let of = |message: &Vec<Kept>| message.iter().map(|write| write.table).collect();
        messages.iter().map(of).collect()
    }

    #[test]
    fn writes_that_could_touch_the_same_row_are_sent_one_after_the_other() {
        let sent = messages(vec![
            write("links", 1, false),
            write("links", 1, true),
            write("events", 1, true),
            write("events", 1, true),
            write("links", 1, false),
        ]);
        let expected: [&[&str]; 3] = [&["links"], &["links", "events", "events"], &["links"]];
        assert_eq!(tables(&sent), expected);
    }

    #[test]
    fn a_message_has_at_most_a_thousand_rows() {
        let sent = messages(vec![
            write("a", 600, true),
            write("b", 400, true),
            write("c", 1, true),
        ]);
        assert_eq!(tables(&sent), [vec!["a", "b"], vec!["c"]]);
    }

    #[test]
    fn each_database_gets_all_in_one_statement_with_the_values_in_their_order() {
        let both = || vec![write("a", 1, true), write("b", 1, true)];
        let sqlite = one_statement(DatabaseBackend::Sqlite, both());
        let text = r#"INSERT INTO "a" ("id") VALUES (?); INSERT INTO "b" ("id") VALUES (?)"#;
        assert_eq!(sqlite.sql, text);
        let postgres = one_statement(DatabaseBackend::Postgres, both());
        let text = r#"WITH "write_0" AS (INSERT INTO "a" ("id") VALUES ($1)) INSERT INTO "b" ("id") VALUES ($2)"#;
        assert_eq!(postgres.sql, text);
        for statement in [sqlite, postgres] {
            assert_eq!(statement.values.map(|values| values.0.len()), Some(2));
        }
    }
}
