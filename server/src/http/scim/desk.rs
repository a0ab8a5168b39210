//! Where a writing operation is carried out: in a unit of work of its own, or in one that it shares
//! with other operations of a Bulk.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use scim_schema::id::GroupId;

use super::exchange::Exchange;
use crate::{
    db::{AccountTx, DbError, Members, ScimGroup, UnitError, Written},
    ops::{
        OpError,
        provisioner::Provisioner,
        reads::group_so_far,
        rehearsals::REMOVED,
        users::{HashedPassword, check_password, takes_passwords},
    },
};

/// What an operation needs to know of its surroundings.
pub(super) struct Desk<'a> {
    pub(super) by: Arc<Provisioner>,
    place: Place<'a>,
}

enum Place<'a> {
    Own(&'a Exchange),
    /// With the number of the operation.
    Shared(&'a SharedUnit<'a>, usize),
}

/// Passwords of operations that share a unit, by the number of the operation: hashed before it began,
/// each with a salt of its own.
pub(super) type Passwords = HashMap<usize, HashedPassword>;

/// A unit of work that several operations share.
pub(super) struct SharedUnit<'a> {
    tx: &'a AccountTx,
    isolation: Isolation,
    passwords: &'a Passwords,
    state: Mutex<State>,
}

/// What the failure of one operation undoes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Isolation {
    /// The whole unit.
    None,
    /// That operation alone: each has a savepoint, which costs two statements.
    Savepoints,
}

struct State {
    /// What the operations leave behind together.
    trace: Written<()>,
    /// Whether an operation failed after it may have written.
    failed: bool,
    /// Why the unit has to run again as a whole.
    conflict: Option<DbError>,
}

impl<'a> Desk<'a> {
    /// A unit of work of its own.
    pub(super) fn own(exchange: &'a Exchange) -> Self {
        Self {
            by: Arc::clone(&exchange.by),
            place: Place::Own(exchange),
        }
    }

    /// A unit of work that others share with the operation of this number.
    pub(super) fn shared(
        by: &Arc<Provisioner>,
        unit: &'a SharedUnit<'a>,
        operation: usize,
    ) -> Self {
        Self {
            by: Arc::clone(by),
            place: Place::Shared(unit, operation),
        }
    }

    /// Whether everything that is done here is undone.
    pub(super) const fn is_rehearsal(&self) -> bool {
        match self.place {
            Place::Own(exchange) => exchange.is_rehearsal(),
            Place::Shared(..) => false,
        }
    }

    /// Whether what is written after an operation has failed is stored.
    pub(super) fn outlives_a_failure(&self) -> bool {
        match self.place {
            Place::Own(_) => true,
            Place::Shared(unit, _) => unit.isolation == Isolation::Savepoints,
        }
    }

    /// The password of an operation, ready to be stored; none where the connection sets none.
    ///
    /// # Errors
    /// 400 `invalidValue` for one that people may not have, [`OpError::Busy`] when too many wait.
    pub(super) async fn password(
        &self,
        sent: Option<&str>,
    ) -> Result<Option<HashedPassword>, OpError> {
        let Some(sent) = sent.filter(|_| takes_passwords(&self.by)) else {
            return Ok(None);
        };
        match self.place {
            // Nothing is stored, and a logged request has its password no more.
            Place::Own(exchange) if exchange.is_rehearsal() => {
                if sent != REMOVED {
                    check_password(sent)?;
                }
                Ok(None)
            }
            Place::Own(exchange) => {
                let pool = &exchange.state.provisioned_passwords;
                HashedPassword::of(pool, sent).await.map(Some)
            }
            Place::Shared(unit, operation) => unit.password(operation, sent).map(Some),
        }
    }

    /// Runs `work` here.
    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: UnitError,
        F: for<'t> Fn(&'t AccountTx) -> futures_util::future::BoxFuture<'t, Result<Written<T>, E>>
            + Send
            + Sync
            + 'static,
    {
        match self.place {
            Place::Own(exchange) => exchange.write(work).await,
            Place::Shared(unit, _) => unit.write(work).await,
        }
    }

    /// A group as it is after what was written here; `None` when it is gone, cannot be read just now,
    /// or the connection reads as much as it may already. What was stored is not refused for that.
    pub(super) async fn scim_group(
        &self,
        id: GroupId,
        members: Members,
    ) -> Result<Option<ScimGroup>, OpError> {
        match self.place {
            Place::Own(exchange) => {
                let Some(share) = exchange.share_to_read().await else {
                    return Ok(None);
                };
                let group = exchange.reads().group(id, members).await;
                share.end();
                Ok(group.unwrap_or_else(|error| {
                    tracing::warn!(%error, "a group that was changed could not be read back");
                    None
                }))
            }
            Place::Shared(unit, _) => group_so_far(unit.tx, &self.by, id, members).await,
        }
    }
}

impl<'a> SharedUnit<'a> {
    pub(super) fn new(tx: &'a AccountTx, isolation: Isolation, passwords: &'a Passwords) -> Self {
        Self {
            tx,
            isolation,
            passwords,
            state: Mutex::new(State {
                trace: Written::unchanged(()),
                failed: false,
                conflict: None,
            }),
        }
    }

    /// Whether an operation failed, so that the unit cannot be stored as it is.
    pub(super) fn has_failed(&self) -> bool {
        self.isolation == Isolation::None && self.state().failed
    }

    /// Why the unit has to run again as a whole, if it has to.
    pub(super) fn take_conflict(&self) -> Option<DbError> {
        self.state().conflict.take()
    }

    /// What the operations leave behind together.
    pub(super) fn into_trace(self) -> Written<()> {
        let state = self.state.into_inner();
        state.unwrap_or_else(PoisonError::into_inner).trace
    }

    /// Nothing is hashed within a unit: what is missing was not hashed because too many waited.
    fn password(&self, operation: usize, sent: &str) -> Result<HashedPassword, OpError> {
        check_password(sent)?;
        let hashed = self.passwords.get(&operation);
        hashed.cloned().ok_or(OpError::Busy)
    }

    async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: UnitError,
        F: for<'t> Fn(&'t AccountTx) -> futures_util::future::BoxFuture<'t, Result<Written<T>, E>>,
    {
        let outcome = match self.isolation {
            Isolation::None => match work(self.tx).await {
                Ok(written) => self.tx.settle().await.map(|()| written).map_err(E::from),
                refused => refused,
            },
            Isolation::Savepoints => self.tx.part(work).await,
        };
        let mut state = self.state();
        match outcome {
            Ok(written) => Ok(state.trace.absorb(written)),
            Err(error) => {
                state.failed = true;
                let conflict = error.database().filter(|error| error.asks_for_retry());
                state.conflict = conflict.cloned();
                Err(error)
            }
        }
    }

    // The state is whole after every statement, so a panic elsewhere cannot have broken it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
