//! Values of a connection's people that are read again when its attributes change.

use std::collections::HashMap;

use scim_schema::{
    attr::AttrId,
    id::{ConnectionId, LinkId, UserId},
    resource::Document,
    schema::ResourceType,
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, LockType, Query},
};
use uuid::Uuid;

use super::{
    attribute_values::{self, AttributeValue},
    entity::{job, scim_link as link, user, user_attribute_value as value},
    error::DbError,
    fetch,
    retention::RETENTION_BATCH,
    scim_users::{is_live, live_users},
    scope::AccountScope,
    unit::AccountTx,
};

/// A live link whose values are read again.
#[derive(Clone, Debug)]
pub struct RereadLink {
    /// The SCIM `id`.
    pub scim_id: LinkId,
    /// The user behind it.
    pub user: UserId,
    /// The user's version.
    pub version: i64,
    /// The stored document.
    pub document: String,
    /// What no definition knew.
    pub unmapped: String,
}

/// A link as it is after its values were read again.
#[derive(Clone, Debug)]
pub struct Reread {
    /// As it was.
    pub link: RereadLink,
    /// The document now.
    pub document: Document,
    /// What no definition knows now, as stored text.
    pub unmapped: String,
}

#[derive(FromQueryResult)]
struct Row {
    scim_id: Uuid,
    user_id: Uuid,
    version: i64,
    document: String,
    unmapped: String,
}

#[derive(FromQueryResult)]
struct Unmapped {
    scim_id: Uuid,
    unmapped: String,
}

impl AccountScope<'_> {
    /// What no definition knew, of people of a connection who have such values: the newest of those
    /// who came before `before`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn unmapped_of(
        &self,
        connection: ConnectionId,
        before: Option<LinkId>,
        limit: u64,
    ) -> Result<Vec<(LinkId, String)>, DbError> {
        use link::Column as L;
        // A constant and no parameter, as in `is_live`: the index has the same condition.
        let some = Expr::col((link::Entity, L::Unmapped)).ne(Expr::Constant("{}".into()));
        let mut select = Query::select()
            .columns([L::ScimId, L::Unmapped])
            .from(link::Entity)
            .and_where(L::AccountId.eq(self.account.0))
            .and_where(L::ConnectionId.eq(connection.0))
            .and_where(is_live())
            .and_where(some)
            .order_by(L::ScimId, Order::Desc)
            .limit(limit)
            .to_owned();
        if let Some(before) = before {
            select.and_where(L::ScimId.lt(before.0));
        }
        let rows: Vec<Unmapped> = fetch::all(self.connection, &select).await?;
        let pairs = rows
            .into_iter()
            .map(|row| (row.scim_id.into(), row.unmapped));
        Ok(pairs.collect())
    }

    /// Whether a job with a key that begins like this waits or runs.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn has_open_job(&self, queue: &str, key: &str) -> Result<bool, DbError> {
        use job::Column as J;
        let open = job::Entity::find()
            .select_only()
            .column(J::Id)
            .filter(J::AccountId.eq(self.account.0))
            .filter(J::Queue.eq(queue))
            .filter(J::Status.is_in(["available", "running"]))
            .filter(J::DedupKey.starts_with(key))
            .limit(1)
            .into_tuple::<Uuid>()
            .one(self.connection)
            .await?;
        Ok(open.is_some())
    }
}

