//! Strings of signing in and of one-time links.

pub(crate) const ACCOUNT_TITLE: &str = "Sign in";
pub(crate) const ACCOUNT_HINT: &str = "This server has several accounts. Enter the name that follows /a/ in the address you were given.";
pub(crate) const ACCOUNT_LABEL: &str = "Account";
pub(crate) const ACCOUNT_MISSING: &str = "Enter the name of the account.";
pub(crate) const CONTINUE: &str = "Continue";
pub(crate) const LOGIN_LABEL: &str = "User name or e-mail";
pub(crate) const LOGIN_MISSING: &str = "Enter your user name or e-mail address.";
pub(crate) const PASSWORD_LABEL: &str = "Password";
pub(crate) const PASSWORD_MISSING: &str = "Enter your password.";
pub(crate) const SIGN_IN: &str = "Sign in";
pub(crate) const SIGNING_IN: &str = "Signing in";
pub(crate) const EXPIRED: &str = "Your session has ended.";
pub(crate) const EXPIRED_WHY: &str = "Sign in again to go on where you were.";
pub(crate) const LEFT: &str = "You are signed out.";
pub(crate) const OPTIONS_FAILED: &str = "The sign-in page could not be loaded.";
pub(crate) const NEEDS_SETUP: &str = "This account has no administrator yet.";
pub(crate) const NEEDS_SETUP_WHY: &str = "Open the one-time link that Rollcall printed when it started. If it is lost, a restart prints a fresh one, or make another on the host:";
pub(crate) const ADMIN_CREATE: &str =
    "rollcall admin create --email … --given-name … --family-name …";
pub(crate) const TROUBLE: &str =
    "Trouble signing in? An administrator of your account can help you.";
pub(crate) const FORGOTTEN: &str = "Forgot your password?";
pub(crate) const FORGOTTEN_WHY: &str =
    "Enter the name you sign in with, and a link to choose another password comes by e-mail.";
pub(crate) const FORGOTTEN_SEND: &str = "Send link";
pub(crate) const FORGOTTEN_SENDING: &str = "Sending link";
pub(crate) const FORGOTTEN_SENT: &str = "If somebody of that name signs in here with a password, a link is on its way to their e-mail address. It works once, within one hour. When nothing comes, look into the spam folder, or ask an administrator.";
pub(crate) const UNKNOWN_ACCOUNT: &str = "There is no such account";
pub(crate) const UNKNOWN_ACCOUNT_WHY: &str =
    "The address may be mistyped. Ask your administrator for the sign-in address.";

pub(crate) const SETUP_TITLE: &str = "Set up";
pub(crate) const SETUP_CHECKING: &str = "Checking the link";
pub(crate) const SETUP_FAILED: &str = "The link could not be checked.";
pub(crate) const LINK_MISSING: &str = "This page needs a one-time link";
pub(crate) const LINK_MISSING_WHY: &str = "Open the complete link again, with everything that follows the # sign. Reloading this page removes that part on purpose.";
pub(crate) const LINK_UNUSABLE: &str = "This link can no longer be used";
pub(crate) const LINK_UNUSABLE_WHY: &str = "It was used already, or its time has run out. Ask for another one where you sign in, or ask an administrator. The first administrator makes one on the host:";
pub(crate) const GO_TO_SIGN_IN: &str = "Go to sign-in";
pub(crate) const GIVEN_NAME: &str = "Given name";
pub(crate) const GIVEN_NAME_MISSING: &str = "Enter your given name.";
pub(crate) const FAMILY_NAME: &str = "Family name";
pub(crate) const FAMILY_NAME_MISSING: &str = "Enter your family name.";
pub(crate) const EMAIL: &str = "E-mail";
pub(crate) const EMAIL_HINT: &str = "Also your user name.";
pub(crate) const PASSWORD_HINT: &str = "At least 12 characters. Any characters, spaces too; a few unrelated words are easy to remember.";
pub(crate) const FIRST_SUBMIT: &str = "Create administrator";
pub(crate) const FIRST_DOING: &str = "Creating administrator";
pub(crate) const PASSWORD_SUBMIT: &str = "Set password";
pub(crate) const PASSWORD_DOING: &str = "Setting password";

/// Heading of the sign-in page.
pub(crate) fn sign_in_to(account: &str) -> String {
    format!("Sign in to {account}")
}

/// Heading of the set-up page.
pub(crate) fn set_up(account: &str) -> String {
    format!("Set up {account}")
}

/// Heading for an existing user's first password.
pub(crate) fn password_for(account: &str) -> String {
    format!("Choose a password for {account}")
}

/// What the first administrator is.
pub(crate) fn first_why(until: &str) -> String {
    format!(
        "You become the first System Administrator. No identity provider can lock this person out. The link works once, until {until}."
    )
}

/// Whose password it is.
pub(crate) fn password_why(user_name: &str, until: &str) -> String {
    format!("For {user_name}. The link works once, until {until}.")
}
