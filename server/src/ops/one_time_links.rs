//! One-time links: set-up of the first administrator, first and further passwords of people. The
//! secret is in the fragment of the address, so it reaches neither server logs nor referrers, and
//! only a POST after a click consumes it (domain.md section 2).

use std::sync::Arc;

use chrono::TimeDelta;
use scim_schema::{
    api::{
        events::ChangeKind,
        my_account::SignedInBy,
        session::{AdministratorProfile, LinkPurpose, LinkView, RedeemLink},
        users::Actor,
    },
    id::UserId,
};
use serde_json::json;

use super::{
    administrators::{self, NewAdministrator},
    error::OpError,
    password_quality,
    second_step::{Entered, enter},
    secrets::{Secret, SecretHash, hash},
    sessions::{CLOSE_SESSIONS, Visitor, account_ref},
    sign_in::Services,
};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Change, Db, NewJob, StoredLink, Written},
    ids::Ids,
};

/// How long a link can be used (domain.md section 2, *Lifetimes*).
const fn lives(purpose: LinkPurpose) -> TimeDelta {
    match purpose {
        LinkPurpose::FirstAdministrator | LinkPurpose::Setup => TimeDelta::hours(24),
        LinkPurpose::Reset => TimeDelta::hours(1),
    }
}

/// The address that carries a link's secret.
#[must_use]
pub fn address(public_url: &str, secret: &Secret) -> String {
    format!("{public_url}/setup#{}", secret.reveal())
}

/// Makes the link with which the first administrator comes into being or, for `user`, one that sets
/// the password of an administrator who has none, and answers its address; links of before stop
/// working.
///
/// # Errors
/// [`OpError::Conflict`] when a password was set meanwhile, and those of the database.
pub async fn make(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    user: Option<UserId>,
    public_url: &str,
) -> Result<String, OpError> {
    let secret = Secret::new(ids, "");
    let token_hash = secret.hash();
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            let purpose = match user {
                None => LinkPurpose::FirstAdministrator,
                Some(user) => {
                    administrators::lock_awaiting(tx, user).await?;
                    LinkPurpose::Setup
                }
            };
            let entry = issue(tx, purpose, user, token_hash).await?;
            Ok(Written::audited((), entry))
        })
    })
    .await?;
    Ok(address(public_url, &secret))
}

/// Makes a link; older ones of the same purpose and user stop working.
///
/// # Errors
/// Those of the database.
pub(crate) async fn issue(
    tx: &AccountTx,
    purpose: LinkPurpose,
    user: Option<UserId>,
    secret: SecretHash,
) -> Result<AuditEntry, OpError> {
    tx.void_one_time_links(purpose, user).await?;
    add(tx, purpose, user, secret).await
}

/// Makes a link beside those that are there.
///
/// # Errors
/// Those of the database.
pub(crate) async fn add(
    tx: &AccountTx,
    purpose: LinkPurpose,
    user: Option<UserId>,
    secret: SecretHash,
) -> Result<AuditEntry, OpError> {
    let expires_at = tx.ctx().now + lives(purpose);
    let id = tx
        .insert_one_time_link(purpose, user, &secret, expires_at)
        .await?;
    let details = json!({ "purpose": purpose, "user": user, "expires_at": expires_at });
    Ok(AuditEntry::done(
        "one_time_link.create",
        "one_time_link",
        id,
        details,
    ))
}

/// What a usable link is for, without consuming it.
///
/// # Errors
/// [`OpError::LinkUnusable`], and those of the database.
pub async fn inspect(db: &Db, visitor: &Visitor, token: &str) -> Result<LinkView, OpError> {
    let link = usable(db, visitor, token).await?;
    Ok(LinkView {
        purpose: link.purpose,
        account: account_ref(&link.account),
        user_name: link.user_name,
        expires_at: link.expires_at,
    })
}

