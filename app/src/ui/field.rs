//! Fields: label, hint, error, input, in that order; and the summary of a form's errors.

use leptos::{html::Div, prelude::*};

use super::{
    dynamic::{Show, dynamic, effect},
    icon::{Icon, icon},
};
use crate::{
    form::{FormError, FormState},
    text,
};

/// What a text field holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum InputKind {
    /// Any text.
    #[default]
    Text,
    /// An e-mail address.
    Email,
}

impl InputKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
        }
    }
}

fn described_by(id: &'static str, has_hint: bool, form: FormState) -> Option<String> {
    let hint = has_hint.then(|| format!("{id}-hint"));
    let error = form.error_of(id).map(|_| format!("{id}-error"));
    let ids: Vec<String> = hint.into_iter().chain(error).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

fn hint_and_error(id: &'static str, hint: Option<&'static str>, form: FormState) -> AnyView {
    let hint = hint.map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> });
    let error = dynamic(move || {
        form.error_of(id).map(|message| {
            view! { <p class="error" id=format!("{id}-error")>{icon(Icon::Alert)} {message}</p> }
        })
    });
    view! { {hint} {error} }.into_any()
}

fn invalid(id: &'static str, form: FormState) -> Option<&'static str> {
    form.error_of(id).map(|_| "true")
}

/// A line of text.
#[component]
pub(crate) fn TextField(
    /// Id of the input, its name, and the key of its errors.
    id: &'static str,
    /// Visible label.
    #[prop(into)]
    label: String,
    /// What is entered.
    value: RwSignal<String>,
    /// The form it belongs to.
    form: FormState,
    /// Help that is always visible.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// What it holds.
    #[prop(optional)]
    kind: InputKind,
    /// Token for the browser's own filling.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Takes focus when its dialog or page opens.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {hint_and_error(id, hint, form)}
            <input
                class="input"
                id=id
                name=id
                type=kind.word()
                autocomplete=autocomplete
                autofocus=autofocus
                spellcheck="false"
                aria-describedby=move || described_by(id, hint.is_some(), form)
                aria-invalid=move || invalid(id, form)
                bind:value=value
            />
        </div>
    }
}

/// Several lines of text that a machine made, such as a key.
#[component]
pub(crate) fn TextArea(
    /// Id of the input, its name, and the key of its errors.
    id: &'static str,
    /// Visible label.
    label: &'static str,
    /// What is entered.
    value: RwSignal<String>,
    /// The form it belongs to.
    form: FormState,
    /// Help that is always visible.
    hint: &'static str,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {hint_and_error(id, Some(hint), form)}
            <textarea
                class="input mono"
                id=id
                name=id
                rows="6"
                autocomplete="off"
                spellcheck="false"
                aria-describedby=move || described_by(id, true, form)
                aria-invalid=move || invalid(id, form)
                bind:value=value
            ></textarea>
        </div>
    }
}

/// A password, which can be shown; pasting is allowed.
#[component]
pub(crate) fn PasswordField(
    /// Id of the input, its name, and the key of its errors.
    id: &'static str,
    /// Visible label.
    label: &'static str,
    /// What is entered.
    value: RwSignal<String>,
    /// The form it belongs to.
    form: FormState,
    /// Help that is always visible.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {hint_and_error(id, hint, form)}
            <div class="password">
                <input
                    class="input"
                    id=id
                    name=id
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=autocomplete
                    autocapitalize="off"
                    spellcheck="false"
                    aria-describedby=move || described_by(id, hint.is_some(), form)
                    aria-invalid=move || invalid(id, form)
                    bind:value=value
                />
                <button
                    class="btn quiet sm"
                    type="button"
                    aria-pressed=move || shown.get().to_string()
                    aria-label=text::form::SHOW_PASSWORD
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {move || if shown.get() { text::form::HIDE } else { text::form::SHOW }}
                </button>
            </div>
        </div>
    }
}

/// What is wrong with a form; takes focus after each failed attempt and links to the fields.
#[component]
pub(crate) fn ErrorSummary(
    /// The form.
    form: FormState,
) -> impl IntoView {
    let summary = NodeRef::<Div>::new();
    effect(move || {
        if form.attempts() == 0 {
            return;
        }
        // The summary is drawn in this same turn.
        request_animation_frame(move || {
            if let Some(summary) = summary.get_untracked() {
                let _focused = summary.focus();
            }
        });
    });
    let lines = move || {
        let errors = form.errors();
        let line = |error: &FormError| {
            let message = error.message.clone();
            match error.field {
                Some(field) => view! { <li><FieldLink field message /></li> }.into_any(),
                None => view! { <li>{message}</li> }.into_any(),
            }
        };
        errors.all().iter().map(line).collect_view()
    };
    view! {
        <Show when=move || form.has_errors()>
            <div class="error-summary" role="alert" tabindex="-1" node_ref=summary>
                <h2>{text::form::PROBLEM}</h2>
                <ul class="small">{move || lines()}</ul>
            </div>
        </Show>
    }
}

/// Leads to a field and puts the cursor into it, without adding to the browser's history.
#[component]
fn FieldLink(
    /// Id of the field.
    field: &'static str,
    /// What is wrong with it.
    message: String,
) -> impl IntoView {
    let go = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        let input = document()
            .get_element_by_id(field)
            .and_then(|input| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(input).ok());
        if let Some(input) = input {
            let _focused = input.focus();
        }
    };
    view! {
        <a href=format!("#{field}") on:click=go>
            {message}
        </a>
    }
}
