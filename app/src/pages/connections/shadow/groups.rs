//! Groups that a connection in shadow would push.

use std::sync::Arc;

use leptos::prelude::*;
use scim_schema::{
    api::shadow::{ShadowGroup, ShadowPage, ShadowSummary},
    id::ConnectionId,
};

use super::{Pages, place_in_address};
use crate::{
    api, format,
    text::shadow as words,
    ui::{Loaded, Remote, SkeletonLines},
};

const KEY: &str = "shadow_groups";

/// The list.
#[component]
pub(super) fn Groups(
    /// Whose.
    id: ConnectionId,
    /// Fetched again when these change.
    numbers: Signal<Arc<ShadowSummary>>,
) -> impl IntoView {
    let after = place_in_address(KEY);
    let page = Remote::new(
        move || {
            numbers.track();
            after.get()
        },
        move |after| api::shadow::groups(id, after),
    );
    let content = move |shown: Signal<Arc<ShadowPage<ShadowGroup>>>| {
        let next = Memo::new(move |_| shown.with(|page| page.next));
        let rows = move || shown.with(|page| page.items.iter().map(row).collect_view());
        view! {
            <div class="table-wrap flush" tabindex="0" role="region" aria-label=words::ALL_GROUPS>
                <table class="cards" role="table">
                    <caption class="vh">{words::ALL_GROUPS}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col">{words::GROUP}</th>
                            <th scope="col" class="num">
                                {words::COUNT}
                            </th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
            <Pages id key=KEY later=after next />
        }
        .into_any()
    };
    view! {
        <div class="stack s2">
            <h3>{words::ALL_GROUPS}</h3>
            <Loaded
                remote=page
                what=words::GROUPS_FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=3 /> })
                content
            />
        </div>
    }
}

fn row(group: &ShadowGroup) -> AnyView {
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                {group.name.clone()}
            </th>
            <td role="cell" class="num" data-l=words::COUNT>
                {format::count(group.members)}
            </td>
        </tr>
    }
    .into_any()
}
