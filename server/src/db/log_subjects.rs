//! Whom the refused requests of the provisioning log were about. They are found when the rows are
//! written, so that a refused request costs no statement of its own.

use std::collections::{HashMap, HashSet};

use scim_schema::{id::LinkId, text::fold};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    arrivals::is_living,
    entity::{scim_link as link, user},
    error::DbError,
    provisioning_log::{CHUNK, NewLogRow},
    unit::AccountTx,
};

/// Somebody as a request of a connection named them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LogSubject {
    /// The user behind this SCIM id of the connection, also when the connection has deleted it.
    Link(LinkId),
    /// The living user of the account with this user name.
    UserName(String),
    /// The user of the connection with this `externalId`.
    ExternalId(String),
}

/// A subject with the connection that named it, as the database knows it.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Link(Uuid, Uuid),
    UserName(String),
    ExternalId(Uuid, String),
}

impl AccountTx {
    /// Pairs of user and request for the subjects of rows; nobody for a subject that is unknown.
    pub(super) async fn subjects_of(
        &self,
        rows: &[NewLogRow],
    ) -> Result<Vec<(Uuid, Uuid)>, DbError> {
        let named: Vec<(Key, Uuid)> = rows
            .iter()
            .flat_map(|row| {
                row.subjects
                    .iter()
                    .map(|subject| (key(row, subject), row.id.0))
            })
            .collect();
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let mut known = HashMap::new();
        self.find_links(&named, &mut known).await?;
        self.find_user_names(&named, &mut known).await?;
        self.find_external_ids(&named, &mut known).await?;
        Ok(named
            .iter()
            .filter_map(|(key, request)| Some((*known.get(key)?, *request)))
            .collect())
    }

    async fn find_links(
        &self,
        named: &[(Key, Uuid)],
        known: &mut HashMap<Key, Uuid>,
    ) -> Result<(), DbError> {
        let ids = distinct(named.iter().filter_map(|(key, _)| match key {
            Key::Link(_, id) => Some(*id),
            _ => None,
        }));
        for chunk in ids.chunks(CHUNK) {
            let found: Vec<(Uuid, Uuid, Option<Uuid>)> = link::Entity::find()
                .select_only()
                .columns([
                    link::Column::ConnectionId,
                    link::Column::ScimId,
                    link::Column::UserId,
                ])
                .filter(link::Column::AccountId.eq(self.account().0))
                .filter(link::Column::ScimId.is_in(chunk.iter().copied()))
                .into_tuple()
                .all(&self.connection)
                .await?;
            let found = found.into_iter();
            known.extend(found.filter_map(|(by, id, user)| Some((Key::Link(by, id), user?))));
        }
        Ok(())
    }

    async fn find_user_names(
        &self,
        named: &[(Key, Uuid)],
        known: &mut HashMap<Key, Uuid>,
    ) -> Result<(), DbError> {
        let names = distinct(named.iter().filter_map(|(key, _)| match key {
            Key::UserName(name) => Some(name.clone()),
            _ => None,
        }));
        for chunk in names.chunks(CHUNK) {
            let found: Vec<(String, Uuid)> = user::Entity::find()
                .select_only()
                .columns([user::Column::UserNameFolded, user::Column::Id])
                .filter(user::Column::AccountId.eq(self.account().0))
                .filter(user::Column::UserNameFolded.is_in(chunk.iter().cloned()))
                .filter(is_living())
                .into_tuple()
                .all(&self.connection)
                .await?;
            let found = found.into_iter();
            known.extend(found.map(|(name, user)| (Key::UserName(name), user)));
        }
        Ok(())
    }

    async fn find_external_ids(
        &self,
        named: &[(Key, Uuid)],
        known: &mut HashMap<Key, Uuid>,
    ) -> Result<(), DbError> {
        let of = || {
            named.iter().filter_map(|(key, _)| match key {
                Key::ExternalId(by, id) => Some((*by, id.clone())),
                _ => None,
            })
        };
        let connections = distinct(of().map(|(by, _)| by));
        for chunk in distinct(of().map(|(_, id)| id)).chunks(CHUNK) {
            let found: Vec<(Uuid, Option<String>, Option<Uuid>)> = link::Entity::find()
                .select_only()
                .columns([
                    link::Column::ConnectionId,
                    link::Column::ExternalId,
                    link::Column::UserId,
                ])
                .filter(link::Column::AccountId.eq(self.account().0))
                .filter(link::Column::ConnectionId.is_in(connections.iter().copied()))
                .filter(link::Column::ExternalId.is_in(chunk.iter().cloned()))
                .filter(link::Column::State.eq("live"))
                .into_tuple()
                .all(&self.connection)
                .await?;
            let found = found.into_iter();
            known
                .extend(found.filter_map(|(by, id, user)| Some((Key::ExternalId(by, id?), user?))));
        }
        Ok(())
    }
}

fn key(row: &NewLogRow, subject: &LogSubject) -> Key {
    let by = row.connection.0;
    match subject {
        LogSubject::Link(id) => Key::Link(by, id.0),
        LogSubject::UserName(name) => Key::UserName(fold(name)),
        LogSubject::ExternalId(id) => Key::ExternalId(by, id.clone()),
    }
}

fn distinct<T: Eq + std::hash::Hash>(values: impl Iterator<Item = T>) -> Vec<T> {
    values.collect::<HashSet<T>>().into_iter().collect()
}
