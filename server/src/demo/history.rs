//! What happened to people since they arrived: sign-ins, holds, departures.

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::{StreamExt, TryStreamExt, future::BoxFuture, stream};
use scim_schema::{
    api::{events::ChangeKind, users::Actor},
    dialect::Notes,
    id::{LinkId, UserId},
    lifecycle::{HoldKind, HoldScope, Lifecycle},
    patch::parse_patch,
    schema::{ResourceKind, registry},
};
use serde_json::json;

use super::{Plan, Stage, body::deactivation, fates::Fate, people::Placed};
use crate::{
    db::{AccountTx, AuditEntry, Change, NewHold, UserUpdate, Written},
    ops::{OpError, precondition::Precondition, provisioner::Provisioner, users},
};

/// Units of work under way at once; on SQLite they share commits.
const AT_ONCE: usize = 64;
/// Who places holds by hand.
const PERSONNEL: &str = "Human Resources";

/// Brings everybody to where they are now. Doing it again changes nothing more.
pub(super) async fn happen(
    stage: &Stage<'_>,
    plan: &Arc<Plan>,
    placed: &[Placed],
) -> Result<(), OpError> {
    let personnel = plan
        .roster
        .iter()
        .zip(placed)
        .find(|(person, _)| person.department == PERSONNEL)
        .map_or(
            Actor::System {
                name: "demo".to_owned(),
            },
            |(person, placed)| Actor::User {
                id: placed.user,
                name: person.name(),
            },
        );
    let mut units: Vec<BoxFuture<'_, Result<(), OpError>>> = Vec::new();
    for (place, (person, placed)) in plan.roster.iter().zip(placed).enumerate() {
        if let Some(ago) = person.last_seen {
            units.push(Box::pin(sign_in(stage, placed.user, ago)));
        }
        if let Some(ago) = person.befell {
            let story = Arc::new(Story {
                plan: Arc::clone(plan),
                place,
                placed: *placed,
                personnel: personnel.clone(),
            });
            units.push(Box::pin(befall(stage, story, ago)));
        }
    }
    stream::iter(units)
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await
}

/// A sign-in long ago leaves only its instant: nothing is announced and no session is left.
async fn sign_in(stage: &Stage<'_>, user: UserId, ago: TimeDelta) -> Result<(), OpError> {
    stage
        .db
        .write(&stage.ctx(ago), move |tx| {
            Box::pin(async move {
                tx.record_sign_in(user).await?;
                Ok(Written::bookkeeping(()))
            })
        })
        .await
}

/// One person, where that person is stored, and who acts by hand.
struct Story {
    plan: Arc<Plan>,
    place: usize,
    placed: Placed,
    personnel: Actor,
}

async fn befall(stage: &Stage<'_>, story: Arc<Story>, ago: TimeDelta) -> Result<(), OpError> {
    stage
        .db
        .write(&stage.ctx(ago), move |tx| {
            let story = Arc::clone(&story);
            Box::pin(async move { story.tell(tx).await })
        })
        .await
}

impl Story {
    async fn tell(&self, tx: &AccountTx) -> Result<Written<()>, OpError> {
        let person = &self.plan.roster[self.place];
        let user = self.placed.user;
        match person.fate {
            Fate::AtWork | Fate::Staged | Fate::Invited => Ok(Written::unchanged(())),
            Fate::Deleted => self.delete(tx).await,
            Fate::DisabledByIdp => self.disable(tx).await,
            Fate::Archived => archive(tx, user).await,
            Fate::SuspendedAndDisabled => {
                let mut written = place_hold(tx, user, self.suspension()).await?;
                written.absorb(self.disable(tx).await?);
                Ok(written)
            }
            Fate::Suspended => place_hold(tx, user, self.suspension()).await,
            Fate::Banned => {
                let reason = "Breach of the acceptable use policy";
                let by = self.personnel.clone();
                place_hold(tx, user, hold(HoldKind::Banned, by, reason)).await
            }
            Fate::LockedOut => {
                let reason = "10 wrong passwords in a row";
                place_hold(tx, user, hold(HoldKind::Denied, system("lock_out"), reason)).await
            }
            Fate::Dormant => {
                let reason = "No activity for 90 days";
                place_hold(
                    tx,
                    user,
                    hold(HoldKind::Inactive, system("dormancy"), reason),
                )
                .await
            }
            Fate::SecurityCheck => {
                let reason = "The provider reported a changed credential";
                let by = self
                    .plan
                    .provisioner(person.origin)
                    .map_or_else(|| system("signals"), Provisioner::actor);
                place_hold(tx, user, hold(HoldKind::Security, by, reason)).await
            }
        }
    }