/// Consumes a link: makes the first administrator or sets a user's password, then signs in, or asks for
/// the second factor of whoever has one.
///
/// # Errors
/// [`OpError::LinkUnusable`]; [`OpError::Invalid`], [`OpError::Conflict`] and
/// [`OpError::SignInRefused`] leave the link as it was.
pub async fn redeem(
    services: Services<'_>,
    visitor: &Visitor,
    input: &RedeemLink,
) -> Result<(Secret, Entered), OpError> {
    let Services {
        db,
        passwords,
        ids,
        tools,
    } = services;
    let link = usable(db, visitor, &input.token).await?;
    let profile = profile_of(&link, input.profile.as_ref())?;
    let given = input.profile.as_ref();
    let known = [
        link.user_name.as_deref(),
        given.map(|profile| profile.email.as_str()),
        given.map(|profile| profile.given_name.as_str()),
        given.map(|profile| profile.family_name.as_str()),
        Some(link.account.name.as_str()),
    ];
    let password = password_quality::check("password", &input.password, &known)?;
    if let Some(user) = link.user {
        password_quality::refuse_reused(services, link.account.id, user, "password", &password)
            .await?;
    }
    let password_hash = passwords.hash(&password).await?;
    let secret = Secret::new(ids, "");
    let (tools, opening) = (tools.clone(), secret.clone());
    let actor = Actor::System {
        name: "one_time_link".to_owned(),
    };
    let ctx = visitor.ctx(link.account.id, actor);
    let entered = db
        .write::<_, OpError, _>(&ctx, move |tx| {
            let (link, profile) = (link.clone(), profile.clone());
            let password_hash = password_hash.clone();
            let (tools, opening) = (tools.clone(), opening.clone());
            Box::pin(async move {
                if !tx.use_one_time_link(link.id).await? {
                    return Err(OpError::LinkUnusable);
                }
                let (user, mut written) = match (profile, link.user) {
                    (Some(profile), _) => first_administrator(tx, profile, password_hash).await?,
                    (None, Some(user)) => (user, choose(tx, user, &password_hash).await?),
                    (None, None) => return Err(OpError::LinkUnusable),
                };
                let Some(person) = tx.lock_sign_in_user(user).await? else {
                    return Err(OpError::LinkUnusable);
                };
                let by = SignedInBy::Link;
                let entered = enter(tx, &tools, &link.account, &person, by, &opening).await?;
                written.audit.push(AuditEntry::done(
                    "one_time_link.redeem",
                    "user",
                    user,
                    json!({ "link": link.id, "purpose": link.purpose }),
                ));
                let entered = written.absorb(entered);
                Ok(written.map(|()| entered))
            })
        })
        .await?;
    Ok((secret, entered))
}

/// Sets the password that somebody chose: sessions of before end, and so does every other link.
async fn choose(tx: &AccountTx, user: UserId, password_hash: &str) -> Result<Written<()>, OpError> {
    tx.replace_password(user, password_hash).await?;
    tx.void_links_of(user).await?;
    let version = tx.user_version(user).await?;
    let change = Change::updated(ChangeKind::User, user, version);
    let closing = NewJob {
        queue: CLOSE_SESSIONS,
        payload: json!({ "user": user }),
        run_at: tx.ctx().now,
        dedup_key: Some(user.to_string()),
        max_attempts: 10,
    };
    Ok(Written::unchanged(()).announcing(change).queueing(closing))
}

async fn usable(db: &Db, visitor: &Visitor, token: &str) -> Result<StoredLink, OpError> {
    let link = db.platform().one_time_link(&hash(token)).await?;
    link.filter(|link| link.used_at.is_none() && visitor.now < link.expires_at)
        .ok_or(OpError::LinkUnusable)
}

/// The administrator that a link makes; `None` for a link that makes nobody.
fn profile_of(
    link: &StoredLink,
    given: Option<&AdministratorProfile>,
) -> Result<Option<NewAdministrator>, OpError> {
    match (link.purpose, given) {
        (LinkPurpose::Setup | LinkPurpose::Reset, _) => Ok(None),
        (LinkPurpose::FirstAdministrator, None) => Err(OpError::Invalid {
            path: "profile",
            message: "Enter who the first administrator is.".to_owned(),
        }),
        (LinkPurpose::FirstAdministrator, Some(profile)) => {
            NewAdministrator::new(profile).map(Some)
        }
    }
}

/// A link of this purpose makes the first administrator and never another one: whoever was made
/// on the host meanwhile has made it worthless.
async fn first_administrator(
    tx: &AccountTx,
    profile: NewAdministrator,
    password_hash: String,
) -> Result<(UserId, Written<()>), OpError> {
    tx.lock_account().await?;
    if !tx.system_administrators(1).await?.is_empty() {
        return Err(OpError::LinkUnusable);
    }
    let written = administrators::insert(tx, &profile, Some(password_hash)).await?;
    Ok((written.value, written.map(drop)))
}
