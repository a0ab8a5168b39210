//! Strings of *My account*, of second factors, and of the door of other people.

use scim_schema::api::{
    my_account::{Restriction, SignedInBy},
    second_factors::{FactorKind, ProofKind},
};

pub(crate) const TITLE: &str = "My account";
pub(crate) const SUMMARY: &str = "Profile";
pub(crate) const NAME: &str = "Name";
pub(crate) const USER_NAME: &str = "User name";
pub(crate) const EMAIL: &str = "E-mail";
pub(crate) const ACCOUNT: &str = "Account";
pub(crate) const ROLES: &str = "Roles";
pub(crate) const NO_ROLES: &str = "None";
pub(crate) const FAILED: &str = "This part of your account could not be loaded.";

pub(crate) const SETTINGS: &str = "Settings";
pub(crate) const TIME_ZONE: &str = "Time zone";
pub(crate) const TIME_ZONE_HINT: &str =
    "Such as Europe/Berlin. Empty takes that of your organisation.";
pub(crate) const LOCALE: &str = "Language";
pub(crate) const LOCALE_HINT: &str = "A language tag such as en or de-CH, for messages to you.";
pub(crate) const SAVE: &str = "Save settings";
pub(crate) const SAVING: &str = "Saving settings";
pub(crate) const SETTINGS_SAVED: &str = "Settings saved";

pub(crate) const PASSWORD: &str = "Password";
pub(crate) const PASSWORD_NOTE: &str = "A change ends your other sessions.";
pub(crate) const CURRENT: &str = "Current password";
pub(crate) const CURRENT_MISSING: &str = "Enter your current password.";
pub(crate) const NEW: &str = "New password";
pub(crate) const CHANGE_PASSWORD: &str = "Change password";
pub(crate) const CHANGING_PASSWORD: &str = "Changing password";
pub(crate) const PASSWORD_CHANGED: &str = "Password changed";
pub(crate) const STRONG: &str = "Hard to guess.";

pub(crate) const FACTORS: &str = "Second factors";
pub(crate) const FACTORS_NOTE: &str =
    "Asked for after your password, so that a password that others know opens nothing.";
pub(crate) const NO_FACTORS: &str = "You have none: your password alone opens your account.";
pub(crate) const FACTORS_CAPTION: &str = "Your second factors";
pub(crate) const FACTOR: &str = "Name";
pub(crate) const KIND: &str = "Kind";
pub(crate) const ADDED: &str = "Added";
pub(crate) const USED: &str = "Last used";
pub(crate) const ACT: &str = "Action";
pub(crate) const REMOVE: &str = "Remove";
pub(crate) const REMOVING: &str = "Removing";
pub(crate) const REMOVED: &str = "Second factor removed";
pub(crate) const KEEP_FACTOR: &str = "Keep it";
pub(crate) const ADD_APP: &str = "Add authenticator app";
pub(crate) const ADD_PASSKEY: &str = "Add passkey";
pub(crate) const ADDING: &str = "Adding";
pub(crate) const ADDED_FACTOR: &str = "Second factor added";
pub(crate) const CANCEL: &str = "Cancel";
pub(crate) const LABEL: &str = "Name of the device";
pub(crate) const LABEL_HINT: &str = "To tell it apart later, such as Pixel or work laptop.";
pub(crate) const SCAN: &str = "Scan this with an authenticator app, or type the key into it. Then enter the code that it shows.";
pub(crate) const QR_LABEL: &str = "QR code with the key below";
pub(crate) const KEY: &str = "Key";
pub(crate) const KEY_HINT: &str = "For apps that cannot scan: time-based, six digits.";
pub(crate) const COPY_KEY: &str = "Copy key";
pub(crate) const CODE: &str = "Code";
pub(crate) const CODE_HINT: &str = "Six digits from your authenticator app.";
pub(crate) const CODE_MISSING: &str = "Enter the code.";
pub(crate) const RECOVERY_CODE: &str = "Recovery code";
pub(crate) const RECOVERY_CODE_HINT: &str = "One of those you printed or stored. Each works once.";
pub(crate) const PASSKEY_NEXT: &str =
    "Your browser asks you next: for a finger, a face, a PIN or a security key.";
pub(crate) const NO_PASSKEYS: &str =
    "This browser cannot use passkeys here. Take a newer one, or an authenticator app.";
