//! An address without a page.

use leptos::prelude::*;

use crate::{
    routes, text,
    ui::{Brand, Empty, Icon, use_heading},
};

/// Says so, and leads back.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    let heading = use_heading(Signal::stored(text::shell::NOT_FOUND.to_owned()));
    view! {
        <main id="main" tabindex="-1" class="alone stack s6">
            <Brand href=routes::ROOT />
            <h1 tabindex="-1" node_ref=heading>
                {text::shell::NOT_FOUND}
            </h1>
            <Empty glyph=Icon::Search title="" why=text::shell::NOT_FOUND_WHY>
                <a class="btn" href=routes::USERS>
                    {text::shell::GO_TO_USERS}
                </a>
            </Empty>
        </main>
    }
}
