//! A user who was refused because somebody is in the way: the conflict is noted for a System
//! Administrator, in a unit of its own, and the answer stays what it is.

use std::sync::Arc;

use scim_schema::{id::LinkId, patch::PatchOp, resource::Incoming};

use super::{desk::Desk, trace::Trace};
use crate::ops::{OpError, conflicts, precondition::Precondition, users};

/// Notes the conflict of a POST, or of a PUT of the link `renamed`, and answers with its error.
pub(super) async fn noted(
    desk: &Desk<'_>,
    error: OpError,
    incoming: &Incoming,
    renamed: Option<LinkId>,
    trace: &mut Trace,
) -> OpError {
    if !error.is_conflict() || !desk.outlives_a_failure() {
        return error;
    }
    let by = Arc::clone(&desk.by);
    let sent = Arc::new(users::sent_user(incoming));
    let noted = desk.write::<_, OpError, _>(move |tx| {
        let (by, sent) = (Arc::clone(&by), Arc::clone(&sent));
        Box::pin(async move { conflicts::note(tx, &by, &sent, renamed).await })
    });
    answered(error, noted.await, trace)
}

/// The same for a PATCH, whose outcome is worked out once more.
pub(super) async fn patch_noted(
    desk: &Desk<'_>,
    error: OpError,
    id: LinkId,
    operations: Arc<Vec<PatchOp>>,
    trace: &mut Trace,
) -> OpError {
    if !error.is_conflict() || !desk.outlives_a_failure() {
        return error;
    }
    let by = Arc::clone(&desk.by);
    let noted = desk.write::<_, OpError, _>(move |tx| {
        let (by, operations) = (Arc::clone(&by), Arc::clone(&operations));
        Box::pin(async move {
            let patched = users::patched(tx, &by, id, &Precondition::NONE, &operations).await?;
            conflicts::note(tx, &by, &patched.sent(), Some(id)).await
        })
    });
    answered(error, noted.await, trace)
}

/// The request was refused whether its conflict could be noted or not; the next one notes it.
fn answered(refusal: OpError, noted: Result<bool, OpError>, trace: &mut Trace) -> OpError {
    match noted {
        Ok(is_noted) => trace.conflict |= is_noted,
        Err(error) => tracing::warn!(%error, "a conflict was not noted"),
    }
    refusal
}