pub(crate) const NO_PASSKEYS_AT_NUMBERS: &str = "Browsers use passkeys at names only. Open the console at its name; on your own machine that is localhost.";
pub(crate) const PASSKEY_KNOWN: &str = "This device has a passkey for your account already.";
pub(crate) const NO_PASSKEY_ANSWER: &str = "No passkey was used: it was cancelled, took too long, or none fits. Try again, or choose another way.";
pub(crate) const CODES: &str = "Recovery codes";
pub(crate) const CODES_WHY: &str = "They are shown this once. Print or store them where you find them without your device: each opens your account once, in the place of a second factor.";
pub(crate) const RENEW_CODES: &str = "Make new recovery codes";
pub(crate) const RENEWING_CODES: &str = "Making codes";
pub(crate) const CODES_RENEWED: &str = "New recovery codes made";
pub(crate) const KEEP_CODES: &str = "Keep those I have";
pub(crate) const COPY_CODES: &str = "Copy codes";
pub(crate) const PRINT_CODES: &str = "Print";
pub(crate) const DOWNLOAD_CODES: &str = "Download";
pub(crate) const CODES_FILE: &str = "rollcall-recovery-codes.txt";
pub(crate) const CODES_STORED: &str = "I have stored them";

pub(crate) const SESSIONS: &str = "Sessions";
pub(crate) const SESSIONS_CAPTION: &str = "Open sessions";
pub(crate) const NO_SESSIONS: &str = "Not signed in anywhere.";
pub(crate) const DEVICE: &str = "Device";
pub(crate) const FROM: &str = "Address";
pub(crate) const BY: &str = "Signed in with";
pub(crate) const SINCE: &str = "Since";
pub(crate) const SEEN: &str = "Last active";
pub(crate) const THIS_ONE: &str = "This session";
pub(crate) const END_SESSION: &str = "End session";
pub(crate) const ENDING: &str = "Ending";
pub(crate) const SESSION_ENDED: &str = "Session ended";
pub(crate) const KEEP_SESSION: &str = "Leave it open";
pub(crate) const END_ALL: &str = "End all sessions";
pub(crate) const KEEP_SESSIONS: &str = "Leave them open";

pub(crate) const SIGN_INS: &str = "Sign-in history";
pub(crate) const SIGN_INS_NOTE: &str = "The last 50 of 180 days.";
pub(crate) const SIGN_INS_CAPTION: &str = "Tries to sign in";
pub(crate) const NO_SIGN_INS: &str = "Nobody has tried to sign in yet.";
pub(crate) const AT: &str = "When";
pub(crate) const OUTCOME: &str = "Outcome";
pub(crate) const SIGNED_IN: &str = "Signed in";
pub(crate) const REFUSED: &str = "Refused";

pub(crate) const WAYS_IN: &str = "Ways in";
pub(crate) const ASSIGN: &str = "Reassign password";
pub(crate) const ASSIGNING: &str = "Assigning";
pub(crate) const ASSIGNED: &str = "Password assigned";
pub(crate) const ASSIGNED_NOTE: &str =
    "An administrator assigned the password. It is changed at the next sign-in.";
pub(crate) const ASSIGN_PASSWORD: &str = "New password";
pub(crate) const ALSO_VALIDATE: &str = "Also let in again after wrong passwords";
pub(crate) const KEEP_PASSWORD: &str = "Leave the password";
pub(crate) const RESET_FACTORS: &str = "Reset second factors";
pub(crate) const RESETTING: &str = "Resetting";
pub(crate) const FACTORS_RESET: &str = "Second factors reset";
pub(crate) const KEEP_FACTORS: &str = "Keep them";

pub(crate) const SECOND_STEP: &str = "Confirm that it is you";
pub(crate) const SECOND_STEP_WHY: &str =
    "Your password was right. One more proof opens your account.";
pub(crate) const STEP_UP_WHY: &str =
    "You signed in more than ten minutes ago, and this is not easily undone.";
pub(crate) const CONFIRM: &str = "Confirm";
pub(crate) const CONFIRMING: &str = "Confirming";
pub(crate) const USE_PASSKEY: &str = "Use a passkey";
pub(crate) const SIGN_IN_PASSKEY: &str = "Sign in with a passkey";
pub(crate) const BACK: &str = "Begin again";
pub(crate) const PROOF_FAILED: &str = "It could not be asked for a proof.";

