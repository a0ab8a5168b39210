//! The mapping in short, on the connection's page.

use leptos::prelude::*;
use scim_schema::{api::mapping::MappingView, id::ConnectionId};

use super::{Progress, concerns};
use crate::{
    api, routes,
    text::mapping as words,
    ui::{Loaded, Present, Remote, SkeletonLines, dynamic},
};

/// One line, and the way to the rules.
#[component]
pub(crate) fn MappingSection(
    /// Whose.
    id: ConnectionId,
    /// Whether the person may change it.
    may_manage: Memo<bool>,
) -> impl IntoView {
    let mapping = Remote::new(move || api::mapping::get(id));
    mapping.follow(move |news| concerns(news, id));
    let content = move |shown: Present<MappingView>| {
        view! {
            <div class="stack pad-top">
                <p>{move || shown.with(in_short)}</p>
                <Progress shown />
            </div>
        }
        .into_any()
    };
    let link = dynamic(move || {
        if may_manage.get() {
            words::EDIT
        } else {
            words::SEE
        }
    });
    view! {
        <section class="section" data-testid="mapping">
            <header>
                <h2>{words::TITLE}</h2>
                <a class="btn" href=routes::mapping(id)>
                    {link}
                </a>
            </header>
            <Loaded
                remote=mapping
                what=words::FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=1 /> })
                content
            />
        </section>
    }
}

fn in_short(mapping: &MappingView) -> String {
    let mut organisations = mapping.organisations.iter();
    let default = organisations.find(|one| one.id == mapping.default_organisation);
    let default = default.map_or("", |one| one.name.as_str());
    words::summary(default, mapping.rules.len())
}
