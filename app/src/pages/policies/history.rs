//! What an organisation decided before, fetched when somebody wants to see it.

use leptos::prelude::*;
use scim_schema::{
    api::policies::{PolicyDifference, PolicyVersion},
    id::OrganisationId,
};

use crate::{
    api,
    text::{policies as words, user::actor},
    ui::{Loaded, Present, RelativeTime, Remote, SkeletonLines, dynamic, optional},
};

/// The history, folded.
#[component]
pub(super) fn History(
    /// Whose.
    id: OrganisationId,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let content = optional(move || open.get().then(|| view! { <Versions id /> }));
    view! {
        <details class="fold" on:toggle=move |_| open.set(true)>
            <summary>{words::HISTORY}</summary>
            <div>{content}</div>
        </details>
    }
}

#[component]
fn Versions(
    /// Whose.
    id: OrganisationId,
) -> impl IntoView {
    let remote = Remote::new(move || api::policies::versions(id));
    remote.follow(super::concerns);
    let content = move |shown: Present<Vec<PolicyVersion>>| {
        dynamic(move || {
            shown.with(|versions| match versions.is_empty() {
                true => view! { <p class="small">{words::NO_HISTORY}</p> }.into_any(),
                false => list(versions),
            })
        })
        .into_any()
    };
    view! {
        <Loaded
            remote
            what=words::HISTORY_FAILED
            skeleton=ViewFn::from(|| view! { <SkeletonLines lines=3 /> })
            content
        />
    }
}

fn list(versions: &[PolicyVersion]) -> AnyView {
    view! { <ol class="history">{versions.iter().map(one).collect_view()}</ol> }.into_any()
}

fn one(version: &PolicyVersion) -> AnyView {
    let line = |difference: &PolicyDifference| {
        let line = words::difference(
            difference.setting,
            difference.is_floor,
            difference.before.as_ref(),
            difference.after.as_ref(),
        );
        view! { <li>{line}</li> }
    };
    view! {
        <li>
            <p class="small muted">{actor(&version.changed_by)} ", " <RelativeTime at=version.changed_at /></p>
            <ul class="plain small">{version.differences.iter().map(line).collect_view()}</ul>
        </li>
    }
    .into_any()
}
