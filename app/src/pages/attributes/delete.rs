//! Deleting a definition: the values go with it.

use leptos::prelude::*;
use scim_schema::api::attributes::AttributeDefinition;

use super::Definitions;
use crate::{
    api,
    form::{FormErrors, FormState},
    session::Session,
    text::attributes as words,
    toast::Toasts,
    ui::{Buttons, Confirm, effect},
};

const DELETE: Buttons = Buttons {
    keep: words::KEEP,
    act: words::DELETE_ACT,
    doing: words::DELETING,
    class: "danger",
};

/// Asks, with the name typed when somebody has a value.
#[component]
pub(super) fn DeleteDialog(
    /// To be fetched again.
    definitions: Definitions,
    /// The definition to delete.
    deleting: RwSignal<Option<AttributeDefinition>>,
) -> impl IntoView {
    let form = FormState::new();
    let open = RwSignal::new(false);
    effect(move || {
        if deleting.with(Option::is_some) {
            open.set(true);
        }
    });
    effect(move || {
        if !open.get() {
            deleting.set(None);
        }
    });
    let title = Signal::derive(move || {
        let name = deleting.get().map(|it| it.name);
        name.map_or_else(String::new, |name| words::delete_title(&name))
    });
    let consequences = Signal::derive(move || {
        let it = deleting.get();
        it.map_or_else(Vec::new, |it| {
            words::delete_consequences(it.people, it.exposed.len())
        })
    });
    let typed = Signal::derive(move || {
        let it = deleting.get().filter(|it| it.people > 0);
        it.map(|it| it.name)
    });
    let run = delete(form, definitions, deleting, open);
    view! {
        <Confirm
            open
            title_id="delete-attribute-title"
            title
            consequences
            buttons=DELETE
            typed
            form
            run
        />
    }
}

fn delete(
    form: FormState,
    definitions: Definitions,
    deleting: RwSignal<Option<AttributeDefinition>>,
    open: RwSignal<bool>,
) -> Callback<()> {
    let (session, toasts) = (Session::get(), Toasts::get());
    Callback::new(move |()| {
        let Some(definition) = deleting.get_untracked() else {
            form.succeed();
            return;
        };
        session.send(
            api::attributes::delete(definition.id),
            move |answer| match answer {
                Ok(()) => {
                    form.succeed();
                    open.set(false);
                    toasts.success(words::deleted(&definition.name));
                    definitions.reload();
                }
                Err(error) => form.fail(FormErrors::from_answer(&error, &[])),
            },
        );
    })
}
