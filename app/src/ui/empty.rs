//! Regions that have nothing to show, or could not be loaded; each says what happened, why, and
//! what to do next.

use leptos::prelude::*;
use scim_schema::api::problem::ErrorCode;

use super::{
    badge::Family,
    copy::CopyButton,
    icon::{Icon, icon},
};
use crate::{
    api::{ApiError, Told},
    text,
};

/// Nothing to show.
#[component]
pub(crate) fn Empty(
    /// Picture.
    glyph: Icon,
    /// What happened.
    #[prop(into)]
    title: String,
    /// Why.
    #[prop(into)]
    why: String,
    /// What to do next.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            {icon(glyph)} <h2>{title}</h2> <p>{why}</p>
            {children.map(|acts| view! { <div class="row">{acts()}</div> })}
        </div>
    }
}

/// A remark that must be read as one thing.
#[component]
pub(crate) fn Notice(
    /// How serious it is.
    family: Family,
    /// Picture.
    glyph: Icon,
    /// What happened and why.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=format!("notice {}", family.class())>
            {icon(glyph)} <div>{children()}</div>
        </div>
    }
}

/// Something could not be loaded: sentence, retry, and what to tell those who look after it.
#[component]
pub(crate) fn Failure(
    /// What could not be done: "The list of users could not be loaded."
    what: &'static str,
    /// Why.
    error: ApiError,
    /// Tries again.
    retry: Callback<()>,
    /// What it means for what is shown beside it.
    #[prop(optional)]
    note: Option<&'static str>,
) -> impl IntoView {
    let note = note.map(|note| format!(" {note}"));
    let Told {
        sentence,
        reference,
    } = error.into_told();
    let details = text::error::details(what, &sentence, &reference);
    view! {
        <div class="notice stop" role="alert">
            {icon(Icon::Alert)}
            <div class="stack s2">
                <p>
                    <strong>{what}</strong>
                    <br />
                    {sentence}
                    {note}
                </p>
                <div class="row">
                    <button class="btn" type="button" on:click=move |_| retry.run(())>
                        {icon(Icon::Retry)}
                        {text::error::TRY_AGAIN}
                    </button>
                    <CopyButton value=details label=text::error::COPY_DETAILS />
                </div>
                <code class="xs muted">{reference}</code>
            </div>
        </div>
    }
}

/// A whole region that could not be loaded: says so by what went wrong.
#[component]
pub(crate) fn Refusal(
    /// What could not be done.
    what: &'static str,
    /// Why.
    error: ApiError,
    /// Tries again.
    retry: Callback<()>,
    /// Words and address of where to go on when there is no such thing.
    #[prop(optional_no_strip)]
    back: Option<(&'static str, &'static str)>,
) -> impl IntoView {
    match error.code() {
        Some(ErrorCode::Forbidden) => view! {
            <Empty
                glyph=Icon::Lock
                title=text::error::NO_PERMISSION
                why=text::error::NO_PERMISSION_WHY
            />
        }
        .into_any(),
        Some(ErrorCode::NotFound) => view! {
            <Empty glyph=Icon::Search title=text::error::NOT_FOUND why=text::error::NOT_FOUND_WHY>
                {back
                    .map(|(words, address)| {
                        view! {
                            <a class="btn" href=address>
                                {words}
                            </a>
                        }
                    })}
            </Empty>
        }
        .into_any(),
        // Trying again cannot help; lists that page say beside this where to go on.
        Some(ErrorCode::InvalidCursor) => ().into_any(),
        _ => view! { <Failure what error retry /> }.into_any(),
    }
}
