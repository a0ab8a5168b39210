//! How to connect this kind of provider.

use leptos::prelude::*;
use scim_schema::dialect::ConnectionKind;

use crate::{
    text::{connections as words, providers},
    ui::CopyButton,
};

/// Steps at the provider's side, and a command that proves that it works.
#[component]
pub(super) fn Guide(
    /// The kind.
    kind: ConnectionKind,
    /// Proves from a terminal that base URL and token work.
    command: String,
) -> impl IntoView {
    let step = |step: &'static str| view! { <li>{step}</li> };
    view! {
        <ol class="guide small">{providers::steps(kind).iter().copied().map(step).collect_view()}</ol>
        <div class="stack s2">
            <h3>{words::CHECK_CURL}</h3>
            <pre class="pre" tabindex="0" role="region" aria-label=words::CHECK_CURL>
                {command.clone()}
            </pre>
            <div class="row">
                <CopyButton value=Signal::stored(command) label=words::COPY_CURL />
            </div>
        </div>
    }
}
