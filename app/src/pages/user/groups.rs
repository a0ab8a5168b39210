//! The tab of groups and organisations.

use leptos::prelude::*;
use scim_schema::api::users::{GroupRef, Source, UserDetail};

use super::{Shown, belonging::Belonging};
use crate::{
    pages::user::summary::SummaryPanel,
    routes,
    text::user as words,
    ui::{Empty, Icon, Remote},
};

/// Names and sources.
#[component]
pub(super) fn Groups(
    /// The user.
    user: Shown,
    /// To be fetched again.
    remote: Remote<UserDetail>,
) -> impl IntoView {
    view! {
        <div class="split">
            <div class="stack s8">
                <Belonging user remote />
                <section class="section">
                    <header>
                        <h2>{words::GROUPS}</h2>
                    </header>
                    {move || user.with(list)}
                </section>
            </div>
            <SummaryPanel user />
        </div>
    }
}

fn list(user: &UserDetail) -> AnyView {
    if user.groups.is_empty() {
        return view! {
            <Empty glyph=Icon::Group title=words::NO_GROUPS why=words::NO_GROUPS_WHY />
        }
        .into_any();
    }
    let row = |group: &GroupRef| {
        let source = match &group.source {
            Source::Local => view! { <span class="muted">{words::LOCAL}</span> }.into_any(),
            Source::Connection { id, name } => view! {
                <a class="plain" href=routes::connection(*id)>
                    {name.clone()}
                </a>
            }
            .into_any(),
        };
        view! {
            <tr role="row">
                <th scope="row" role="rowheader">
                    {group.display_name.clone()}
                </th>
                <td role="cell" data-l=words::SOURCE>
                    {source}
                </td>
            </tr>
        }
    };
    let shown = user.groups.len();
    let more = (user.group_count as usize > shown).then(
        || view! { <p class="small muted pad-y">{words::more_groups(shown, user.group_count)}</p> },
    );
    view! {
        <table class="cards flush" role="table">
            <caption class="vh">{words::GROUPS_CAPTION}</caption>
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col">{words::GROUP}</th>
                    <th scope="col">{words::SOURCE}</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{user.groups.iter().map(row).collect_view()}</tbody>
        </table>
        {more}
    }
    .into_any()
}
