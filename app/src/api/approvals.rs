//! `/approvals`.

use scim_schema::{
    api::approvals::{ApprovalView, Approvals, Approve},
    id::ApprovalId,
};

use super::{Call, call};

/// What waits for a second person, and what was decided last.
pub(crate) fn list() -> Call<Vec<ApprovalView>> {
    call::get("/approvals").map(|answer: Approvals| answer.items)
}

/// Does what somebody else asked for, if it is what was looked at.
pub(crate) fn approve(id: ApprovalId, payload_hash: &str) -> Call<()> {
    let body = Approve {
        payload_hash: payload_hash.to_owned(),
    };
    call::post_only(format!("/approvals/{id}/approve"), &body)
}

/// Takes it back, or refuses it.
pub(crate) fn cancel(id: ApprovalId) -> Call<()> {
    call::act(format!("/approvals/{id}/cancel"))
}
