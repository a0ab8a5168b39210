//! Rotating a token: another one in its place, and when the old one ends.

use leptos::prelude::*;
use scim_schema::api::connections::{ConnectionView, OldTokenEnds, RotateToken, TokenView};

use super::{FreshSecret, one::Shown, secret::Fresh};
use crate::{
    api,
    form::{FormErrors, FormState},
    session::Session,
    text::{connections, oauth as words},
    ui::{Buttons, Confirm, Remote, effect},
};

const BUTTONS: Buttons = Buttons {
    keep: connections::KEEP_TOKEN,
    act: words::ROTATE_TOKEN,
    doing: words::ROTATING,
    class: "primary",
};

/// Asks, with the name typed, and makes the new token.
#[component]
pub(super) fn RotateDialog(
    /// The connection.
    shown: Shown,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
    /// The token to rotate.
    rotating: RwSignal<Option<TokenView>>,
) -> impl IntoView {
    let session = Session::get();
    let secrets = FreshSecret::get();
    let form = FormState::new();
    let open = RwSignal::new(false);
    let ends = RwSignal::new(OldTokenEnds::InSevenDays);
    effect(move || {
        if rotating.with(Option::is_some) {
            ends.set(OldTokenEnds::InSevenDays);
            open.set(true);
        }
    });
    effect(move || {
        if !open.get() {
            rotating.set(None);
        }
    });
    let name = Signal::derive(move || shown.with(|shown| shown.name.clone()));
    let title = Signal::derive(move || {
        let token = rotating.get();
        token.map_or_else(String::new, |token| words::rotate_title(&token.hint))
    });
    let run = Callback::new(move |()| {
        let Some(token) = rotating.get_untracked() else {
            form.succeed();
            return;
        };
        let id = shown.with_untracked(|shown| shown.id);
        let body = RotateToken {
            old_ends: ends.get_untracked(),
        };
        session.send(
            api::connections::rotate_token(id, token.id, &body),
            move |answer| match answer {
                Ok(new) => {
                    form.succeed();
                    open.set(false);
                    secrets.show(id, Fresh::Token(new.token));
                    connection.reload();
                }
                Err(error) => form.fail(FormErrors::from_answer(&error, &[])),
            },
        );
    });
    view! {
        <Confirm
            open
            title_id="rotate-title"
            title
            consequences=Signal::derive(move || {
                words::rotate_consequences(&name.get(), ends.get())
            })
            buttons=BUTTONS
            typed=Signal::derive(move || Some(name.get()))
            choices=ViewFn::from(move || view! { <Ends ends /> })
            form
            run
        />
    }
}

/// When the old token ends.
#[component]
fn Ends(
    /// The choice.
    ends: RwSignal<OldTokenEnds>,
) -> impl IntoView {
    let one = |choice: OldTokenEnds| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="old-ends"
                    prop:checked=move || ends.get() == choice
                    on:change=move |_| ends.set(choice)
                />
                {words::old_ends(choice)}
            </label>
        }
    };
    view! {
        <fieldset>
            <legend class="legend">{words::OLD_ENDS}</legend>
            <div class="choices">{OldTokenEnds::ALL.map(one).collect_view()}</div>
        </fieldset>
    }
}
