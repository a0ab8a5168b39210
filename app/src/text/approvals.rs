//! Strings of what waits for a second person.

use scim_schema::api::approvals::{ApprovalPayload, ApprovalState, ApprovalView};

use super::policies;

pub(crate) const TITLE: &str = "Approvals";
pub(crate) const LEDE: &str = "What cannot be undone needs two System Administrators: one asks, \
    another approves.";
pub(crate) const FAILED: &str = "The approvals could not be loaded.";
pub(crate) const NONE: &str = "Nothing waits";
pub(crate) const NONE_WHY: &str = "Erasing somebody, and lowering what is the least when people are \
    removed, appear here until somebody else approves.";
pub(crate) const DECIDED: &str = "Decided";
pub(crate) const APPROVE: &str = "Approve";
pub(crate) const APPROVING: &str = "Approving";
pub(crate) const APPROVED: &str = "Approved and done";
pub(crate) const TAKE_BACK: &str = "Take back";
pub(crate) const REFUSE: &str = "Refuse";
pub(crate) const CANCELLED: &str = "This will not be done";
pub(crate) const KEEP: &str = "Leave it waiting";
pub(crate) const NOW: &str = "It is done at once.";
pub(crate) const NO_WAY_BACK: &str = "Nothing brings the person back.";

/// What is asked for.
pub(crate) fn what(approval: &ApprovalView) -> String {
    let subject = &approval.subject;
    match &approval.payload {
        ApprovalPayload::Purge { .. } => format!("Erase {subject} before the time"),
        ApprovalPayload::Erase { .. } => format!("Erase {subject} on request"),
        ApprovalPayload::LowerRemovalFloor { .. } => {
            format!("Lower what is the least in {subject} when people are removed")
        }
    }
}

/// What a change of a policy would change, one line each.
pub(crate) fn changes(payload: &ApprovalPayload) -> Vec<String> {
    let ApprovalPayload::LowerRemovalFloor { change, .. } = payload else {
        return Vec::new();
    };
    let line = |is_floor: bool| {
        move |(word, value): (&String, &Option<_>)| {
            let setting = word.parse().ok()?;
            Some(policies::difference(
                setting,
                is_floor,
                None,
                value.as_ref(),
            ))
        }
    };
    let floors = change.floors.iter().filter_map(line(true));
    floors
        .chain(change.values.iter().filter_map(line(false)))
        .collect()
}

/// Who asked, and until when it can be approved.
pub(crate) fn asked(approval: &ApprovalView, until: &str) -> String {
    let by = &approval.requested_by_name;
    format!("{by} asks for this. It can be approved until {until}.")
}

/// When it is done although nobody else can approve.
pub(crate) fn alone(at: &str) -> String {
    format!(
        "There is no other System Administrator: it is done {at}, unless somebody takes it back."
    )
}

/// A button for one of several.
pub(crate) fn labelled(act: &str, approval: &ApprovalView) -> String {
    format!("{act}: {}", what(approval))
}

/// How it ended.
pub(crate) fn ended(approval: &ApprovalView) -> String {
    match (&approval.decided_by_name, approval.state) {
        (Some(by), ApprovalState::Approved) => format!("Approved by {by}"),
        (None, ApprovalState::Approved) => "Done after a day without a second person".to_owned(),
        (Some(by), ApprovalState::Cancelled) => format!("Taken back or refused by {by}"),
        (_, ApprovalState::Expired) => "Nobody approved it in time".to_owned(),
        _ => String::new(),
    }
}
