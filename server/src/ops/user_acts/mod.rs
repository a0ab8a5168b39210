//! Acts of administrators on one person (domain.md sections 4 and 5): the table of transitions says
//! what changes and what follows, the guards say who may.

mod checked;
pub mod deletion;
pub mod erasure;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::{acts::ActOnUser, events::ChangeKind, users::UserDetail},
    id::UserId,
    lifecycle::{
        Axes, Change as Effect, HoldKind, HoldScope, Lifecycle, Sessions, Standstill, Transition,
    },
    permission::{Guard, Permission, Reach, Share, Standing, guard, needed_for},
    policy::RemovalMode,
};
use serde_json::{Value, json};

use self::{
    checked::checked,
    deletion::{Moved, purge_job, removal_of},
};
use super::{
    OpError, mails,
    memberships::{administered, last_of},
    precondition::Precondition,
    sessions::{CLOSE_SESSIONS, Identity},
    step_up,
};
use crate::{
    ctx::Ctx,
    db::{
        AccountTx, AuditEntry, BeforeDeletion, Change, Db, NewHold, NewJob, SignInUser, UserUpdate,
        Written,
    },
};

/// Queue of the job that lifts holds whose time is over; its payload is `{"user": id}`.
pub const END_HOLDS: &str = "end_holds";

/// What somebody asks to happen to a person.
#[derive(Clone, Debug)]
pub struct Act {
    /// What.
    pub transition: Transition,
    /// Why, and how far.
    pub asked: ActOnUser,
    /// Which version of the person was looked at.
    pub precondition: Precondition,
}

/// What somebody may do with a person as they are, to be shown before they ask. Whether there is
/// another administrator is found out when they ask.
#[must_use]
pub fn offered(by: &Identity, person: &UserDetail) -> Vec<Transition> {
    let axes = person.axes();
    let is_self = by.user == person.row.id;
    let administered = administered(person);
    let theirs = Standing {
        roles: &person.roles,
        organisations: &administered,
    };
    let read = by.standing().reach(Permission::ReadUsers);
    let is_reached = |needed| match by.standing().reach(needed) {
        Some(Reach::Account) => true,
        // Whoever reads everybody may act on their own only: that is found out when they ask.
        reach => reach.is_some() && reach == read && !person.shared,
    };
    let is_offered = |act: &Transition| {
        needed_for(*act).is_some_and(is_reached)
            && axes.after(*act, Lifecycle::Active).is_ok()
            && (*act != Transition::Delete || person.removal.mode != RemovalMode::NeverDelete)
            && guard(*act, is_self, by.standing(), theirs).is_ok()
    };
    let acts = Transition::ALL.iter().copied();
    let erasable =
        is_reached(Permission::EraseUsers) && !is_self && person.lifecycle != Lifecycle::Purged;
    acts.filter(|act| match act {
        // Asked for by one, approved by another, and from wherever somebody stands.
        Transition::Purge => erasable,
        act => is_offered(act),
    })
    .collect()
}

/// Does it, with everything that follows from it, in one transaction; what a guard forbids is audited.
///
/// # Errors
/// [`OpError::Invalid`], [`OpError::NotFound`], [`OpError::PreconditionFailed`],
/// [`OpError::AlreadyInState`], [`OpError::Conflict`] from a lifecycle that does not allow it,
/// [`OpError::Guarded`], [`OpError::StepUpRequired`], and those of the database.
pub async fn carry_out(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    user: UserId,
    act: Act,
) -> Result<(), OpError> {
    let act = Act {
        asked: checked(act.transition, act.asked, ctx.now)?,
        ..act
    };
    let (actor, roles) = (by.user, by.roles.clone());
    let proven = step_up::require(by, ctx).is_ok();
    let outcome = db
        .write::<_, OpError, _>(ctx, move |tx| {
            let (act, roles) = (act.clone(), roles.clone());
            Box::pin(async move {
                let person = tx.lock_sign_in_user(user).await?;
                let person = person.ok_or(OpError::NotFound)?;
                let by = roles.standing();
                let needed = needed_for(act.transition).ok_or(OpError::Forbidden)?;
                if let Some(guard) = shared(tx, by, needed, user).await? {
                    let entry = refused(&[act.transition], user, guard);
                    return Ok(Written::audited(Err(guard), entry));
                }
                act.precondition.check(person.version)?;
                let before = match act.transition {
                    Transition::Restore => tx.before_deletion(user).await?,
                    _ => BeforeDeletion::default(),
                };
                let mut plan = plan(&act, &person.axes, before)?;
                if !proven && step_up::is_asked_for(act.transition, person.roles.standing()) {
                    return Err(OpError::StepUpRequired);
                }
                plan.forgets_providers = is_forgotten(tx, &act, user).await?;
                guarded(tx, &act, &plan, (actor, by), &person).await
            })
        })
        .await?;
    outcome.map_err(OpError::Guarded)
}

