//! The outbox: a mail is a row, written with its cause, and a job sends it.

mod reads;
mod writes;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::mails::MailRow,
    id::{MailId, OrganisationId, UserId},
    lifecycle::Axes,
    mail::{MailKind, MailState},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{entity::mail, error::DbError};

pub use reads::{DeniedPeople, MailFilter};

/// Queue of the job that sends a mail; its payload is `{"mail": id}`.
pub const SEND_MAIL: &str = "send_mail";

/// A mail to put into the outbox.
#[derive(Clone, Debug)]
pub struct NewMail {
    /// What it says.
    pub kind: MailKind,
    /// Whom it goes to.
    pub user: UserId,
    /// The address that person has now.
    pub address: String,
    /// What its text is made of.
    pub about: MailAbout,
    /// A mail of this key is put into the outbox once, however often it is asked for.
    pub dedup_key: Option<String>,
}

/// What the text of a mail is made of, beside its receiver: ids and numbers, never a name or a
/// secret. Names are those of the moment in which it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailAbout {
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// Who did it, or asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// The organisation that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// What somebody asks a second person for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Uuid>,
    /// Whole days that are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// The time that it tells of: from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// The time that it tells of: until, itself left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// A mail as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMail {
    /// The mail.
    pub id: MailId,
    /// What it says.
    pub kind: MailKind,
    /// What became of it.
    pub state: MailState,
    /// Whom it goes to.
    pub user: UserId,
    /// Where it goes to, or went last.
    pub address: String,
    /// What its text is made of.
    pub about: MailAbout,
    /// Tries so far, since it was last asked for.
    pub attempts: i32,
    /// When it is tried next; of one that is being sent, when that try counts as lost.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// With its angle brackets; the same in every try.
    pub message_id: Option<String>,
    /// Why the last try failed, as a sentence.
    pub last_error: Option<String>,
    /// When its cause was.
    pub created_at: DateTime<Utc>,
    /// When the mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
}

impl StoredMail {
    /// As the console sees it.
    #[must_use]
    pub fn row(&self, name: String) -> MailRow {
        MailRow {
            id: self.id,
            kind: self.kind,
            state: self.state,
            user: self.user,
            name,
            address: self.address.clone(),
            attempts: u32::try_from(self.attempts).unwrap_or(0),
            next_attempt_at: self.next_attempt_at,
            error: self.last_error.clone(),
            created_at: self.created_at,
            sent_at: self.sent_at,
        }
    }
}

/// Somebody whom a mail goes to or tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailPerson {
    /// Who.
    pub id: UserId,
    /// Name to show.
    pub name: String,
    /// Sign-in name.
    pub user_name: String,
    /// E-mail address, if any.
    pub email: Option<String>,
    /// Where they stand.
    pub axes: Axes,
}

fn from_row(row: mail::Model) -> Result<StoredMail, DbError> {
    let corrupt = |column: &str| DbError::Corrupt(format!("mails.{column}"));
    Ok(StoredMail {
        id: row.id.into(),
        kind: row.kind.parse().map_err(|_| corrupt("kind"))?,
        state: row.state.parse().map_err(|_| corrupt("state"))?,
        user: row.user_id.into(),
        address: row.address,
        about: serde_json::from_str(&row.about).map_err(|_| corrupt("about"))?,
        attempts: row.attempts,
        next_attempt_at: row.next_attempt_at,
        message_id: row.message_id,
        last_error: row.last_error,
        created_at: row.created_at,
        sent_at: row.sent_at,
    })
}