    fn suspension(&self) -> NewHold {
        hold(
            HoldKind::Suspended,
            self.personnel.clone(),
            "On leave until further notice",
        )
    }

    /// The provider deletes the person, unless an earlier start has told so already.
    async fn delete(&self, tx: &AccountTx) -> Result<Written<()>, OpError> {
        let origin = self.plan.roster[self.place].origin;
        let (Some(by), Some(link)) = (self.plan.provisioner(origin), self.placed.link) else {
            return Ok(Written::unchanged(()));
        };
        let written = users::delete(tx, by, link, &Precondition::NONE).await?;
        Ok(written.map(|_| ()))
    }

    /// The provider sends `active: false`.
    async fn disable(&self, tx: &AccountTx) -> Result<Written<()>, OpError> {
        let origin = self.plan.roster[self.place].origin;
        match (self.plan.provisioner(origin), self.placed.link) {
            (Some(by), Some(link)) => disable(tx, by, link).await,
            _ => Ok(Written::unchanged(())),
        }
    }
}

async fn disable(tx: &AccountTx, by: &Provisioner, link: LinkId) -> Result<Written<()>, OpError> {
    let rt = registry().resource_type(ResourceKind::User);
    let body = deactivation(by.dialect.kind);
    let operations = parse_patch(rt, body, &by.dialect, &mut Notes::new())?;
    let written = users::patch(tx, by, link, &Precondition::NONE, &operations, None).await?;
    Ok(written.map(|_| ()))
}

async fn place_hold(tx: &AccountTx, user: UserId, hold: NewHold) -> Result<Written<()>, OpError> {
    let details = json!({ "kind": hold.kind, "scope": hold.scope, "reason": hold.reason });
    if !tx.place_hold(user, hold).await? {
        return Ok(Written::unchanged(()));
    }
    let version = tx.user_version(user).await?;
    let entry = AuditEntry::done("user.hold", "user", user, details);
    Ok(Written::audited((), entry).announcing(Change::updated(ChangeKind::User, user, version)))
}

async fn archive(tx: &AccountTx, user: UserId) -> Result<Written<()>, OpError> {
    let current = tx.lock_sign_in_user(user).await?.ok_or(OpError::NotFound)?;
    if current.axes.lifecycle == Lifecycle::Archived {
        return Ok(Written::unchanged(()));
    }
    let mut axes = current.axes;
    axes.lifecycle = Lifecycle::Archived;
    let update = UserUpdate {
        version: current.version,
        profile: None,
        axes: Some(axes),
        idp_active: None,
        cut_access: true,
        password_hash: None,
        purge_at: None,
    };
    if !tx.update_user(user, &update).await? {
        return Err(OpError::PreconditionFailed);
    }
    let details = json!({ "reason": "Left the district" });
    let entry = AuditEntry::done("user.archive", "user", user, details);
    let change = Change::updated(ChangeKind::User, user, current.version + 1);
    Ok(Written::audited((), entry).announcing(change))
}

fn hold(kind: HoldKind, source: Actor, reason: &str) -> NewHold {
    NewHold {
        kind,
        scope: HoldScope::Account,
        source,
        reason: Some(reason.to_owned()),
        until: None,
    }
}

fn system(name: &str) -> Actor {
    Actor::System {
        name: name.to_owned(),
    }
}
