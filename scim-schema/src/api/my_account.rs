//! *My account* and what administrators see of it: `/me/*`, `/users/{id}/sessions`,
//! `/users/{id}/sign-ins`, `/users/{id}/password`.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::second_factors::SecondFactorView;
use crate::{id::SessionId, lifecycle::word_enum};

word_enum! {
    /// What a session is for alone, until its person has done it.
    Restriction {
        /// To choose a password of one's own in the place of an assigned one.
        ChangePassword = "change_password",
        /// To enrol a second factor.
        EnrolSecondFactor = "enrol_second_factor",
    }
}

word_enum! {
    /// How a session was opened.
    SignedInBy {
        /// A password alone.
        Password = "password",
        /// A password and a second factor.
        SecondFactor = "second_factor",
        /// A passkey, which is both.
        Passkey = "passkey",
        /// A one-time link.
        Link = "link",
    }
}

/// Body of `PATCH /me`: what is absent stays, an empty text takes it away. Answer:
/// [`Me`](super::session::Me).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeMe {
    /// IANA time zone, such as `Europe/Berlin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// BCP 47 language tag, such as `de-CH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// Body of `POST /me/password`. Ends every other session of the person.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password of now.
    pub current: String,
    /// The new one.
    pub new: String,
}

/// Body of `PUT /users/{id}/password`: *reassign password*.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignPassword {
    /// The password with which the person signs in once, to choose another.
    pub password: String,
    /// Whether somebody who is locked out after wrong passwords is let in again as well.
    #[serde(default)]
    pub validate: bool,
}

/// Body of `POST /me/password/strength`. Answer: [`PasswordStrength`].
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgePassword {
    /// What somebody thinks of.
    pub password: String,
}

/// How long a password would withstand guessing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordStrength {
    /// 0 to 4; 3 and more are accepted.
    pub score: u8,
    /// Why it would be refused; absent when it would not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// Browser and system in words.
    pub device: String,
    /// Where from, at sign-in.
    pub ip: Option<String>,
    /// How it was opened; absent of those from before that was kept.
    pub method: Option<SignedInBy>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// Its last request, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends in any case.
    pub expires_at: DateTime<Utc>,
    /// Whether the caller asks through it.
    pub current: bool,
}

/// Answer of `GET /me/sessions` and `GET /users/{id}/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sessions {
    /// Those that are open, the last used first, at most 100.
    pub items: Vec<SessionView>,
    /// The person's second factors.
    pub second_factors: Vec<SecondFactorView>,
    /// Whether an administrator assigned the password, to be changed at the next sign-in.
    pub password_assigned: bool,
    /// Whether passwords are set here: not where single sign-on is enabled.
    pub passwords_here: bool,
}

/// One try to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInView {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it opened a session.
    pub success: bool,
    /// How, or why not: a word such as `password` or `wrong_password`.
    pub how: Option<String>,
    /// Browser and system in words.
    pub device: String,
    /// Where from.
    pub ip: Option<String>,
}

/// Answer of `GET /me/sign-ins` and `GET /users/{id}/sign-ins`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIns {
    /// The last 50 of 180 days, newest first.
    pub items: Vec<SignInView>,
}

/// Answer of `POST /users/{id}/revoke-sessions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsEnded {
    /// How many were open.
    pub ended: u64,
}

/// Checks a language tag as far as its form goes (RFC 5646 section 2.1): a language of letters, then
/// parts of up to eight letters or digits.
///
/// # Errors
/// A sentence that says what to change.
pub fn check_locale(tag: &str) -> Result<(), &'static str> {
    let mut parts = tag.split('-');
    let is_language = parts.next().is_some_and(|part| {
        (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    let are_parts = parts.all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    match is_language && are_parts && tag.len() <= 35 {
        true => Ok(()),
        false => Err("Enter a language tag such as en, de-CH or zh-Hant."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_are_letters_then_parts() {
        for good in ["en", "de-CH", "zh-Hant-TW", "es-419", "sl-rozaj-biske"] {
            assert!(check_locale(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "e",
            "en_US",
            "en-",
            "-US",
            "12",
            "de-waytoolongpart",
            "d e",
        ] {
            assert!(check_locale(bad).is_err(), "{bad}");
        }
    }
}
