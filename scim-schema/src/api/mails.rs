//! The outbox: `/mails`, and links that are mailed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    id::{MailId, UserId},
    mail::{MailKind, MailState},
};

/// Query of `GET /mails`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailQuery {
    /// Only in this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<MailState>,
    /// Only of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<MailKind>,
    /// Only to this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Rows: 1 to 100, 25 unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A mail in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailRow {
    /// The mail.
    pub id: MailId,
    /// What it says.
    pub kind: MailKind,
    /// What became of it.
    pub state: MailState,
    /// Whom it goes to.
    pub user: UserId,
    /// That person's name.
    pub name: String,
    /// The address it goes to, or went to last.
    pub address: String,
    /// Tries so far, since it was last asked for.
    pub attempts: u32,
    /// When it is tried next; `None` when nothing more happens by itself.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Why the last try failed, as a sentence.
    pub error: Option<String>,
    /// When its cause was.
    pub created_at: DateTime<Utc>,
    /// When the mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
}

/// Answer of `GET /mails`, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailPage {
    /// The mails.
    pub items: Vec<MailRow>,
    /// How many match in all.
    pub total: u64,
    /// Leads to the page after this one; `None` on the last page.
    pub next_cursor: Option<String>,
    /// Whether a mail server is configured; without one mails wait.
    pub has_server: bool,
}

/// Answer of `GET /mails/{id}`: the mail as it would be written now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailDetail {
    /// The row of the list.
    pub row: MailRow,
    /// Its `Message-ID`, with its angle brackets, once it was tried.
    pub message_id: Option<String>,
    /// Its subject.
    pub subject: String,
    /// Its text; secrets of links are never in it.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Answer of what puts a mail into the outbox: 202.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailQueued {
    /// Whether a mail server is configured; without one it waits.
    pub has_server: bool,
}
