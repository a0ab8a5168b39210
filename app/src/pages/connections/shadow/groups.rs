//! Groups that a connection in shadow would push.

use leptos::prelude::*;
use scim_schema::{
    api::shadow::{ShadowGroup, ShadowPage, ShadowSummary},
    id::ConnectionId,
};

use super::{Pages, left_behind, place_in_address};
use crate::{
    api, format,
    text::shadow as words,
    ui::{Column, Loaded, Present, Remote, SkeletonLines, dynamic, number_cell, row, table},
};

const KEY: &str = "shadow_groups";

/// The list.
#[component]
pub(super) fn Groups(
    /// Whose.
    id: ConnectionId,
    /// Fetched again when these change.
    numbers: Present<ShadowSummary>,
) -> impl IntoView {
    let after = place_in_address(KEY);
    let page = Remote::new(move || {
        numbers.track();
        api::shadow::groups(id, after.get())
    });
    let content = move |shown: Present<ShadowPage<ShadowGroup>>| {
        let next = Memo::new(move |_| shown.with(|page| page.next));
        let lines = dynamic(move || shown.with(|page| page.items.iter().map(line).collect_view()));
        let columns = [Column::text(words::GROUP), Column::number(words::COUNT)];
        view! {
            {table(words::ALL_GROUPS, columns, lines)}
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

fn line(group: &ShadowGroup) -> AnyView {
    let members = number_cell(words::COUNT, format::count(group.members));
    let name = view! {
        {group.name.clone()}
        {group
            .refused
            .map(|why| {
                view! {
                    " "
                    {left_behind()}
                    <small class="muted">{words::left_behind(why)}</small>
                }
            })}
    };
    row(name.into_any(), vec![members])
}
