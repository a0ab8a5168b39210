//! What is asked for with an act, in one form, or what is wrong with it.

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::acts::{ActOnUser, REASON_MAX, USER_NAME_MAX},
    lifecycle::Transition,
    prepare::forbidden_in_name,
};

use crate::ops::OpError;

/// Longest suspension that ends by itself.
const LONGEST: TimeDelta = TimeDelta::days(5 * 366);

/// Trims what is asked, and holds it to what the act takes.
///
/// # Errors
/// [`OpError::Invalid`] with the path of the field.
pub(super) fn checked(
    act: Transition,
    asked: ActOnUser,
    now: DateTime<Utc>,
) -> Result<ActOnUser, OpError> {
    let archives = matches!(act, Transition::Archive | Transition::Unarchive);
    if asked.suspended.is_some() && !archives {
        return Err(invalid(
            "suspended",
            "Only of somebody who is archived or taken back at the same time.",
        ));
    }
    Ok(ActOnUser {
        reason: reason(act, trimmed(asked.reason))?,
        until: until(act, asked.until, now)?,
        suspended: asked.suspended,
        user_name: user_name(act, trimmed(asked.user_name))?,
    })
}

fn invalid(path: &'static str, message: impl Into<String>) -> OpError {
    OpError::Invalid {
        path,
        message: message.into(),
    }
}

fn trimmed(text: Option<String>) -> Option<String> {
    let text = text.map(|text| text.trim().to_owned());
    text.filter(|text| !text.is_empty())
}

fn reason(act: Transition, reason: Option<String>) -> Result<Option<String>, OpError> {
    let Some(text) = &reason else {
        return match act {
            Transition::Ban => Err(invalid(
                "reason",
                "Say why: the reason is on the person's page and in the audit log.",
            )),
            _ => Ok(None),
        };
    };
    if text.chars().count() > REASON_MAX {
        return Err(invalid(
            "reason",
            format!("Use at most {REASON_MAX} characters."),
        ));
    }
    let controls = |character: char| character.is_control() && character != '\n';
    match text.chars().any(controls) {
        true => Err(invalid("reason", "Use no control characters.")),
        false => Ok(reason),
    }
}

fn until(
    act: Transition,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, OpError> {
    let wrong = match until {
        None => return Ok(None),
        Some(_) if act != Transition::Suspend => "Only a suspension ends by itself.",
        Some(until) if until <= now => "This is in the past. Choose a later time.",
        Some(until) if until > now + LONGEST => {
            "This is more than five years away. Choose an earlier time."
        }
        within => return Ok(within),
    };
    Err(invalid("until", wrong))
}

fn user_name(act: Transition, user_name: Option<String>) -> Result<Option<String>, OpError> {
    let Some(text) = &user_name else {
        return Ok(None);
    };
    if act != Transition::Restore {
        return Err(invalid(
            "user_name",
            "Only of somebody who is restored at the same time.",
        ));
    }
    if text.chars().count() > USER_NAME_MAX {
        return Err(invalid(
            "user_name",
            format!("Use at most {USER_NAME_MAX} characters."),
        ));
    }
    match forbidden_in_name(text) {
        Some(_) => Err(invalid(
            "user_name",
            "Use no control characters and none that cannot be seen.",
        )),
        None => Ok(user_name),
    }
}
