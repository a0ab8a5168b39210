//! What people set of themselves in *My account*: time zone and language.

use std::sync::Arc;

use chrono_tz::Tz;
use scim_schema::api::{
    events::ChangeKind,
    my_account::{ChangeMe, check_locale},
};
use serde_json::json;

use super::{OpError, sessions::Identity};
use crate::{
    ctx::Ctx,
    db::{AuditEntry, Change, Db, Profile, UserUpdate, Written},
};

/// Changes the caller's own settings, and answers who they are then.
///
/// # Errors
/// [`OpError::Invalid`] for a zone or language that is none, [`OpError::Conflict`] for somebody whose
/// identity provider owns them, and those of the database.
pub async fn change(
    db: &Db,
    ctx: &Arc<Ctx>,
    mut by: Identity,
    input: &ChangeMe,
) -> Result<Identity, OpError> {
    by.time_zone = changed(by.time_zone, input.time_zone.as_deref());
    by.locale = changed(by.locale, input.locale.as_deref());
    if let Some(zone) = &by.time_zone {
        zone.parse::<Tz>().map_err(|_| OpError::Invalid {
            path: "time_zone",
            message: "There is no such time zone. Enter one such as Europe/Berlin or UTC."
                .to_owned(),
        })?;
    }
    if let Some(tag) = &by.locale {
        check_locale(tag).map_err(|message| OpError::Invalid {
            path: "locale",
            message: message.to_owned(),
        })?;
    }
    let wanted = by.clone();
    db.write::<_, OpError, _>(ctx, move |tx| {
        let wanted = wanted.clone();
        Box::pin(async move {
            let person = tx.lock_sign_in_user(wanted.user).await?;
            let person = person.ok_or(OpError::NotFound)?;
            if (&person.time_zone, &person.locale) == (&wanted.time_zone, &wanted.locale) {
                return Ok(Written::unchanged(()));
            }
            let linked = tx.lock_person(person.id).await?;
            if linked.is_some_and(|linked| linked.link.is_some()) {
                return Err(OpError::Conflict(
                    "Your identity provider sets these. Change them there.".to_owned(),
                ));
            }
            let profile = tx.profile(person.id).await?.ok_or(OpError::NotFound)?;
            let details = json!({ "time_zone": wanted.time_zone, "locale": wanted.locale });
            let update = UserUpdate {
                version: person.version,
                profile: Some(Profile {
                    time_zone: wanted.time_zone,
                    locale: wanted.locale,
                    ..profile
                }),
                axes: None,
                idp_active: None,
                cut_access: false,
                password_hash: None,
                purge_at: None,
            };
            if !tx.update_user(person.id, &update).await? {
                return Err(OpError::PreconditionFailed);
            }
            let change = Change::updated(ChangeKind::User, person.id, person.version + 1);
            let entry = AuditEntry::done("user.update", "user", person.id, details);
            Ok(Written::audited((), entry).announcing(change))
        })
    })
    .await?;
    Ok(by)
}

/// What is absent stays, an empty text takes it away.
fn changed(before: Option<String>, asked: Option<&str>) -> Option<String> {
    match asked.map(str::trim) {
        None => before,
        Some("") => None,
        Some(text) => Some(text.to_owned()),
    }
}
