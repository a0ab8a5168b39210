//! Sessions: one door in, and one rule for whether a session still holds (domain.md section 5,
//! *Session rule*).

use std::{net::IpAddr, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::{
        my_account::{Restriction, SignedInBy},
        session::AccountRef,
        users::Actor,
    },
    id::{AccountId, RequestId, SessionId, UserId},
    lifecycle::{Axes, HoldKind, SignInMethod, SignInRefusal, may_sign_in},
    permission::Standing,
};
use serde_json::json;

use super::{error::OpError, policy::Policies, secrets::SecretHash};
use crate::{
    ctx::{Channel, Ctx},
    db::{
        Account, AccountTx, AdministrativeRoles, AuditEntry, Db, NewSession, SignInUser,
        StoredSession, Written,
    },
};

/// Queue of the job that closes the rows of sessions after a user's access was cut; its payload is
/// `{"user": id}`.
pub const CLOSE_SESSIONS: &str = "close_sessions";

/// How long the session of somebody with an administrative role lasts (domain.md section 2,
/// *Lifetimes*): unused, and at most.
const ADMINISTRATOR: (TimeDelta, TimeDelta) = (TimeDelta::minutes(30), TimeDelta::hours(12));
/// The same for everybody else.
const EVERYBODY_ELSE: (TimeDelta, TimeDelta) = (TimeDelta::hours(8), TimeDelta::days(7));

/// Somebody at the door, before it is known who.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The request.
    pub request_id: RequestId,
    /// Where from.
    pub source_ip: Option<IpAddr>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// SHA-256 of the cookie of a browser that somebody has signed in with.
    pub device: Option<SecretHash>,
    /// When the request arrived.
    pub now: DateTime<Utc>,
}

impl Visitor {
    /// The context of an act of `actor` in `account`.
    #[must_use]
    pub fn ctx(&self, account: AccountId, actor: Actor) -> Arc<Ctx> {
        Arc::new(Ctx {
            account,
            actor,
            credential: None,
            channel: Channel::Ui,
            request_id: self.request_id,
            source_ip: self.source_ip,
            user_agent: self.user_agent.clone(),
            now: self.now,
        })
    }

    /// The context of an act of nobody in particular, such as a refused sign-in.
    #[must_use]
    pub fn anonymous(&self, account: AccountId) -> Arc<Ctx> {
        let name = "sign_in".to_owned();
        self.ctx(account, Actor::System { name })
    }
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The session.
    pub session: SessionId,
    /// The account.
    pub account: Account,
    /// The user.
    pub user: UserId,
    /// Name to show.
    pub name: String,
    /// Sign-in name.
    pub user_name: String,
    /// E-mail address, if any.
    pub email: Option<String>,
    /// Administrative roles.
    pub roles: AdministrativeRoles,
    /// Local administrator that no identity provider can lock out.
    pub break_glass: bool,
    /// When the person proved last who they are.
    pub auth_time: DateTime<Utc>,
    /// The user's access epoch.
    pub epoch: i64,
    /// What the session is for alone.
    pub restriction: Option<Restriction>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// BCP 47 language tag.
    pub locale: Option<String>,
}

impl Identity {
    /// The account as people see it.
    #[must_use]
    pub fn account_ref(&self) -> AccountRef {
        account_ref(&self.account)
    }

    /// How they stand.
    #[must_use]
    pub fn standing(&self) -> Standing<'_> {
        self.roles.standing()
    }
}

/// The account as people see it.
#[must_use]
pub fn account_ref(account: &Account) -> AccountRef {
    AccountRef {
        slug: account.slug.clone(),
        name: account.name.clone(),
    }
}

