//! An address without a page.

use leptos::prelude::*;

use crate::{
    routes, text,
    ui::{Empty, Icon, PageHead},
};

/// Says so, and leads back; the navigation stays beside it.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! {
        <PageHead title=Signal::stored(text::shell::NOT_FOUND.to_owned()) />
        <div class="body narrow">
            <Empty glyph=Icon::Search title="" why=text::shell::NOT_FOUND_WHY>
                <a class="btn" href=routes::USERS>
                    {text::shell::GO_TO_USERS}
                </a>
            </Empty>
        </div>
    }
}
