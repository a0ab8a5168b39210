//! What administrators do at the door of other people: see where they are signed in, end that, assign
//! a password, take second factors away (features.md A89, A91 and A97).

use std::sync::Arc;

use chrono::TimeDelta;
use scim_schema::{
    api::{
        events::ChangeKind,
        my_account::{AssignPassword, SessionView, Sessions, SignInView, SignIns},
    },
    id::{SessionId, UserId},
    lifecycle::{HoldKind, Lifecycle},
    permission::{Guard, Permission, guard_door},
};
use serde_json::{Value, json};

use super::{
    OpError,
    devices::device_words,
    own_password::require_here,
    password_quality,
    policy::Policies,
    precondition::Precondition,
    sessions::{CLOSE_SESSIONS, Identity},
    sign_in::Services,
    user_acts,
};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Change, Db, OpenSession, SignInTry, SignInUser, Written},
};

/// How long tries to sign in are shown (domain.md section 7, *retention*).
const HISTORY: TimeDelta = TimeDelta::days(180);

/// Where somebody is signed in, and what with. To look at somebody else's is audited.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn sessions(
    db: &Db,
    ctx: &Arc<Ctx>,
    policies: &Policies,
    by: &Identity,
    user: UserId,
) -> Result<Sessions, OpError> {
    let scope = db.account(ctx.account);
    let open = scope.open_sessions(user, ctx.now).await?;
    let open = open.ok_or(OpError::NotFound)?;
    let factors = scope.second_factors(user).await?;
    let password_assigned = scope.is_password_assigned(user).await?;
    note_read(db, ctx, by, user, "session.read").await?;
    Ok(Sessions {
        items: open.into_iter().map(|one| view(one, by)).collect(),
        second_factors: factors.into_iter().map(|factor| factor.view).collect(),
        password_assigned,
        passwords_here: policies.passwords_here(ctx.account),
    })
}

/// How somebody signed in, and tried to. To look at somebody else's is audited.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn sign_ins(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    user: UserId,
) -> Result<SignIns, OpError> {
    let scope = db.account(ctx.account);
    if !scope.has_user(user).await? {
        return Err(OpError::NotFound);
    }
    let tries = scope.sign_ins(user, ctx.now - HISTORY).await?;
    note_read(db, ctx, by, user, "sign_ins.read").await?;
    Ok(SignIns {
        items: tries.into_iter().map(sign_in).collect(),
    })
}

fn view(one: OpenSession, by: &Identity) -> SessionView {
    SessionView {
        id: one.id,
        device: device_words(one.user_agent.as_deref()),
        ip: one.ip,
        method: one.method,
        created_at: one.created_at,
        last_seen_at: one.last_seen_at,
        expires_at: one.expires_at,
        current: one.id == by.session,
    }
}

fn sign_in(one: SignInTry) -> SignInView {
    SignInView {
        at: one.occurred_at,
        success: one.outcome == "success",
        how: one.how(),
        device: device_words(one.user_agent.as_deref()),
        ip: one.source_ip,
    }
}

async fn note_read(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    user: UserId,
    action: &'static str,
) -> Result<(), OpError> {
    if by.user == user {
        return Ok(());
    }
    db.write(ctx, move |_| {
        Box::pin(async move {
            let entry = AuditEntry::done(action, "user", user, json!({}));
            Ok(Written::audited((), entry))
        })
    })
    .await
}

/// Ends one session of somebody.
///
/// # Errors
/// [`OpError::NotFound`] when they have no open session of this id, [`OpError::Guarded`], and those of
/// the database.
pub async fn end_session(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    user: UserId,
    session: SessionId,
) -> Result<(), OpError> {
    act(
        db,
        ctx,
        by,
        user,
        Precondition::parse(None, None),
        (Permission::EndSessions, "session.end"),
        move |tx, person| {
            Box::pin(async move {
                if !tx
                    .end_session_of(person.id, session, "administrator")
                    .await?
                {
                    return Err(OpError::NotFound);
                }
                Ok(json!({ "session": session }))
            })
        },
    )
    .await
    .map(drop)
}

/// Ends one session of the caller's own.
///
/// # Errors
/// [`OpError::NotFound`] when there is no open one of this id, and those of the database.
pub async fn end_own_session(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    session: SessionId,
) -> Result<(), OpError> {
    let user = by.user;
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            if !tx.end_session_of(user, session, "owner").await? {
                return Err(OpError::NotFound);
            }
            let entry = AuditEntry::done("session.end", "session", session, json!({}));
            Ok(Written::audited((), entry))
        })
    })
    .await
}

/// Ends every session of somebody, who may sign in again at once (domain.md section 5, `end_sessions`),
/// and answers how many that were.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Guarded`], and those of the database.
pub async fn end_sessions(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    user: UserId,
) -> Result<u64, OpError> {
    let details = act(
        db,
        ctx,
        by,
        user,
        Precondition::parse(None, None),
        (Permission::EndSessions, "session.end_all"),
        |tx, person| {
            Box::pin(async move {
                let ended = tx.end_sessions_of(person.id, "administrator").await?;
                Ok(json!({ "sessions": ended }))
            })
        },
    )
    .await?;
    Ok(details["sessions"].as_u64().unwrap_or(0))
}

