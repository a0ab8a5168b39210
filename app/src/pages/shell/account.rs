//! Who is signed in, and what they can set.

use leptos::prelude::*;

use crate::{
    api, routes,
    session::Session,
    text,
    theme::{Choice, Theme},
    toast::Toasts,
    ui::{Icon, Show, icon, optional},
};

const MENU_ID: &str = "account-menu";

/// A button with a popover: person, appearance, keyboard, sign-out.
#[component]
pub(super) fn AccountMenu(
    /// Opens the keyboard help.
    help: RwSignal<bool>,
) -> impl IntoView {
    let session = Session::get();
    let name = Memo::new(move |_| {
        session
            .me()
            .map(|me| me.display_name.clone())
            .unwrap_or_default()
    });
    let detail = optional(move || {
        let me = session.me()?;
        let roles: Vec<_> = me
            .roles
            .iter()
            .map(|role| text::status::role(*role))
            .collect();
        Some(view! {
            <p class="person">
                <b>{me.display_name.clone()}</b>
                <small>{me.email.clone()}</small>
                <small>{roles.join(", ")}</small>
            </p>
        })
    });
    view! {
        <button
            class="item"
            type="button"
            popovertarget=MENU_ID
            title=move || name.get()
            aria-label=move || text::shell::account_menu(&name.get())
        >
            {icon(Icon::User)}
            <span class="lbl">{move || name.get()}</span>
        </button>
        <div class="menu account" id=MENU_ID popover="auto">
            {detail}
            <a href=routes::ME>
                {icon(Icon::User)}
                {text::account::TITLE}
            </a>
            <hr />
            <Appearance />
            <hr />
            <button
                type="button"
                popovertarget=MENU_ID
                popovertargetaction="hide"
                on:click=move |_| help.set(true)
            >
                {icon(Icon::Info)}
                {text::shell::KEYBOARD}
                <kbd aria-hidden="true">"?"</kbd>
            </button>
            <SignOut />
        </div>
    }
}

/// System, light or dark.
#[component]
fn Appearance() -> impl IntoView {
    let theme = Theme::get();
    let one = move |choice: Choice| {
        let label = match choice {
            Choice::System => text::shell::THEME_SYSTEM,
            Choice::Light => text::shell::THEME_LIGHT,
            Choice::Dark => text::shell::THEME_DARK,
        };
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="appearance"
                    prop:checked=move || theme.choice() == choice
                    on:change=move |_| theme.set(choice)
                />
                {label}
            </label>
        }
    };
    view! {
        <fieldset class="appearance">
            <legend class="legend">{text::shell::APPEARANCE}</legend>
            <div class="row">{Choice::ALL.map(one).collect_view()}</div>
        </fieldset>
    }
}

/// Ends the session on the server, then here.
#[component]
fn SignOut() -> impl IntoView {
    let session = Session::get();
    let toasts = Toasts::get();
    let failed = RwSignal::new(false);
    let run = move |_| {
        api::session::sign_out().send(move |answer| match answer {
            Ok(()) => session.sign_out(),
            Err(error) if error.is_signed_out() => session.sign_out(),
            Err(_) => {
                failed.set(true);
                toasts.announce(text::shell::SIGN_OUT_FAILED);
            }
        });
    };
    view! {
        <button type="button" on:click=run>
            {icon(Icon::Leave)}
            {text::shell::SIGN_OUT}
        </button>
        <Show when=move || failed.get()>
            <p class="cell-error">{icon(Icon::Alert)} {text::shell::SIGN_OUT_FAILED}</p>
        </Show>
    }
}
