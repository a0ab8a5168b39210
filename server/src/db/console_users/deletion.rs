//! How a deleted user came to be so, as the audit log has it.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::users::{Actor, DeletionView},
    id::UserId,
};
use sea_orm::{
    FromQueryResult, JoinType, Order,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    ctx::actor_from_columns,
    db::{
        DbError,
        entity::{audit_event as event, idp_connection as connection, user},
        fetch,
        scim_user_writes::Profile,
        scope::AccountScope,
    },
};

/// The act that deletes a user.
const DELETE: &str = "user.delete";

#[derive(FromQueryResult)]
struct Row {
    occurred_at: DateTime<Utc>,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_component: Option<String>,
    connection_name: Option<String>,
    display_name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    user_name: Option<String>,
}

impl AccountScope<'_> {
    /// Who deleted a user, when, and until when the record is kept. `changed` stands in for the
    /// moment where the audit log has none.
    pub(super) async fn deletion(
        &self,
        id: UserId,
        changed: DateTime<Utc>,
        purge_at: Option<DateTime<Utc>>,
    ) -> Result<DeletionView, DbError> {
        let rows: Vec<Row> = fetch::all(self.connection, &self.last_deletion(id)).await?;
        let row = rows.into_iter().next();
        Ok(DeletionView {
            at: row.as_ref().map_or(changed, |row| row.occurred_at),
            by: row.and_then(actor),
            purge_at,
        })
    }

    fn last_deletion(&self, id: UserId) -> SelectStatement {
        use connection::Column as C;
        use event::Column as E;
        use user::Column as U;
        let mut select = Query::select();
        for column in [E::OccurredAt, E::ActorKind, E::ActorId, E::ActorComponent] {
            select.column((event::Entity, column));
        }
        select
            .expr_as(Expr::col((connection::Entity, C::Name)), "connection_name")
            .columns(
                [U::DisplayName, U::GivenName, U::FamilyName, U::UserName]
                    .map(|column| (user::Entity, column)),
            )
            .from(event::Entity)
            .join(
                JoinType::LeftJoin,
                connection::Entity,
                Expr::col((connection::Entity, C::AccountId))
                    .equals((event::Entity, E::AccountId))
                    .and(
                        Expr::col((connection::Entity, C::Id)).equals((event::Entity, E::ActorId)),
                    ),
            )
            .join(
                JoinType::LeftJoin,
                user::Entity,
                Expr::col((user::Entity, U::AccountId))
                    .equals((event::Entity, E::AccountId))
                    .and(Expr::col((user::Entity, U::Id)).equals((event::Entity, E::ActorId))),
            )
            .and_where(Expr::col((event::Entity, E::AccountId)).eq(self.account.0))
            .and_where(Expr::col((event::Entity, E::TargetId)).eq(id.0))
            .and_where(Expr::col((event::Entity, E::Action)).eq(DELETE))
            .order_by((event::Entity, E::OccurredAt), Order::Desc)
            .order_by((event::Entity, E::Id), Order::Desc)
            .limit(1)
            .to_owned()
    }
}

/// Who it was; `None` when nobody of that name is left.
fn actor(row: Row) -> Option<Actor> {
    let person = row.user_name.map(|user_name| Profile {
        user_name,
        display_name: row.display_name,
        given_name: row.given_name,
        family_name: row.family_name,
        ..Profile::default()
    });
    let named = [
        row.actor_component,
        row.connection_name,
        person.map(|person| person.name()),
    ];
    let name = named.into_iter().flatten().find(|name| !name.is_empty());
    match actor_from_columns(&row.actor_kind, row.actor_id, name.unwrap_or_default()) {
        Actor::User { name, .. } | Actor::Connection { name, .. } | Actor::System { name }
            if name.is_empty() =>
        {
            None
        }
        actor => Some(actor),
    }
}
