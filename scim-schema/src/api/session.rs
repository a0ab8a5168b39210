//! Signing in: `/api/v1/sign-in-options`, `/sessions`, `/one-time-links/*`, `/me`.

use serde::{Deserialize, Serialize};

use super::my_account::Restriction;
use crate::{
    id::{OrganisationId, UserId},
    permission::{AccountRole, Permission},
};

/// Name of the header that every non-GET request must carry, with any value.
pub const CSRF_HEADER: &str = "x-rollcall-console";

/// Name of the account a person signs in to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRef {
    /// Part of the sign-in address `/a/{slug}`.
    pub slug: String,
    /// For people.
    pub name: String,
}

/// Answer of `GET /sign-in-options?account={slug}`; without `account` the only account, if there
/// is just one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInOptions {
    /// Where to sign in; `None` when there are several accounts and none was named.
    pub account: Option<AccountRef>,
    /// No administrator exists yet: the set-up link must be used first.
    pub needs_setup: bool,
}

/// Body of `POST /sessions`. Answer: 200 with [`Me`] and the session cookie, or 202 with
/// [`PendingSignIn`](super::second_factors::PendingSignIn).
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Slug of the account.
    pub account: String,
    /// User name, or e-mail address while only one user has it.
    pub login: String,
    /// The password; at most 1,024 bytes.
    pub password: String,
}

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// Creates the first System Administrator of an account.
    FirstAdministrator,
    /// Sets the first password of an existing user.
    Setup,
    /// Sets another password and ends every session.
    Reset,
}

/// Body of `POST /password-resets`. Answer: 202, whoever exists.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgottenPassword {
    /// Slug of the account.
    pub account: String,
    /// User name, or e-mail address while only one user has it; at most [`LOGIN_MAX_BYTES`].
    pub login: String,
}

/// Longest name that somebody signs in with, in bytes: beyond every user name and address.
pub const LOGIN_MAX_BYTES: usize = 1_024;

/// Body of `POST /one-time-links/inspect`: looks without consuming. Answer: [`LinkView`].
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectLink {
    /// The secret from the fragment of the address.
    pub token: String,
}

/// What a usable link is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkView {
    /// What it does.
    pub purpose: LinkPurpose,
    /// Account it belongs to.
    pub account: AccountRef,
    /// The user name it sets a password for; `None` for the first administrator.
    pub user_name: Option<String>,
    /// When it runs out, RFC 3339.
    pub expires_at: chrono::DateTime<chrono::Utc>,
}

/// Body of `POST /one-time-links/redeem`: consumes the link and signs in. Answer: as of
/// `POST /sessions`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedeemLink {
    /// The secret from the fragment of the address.
    pub token: String,
    /// Profile of the first administrator; `None` for other purposes.
    pub profile: Option<AdministratorProfile>,
    /// The new password: 12 to 1,024 bytes.
    pub password: String,
}

/// Who the first administrator is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdministratorProfile {
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// E-mail address, also the user name.
    pub email: String,
}

/// Answer of `GET /me`: who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The user.
    pub user_id: UserId,
    /// Name to show.
    pub display_name: String,
    /// E-mail address, if any.
    pub email: Option<String>,
    /// The account.
    pub account: AccountRef,
    /// Account-wide roles.
    pub roles: Vec<AccountRole>,
    /// Organisations that they administer, with everything below each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub administers: Vec<OrganisationId>,
    /// What they may do with anybody; the server says with whom.
    pub permissions: Vec<Permission>,
    /// Local administrator that no identity provider can lock out.
    pub break_glass: bool,
    /// Sign-in name.
    pub user_name: String,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// BCP 47 language tag.
    pub locale: Option<String>,
    /// What this session is for alone, until it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restriction: Option<Restriction>,
}

/// Shortest password, in characters (OWASP ASVS 6.2.1: at least 8, we ask 12).
pub const PASSWORD_MIN_CHARS: usize = 12;
/// Longest password, in bytes.
pub const PASSWORD_MAX_BYTES: usize = 1_024;

/// Checks a new password.
///
/// # Errors
/// A sentence that says what to change.
pub fn check_password(password: &str) -> Result<(), &'static str> {
    if password.chars().count() < PASSWORD_MIN_CHARS {
        return Err("Use at least 12 characters.");
    }
    if password.len() > PASSWORD_MAX_BYTES {
        return Err("Use at most 1,024 bytes.");
    }
    if password.chars().all(char::is_whitespace) {
        return Err("Use more than spaces.");
    }
    Ok(())
}

/// Checks an e-mail address as far as a form can: one `@` with text around it, a dot-free local
/// part end, no spaces, at most 254 bytes (RFC 5321).
///
/// # Errors
/// A sentence that says what to change.
pub fn check_email(email: &str) -> Result<(), &'static str> {
    let wrong = Err("Enter an e-mail address like name@example.org.");
    if email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return wrong;
    }
    match email.split_once('@') {
        Some((local, domain))
            if !local.is_empty()
                && local.len() <= 64
                && !domain.contains('@')
                && domain.split('.').all(|label| !label.is_empty()) =>
        {
            Ok(())
        }
        _ => wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_need_twelve_characters() {
        assert!(check_password("elevenchars").is_err());
        assert!(check_password("twelve chars").is_ok());
        assert!(check_password("             ").is_err());
        assert!(check_password(&"x".repeat(1_025)).is_err());
    }

    #[test]
    fn addresses_have_one_at_sign_with_text_around_it() {
        for good in ["dana@example.org", "d.w@localhost", "ü@exämple.org"] {
            assert!(check_email(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "dana",
            "@example.org",
            "dana@",
            "a@b@c",
            "a b@c.org",
            "a@b..org",
        ] {
            assert!(check_email(bad).is_err(), "{bad}");
        }
    }
}
