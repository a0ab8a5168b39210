//! One page of the users table, and the numbers beside its statuses.

use std::collections::HashMap;

use scim_schema::{
    api::{
        page::Page,
        users::{UserCounts, UserRow, UserSort},
    },
    lifecycle::Status,
    permission::Reach,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult, Order,
    sea_query::{CaseStatement, Condition, Expr, ExprTrait, LikeExpr, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    belonging, order,
    query::{Cursor, Key, SortValue, SourceFilter, UserList},
    row::{Provenance, Row, join_link, parse_status, select_rows, user_row},
};
use crate::db::{
    DbError,
    dialect::escape_like,
    entity::{membership, organisation, user},
    fetch::{self, unsigned},
    organisations::{is_reached, is_within},
    scope::AccountScope,
};

#[derive(FromQueryResult)]
struct OrganisationOfUser {
    user_id: Uuid,
    organisation_id: Uuid,
    name: String,
}

#[derive(FromQueryResult)]
struct Totals {
    total: i64,
    offset: i64,
}

#[derive(FromQueryResult)]
struct StatusCount {
    status: String,
    count: i64,
}

impl AccountScope<'_> {
    /// A page of the users table of whoever is within a reach, in at most three statements of one
    /// snapshot.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn console_users(
        &self,
        list: &UserList,
        reach: &Reach,
    ) -> Result<Page<UserRow>, DbError> {
        let snapshot = self.snapshot().await?;
        let rows: Vec<Row> = fetch::all(&snapshot, &self.page_select(list, reach)).await?;
        let backward = list.from.as_ref().is_some_and(|cursor| cursor.backward);
        let rows: Vec<Row> = if backward {
            rows.into_iter().rev().collect()
        } else {
            rows
        };
        let before = |key, inclusive| Cursor {
            key,
            backward: true,
            inclusive,
        };
        let first = rows
            .first()
            .map(|row| before(key_of(list.sort, row), false));
        // A page that has become empty keeps its place in the list: behind the row that it was to
        // begin after.
        let empty = list.from.as_ref();
        let place = first.or_else(|| empty.map(|from| before(from.key.clone(), !from.backward)));
        let totals = self
            .totals(&snapshot, (list, reach), place.as_ref())
            .await?;
        let mut organisations = self.organisation_names(&snapshot, &rows, reach).await?;
        snapshot.commit().await?;

        let (total, offset) = (unsigned(totals.total), unsigned(totals.offset));
        let shown = rows.len() as u64;
        let last = rows.last().map(|row| key_of(list.sort, row));
        let next = last.filter(|_| offset + shown < total);
        let previous = place.filter(|_| offset > 0);
        let items = rows
            .into_iter()
            .map(|row| {
                let of_user = organisations.remove(&row.id).unwrap_or_default();
                user_row(row, of_user)
            })
            .collect::<Result<_, _>>()?;
        Ok(Page {
            items,
            total,
            offset: Some(offset),
            next_cursor: next.and_then(|key| {
                list.encode(Cursor {
                    key,
                    backward: false,
                    inclusive: false,
                })
            }),
            previous_cursor: previous.and_then(|place| list.encode(place)),
        })
    }

    /// Users within a reach per displayed status, in one statement.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn user_counts(&self, reach: &Reach) -> Result<UserCounts, DbError> {
        let select = Query::select()
            .column(user::Column::Status)
            .expr_as(Expr::cust("COUNT(*)"), "count")
            .from(user::Entity)
            .and_where(user::Column::AccountId.eq(self.account.0))
            .and_where_option(is_within(self.account.0, reach))
            .group_by_col(user::Column::Status)
            .to_owned();
        let rows: Vec<StatusCount> = fetch::all(self.connection, &select).await?;
        let mut counts = UserCounts::default();
        for row in rows {
            let status = parse_status(&row.status)?;
            let count = unsigned(row.count);
            if status == Status::Purged {
                continue;
            }
            if status != Status::Deleted {
                counts.all += count;
            }
            counts.by_status.push((status, count));
        }
        counts.by_status.sort_unstable();
        Ok(counts)
    }

    fn page_select(&self, list: &UserList, reach: &Reach) -> SelectStatement {
        let mut select = select_rows(list.provenance());
        self.restrict(&mut select, list, reach);
        let backward = match &list.from {
            Some(from) => {
                select.cond_where(order::beyond(list, from));
                from.backward
            }
            None => false,
        };
        order::apply(&mut select, list, backward);
        select.limit(list.limit).to_owned()
    }

    /// How many rows match, and how many of them are on the side of `place`.
    async fn totals<C: ConnectionTrait>(
        &self,
        connection: &C,
        (list, reach): (&UserList, &Reach),
        place: Option<&Cursor>,
    ) -> Result<Totals, DbError> {
        let mut select = Query::select();
        select.expr_as(Expr::cust("COUNT(*)"), "total");
        match place {
            Some(place) => {
                let before = CaseStatement::new().case(order::beyond(list, place), 1);
                select.expr_as(Expr::Case(Box::new(before)).count(), "offset");
            }
            None => {
                select.expr_as(Expr::cust("COUNT(NULL)"), "offset");
            }
        }
        select.from(user::Entity);
        if list.source.is_some() {
            join_link(&mut select);
        }
        self.restrict(&mut select, list, reach);
        let totals: Option<Totals> = fetch::one(connection, &select).await?;
        Ok(totals.unwrap_or(Totals {
            total: 0,
            offset: 0,
        }))
    }

    fn restrict(&self, select: &mut SelectStatement, list: &UserList, reach: &Reach) {
        let column = |column| Expr::col((user::Entity, column));
        select.and_where(column(user::Column::AccountId).eq(self.account.0));
        let statuses = list.statuses.iter().map(|status| status.as_str());
        select.and_where(column(user::Column::Status).is_in(statuses));
        let mut words = Condition::all();
        for word in &list.words {
            let pattern = format!("%{}%", escape_like(word));
            let like = LikeExpr::new(pattern).escape('\\');
            words = words.add(column(user::Column::SearchText).like(like));
        }
        select.cond_where(words);
        match list.source {
            None => {}
            Some(SourceFilter::Local) => {
                select.and_where(list.provenance().connection().is_null());
            }
            Some(SourceFilter::Connection(id)) => {
                select.and_where(list.provenance().connection().eq(id.0));
            }
        }
        select
            .and_where_option(belonging::filter(list, is_reached(self.account.0, reach)))
            .and_where_option(is_within(self.account.0, reach));
    }

    /// The organisations of these users within a reach, home first.
    async fn organisation_names<C: ConnectionTrait>(
        &self,
        connection: &C,
        users: &[Row],
        reach: &Reach,
    ) -> Result<HashMap<Uuid, Vec<String>>, DbError> {
        use membership::Column as M;
        if users.is_empty() {
            return Ok(HashMap::new());
        }
        let select = Query::select()
            .column((membership::Entity, M::UserId))
            .column((membership::Entity, M::OrganisationId))
            .column((organisation::Entity, organisation::Column::Name))
            .from(membership::Entity)
            .inner_join(
                organisation::Entity,
                Expr::col((organisation::Entity, organisation::Column::AccountId))
                    .equals((membership::Entity, M::AccountId))
                    .and(
                        Expr::col((organisation::Entity, organisation::Column::Id))
                            .equals((membership::Entity, M::OrganisationId)),
                    ),
            )
            .and_where(Expr::col((membership::Entity, M::AccountId)).eq(self.account.0))
            .and_where(
                Expr::col((membership::Entity, M::UserId)).is_in(users.iter().map(|row| row.id)),
            )
            .and_where_option(is_reached(self.account.0, reach))
            .order_by((membership::Entity, M::JoinedAt), Order::Asc)
            .order_by((membership::Entity, M::OrganisationId), Order::Asc)
            .to_owned();
        let found: Vec<OrganisationOfUser> = fetch::all(connection, &select).await?;
        let homes: HashMap<Uuid, Uuid> = users
            .iter()
            .map(|row| (row.id, row.home_organisation_id))
            .collect();
        let mut names: HashMap<Uuid, Vec<String>> = HashMap::new();
        for row in found {
            let of_user = names.entry(row.user_id).or_default();
            if homes.get(&row.user_id) == Some(&row.organisation_id) {
                of_user.insert(0, row.name);
            } else {
                of_user.push(row.name);
            }
        }
        Ok(names)
    }
}

impl UserList {
    /// Where its people come from has to be looked up for the deleted only if they are listed.
    fn provenance(&self) -> Provenance {
        if self.statuses.contains(&Status::Deleted) {
            Provenance::WithDeleted
        } else {
            Provenance::Living
        }
    }
}

fn key_of(sort: UserSort, row: &Row) -> Key {
    let missing = || SortValue::Missing;
    let value = match sort {
        UserSort::Name => SortValue::Text(row.name_folded.clone()),
        UserSort::Email => row
            .email_folded
            .clone()
            .map_or_else(missing, SortValue::Text),
        UserSort::Status => SortValue::Rank(row.status_rank),
        UserSort::LastLogin => row.last_login_at.map_or_else(missing, SortValue::Instant),
        UserSort::Created => SortValue::Instant(row.created_at),
    };
    Key { value, id: row.id }
}
