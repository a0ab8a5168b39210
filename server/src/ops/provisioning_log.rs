//! Reading what an identity provider sent, which is audited where it includes bodies.

use std::sync::Arc;

use scim_schema::{api::provisioning_log::LogDetail, id::ProvisioningRequestId};
use serde_json::json;

use super::OpError;
use crate::{
    ctx::Ctx,
    db::{AuditEntry, Db, Written},
};

/// One request of the log; with its bodies only when the caller may read them.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn read(
    db: &Db,
    ctx: &Arc<Ctx>,
    id: ProvisioningRequestId,
    may_read_bodies: bool,
) -> Result<LogDetail, OpError> {
    db.write(ctx, move |tx| {
        Box::pin(async move {
            let mut detail = tx.log_detail(id).await?.ok_or(OpError::NotFound)?;
            if !may_read_bodies {
                detail.request_body = None;
                detail.response_body = None;
            }
            if detail.request_body.is_none() && detail.response_body.is_none() {
                return Ok(Written::unchanged(detail));
            }
            let entry = AuditEntry::done(
                "provisioning_log.read",
                "provisioning_request",
                id,
                json!({}),
            );
            Ok(Written::audited(detail, entry))
        })
    })
    .await
}
