//! Making another token of a connection, with what it may do.

use leptos::prelude::*;
use scim_schema::{
    api::connections::{ConnectionView, CreateToken},
    scope::Scopes,
};

use super::{
    FreshSecret,
    expiry::valid,
    one::Shown,
    scopes::{SCOPES, ScopesField, checked, everything},
    secret::Fresh,
};
use crate::{
    api,
    clock::Clock,
    form::{FormErrors, FormState},
    session::Session,
    text::connections as words,
    ui::{Buttons, Confirm, Icon, Remote, effect, icon},
};

const MAKE: Buttons = Buttons {
    keep: words::KEEP_TOKENS,
    act: words::CREATE_TOKEN,
    doing: words::CREATING_TOKEN,
    class: "primary",
};

/// Opens the question for another token.
#[component]
pub(super) fn NewTokenButton(
    /// Whether the question is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <button class="btn" type="button" on:click=move |_| open.set(true)>
            {icon(Icon::Key)}
            {words::CREATE_TOKEN}
        </button>
    }
}

/// Asks, with the name typed, and makes another token.
#[component]
pub(super) fn NewTokenDialog(
    /// The connection.
    shown: Shown,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let session = Session::get();
    let secrets = FreshSecret::get();
    let form = FormState::new();
    let chosen = everything();
    effect(move || {
        if open.get() {
            chosen.set(Some(Scopes::all()));
        }
    });
    let name = Signal::derive(move || shown.with(|shown| shown.name.clone()));
    let run = Callback::new(move |()| {
        let id = shown.with_untracked(|shown| shown.id);
        let Some(scopes) = chosen.get_untracked() else {
            form.fail(checked(None));
            return;
        };
        let body = CreateToken { scopes };
        session.send(
            api::connections::add_token(id, &body),
            move |answer| match answer {
                Ok(new) => {
                    form.succeed();
                    open.set(false);
                    secrets.show(id, Fresh::Token(new.token));
                    connection.reload();
                }
                Err(error) => form.fail(FormErrors::from_answer(&error, &[SCOPES])),
            },
        );
    });
    view! {
        <Confirm
            open
            title_id="new-token-title"
            title=Signal::derive(move || words::new_token_title(&name.get()))
            consequences=Signal::derive(move || {
                let now = Clock::now().ms;
                words::new_token_consequences(shown.with(|shown| valid(&shown.tokens, now)))
            })
            buttons=MAKE
            typed=Signal::derive(move || Some(name.get()))
            choices=ViewFn::from(move || view! { <ScopesField chosen form /> })
            form
            run
        />
    }
}
