//! Status and holds as lozenges and icons.

use leptos::prelude::*;
use scim_schema::{
    api::users::Source,
    lifecycle::{HoldKind, Status},
};

use crate::{
    text,
    ui::{Family, Icon, icon, lozenge},
};

/// Name of the connection a user comes from.
pub(crate) fn provider(source: &Source) -> Option<&str> {
    match source {
        Source::Local => None,
        Source::Connection { name, .. } => Some(name),
    }
}

/// Colour and picture of a status.
pub(crate) const fn look(status: Status) -> (Family, Icon) {
    match status {
        Status::Purged | Status::Deleted => (Family::Stop, Icon::Trash),
        Status::Archived => (Family::Rest, Icon::Archive),
        Status::Banned => (Family::Stop, Icon::Ban),
        Status::Suspended => (Family::Pause, Icon::Pause),
        Status::IdpDisabled => (Family::Idp, Icon::Unplug),
        Status::Denied => (Family::Guard, Icon::Lock),
        Status::Security => (Family::Guard, Icon::Shield),
        Status::Inactive => (Family::Pause, Icon::Moon),
        Status::Invited => (Family::Arrive, Icon::Mail),
        Status::Staged => (Family::Rest, Icon::Dashed),
        Status::Active => (Family::Ok, Icon::Ok),
    }
}

/// The status that a hold alone would show.
pub(crate) const fn status_of(kind: HoldKind) -> Status {
    match kind {
        HoldKind::Suspended => Status::Suspended,
        HoldKind::Banned => Status::Banned,
        HoldKind::Denied => Status::Denied,
        HoldKind::Inactive => Status::Inactive,
        HoldKind::IdpDisabled => Status::IdpDisabled,
        HoldKind::Security => Status::Security,
    }
}

/// Whether somebody with this status is not here yet or no longer.
pub(crate) const fn is_absent(status: Status) -> bool {
    matches!(
        status,
        Status::Purged | Status::Deleted | Status::Archived | Status::Invited | Status::Staged
    )
}

/// Open holds that the displayed status does not already tell.
fn further(status: Status, holds: &[HoldKind]) -> Vec<HoldKind> {
    let mut rest: Vec<HoldKind> = holds
        .iter()
        .copied()
        .filter(|kind| status_of(*kind) != status)
        .collect();
    rest.sort_by_key(|kind| status_of(*kind));
    rest.dedup();
    rest
}

/// Icon and word of a status; further holds follow as outlined icons with a name and a tooltip.
pub(crate) fn status_view(status: Status, holds: &[HoldKind], source: &Source) -> AnyView {
    let provider = provider(source);
    let (family, glyph) = look(status);
    let further = further(status, holds);
    let tooltip = holds
        .iter()
        .map(|kind| text::status::hold(*kind, provider))
        .collect::<Vec<_>>()
        .join(". ");
    let marks = (!further.is_empty()).then(|| {
        let mark = |kind: HoldKind| {
            let (family, glyph) = look(status_of(kind));
            let name = text::status::hold(kind, provider);
            view! {
                <span class=family.class() role="img" aria-label=name.clone() title=name>
                    {icon(glyph)}
                </span>
            }
        };
        view! { <span class="holds">{further.into_iter().map(mark).collect_view()}</span> }
    });
    let title = (!tooltip.is_empty()).then_some(tooltip);
    view! {
        <span class="st" title=title>
            {lozenge(family, glyph, text::status::word(status, provider))}
            {marks}
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_holds_are_those_the_status_does_not_tell_in_its_order() {
        let holds = [HoldKind::Denied, HoldKind::IdpDisabled, HoldKind::Suspended];
        assert_eq!(
            further(Status::Suspended, &holds),
            [HoldKind::IdpDisabled, HoldKind::Denied]
        );
        assert!(further(Status::Denied, &[HoldKind::Denied]).is_empty());
    }

    #[test]
    fn archived_people_show_their_holds_too() {
        assert_eq!(
            further(Status::Archived, &[HoldKind::Banned]),
            [HoldKind::Banned]
        );
    }
}