/// Makes a session for a proven identity: the only way a session comes to be, whatever the method.
/// The user must be locked in the same unit of work. Whoever has a second factor has proven it, and
/// whoever has yet to choose a password or to enrol a second factor gets a session for that alone.
///
/// # Errors
/// [`OpError::SignInRefused`] when the user may not sign in, [`OpError::WrongProof`] when a second
/// factor was left out, and those of the database.
pub(crate) async fn create_session(
    tx: &AccountTx,
    policies: &Policies,
    account: &Account,
    user: &SignInUser,
    by: SignedInBy,
    token_hash: SecretHash,
) -> Result<Identity, OpError> {
    may_enter(user, by).map_err(OpError::SignInRefused)?;
    let has_factor = !tx.second_factors(user.id).await?.is_empty();
    if has_factor && matches!(by, SignedInBy::Password | SignedInBy::Link) {
        return Err(OpError::WrongProof);
    }
    // Whoever comes in with a passkey may never have learned what was assigned.
    let is_assigned = by != SignedInBy::Passkey && tx.is_password_assigned(user.id).await?;
    let policy = tx.policy_of_person(user.id).await?;
    let needs_factor = policies.needs_second_factor(&policy, user.roles.standing());
    let restriction = restriction(is_assigned, needs_factor && !has_factor);
    let (idle, at_most) = lifetimes(user.roles.standing());
    let session = NewSession {
        id: SessionId(tx.new_id()),
        user: user.id,
        token_hash,
        epoch: user.access_epoch,
        idle,
        expires_at: tx.ctx().now + at_most,
        method: by,
        restriction,
    };
    tx.insert_session(&session).await?;
    tx.record_sign_in(user.id).await?;
    Ok(Identity {
        session: session.id,
        account: account.clone(),
        user: user.id,
        name: user.name.clone(),
        user_name: user.user_name.clone(),
        email: user.email.clone(),
        roles: user.roles.clone(),
        break_glass: user.break_glass,
        auth_time: tx.ctx().now,
        epoch: user.access_epoch,
        restriction,
        time_zone: user.time_zone.clone(),
        locale: user.locale.clone(),
    })
}

/// What a session is for alone: first the password, then the second factor.
pub(super) const fn restriction(is_assigned: bool, lacks_factor: bool) -> Option<Restriction> {
    match (is_assigned, lacks_factor) {
        (true, _) => Some(Restriction::ChangePassword),
        (false, true) => Some(Restriction::EnrolSecondFactor),
        (false, false) => None,
    }
}

/// Whether a proven identity may have a session.
pub(crate) fn may_enter(user: &SignInUser, by: SignedInBy) -> Result<(), SignInRefusal> {
    let method = match by {
        SignedInBy::Passkey => SignInMethod::Passkey,
        SignedInBy::Password | SignedInBy::SecondFactor | SignedInBy::Link => {
            SignInMethod::Password
        }
    };
    may_sign_in(&effective(&user.axes, user.break_glass), method)
}

/// Who a session stands for at `now`; `None` when it does not hold any more: ended, run out,
/// unused for too long, of an older epoch, or of somebody who may not sign in.
#[must_use]
pub fn holder(session: &StoredSession, now: DateTime<Utc>) -> Option<Identity> {
    let open = session.ended_at.is_none()
        && now < session.expires_at
        && now < session.last_seen_at + session.idle
        && session.epoch == session.access_epoch;
    if !open {
        return None;
    }
    // A lock-out refuses new sign-ins and ends nothing (domain.md section 3).
    let mut axes = effective(&session.axes, session.break_glass);
    axes.holds.retain(|hold| hold.kind != HoldKind::Denied);
    may_sign_in(&axes, SignInMethod::Password).ok()?;
    Some(Identity {
        session: session.id,
        account: session.account.clone(),
        user: session.user,
        name: session.name.clone(),
        user_name: session.user_name.clone(),
        email: session.email.clone(),
        roles: session.roles.clone(),
        break_glass: session.break_glass,
        auth_time: session.auth_time,
        epoch: session.epoch,
        restriction: session.restriction,
        time_zone: session.time_zone.clone(),
        locale: session.locale.clone(),
    })
}

/// Break-glass is exempt from what identity providers say (domain.md section 4, *Guards*).
fn effective(axes: &Axes, break_glass: bool) -> Axes {
    let mut axes = axes.clone();
    if break_glass {
        axes.holds
            .retain(|hold| !matches!(hold.kind, HoldKind::IdpDisabled | HoldKind::Security));
    }
    axes
}

fn lifetimes(standing: Standing<'_>) -> (TimeDelta, TimeDelta) {
    if standing.is_administrator() {
        ADMINISTRATOR
    } else {
        EVERYBODY_ELSE
    }
}

/// Ends the session that `ctx` came with.
///
/// # Errors
/// Those of the database.
pub async fn sign_out(db: &Db, ctx: &Arc<Ctx>, session: SessionId) -> Result<(), OpError> {
    db.write(ctx, move |tx| {
        Box::pin(async move {
            if !tx.end_session(session, "sign_out").await? {
                return Ok(Written::unchanged(()));
            }
            let entry = AuditEntry::done("session.end", "session", session, json!({}));
            Ok(Written::audited((), entry))
        })
    })
    .await
}

