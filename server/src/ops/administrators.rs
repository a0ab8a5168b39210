//! System Administrators, as the set-up link and the command line make them.

mod first_password;

use std::sync::Arc;

use scim_schema::{
    api::{
        events::ChangeKind,
        session::{AdministratorProfile, LinkPurpose, check_email},
    },
    id::{AccountId, UserId},
    lifecycle::{Axes, HoldKind, InvitationState, Lifecycle},
    permission::AccountRole,
    text::fold,
};
use serde_json::json;

use super::{
    error::OpError, one_time_links, password_quality, passwords::PasswordPool, secrets::Secret,
};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Change, Db, NewUser, Profile, UniqueKey, Written},
    ids::Ids,
};

pub(super) use first_password::lock_awaiting;
pub use first_password::{awaiting_password, set_first_password};

/// Longest given or family name, in characters.
const NAME_MAX_CHARS: usize = 100;

/// A checked System Administrator to be: the e-mail address is also the user name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAdministrator(AdministratorProfile);

impl NewAdministrator {
    /// Trims and checks.
    ///
    /// # Errors
    /// [`OpError::Invalid`] with the path below `profile` and a sentence.
    pub fn new(profile: &AdministratorProfile) -> Result<Self, OpError> {
        let trimmed = AdministratorProfile {
            given_name: profile.given_name.trim().to_owned(),
            family_name: profile.family_name.trim().to_owned(),
            email: profile.email.trim().to_owned(),
        };
        check_name("profile.given_name", &trimmed.given_name)?;
        check_name("profile.family_name", &trimmed.family_name)?;
        check_email(&trimmed.email).map_err(|message| OpError::Invalid {
            path: "profile.email",
            message: message.to_owned(),
        })?;
        Ok(Self(trimmed))
    }

    fn profile(&self) -> Profile {
        Profile {
            user_name: self.0.email.clone(),
            email: Some(self.0.email.clone()),
            given_name: Some(self.0.given_name.clone()),
            family_name: Some(self.0.family_name.clone()),
            display_name: None,
            locale: None,
            time_zone: None,
        }
    }
}

/// Makes a System Administrator with a password.
///
/// # Errors
/// [`OpError::Invalid`] for a password that is too short, [`OpError::Conflict`] when the user name
/// is taken, and those of the database.
pub async fn create_with_password(
    db: &Db,
    ctx: &Arc<Ctx>,
    passwords: &PasswordPool,
    new: &NewAdministrator,
    password: &str,
) -> Result<UserId, OpError> {
    let password_hash = checked_hash(passwords, password, new).await?;
    let new = new.clone();
    db.write(ctx, move |tx| {
        let (new, password_hash) = (new.clone(), password_hash.clone());
        Box::pin(async move { insert(tx, &new, Some(password_hash)).await })
    })
    .await
}

/// Makes a System Administrator without a password and answers the address of the one-time link
/// that sets it.
///
/// # Errors
/// [`OpError::Conflict`] when the user name is taken, and those of the database.
pub async fn create_with_link(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    new: &NewAdministrator,
    public_url: &str,
) -> Result<String, OpError> {
    let secret = Secret::new(ids, "");
    let (new, token_hash) = (new.clone(), secret.hash());
    db.write::<_, OpError, _>(ctx, move |tx| {
        let new = new.clone();
        Box::pin(async move {
            let mut written = insert(tx, &new, None).await?;
            let user = Some(written.value);
            let entry = one_time_links::issue(tx, LinkPurpose::Setup, user, token_hash).await?;
            written.audit.push(entry);
            Ok(written.map(drop))
        })
    })
    .await?;
    Ok(one_time_links::address(public_url, &secret))
}

/// Lets somebody who is locked out, or slowed down, try again. `login` is a user name or e-mail
/// address. Answers whether anything had to be lifted.
///
/// # Errors
/// [`OpError::NotFound`] when it names nobody, and those of the database.
pub async fn unlock(
    db: &Db,
    ctx: &Arc<Ctx>,
    account: AccountId,
    login: &str,
) -> Result<bool, OpError> {
    let login = fold(login.trim());
    let user = db.account(account).sign_in_user(&login).await?;
    let id = user.ok_or(OpError::NotFound)?.id;
    db.write(ctx, move |tx| {
        Box::pin(async move {
            let user = tx.lock_sign_in_user(id).await?.ok_or(OpError::NotFound)?;
            let lifted = tx.lift_holds(id, HoldKind::Denied).await?;
            if lifted == 0 && user.failed_passwords == 0 {
                return Ok(Written::unchanged(false));
            }
            tx.reset_password_tries(id, 0).await?;
            let version = tx.user_version(id).await?;
            let details =
                json!({ "lifted_holds": lifted, "wrong_passwords": user.failed_passwords });
            let entry = AuditEntry::done("user.unlock", "user", id, details);
            let change = Change::updated(ChangeKind::User, id, version);
            Ok(Written::audited(true, entry).announcing(change))
        })
    })
    .await
}

