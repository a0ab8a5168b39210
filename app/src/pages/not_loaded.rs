//! A page whose code could not be fetched.

use leptos::prelude::*;

use crate::{
    text,
    ui::{Empty, Icon, PageHead},
};

/// Says why, and loads the console again: a new version of it has its pages in other files.
#[component]
pub(crate) fn NotLoadedPage() -> impl IntoView {
    let reload = move |_| {
        // Nothing can be done where even that fails.
        let _ignored = window().location().reload();
    };
    view! {
        <PageHead title=Signal::stored(text::shell::NOT_LOADED.to_owned()) />
        <div class="body narrow">
            <Empty glyph=Icon::Alert title="" why=text::shell::NOT_LOADED_WHY>
                <button type="button" class="btn" on:click=reload>
                    {text::shell::LOAD_AGAIN}
                </button>
            </Empty>
        </div>
    }
}
