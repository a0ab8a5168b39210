//! What happened to one person: acts on them, their sign-ins and sign-outs, and what their identity
//! provider was refused about them. What it changed is an act already.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::audit::{AuditOutcome, AuditRow, TimelineEntry},
    id::UserId,
};
use sea_orm::{
    Order,
    sea_query::{Cond, Expr, ExprTrait, SelectStatement, UnionType},
};

use super::{
    filter::AuditPlace,
    reads::{beyond, column, newest_first},
};
use crate::db::{
    DbError,
    entity::{audit_event as event, scim_request_log as log, scim_request_user as touched},
    fetch,
    keyset::rows_of,
    log_search,
    scope::AccountScope,
};

/// The only act of a person on something else that belongs to their own story.
const SIGN_OUT: &str = "session.end";

impl AccountScope<'_> {
    /// The story of a person, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn timeline(
        &self,
        user: UserId,
        before: Option<AuditPlace>,
        limit: u64,
    ) -> Result<Vec<TimelineEntry>, DbError> {
        let acts: Vec<AuditRow> = self.audit_page(self.acts_on(user, before, limit)).await?;
        let refused = self.refused_about(user, before, limit).await?;
        let mut entries: Vec<TimelineEntry> = acts
            .into_iter()
            .map(|row| TimelineEntry::Act { row })
            .chain(refused)
            .collect();
        entries.sort_by_key(|entry| std::cmp::Reverse((entry.at(), entry.id())));
        entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(entries)
    }

    /// Keys of the acts on a person and of their sign-outs, each walked along its index.
    fn acts_on(&self, user: UserId, before: Option<AuditPlace>, limit: u64) -> SelectStatement {
        use event::Column as E;
        let walk = |condition: Expr| {
            let mut keys = self.keys(|select| {
                select.and_where(condition);
                if let Some(place) = before {
                    beyond(select, place);
                }
            });
            newest_first(&mut keys, event::Entity, limit);
            let mut walk = rows_of(keys, "walk");
            walk.columns([E::OccurredAt, E::Id]);
            walk
        };
        let signed_out = column(E::ActorId)
            .eq(user.0)
            .and(column(E::Action).eq(SIGN_OUT));
        let mut all = walk(column(E::TargetId).eq(user.0));
        all.union(UnionType::All, walk(signed_out));
        let mut together = rows_of(all, "walks");
        together.columns([E::OccurredAt, E::Id]);
        newest_first(&mut together, "walks", limit);
        together
    }

    /// Requests about a person that changed nothing because they were refused.
    async fn refused_about(
        &self,
        user: UserId,
        before: Option<AuditPlace>,
        limit: u64,
    ) -> Result<Vec<TimelineEntry>, DbError> {
        use log::Column as L;
        let of_log = |one: L| Expr::col((log::Entity, one));
        let of_user = Expr::col((touched::Entity, touched::Column::AccountId))
            .equals((log::Entity, L::AccountId))
            .and(
                Expr::col((touched::Entity, touched::Column::RequestId))
                    .equals((log::Entity, L::Id)),
            );
        let mut select = log_search::rows_of(self.account.0, Some(user));
        select
            .inner_join(touched::Entity, of_user)
            .and_where(Expr::col((touched::Entity, touched::Column::UserId)).eq(user.0))
            .and_where(of_log(L::Status).gte(400))
            .and_where(of_log(L::Method).ne("GET"));
        if let Some(place) = before {
            let tie = Cond::any()
                .add(of_log(L::At).lt(place.at))
                .add(of_log(L::Id).lt(place.id));
            select
                .and_where(of_log(L::At).lte(place.at))
                .cond_where(tie);
        }
        select
            .order_by((log::Entity, L::At), Order::Desc)
            .order_by((log::Entity, L::Id), Order::Desc)
            .limit(limit);
        let rows: Vec<log_search::Row> = fetch::all(self.connection, &select).await?;
        rows.into_iter()
            .map(|row| log_search::from_row(row).map(|row| TimelineEntry::Request { row }))
            .collect()
    }

    /// Acts on a person that were done at one of these instants, newest first, at most `limit`: what
    /// placed a hold carries its instant.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn acts_at(
        &self,
        user: UserId,
        instants: &[DateTime<Utc>],
        limit: u64,
    ) -> Result<Vec<AuditRow>, DbError> {
        if instants.is_empty() {
            return Ok(Vec::new());
        }
        let at = column(event::Column::OccurredAt).is_in(instants.iter().copied());
        self.audit_page(self.done_to(user, at, limit)).await
    }

    /// The last of these acts on a person that was done.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn last_act(
        &self,
        user: UserId,
        actions: &[&str],
    ) -> Result<Option<AuditRow>, DbError> {
        let of_act = column(event::Column::Action).is_in(actions.iter().copied());
        let rows = self.audit_page(self.done_to(user, of_act, 1)).await?;
        Ok(rows.into_iter().next())
    }

    /// Keys of what was done to a person, and not refused.
    fn done_to(&self, user: UserId, which: Expr, limit: u64) -> SelectStatement {
        let mut keys = self.keys(|select| {
            select
                .and_where(column(event::Column::TargetId).eq(user.0))
                .and_where(column(event::Column::Outcome).eq(AuditOutcome::Success.as_str()))
                .and_where(which);
        });
        newest_first(&mut keys, event::Entity, limit);
        keys
    }
}
