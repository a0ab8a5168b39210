//! Fields: label, hint, error, input, in that order; and the summary of a form's errors.

use leptos::{html::Div, prelude::*};

use super::{
    dynamic::{Show, dynamic, effect},
    focus::focus_field,
    icon::{Icon, icon},
};
use crate::{
    form::{FieldId, FormError, FormState},
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
    /// A date and a time of the viewer's wall clock.
    Moment,
}

impl InputKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
            Self::Moment => "datetime-local",
        }
    }
}

/// Ids of what describes a field: its hint and its error.
fn described_by(
    id: FieldId,
    has_hint: bool,
    form: FormState,
) -> impl Fn() -> Option<String> + Clone {
    move || {
        let hint = has_hint.then(|| format!("{id}-hint"));
        let error = form.error_of(&id).map(|_| format!("{id}-error"));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

fn invalid(id: FieldId, form: FormState) -> impl Fn() -> Option<&'static str> + Clone {
    move || form.error_of(&id).map(|_| "true")
}

/// What is wrong with a field.
pub(crate) fn error_line(id: FieldId, form: FormState) -> AnyView {
    dynamic(move || {
        form.error_of(&id).map(|message| {
            view! { <p class="error" id=format!("{id}-error")>{icon(Icon::Alert)} {message}</p> }
        })
    })
}

/// Label, hint and error above an input.
fn framed(
    id: FieldId,
    label: String,
    hint: Option<&'static str>,
    form: FormState,
    input: AnyView,
) -> AnyView {
    let hint = hint.map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> });
    let error = error_line(id.clone(), form);
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {hint}
            {error}
            {input}
        </div>
    }
    .into_any()
}

/// A line of text.
#[component]
pub(crate) fn TextField(
    /// Id of the input, its name, and the key of its errors.
    #[prop(into)]
    id: FieldId,
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
    let input = view! {
        <input
            class="input"
            id=id.clone()
            name=id.clone()
            type=kind.word()
            autocomplete=autocomplete
            autofocus=autofocus
            spellcheck="false"
            aria-describedby=described_by(id.clone(), hint.is_some(), form)
            aria-invalid=invalid(id.clone(), form)
            bind:value=value
        />
    };
    framed(id, label, hint, form, input.into_any())
}

/// Several lines of text for a machine, such as a key or a filter.
#[component]
pub(crate) fn TextArea(
    /// Id of the input, its name, and the key of its errors.
    #[prop(into)]
    id: FieldId,
    /// Visible label.
    label: &'static str,
    /// What is entered.
    value: RwSignal<String>,
    /// The form it belongs to.
    form: FormState,
    /// Help that is always visible.
    hint: &'static str,
    /// Lines that are seen at once.
    #[prop(default = "6")]
    rows: &'static str,
) -> impl IntoView {
    let input = view! {
        <textarea
            class="input mono"
            id=id.clone()
            name=id.clone()
            rows=rows
            autocomplete="off"
            spellcheck="false"
            aria-describedby=described_by(id.clone(), true, form)
            aria-invalid=invalid(id.clone(), form)
            bind:value=value
        ></textarea>
    };
    framed(id, label.to_owned(), Some(hint), form, input.into_any())
}

/// A question with several choices.
#[component]
pub(crate) fn ChoicesField(
    /// Id of the question, and the key of its errors.
    #[prop(into)]
    id: FieldId,
    /// The question.
    legend: &'static str,
    /// The form it belongs to.
    form: FormState,
    /// Boxes with their labels.
    children: Children,
) -> impl IntoView {
    let described = described_by(id.clone(), false, form);
    let error = error_line(id.clone(), form);
    view! {
        <fieldset id=id aria-describedby=described>
            <legend class="legend">{legend}</legend>
            {error}
            <div class="choices">{children()}</div>
        </fieldset>
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
    let input = view! {
        <div class="password">
            <input
                class="input"
                id=id
                name=id
                type=move || if shown.get() { "text" } else { "password" }
                autocomplete=autocomplete
                autocapitalize="off"
                spellcheck="false"
                aria-describedby=described_by(id.into(), hint.is_some(), form)
                aria-invalid=invalid(id.into(), form)
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
    };
    framed(id.into(), label.to_owned(), hint, form, input.into_any())
}

/// What is wrong with a form, with links to the fields; it takes the focus after each failed
/// attempt, and the document's title says that something is wrong.
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
    tell_in_title(form);
    let line = |error: FormError| {
        let message = error.message;
        let line = match error.field {
            Some(field) => link(field, message),
            None => message.into_any(),
        };
        view! { <li>{line}</li> }
    };
    let lines = move || dynamic(move || form.errors().into_iter().map(line).collect_view());
    view! {
        <Show when=move || form.has_errors()>
            <div class="error-summary" role="alert" tabindex="-1" node_ref=summary>
                <h2>{text::form::PROBLEM}</h2>
                <ul class="small">{lines()}</ul>
            </div>
        </Show>
    }
}

/// Marks the document's title as long as something is wrong with this form and it is shown.
fn tell_in_title(form: FormState) {
    let marked = StoredValue::new(false);
    let mark = move |wrong: bool| {
        if marked.get_value() != wrong {
            marked.set_value(wrong);
            let title = document().title();
            document().set_title(&text::form::marked_title(&title, wrong));
        }
    };
    effect(move || mark(form.has_errors()));
    on_cleanup(move || mark(false));
}

/// Leads to a field and puts the cursor into it, without adding to the browser's history.
fn link(field: FieldId, message: String) -> AnyView {
    let href = format!("#{field}");
    let go = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        focus_field(&field);
    };
    view! {
        <a href=href on:click=go>
            {message}
        </a>
    }
    .into_any()
}