/// *Reassign password*: the person signs in with it once and chooses another; every session ends.
/// Mail to the person is an effect of it. That it is one of the last five is no reason to refuse it:
/// it would tell the administrator what they were.
///
/// # Errors
/// [`OpError::Invalid`] for a password that people may not have, [`OpError::Conflict`] where passwords
/// are not set here, [`OpError::NotFound`], [`OpError::PreconditionFailed`], [`OpError::Guarded`], and
/// those of the database.
pub async fn assign_password(
    services: Services<'_>,
    ctx: &Arc<Ctx>,
    by: &Identity,
    user: UserId,
    precondition: Precondition,
    input: &AssignPassword,
) -> Result<(), OpError> {
    require_here(services, ctx)?;
    let profile = services.db.account(ctx.account).sign_in_names(user).await?;
    let names = profile.ok_or(OpError::NotFound)?;
    let known: Vec<Option<&str>> = names.iter().map(|name| Some(name.as_str())).collect();
    let password = password_quality::check("password", &input.password, &known)?;
    let hash = services.passwords.hash(&password).await?;
    let (actor, validate) = (by.user, input.validate);
    act(
        services.db,
        ctx,
        by,
        user,
        precondition,
        (Permission::AssignPasswords, "user.assign_password"),
        move |tx, person| {
            let hash = hash.clone();
            Box::pin(async move {
                if matches!(
                    person.axes.lifecycle,
                    Lifecycle::Deleted | Lifecycle::Purged
                ) {
                    return Err(OpError::Conflict(
                        "This person is deleted. Restore them first.".to_owned(),
                    ));
                }
                if !person.is_person {
                    return Err(OpError::Conflict(
                        "A service user signs in by token only and has no password.".to_owned(),
                    ));
                }
                tx.replace_password(person.id, &hash).await?;
                tx.note_assigned_password(person.id, actor).await?;
                tx.reset_password_tries(person.id, 0).await?;
                let lifted = match validate {
                    true => tx.lift_holds(person.id, HoldKind::Denied).await?,
                    false => 0,
                };
                Ok(json!({ "lifted_holds": lifted }))
            })
        },
    )
    .await
    .map(drop)
}

/// Takes every second factor and recovery code of somebody away and ends their sessions, so that they
/// enrol anew at the next sign-in. Mail to the person is an effect of it.
///
/// # Errors
/// [`OpError::AlreadyInState`] without any, [`OpError::NotFound`], [`OpError::Guarded`], and those of
/// the database.
pub async fn reset_second_factors(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    user: UserId,
) -> Result<(), OpError> {
    act(
        db,
        ctx,
        by,
        user,
        Precondition::parse(None, None),
        (Permission::ResetSecondFactors, "second_factor.reset"),
        |tx, person| {
            Box::pin(async move {
                let factors = tx.delete_factors(person.id).await?;
                if factors == 0 {
                    return Err(OpError::AlreadyInState);
                }
                tx.replace_recovery_codes(person.id, &[]).await?;
                tx.forget_devices(person.id).await?;
                let ended = tx.end_sessions_of(person.id, "second_factor_reset").await?;
                Ok(json!({ "factors": factors, "sessions": ended }))
            })
        },
    )
    .await
    .map(drop)
}

type Deed<'t> = futures_util::future::BoxFuture<'t, Result<Value, OpError>>;

/// Does something at somebody's door unless a guard forbids it, which is audited, and answers what was
/// recorded of it.
async fn act<F>(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    user: UserId,
    precondition: Precondition,
    (needed, action): (Permission, &'static str),
    deed: F,
) -> Result<Value, OpError>
where
    F: for<'t> Fn(&'t AccountTx, &'t SignInUser) -> Deed<'t> + Send + Sync + 'static,
{
    let (is_self, roles) = (by.user == user, by.roles.clone());
    let deed = Arc::new(deed);
    let outcome: Result<Value, Guard> = db
        .write::<_, OpError, _>(ctx, move |tx| {
            let (roles, deed) = (roles.clone(), Arc::clone(&deed));
            let precondition = precondition.clone();
            Box::pin(async move {
                let person = tx.lock_sign_in_user(user).await?;
                let person = person.ok_or(OpError::NotFound)?;
                precondition.check(person.version)?;
                let by = roles.standing();
                let shared = user_acts::shared(tx, by, needed, user).await?;
                let guarded = guard_door(is_self, by, person.roles.standing()).err();
                if let Some(guard) = shared.or(guarded) {
                    let details = json!({ "guard": guard });
                    let entry = AuditEntry::done(action, "user", user, details).refused();
                    return Ok(Written::audited(Err(guard), entry));
                }
                let details = deed(tx, &person).await?;
                let version = tx.user_version(user).await?;
                let change = Change::updated(ChangeKind::User, user, version);
                let entry = AuditEntry::done(action, "user", user, details.clone());
                let written = Written::audited(Ok(details), entry).announcing(change);
                // A password raises the epoch; rows of before are closed for the lists.
                let close = user_acts::later(tx, CLOSE_SESSIONS, user, tx.ctx().now);
                Ok(written.queueing(close))
            })
        })
        .await?;
    outcome.map_err(OpError::Guarded)
}