impl AccountTx {
    /// The next live links of a connection in the order of their ids, locked with their users.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_links_after(
        &self,
        connection: ConnectionId,
        after: Option<LinkId>,
        limit: u64,
    ) -> Result<Vec<RereadLink>, DbError> {
        use link::Column as L;
        let mut select = live_users(self.account().0, connection);
        for column in [L::ScimId, L::UserId, L::Document, L::Unmapped] {
            select.column((link::Entity, column));
        }
        select
            .column((user::Entity, user::Column::Version))
            .order_by((link::Entity, L::ScimId), Order::Asc)
            .limit(limit)
            .lock(LockType::Update);
        if let Some(after) = after {
            select.and_where(L::ScimId.gt(after.0));
        }
        let rows: Vec<Row> = fetch::all(&self.connection, &select).await?;
        let link = |row: Row| RereadLink {
            scim_id: row.scim_id.into(),
            user: row.user_id.into(),
            version: row.version,
            document: row.document,
            unmapped: row.unmapped,
        };
        Ok(rows.into_iter().map(link).collect())
    }

    /// Stores what was read again, and the searchable values that follow from it. Answers the users
    /// whose resource changed; their versions rose by one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn store_reread(
        &self,
        users: &ResourceType,
        all: &[Reread],
    ) -> Result<Vec<(UserId, i64)>, DbError> {
        let ids: Vec<UserId> = all.iter().map(|one| one.link.user).collect();
        let mut stored = self.custom_values(&ids).await?;
        let mut changed = Vec::new();
        let mut rows: Vec<(UserId, AttributeValue)> = Vec::new();
        for one in all {
            let user = one.link.user;
            let difference = values_to_store(&mut stored, users, one);
            let text = one.document.to_json_text();
            let rewritten = text != one.link.document || one.unmapped != one.link.unmapped;
            if rewritten {
                self.rewrite_link(one.link.scim_id, &text, &one.unmapped)
                    .await?;
            }
            if rewritten || !difference.is_empty() {
                changed.push((user, one.link.version + 1));
            }
            rows.extend(difference.into_iter().map(|row| (user, row)));
        }
        self.upsert_values(rows.iter().map(|(user, row)| (*user, row)))
            .await?;
        if !changed.is_empty() {
            use user::Column as U;
            user::Entity::update_many()
                .filter(U::AccountId.eq(self.account().0))
                .filter(U::Id.is_in(changed.iter().map(|(user, _)| user.0)))
                .col_expr(U::Version, Expr::col(U::Version).add(1))
                .col_expr(U::UpdatedAt, Expr::val(self.ctx().now))
                .exec(&self.connection)
                .await?;
        }
        Ok(changed)
    }

    async fn rewrite_link(
        &self,
        id: LinkId,
        document: &str,
        unmapped: &str,
    ) -> Result<(), DbError> {
        use link::Column as L;
        link::Entity::update_many()
            .filter(L::AccountId.eq(self.account().0))
            .filter(L::ScimId.eq(id.0))
            .col_expr(L::Document, Expr::val(document))
            .col_expr(L::Unmapped, Expr::val(unmapped))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Deletes searchable values of an attribute, a batch at a time, and answers how many.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn delete_values_of(&self, number: i16) -> Result<u64, DbError> {
        use value::Column as V;
        let some = value::Entity::find()
            .select_only()
            .column(V::UserId)
            .filter(V::AccountId.eq(self.account().0))
            .filter(V::AttributeId.eq(number))
            // All of them have a key; to say so leads to the index.
            .filter(V::TextKey.is_not_null())
            .order_by_asc(V::TextKey)
            .limit(RETENTION_BATCH)
            .into_tuple::<Uuid>()
            .all(&self.connection)
            .await?;
        let deleted = value::Entity::delete_many()
            .filter(V::AccountId.eq(self.account().0))
            .filter(V::AttributeId.eq(number))
            .filter(V::UserId.is_in(some))
            .exec(&self.connection)
            .await?;
        Ok(deleted.rows_affected)
    }
}

/// The values of the account's own attributes that differ from those in the database.
fn values_to_store(
    stored: &mut HashMap<UserId, Vec<AttributeValue>>,
    users: &ResourceType,
    one: &Reread,
) -> Vec<AttributeValue> {
    let mut wanted = attribute_values::rows_of(users, &one.document);
    wanted.retain(|row| row.attribute >= AttrId::FIRST_CUSTOM);
    let old = stored.remove(&one.link.user).unwrap_or_default();
    attribute_values::changes(&old, &wanted)
}