/// Notes that a session is in use, at most once a minute.
///
/// # Errors
/// Those of the database.
pub async fn note_use(db: &Db, ctx: &Arc<Ctx>, session: SessionId) -> Result<(), OpError> {
    db.write(ctx, move |tx| {
        Box::pin(async move {
            let before = tx.ctx().now - TimeDelta::minutes(1);
            Ok(match tx.touch_session(session, before).await? {
                true => Written::bookkeeping(()),
                false => Written::unchanged(()),
            })
        })
    })
    .await
}

/// Closes the rows of a user's sessions of before their access was cut. They are refused since
/// then in any case; this is for the lists that people see.
///
/// # Errors
/// Those of the database.
pub async fn close_stale(db: &Db, ctx: &Arc<Ctx>, user: UserId) -> Result<u64, OpError> {
    db.write(ctx, move |tx| {
        Box::pin(async move {
            let closed = tx.end_stale_sessions(user, "access_cut").await?;
            if closed == 0 {
                return Ok(Written::unchanged(0));
            }
            let details = json!({ "sessions": closed });
            let entry = AuditEntry::done("session.end_all", "user", user, details);
            Ok(Written::audited(closed, entry))
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use scim_schema::{
        id::OrganisationId,
        lifecycle::{HoldScope, InvitationState, Lifecycle, OpenHold},
        permission::AccountRole,
    };
    use uuid::Uuid;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-22T08:00:00Z".parse().unwrap()
    }

    fn axes(holds: &[HoldKind]) -> Axes {
        Axes {
            lifecycle: Lifecycle::Active,
            holds: holds
                .iter()
                .map(|&kind| OpenHold {
                    kind,
                    scope: HoldScope::Account,
                })
                .collect(),
            invitation: InvitationState::Accepted,
        }
    }

    fn session() -> StoredSession {
        StoredSession {
            id: SessionId(Uuid::from_u128(1)),
            account: Account {
                id: AccountId(Uuid::from_u128(2)),
                slug: "main".to_owned(),
                name: "Main".to_owned(),
            },
            user: UserId(Uuid::from_u128(3)),
            name: "Dana".to_owned(),
            user_name: "dana".to_owned(),
            email: None,
            axes: axes(&[]),
            break_glass: false,
            roles: AdministrativeRoles::default(),
            epoch: 4,
            access_epoch: 4,
            last_seen_at: now(),
            idle: TimeDelta::minutes(30),
            expires_at: now() + TimeDelta::hours(12),
            ended_at: None,
            auth_time: now(),
            restriction: None,
            time_zone: None,
            locale: None,
        }
    }

    #[test]
    fn a_session_holds_until_it_is_idle_or_too_old() {
        let session = session();
        assert!(holder(&session, now() + TimeDelta::minutes(29)).is_some());
        assert!(holder(&session, now() + TimeDelta::minutes(30)).is_none());
        let busy = StoredSession {
            last_seen_at: now() + TimeDelta::hours(12),
            ..session
        };
        assert!(holder(&busy, now() + TimeDelta::hours(12)).is_none());
    }

    #[test]
    fn an_ended_session_or_one_of_an_older_epoch_is_refused() {
        let ended = StoredSession {
            ended_at: Some(now()),
            ..session()
        };
        assert!(holder(&ended, now()).is_none());
        let cut = StoredSession {
            access_epoch: 5,
            ..session()
        };
        assert!(holder(&cut, now()).is_none());
    }

    #[test]
    fn every_hold_of_the_account_ends_sessions_but_a_lock_out() {
        for kind in HoldKind::ALL {
            let held = StoredSession {
                axes: axes(&[*kind]),
                ..session()
            };
            let holds = holder(&held, now()).is_some();
            assert_eq!(holds, *kind == HoldKind::Denied, "{kind}");
        }
    }

    #[test]
    fn no_identity_provider_locks_break_glass_out() {
        let break_glass = StoredSession {
            axes: axes(&[HoldKind::IdpDisabled, HoldKind::Security]),
            break_glass: true,
            ..session()
        };
        assert!(holder(&break_glass, now()).is_some());
        let banned = StoredSession {
            axes: axes(&[HoldKind::Banned]),
            break_glass: true,
            ..session()
        };
        assert!(holder(&banned, now()).is_none());
    }

    #[test]
    fn administrators_have_the_shorter_sessions() {
        let auditor = Standing {
            roles: &[AccountRole::Auditor],
            organisations: &[],
        };
        let of_school = Standing {
            roles: &[],
            organisations: &[OrganisationId(Uuid::from_u128(5))],
        };
        for standing in [auditor, of_school] {
            assert_eq!(lifetimes(standing).0, TimeDelta::minutes(30));
        }
        assert_eq!(lifetimes(Standing::default()).1, TimeDelta::days(7));
    }
}
