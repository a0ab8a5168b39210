//! Strings of the outbox and of links that are mailed.

use scim_schema::mail::{MailKind, MailState};

pub(crate) const TITLE: &str = "Mails";
pub(crate) const LEDE: &str = "What Rollcall mailed to whom, and what became of it.";
pub(crate) const FAILED: &str = "The mails could not be loaded.";
pub(crate) const CAPTION: &str = "Mails, newest first";
pub(crate) const NO_SERVER: &str = "No mail server is configured: mails wait here.";
pub(crate) const NO_SERVER_WHY: &str = "Whoever runs Rollcall sets smtp_host and mail_from. What waits for less than a week is sent then.";
pub(crate) const COLUMN_WHOM: &str = "To";
pub(crate) const COLUMN_WHAT: &str = "What";
pub(crate) const COLUMN_STATE: &str = "State";
pub(crate) const COLUMN_WHEN: &str = "When";
pub(crate) const COLUMN_ACTS: &str = "Acts";
pub(crate) const STATE: &str = "State";
pub(crate) const KIND: &str = "Kind";
pub(crate) const EMPTY: &str = "No mails";
pub(crate) const EMPTY_WHY: &str =
    "Mails appear here with what causes them, such as a suspension or a forgotten password.";
pub(crate) const EMPTY_OTHER: &str = "Nothing here";
pub(crate) const EMPTY_OTHER_WHY: &str = "No mail has this state and kind.";
pub(crate) const ALL: &str = "Show all mails";
pub(crate) const OLDER: &str = "Older mails";
pub(crate) const NEWEST: &str = "Newest mails";
pub(crate) const PAGES: &str = "Pages of mails";
pub(crate) const TEST: &str = "Send test mail";
pub(crate) const SHOW: &str = "Show";
pub(crate) const SEND_AGAIN: &str = "Send again";
pub(crate) const SEND_NOW: &str = "Send now";
pub(crate) const LETTER_FAILED: &str = "The mail could not be loaded.";
pub(crate) const CLOSE: &str = "Close";
pub(crate) const MESSAGE_ID: &str = "Message-ID";
pub(crate) const QUEUED_AGAIN: &str = "The mail is on its way again";
pub(crate) const TEST_QUEUED: &str = "A test mail to you is on its way";
pub(crate) const WAITS: &str = "The mail waits: no mail server is configured";

pub(crate) const SEND_LINK: &str = "Mail password link";

/// What was mailed.
pub(crate) const fn kind(kind: MailKind) -> &'static str {
    match kind {
        MailKind::SetPassword => "Welcome with a link to set a password",
        MailKind::ResetPassword => "Link to choose another password",
        MailKind::PasswordAssigned => "Password was assigned",
        MailKind::SecondFactorReset => "Second factor was taken away",
        MailKind::EmailChanged => "E-mail address was changed",
        MailKind::Denied => "Locked out",
        MailKind::DormancyWarning => "Access ends soon",
        MailKind::Inactive => "Access ended after three months",
        MailKind::Removed => "Removed",
        MailKind::Suspended => "Somebody was suspended",
        MailKind::DeniedDigest => "Who was locked out",
        MailKind::ApprovalAsked => "Approval asked for",
        MailKind::NoAdministrator => "Organisation without administrator",
        MailKind::Test => "Test",
    }
}

/// What became of it.
pub(crate) const fn state(state: MailState) -> &'static str {
    match state {
        MailState::Queued => "Waiting",
        MailState::Sending => "Sending",
        MailState::Sent => "Sent",
        MailState::Bounced => "Bounced",
        MailState::Dead => "Given up",
    }
}

/// "Send again: Link to choose another password to Anna Lee", for screen readers.
pub(crate) fn act_label(act: &str, what: &str, whom: &str) -> String {
    format!("{act}: {what} to {whom}")
}

/// Beside an error of a mail that is tried again.
pub(crate) const NEXT_TRY: &str = "Next try";

/// "1 mail", "1,204 mails".
pub(crate) fn total(count: u64) -> String {
    match count {
        1 => "1 mail".to_owned(),
        count => format!("{} mails", crate::format::count(count)),
    }
}

/// What is said when a link was asked for.
pub(crate) fn link_queued(name: &str, has_server: bool) -> String {
    match has_server {
        true => format!("A link is on its way to {name}"),
        false => WAITS.to_owned(),
    }
}
