//! The daily mail to administrators about who was locked out (domain.md section 5, T7).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use scim_schema::mail::MailKind;

use super::OpError;
use crate::{
    ctx::Ctx,
    db::{Db, MailAbout, NewMail, Written},
};

/// Tells the administrators of the account of `ctx` who was locked out within a time and still is;
/// nobody when nobody was. Asked for twice, it is told once.
///
/// # Errors
/// Those of the database.
pub async fn tell_of_denied(
    db: &Db,
    ctx: &Arc<Ctx>,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), OpError> {
    let scope = db.account(ctx.account);
    if scope.denied_between((from, until), 1).await?.total == 0 {
        return Ok(());
    }
    db.write(ctx, move |tx| {
        Box::pin(async move {
            let kind = MailKind::DeniedDigest;
            let about = MailAbout {
                from: Some(from),
                until: Some(until),
                ..MailAbout::default()
            };
            let told = tx.administrators_to_tell(None).await?;
            let mails = told.into_iter().map(|(user, address)| NewMail {
                kind,
                user,
                address,
                about: about.clone(),
                dedup_key: Some(format!("{kind}@{}:{user}", until.timestamp())),
            });
            Ok::<_, OpError>(Written::bookkeeping(()).mailing(mails))
        })
    })
    .await
}
