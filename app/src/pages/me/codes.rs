//! Recovery codes that have just been made: shown this once, to be kept elsewhere.

use leptos::prelude::*;

use crate::{
    text::account as words,
    ui::{CopyButton, Icon, icon},
};

const TITLE_ID: &str = "codes-title";

/// The codes.
#[component]
pub(super) fn CodesPanel(
    /// What was made.
    codes: Vec<String>,
    /// They are stored.
    stored: Callback<()>,
) -> impl IntoView {
    let text = codes.join("\n");
    let address = format!("data:text/plain;charset=utf-8,{}%0A", codes.join("%0A"));
    let print = move |_| {
        let _shown = window().print();
    };
    let lines = codes.into_iter().map(|code| view! { <li>{code}</li> });
    view! {
        <section class="panel secret" aria-labelledby=TITLE_ID data-testid="recovery-codes">
            <div class="stack s1">
                <h3 id=TITLE_ID tabindex="-1">
                    {words::CODES}
                </h3>
                <p class="muted small">{words::CODES_WHY}</p>
            </div>
            <ul class="codes">{lines.collect_view()}</ul>
            <div class="row">
                <CopyButton value=Signal::stored(text) label=words::COPY_CODES />
                <button class="btn" type="button" on:click=print>
                    {words::PRINT_CODES}
                </button>
                <a class="btn" href=address download=words::CODES_FILE>
                    {words::DOWNLOAD_CODES}
                </a>
                <button class="btn primary" type="button" on:click=move |_| stored.run(())>
                    {icon(Icon::Check)}
                    {words::CODES_STORED}
                </button>
            </div>
        </section>
    }
}
