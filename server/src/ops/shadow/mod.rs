//! Shadow mode (domain.md section 11, 2): a connection is answered as if everything were done, and
//! what it sends is kept apart. Nothing here reaches a user, membership, hold or session.
//!
//! The verbs on users and groups choose: where a live connection reads or writes rows of people,
//! one in shadow reads or writes its objects. Rules, sentences and answers are the same code.

pub mod difference;
mod find;
pub mod going_live;
mod groups;
mod order;
mod page;
pub mod switching;
mod taking;
pub mod throw_away;
mod users;

use scim_schema::{
    api::{connections::ConnectionMode, events::ChangeKind},
    resource::{ScimError, ScimType},
    schema::ResourceKind,
};

pub(super) use find::{
    get_group, get_user, list_groups, list_users, search, walk_groups, walk_users,
};
pub(super) use groups::{
    delete_group, insert_group, lock_group, matching_members, members_in, reaches, read_group,
    update_group,
};
pub(super) use users::{create_user, delete_user, lock_user, store_user};

use super::{OpError, provisioner::Provisioner};
use crate::db::{AccountTx, AuditEntry, Change, DbError, Target, UniqueKey, Written};

/// Users and groups that the shadow of one connection holds at most: its lists are searched in
/// memory.
pub const MOST_OBJECTS: u64 = 50_000;

/// Makes the unit the only one that changes the shadow of the connection.
///
/// # Errors
/// 503 when the connection is not in shadow any more, [`OpError::NotFound`] when it is gone, and
/// those of the database.
async fn enter(tx: &AccountTx, by: &Provisioner) -> Result<(), OpError> {
    match tx.lock_connection_mode(by.id).await? {
        Some(mode) if mode == by.mode => Ok(()),
        Some(_) => Err(changing_over().into()),
        None => Err(OpError::NotFound),
    }
}

/// What a provider is told while its connection changes over.
#[must_use]
pub fn changing_over() -> ScimError {
    ScimError::status(
        503,
        "This connection is going live; nothing was changed; send the request again in a moment",
    )
}

/// Refuses one object more than a shadow holds.
async fn make_room(tx: &AccountTx, by: &Provisioner) -> Result<(), OpError> {
    if tx.shadow_size(by.id).await? < MOST_OBJECTS {
        return Ok(());
    }
    let detail = format!(
        "This connection is in shadow mode, which holds {MOST_OBJECTS} users and groups at most: take it live, or send fewer"
    );
    Err(ScimError::of(ScimType::TooMany, detail).into())
}

/// A unique rule of the shadow, told as the live one would be. It is no conflict between people, so
/// nobody has to solve it.
fn as_live(kind: ResourceKind) -> impl Fn(DbError) -> OpError {
    move |error| {
        let of_kind = match kind {
            ResourceKind::User => ("userName", "user"),
            ResourceKind::Group => ("displayName", "group"),
        };
        let name = match error {
            DbError::Unique(UniqueKey::ShadowName) => of_kind.0,
            DbError::Unique(UniqueKey::ShadowExternalId) => "externalId",
            other => return other.into(),
        };
        let detail = format!(
            "{name} is taken by another {} of this connection",
            of_kind.1
        );
        ScimError::of(ScimType::Uniqueness, detail).into()
    }
}

/// What a unit of work of a connection leaves behind: in shadow its audit entries say so, nobody is
/// told of people, and no work follows. A throw-away connection leaves no trace of its own; whoever
/// makes it has an entry.
#[must_use]
pub fn settle<T>(by: &Provisioner, written: Written<T>) -> Written<T> {
    match by.mode {
        ConnectionMode::Live | ConnectionMode::GoingLive => written,
        _ if written.audit.is_empty() => written,
        ConnectionMode::ThrowAway => Written::bookkeeping(written.value),
        ConnectionMode::Shadow => {
            let mut settled = Written::unchanged(written.value);
            settled.audit = written.audit.into_iter().map(in_shadow).collect();
            settled.announcing(Change::updated(ChangeKind::Connection, by.id, 0))
        }
    }
}

fn in_shadow(entry: AuditEntry) -> AuditEntry {
    let (action, kind) = match entry.action {
        "user.create" => ("shadow.create_user", "shadow_user"),
        "user.delete" => ("shadow.delete_user", "shadow_user"),
        "group.create" => ("shadow.create_group", "shadow_group"),
        "group.update" => ("shadow.update_group", "shadow_group"),
        "group.delete" => ("shadow.delete_group", "shadow_group"),
        _ => ("shadow.update_user", "shadow_user"),
    };
    AuditEntry {
        action,
        target: Target {
            kind,
            ..entry.target
        },
        ..entry
    }
}
