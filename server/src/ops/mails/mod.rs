//! Mails: what is put into the outbox, what becomes of it, and what it says.
//!
//! A mail goes to the address that its receiver has when it is sent, so that a corrected address is
//! enough; only that an address was changed is told to the one of before.

mod acts;
mod digest;
mod facts;
mod sending;

use scim_schema::{
    api::users::Actor,
    id::UserId,
    lifecycle::{Mail, Transition},
    mail::MailKind,
    text::fold,
};

use super::OpError;
use crate::{
    ctx::Ctx,
    db::{AccountTx, DbError, MailAbout, NewMail, SignInUser},
};

pub use acts::{read, send_again, send_test};
pub use digest::tell_of_denied;
pub use facts::{WrittenMail, letter_of};
pub use sending::{Try, begin, finish, requeue};

/// A mail to somebody, if they have an address.
pub(super) fn to_person(
    kind: MailKind,
    (user, email): (UserId, Option<&str>),
    about: MailAbout,
) -> Option<NewMail> {
    let address = email?.to_owned();
    Some(NewMail {
        kind,
        user,
        address,
        about,
        dedup_key: None,
    })
}

/// A mail to each System Administrator but the one who acts: whoever did it knows.
///
/// # Errors
/// Those of the database.
pub(super) async fn to_administrators(
    tx: &AccountTx,
    kind: MailKind,
    about: &MailAbout,
) -> Result<Vec<NewMail>, DbError> {
    let told = tx.administrators_to_tell(actor(tx.ctx())).await?;
    let mails = told.into_iter().map(|(user, address)| NewMail {
        kind,
        user,
        address,
        about: about.clone(),
        dedup_key: None,
    });
    Ok(mails.collect())
}

/// What is mailed of a transition of somebody (domain.md section 5, column *E-mail*).
///
/// # Errors
/// Those of the database.
pub(super) async fn of_transition(
    tx: &AccountTx,
    transition: Transition,
    person: &SignInUser,
) -> Result<Vec<NewMail>, DbError> {
    let Some(kind) = MailKind::of(transition) else {
        return Ok(Vec::new());
    };
    let about = MailAbout {
        user: Some(person.id),
        by: actor(tx.ctx()),
        ..MailAbout::default()
    };
    match transition.effects().mail {
        Mail::None => Ok(Vec::new()),
        Mail::Person => {
            let to = (person.id, person.email.as_deref());
            Ok(to_person(kind, to, about).into_iter().collect())
        }
        Mail::Administrators => to_administrators(tx, kind, &about).await,
    }
}

/// What is mailed of a change of somebody's address: the one of before is told, and links that were
/// mailed there end (domain.md section 4, *Administrators and the `IdP`*).
///
/// # Errors
/// Those of the database.
pub(super) async fn of_new_address(
    tx: &AccountTx,
    user: UserId,
    (before, after): (Option<&str>, Option<&str>),
) -> Result<Option<NewMail>, DbError> {
    if before.is_none() || before.map(fold) == after.map(fold) {
        return Ok(None);
    }
    tx.void_links_of(user).await?;
    let to = (user, before);
    Ok(to_person(MailKind::EmailChanged, to, MailAbout::default()))
}

/// The person who acts, if it is one.
fn actor(ctx: &Ctx) -> Option<UserId> {
    match &ctx.actor {
        Actor::User { id, .. } => Some(*id),
        _ => None,
    }
}
