//! Sends one mail of the outbox. Without a mail server it stays there until one is configured.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use scim_schema::id::{MailId, RequestId};

use super::{JobCtx, JobError};
use crate::{
    ctx::Ctx,
    db::ClaimedJob,
    mail::{Envelope, Mailer},
    ops::{
        mails::{self, Try},
        one_time_links,
    },
};

pub(super) fn run<'j>(ctx: &'j JobCtx, job: &'j ClaimedJob) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        let Some(mailer) = &ctx.mailer else {
            return Ok(());
        };
        let mail: MailId = job
            .payload
            .get("mail")
            .and_then(|value| value.as_str())
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| JobError::Fail("the payload names no mail".to_owned()))?;
        let by = context(ctx, job);
        let named = mailer.message_id(mail.0);
        match mails::begin(&ctx.db, &by, &ctx.ids, mail, named).await? {
            None => Ok(()),
            Some(begun) => attempt(ctx, job, mailer, begun).await,
        }
    })
}

async fn attempt(
    ctx: &JobCtx,
    job: &ClaimedJob,
    mailer: &Mailer,
    begun: Try,
) -> Result<(), JobError> {
    let Try { mail, secret } = begun;
    let public_url = ctx.public_url.as_str();
    let link = secret.map(|secret| one_time_links::address(public_url, &secret));
    let link = link.as_deref();
    let written = mails::letter_of(&ctx.db, job.account, &mail, public_url, link).await?;
    let envelope = Envelope {
        from: written.account,
        name: written.name,
        address: mail.address.clone(),
        message_id: mail.message_id.clone().unwrap_or_default(),
        date: mail.created_at,
    };
    let outcome = mailer.send(&envelope, &written.letter).await;
    if outcome.is_err() {
        // Without what the server said: it may repeat the address.
        tracing::warn!(mail = %mail.id, kind = %mail.kind, attempt = mail.attempts, "a mail was not taken");
    }
    // Time has passed since the job began.
    let by = context(ctx, job);
    Ok(mails::finish(&ctx.db, &by, mail, outcome).await?)
}

fn context(ctx: &JobCtx, job: &ClaimedJob) -> Arc<Ctx> {
    let now = ctx.clock.now();
    let request = RequestId(ctx.ids.uuid_v7(now));
    Arc::new(Ctx::system(job.account, "mail", request, now))
}