/// Deletes somebody who leaves their last organisation (T13a, T13b). The person is locked.
///
/// # Errors
/// As [`carry_out`].
pub(super) async fn delete_in(
    tx: &AccountTx,
    person: &SignInUser,
    actor: (UserId, Standing<'_>),
) -> Result<Written<Result<(), Guard>>, OpError> {
    let act = Act {
        transition: Transition::Delete,
        asked: ActOnUser::default(),
        precondition: Precondition::NONE,
    };
    let plan = plan(&act, &person.axes, BeforeDeletion::default())?;
    guarded(tx, &act, &plan, actor, person).await
}

/// Whether somebody also belongs to organisations that the actor does not administer: these acts are
/// on the whole person (domain.md section 4, *People in several organisations*). Nobody who belongs to
/// none of the actor's is there for them.
///
/// # Errors
/// [`OpError::Forbidden`] without the permission, [`OpError::NotFound`], and those of the database.
pub(super) async fn shared(
    tx: &AccountTx,
    by: Standing<'_>,
    needed: Permission,
    user: UserId,
) -> Result<Option<Guard>, OpError> {
    let reach = by.reach(needed).ok_or(OpError::Forbidden)?;
    if reach == Reach::Account {
        return Ok(None);
    }
    let (_, memberships) = tx.memberships(user, &reach).await?;
    let inside = memberships.iter().filter(|one| one.reached).count();
    match Share::of(inside, memberships.len()) {
        Share::Whole => Ok(None),
        Share::Part => Ok(Some(Guard::SharedPerson)),
        Share::Nothing if by.reach(Permission::ReadUsers) == Some(Reach::Account) => {
            Err(OpError::Forbidden)
        }
        Share::Nothing => Err(OpError::NotFound),
    }
}

/// Carries out what no guard forbids.
async fn guarded(
    tx: &AccountTx,
    act: &Act,
    plan: &Plan,
    (actor, by): (UserId, Standing<'_>),
    person: &SignInUser,
) -> Result<Written<Result<(), Guard>>, OpError> {
    match forbidden(tx, plan, (actor == person.id, by), person).await? {
        Some(guard) => {
            let entry = refused(&plan.transitions, person.id, guard);
            Ok(Written::audited(Err(guard), entry))
        }
        None => Ok(perform(tx, act, plan, person).await?.map(Ok)),
    }
}

/// The transitions that change something, and the axes after them.
struct Plan {
    transitions: Vec<Transition>,
    after: Axes,
    /// What somebody had who is restored.
    before: BeforeDeletion,
    /// Whether holds of identity providers end with it.
    forgets_providers: bool,
}

impl Plan {
    fn axes(&self) -> Axes {
        let mut axes = self.after.clone();
        if self.forgets_providers {
            axes.holds.retain(|hold| hold.kind != HoldKind::IdpDisabled);
        }
        axes
    }
}

/// Whether somebody comes out of the archive whom no provider knows of: nobody else could lift a hold
/// that one of them left behind (`never_delete`).
async fn is_forgotten(tx: &AccountTx, act: &Act, user: UserId) -> Result<bool, OpError> {
    if act.transition != Transition::Unarchive {
        return Ok(false);
    }
    let person = tx.lock_person(user).await?;
    Ok(person.is_some_and(|person| person.link.is_none()))
}

/// The archive and the suspension are set in one (features.md A93, A117); everything else is one
/// transition.
fn plan(act: &Act, axes: &Axes, before: BeforeDeletion) -> Result<Plan, OpError> {
    let mut plan = Plan {
        transitions: Vec::new(),
        after: axes.clone(),
        before,
        forgets_providers: false,
    };
    let suspension = act.asked.suspended.map(|suspended| match suspended {
        true => Transition::Suspend,
        false => Transition::Unsuspend,
    });
    for transition in [Some(act.transition), suspension].into_iter().flatten() {
        match plan.after.after(transition, plan.before.lifecycle) {
            Ok(after) => {
                plan.after = after;
                plan.transitions.push(transition);
            }
            Err(Standstill::AlreadySo) => {}
            Err(Standstill::NotFrom(lifecycle)) => {
                return Err(OpError::Conflict(format!(
                    "This person is {lifecycle}, so {transition} does not apply."
                )));
            }
        }
    }
    match plan.transitions.is_empty() {
        true => Err(OpError::AlreadyInState),
        false => Ok(plan),
    }
}

/// What forbids it, whatever permissions the actor has.
async fn forbidden(
    tx: &AccountTx,
    plan: &Plan,
    (is_self, actor): (bool, Standing<'_>),
    person: &SignInUser,
) -> Result<Option<Guard>, OpError> {
    let theirs = person.roles.standing();
    for transition in &plan.transitions {
        if let Err(guard) = guard(*transition, is_self, actor, theirs) {
            return Ok(Some(guard));
        }
    }
    let stops = plan.transitions.iter().any(|transition| transition.stops());
    let administers = theirs.is_system_administrator() || !theirs.organisations.is_empty();
    if !stops || !administers {
        return Ok(None);
    }
    // One after the other, or two could each leave the other as the last one.
    tx.lock_account().await?;
    if theirs.is_system_administrator() && !tx.has_other_administrator(person.id).await? {
        return Ok(Some(Guard::LastAdministrator));
    }
    last_of(tx, person.id, theirs.organisations).await
}

async fn perform(
    tx: &AccountTx,
    act: &Act,
    plan: &Plan,
    person: &SignInUser,
) -> Result<Written<()>, OpError> {
    let mut moved = Moved::default();
    let purge_at = purge_at(tx, plan, person).await?;
    for transition in &plan.transitions {
        match transition.row().change {
            Effect::Place(_) | Effect::Lift(_) => {
                follow_holds(tx, act, *transition, person).await?;
            }
            Effect::Move(_, Lifecycle::Deleted) => moved = deletion::of(tx, person).await?,
            Effect::Back => moved = deletion::come_back(tx, person.id, &plan.before).await?,
            Effect::Move(..) => {}
        }
    }
    if plan.forgets_providers {
        tx.close_holds(person.id, HoldKind::IdpDisabled, None)
            .await?;
    }
    let ends = |transition: &Transition| transition.effects().sessions == Sessions::Ended;
    let cut_access = plan.transitions.iter().any(ends);
    let update = update(tx, act, plan, person, (cut_access, purge_at)).await?;
    if !tx.update_user(person.id, &update).await? {
        return Err(OpError::PreconditionFailed);
    }
    if !cut_access {
        // Dormancy counts from here (domain.md section 5).
        tx.note_activity(person.id).await?;
    }
    let change = match plan.after.lifecycle {
        Lifecycle::Deleted => Change::deleted,
        _ => Change::updated,
    };
    let change = change(ChangeKind::User, person.id, person.version + 1);
    let mut written = Written::unchanged(()).announcing(change);
    let entries = plan.transitions.iter();
    written.audit = entries
        .map(|transition| entry(act, *transition, person.id, &moved.details))
        .collect();
    written.changes.extend(moved.changes);
    written.jobs.extend(moved.rest);
    written
        .jobs
        .extend(cut_access.then(|| later(tx, CLOSE_SESSIONS, person.id, tx.ctx().now)));
    written
        .jobs
        .extend(purge_at.map(|at| purge_job(person.id, at)));
    for transition in &plan.transitions {
        let mails = mails::of_transition(tx, *transition, person).await?;
        written.mails.extend(mails);
    }
    let until = act.asked.until;
    written
        .jobs
        .extend(until.map(|until| later(tx, END_HOLDS, person.id, until)));
    Ok(written)
}

async fn update(
    tx: &AccountTx,
    act: &Act,
    plan: &Plan,
    person: &SignInUser,
    (cut_access, purge_at): (bool, Option<DateTime<Utc>>),
) -> Result<UserUpdate, OpError> {
    let is_restored = person.axes.lifecycle == Lifecycle::Deleted;
    let user_name = act.asked.user_name.as_deref();
    Ok(UserUpdate {
        version: person.version,
        profile: deletion::renamed(tx, person.id, user_name).await?,
        axes: Some(plan.axes()),
        // No connection provisions somebody who comes back.
        idp_active: is_restored.then_some(None),
        cut_access,
        password_hash: None,
        purge_at: (is_restored || purge_at.is_some()).then_some(purge_at),
    })
}

/// When somebody is erased who is deleted now; `None` of any other act.
async fn purge_at(
    tx: &AccountTx,
    plan: &Plan,
    person: &SignInUser,
) -> Result<Option<DateTime<Utc>>, OpError> {
    if plan.after.lifecycle != Lifecycle::Deleted {
        return Ok(None);
    }
    let removal = removal_of(tx, person.id).await?;
    let at = removal.purge_at(tx.ctx().now);
    at.map(Some).ok_or(OpError::NeverDeleted)
}

/// The rows of the holds that come or go.
async fn follow_holds(
    tx: &AccountTx,
    act: &Act,
    transition: Transition,
    person: &SignInUser,
) -> Result<(), OpError> {
    match transition.row().change {
        Effect::Place(kind) => {
            let hold = NewHold {
                kind,
                scope: HoldScope::Account,
                source: tx.ctx().actor.clone(),
                reason: act.asked.reason.clone(),
                until: act.asked.until.filter(|_| kind == HoldKind::Suspended),
            };
            tx.follow_hold(person.id, hold, true).await?;
        }
        Effect::Lift(kinds) => {
            for kind in kinds {
                tx.close_holds(person.id, *kind, None).await?;
            }
            if kinds.contains(&HoldKind::Denied) {
                tx.reset_password_tries(person.id, 0).await?;
            }
        }
        Effect::Move(..) | Effect::Back => {}
    }
    Ok(())
}

/// A job about the person, not before `run_at`.
pub(super) fn later(
    tx: &AccountTx,
    queue: &'static str,
    user: UserId,
    run_at: DateTime<Utc>,
) -> NewJob {
    let is_now = run_at <= tx.ctx().now;
    NewJob {
        queue,
        payload: json!({ "user": user }),
        run_at,
        dedup_key: is_now.then(|| user.to_string()),
        max_attempts: 10,
    }
}

const fn action(transition: Transition) -> &'static str {
    match transition {
        Transition::Start => "user.start",
        Transition::Suspend => "user.suspend",
        Transition::Unsuspend => "user.unsuspend",
        Transition::Ban => "user.ban",
        Transition::Unban => "user.unban",
        Transition::Deny => "user.deny",
        Transition::Validate => "user.validate",
        Transition::Inactivate => "user.inactivate",
        Transition::Disable => "user.disable",
        Transition::Enable => "user.enable",
        Transition::Archive => "user.archive",
        Transition::Unarchive => "user.unarchive",
        Transition::Delete => "user.delete",
        Transition::Restore => "user.restore",
        Transition::Purge => "user.purge",
        Transition::RequireReauthentication => "user.require_reauthentication",
    }
}

fn entry(act: &Act, transition: Transition, user: UserId, moved: &Value) -> AuditEntry {
    let until = act
        .asked
        .until
        .filter(|_| transition == Transition::Suspend);
    let mut details = json!({ "reason": act.asked.reason, "until": until });
    if let Value::Object(moved) = moved {
        for (name, value) in moved {
            details[name] = value.clone();
        }
    }
    AuditEntry::done(action(transition), "user", user, details)
}

fn refused(asked: &[Transition], user: UserId, guard: Guard) -> AuditEntry {
    let asked = asked.first().copied().map_or("user.act", action);
    AuditEntry::done(asked, "user", user, json!({ "guard": guard })).refused()
}

/// Lifts the holds of a person whose time is over (T4).
///
/// # Errors
/// Those of the database.
pub async fn end_due(db: &Db, ctx: &Arc<Ctx>, user: UserId) -> Result<(), OpError> {
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            if tx.lock_sign_in_user(user).await?.is_none() || tx.close_due_holds(user).await? == 0 {
                return Ok(Written::unchanged(()));
            }
            tx.note_activity(user).await?;
            // Or the next wrong password would be the eleventh.
            tx.reset_password_tries(user, 0).await?;
            let version = tx.user_version(user).await?;
            let change = Change::updated(ChangeKind::User, user, version);
            let details = json!({ "reason": "its time is over" });
            let entry = AuditEntry::done(action(Transition::Unsuspend), "user", user, details);
            Ok(Written::audited((), entry).announcing(change))
        })
    })
    .await
}