/// Inserts a System Administrator. The first one of an account is break-glass (domain.md section
/// 4, *Guards*), and no link can make a first one after it.
///
/// # Errors
/// [`OpError::Conflict`] when the user name or e-mail address is taken, and those of the database.
pub(crate) async fn insert(
    tx: &AccountTx,
    new: &NewAdministrator,
    password_hash: Option<String>,
) -> Result<Written<UserId>, OpError> {
    tx.lock_account().await?;
    let first = tx.system_administrators(1).await?.is_empty();
    let organisation = tx.root_organisation().await?;
    let user = NewUser {
        id: UserId(tx.new_id()),
        profile: new.profile(),
        organisation,
        axes: Axes {
            lifecycle: Lifecycle::Active,
            holds: Vec::new(),
            invitation: InvitationState::Accepted,
        },
        idp_active: true,
        break_glass: first,
        password_hash,
    };
    if tx.is_email_taken(&fold(&new.0.email)).await? {
        return Err(taken(&new.0.email));
    }
    tx.insert_user(&user)
        .await
        .map_err(|error| match error.into() {
            OpError::Unique(UniqueKey::UserName) => taken(&new.0.email),
            other => other,
        })?;
    tx.insert_membership(user.id, organisation, "local").await?;
    tx.insert_role(user.id, AccountRole::SystemAdministrator)
        .await?;
    tx.void_one_time_links(LinkPurpose::FirstAdministrator, None)
        .await?;
    let entry = AuditEntry::done(
        "user.create",
        "user",
        user.id,
        json!({
            "user_name": new.0.email,
            "role": AccountRole::SystemAdministrator,
            "break_glass": first,
        }),
    );
    let change = Change::created(ChangeKind::User, user.id);
    Ok(Written::audited(user.id, entry).announcing(change))
}

async fn checked_hash(
    passwords: &PasswordPool,
    password: &str,
    of: &NewAdministrator,
) -> Result<String, OpError> {
    let AdministratorProfile {
        given_name,
        family_name,
        email,
    } = &of.0;
    let known = [given_name, family_name, email].map(|text| Some(text.as_str()));
    let password = password_quality::check("password", password, &known)?;
    passwords.hash(&password).await
}

fn taken(email: &str) -> OpError {
    OpError::Conflict(format!(
        "Somebody in this account already has {email} as user name or e-mail address. Use another address."
    ))
}

fn check_name(path: &'static str, name: &str) -> Result<(), OpError> {
    let message = match name.chars().count() {
        0 => "Enter a name.",
        count if count > NAME_MAX_CHARS => "Use at most 100 characters.",
        _ if name.chars().any(char::is_control) => "Use no control characters.",
        _ => return Ok(()),
    };
    Err(OpError::Invalid {
        path,
        message: message.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(given: &str, email: &str) -> AdministratorProfile {
        AdministratorProfile {
            given_name: given.to_owned(),
            family_name: "Whitfield".to_owned(),
            email: email.to_owned(),
        }
    }

    #[test]
    fn a_profile_is_trimmed_and_its_faults_are_named() {
        let new = NewAdministrator::new(&profile(" Dana ", " dana@example.org ")).unwrap();
        assert_eq!(
            new,
            NewAdministrator::new(&profile("Dana", "dana@example.org")).unwrap()
        );
        for (profile, expected) in [
            (profile("", "dana@example.org"), "profile.given_name"),
            (
                profile(&"x".repeat(101), "dana@example.org"),
                "profile.given_name",
            ),
            (
                profile("Da\u{7}na", "dana@example.org"),
                "profile.given_name",
            ),
            (profile("Dana", "dana"), "profile.email"),
        ] {
            let refused = NewAdministrator::new(&profile);
            assert!(matches!(refused, Err(OpError::Invalid { path, .. }) if path == expected));
        }
    }
}
