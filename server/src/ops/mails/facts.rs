//! What a mail says now: names of this moment, from the ids that are stored.

use scim_schema::id::{AccountId, UserId};

use super::OpError;
use crate::{
    db::{AccountScope, Db, MailPerson, StoredMail},
    mail::{Facts, Letter, letter},
};

/// Names that a list in a mail has at most.
const LISTED: u64 = 20;

/// What stands for a link's secret where a mail is shown.
const NO_LINK: &str = "(link)";

/// A mail that was written.
#[derive(Clone, Debug)]
pub struct WrittenMail {
    /// Name of the account, which mails come from.
    pub account: String,
    /// Name of the receiver.
    pub name: String,
    /// What it says.
    pub letter: Letter,
}

/// Writes a mail. `link` is the address with the secret of its one-time link; without it the mail is
/// only to be looked at.
///
/// # Errors
/// Those of the database.
pub async fn letter_of(
    db: &Db,
    account: AccountId,
    mail: &StoredMail,
    public_url: &str,
    link: Option<&str>,
) -> Result<WrittenMail, OpError> {
    let scope = db.account(account);
    let itself = scope.itself().await?;
    let about = &mail.about;
    let ids = [Some(mail.user), about.user, about.by];
    let people = scope.mail_people(ids.into_iter().flatten()).await?;
    let find = |id: UserId| people.iter().find(|person| person.id == id);
    let name = |person: Option<&MailPerson>| person.map(|person| person.name.clone());
    let receiver = find(mail.user);
    let mut facts = Facts {
        account: itself.name.clone(),
        sign_in: format!("{public_url}/a/{}", itself.slug),
        name: name(receiver).unwrap_or_default(),
        user_name: receiver
            .map(|person| person.user_name.clone())
            .unwrap_or_default(),
        about: name(about.user.and_then(find)).unwrap_or_default(),
        by: name(about.by.and_then(find)),
        days: about.days.unwrap_or(0),
        link: match mail.kind.has_link() {
            true => link.unwrap_or(NO_LINK).to_owned(),
            false => page(mail, public_url),
        },
        ..Facts::default()
    };
    if let Some(organisation) = about.organisation {
        facts.organisation = scope.organisation_name(organisation).await?;
    }
    list_denied(scope, mail, &mut facts).await?;
    Ok(WrittenMail {
        account: itself.name,
        name: facts.name.clone(),
        letter: letter(mail.kind, &facts),
    })
}

async fn list_denied(
    scope: AccountScope<'_>,
    mail: &StoredMail,
    facts: &mut Facts,
) -> Result<(), OpError> {
    let (Some(from), Some(until)) = (mail.about.from, mail.about.until) else {
        return Ok(());
    };
    let denied = scope.denied_between((from, until), LISTED).await?;
    facts.more = denied.total.saturating_sub(denied.names.len() as u64);
    facts.people = denied.names;
    Ok(())
}

/// The page of the console that a mail leads to.
fn page(mail: &StoredMail, public_url: &str) -> String {
    let about = &mail.about;
    match (about.user, about.approval) {
        (_, Some(_)) => format!("{public_url}/approvals"),
        (Some(user), None) => format!("{public_url}/users/{user}"),
        (None, None) if about.from.is_some() => format!("{public_url}/users?status=denied"),
        (None, None) => format!("{public_url}/users"),
    }
}