/// What a session that is for something else alone says.
pub(crate) const fn restriction(restriction: Restriction) -> (&'static str, &'static str) {
    match restriction {
        Restriction::ChangePassword => (
            "Choose a password of your own first.",
            "An administrator assigned the one you signed in with.",
        ),
        Restriction::EnrolSecondFactor => (
            "Set up a second factor first.",
            "Your role needs one. Everything else opens when it works.",
        ),
    }
}

/// A kind of second factor.
pub(crate) const fn kind(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Totp => "Authenticator app",
        FactorKind::Passkey => "Passkey",
    }
}

/// A way to prove.
pub(crate) const fn way(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::Password => "Use the password",
        ProofKind::Totp => "Use an authenticator app",
        ProofKind::Passkey => USE_PASSKEY,
        ProofKind::RecoveryCode => "Use a recovery code",
    }
}

/// How a session was opened.
pub(crate) const fn signed_in_by(by: SignedInBy) -> &'static str {
    match by {
        SignedInBy::Password => "Password",
        SignedInBy::SecondFactor => "Password and second factor",
        SignedInBy::Passkey => "Passkey",
        SignedInBy::Link => "One-time link",
    }
}

/// How somebody signed in, or why not; words of a newer server are shown as they are.
pub(crate) fn how(word: &str) -> String {
    let known = match word {
        "password" => "Password",
        "second_factor" => "Password and second factor",
        "passkey" => "Passkey",
        "link" => "One-time link",
        "wrong_password" => "Wrong password",
        "wrong_totp" => "Wrong code",
        "wrong_recovery_code" => "Wrong recovery code",
        "wrong_passkey" => "Wrong passkey",
        "not_tried" => "Had to wait, or has no password",
        "suspended" => "Suspended",
        "banned" => "Banned",
        "denied" => "Locked out",
        "inactive" => "Inactive",
        "idp_disabled" => "Disabled by the provider",
        "security" => "Security check",
        "not_started" => "Not started",
        "gone" => "Archived or deleted",
        other => return other.replace('_', " "),
    };
    known.to_owned()
}

/// How many recovery codes are left.
pub(crate) fn codes_left(left: u32) -> String {
    match left {
        0 => "No recovery codes are left.".to_owned(),
        1 => "One recovery code is left.".to_owned(),
        left => format!("{left} recovery codes are left."),
    }
}

/// Asks before a factor goes.
pub(crate) fn remove_title(label: &str) -> String {
    format!("Remove {label}")
}

/// What follows.
pub(crate) fn remove_consequences() -> Vec<String> {
    vec![
        "It proves nothing any more.".to_owned(),
        "With the last one the recovery codes go as well.".to_owned(),
    ]
}

/// What follows from new codes.
pub(crate) fn renew_consequences() -> Vec<String> {
    vec!["The codes of before stop working at once.".to_owned()]
}

/// Asks before a session ends.
pub(crate) fn end_title(device: &str) -> String {
    format!("End session: {device}")
}

/// What follows.
pub(crate) fn end_consequences() -> Vec<String> {
    vec!["That browser has to sign in again.".to_owned()]
}

/// Asks before all sessions of somebody end.
pub(crate) fn end_all_title(name: &str) -> String {
    format!("End all sessions of {name}")
}

/// What follows.
pub(crate) fn end_all_consequences() -> Vec<String> {
    vec![
        "Every browser has to sign in again.".to_owned(),
        "Nothing else changes: whoever may sign in still may.".to_owned(),
    ]
}

/// What was done.
pub(crate) fn ended(count: u64) -> String {
    match count {
        1 => "One session ended".to_owned(),
        count => format!("{count} sessions ended"),
    }
}

/// Asks for the password that is assigned.
pub(crate) fn assign_title(name: &str) -> String {
    format!("Reassign the password of {name}")
}

/// What follows.
pub(crate) fn assign_consequences() -> Vec<String> {
    vec![
        "Every session ends at once.".to_owned(),
        "The person signs in with it once and chooses another.".to_owned(),
        "Tell it to them yourself; it is not shown again.".to_owned(),
    ]
}

/// Asks before second factors go.
pub(crate) fn reset_title(name: &str) -> String {
    format!("Reset the second factors of {name}")
}

/// What follows.
pub(crate) fn reset_consequences() -> Vec<String> {
    vec![
        "Authenticator apps, passkeys and recovery codes stop working.".to_owned(),
        "Every session ends; a password alone signs in until a new one is set up.".to_owned(),
    ]
}
