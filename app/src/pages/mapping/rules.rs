//! The fields: the default organisation and the rules, which are moved by buttons, so that the
//! keyboard can do all of it.

use leptos::prelude::*;
use scim_schema::{
    api::mapping::{MappingView, OrganisationChoice},
    id::OrganisationId,
    permission::FunctionalRole,
};

use super::edited::{DEFAULT, Edited, EditedRule, rule_id};
use crate::{
    form::FormState,
    text::mapping as words,
    toast::Toasts,
    ui::{
        ChoicesField, Empty, Icon, Present, Show, TextArea, TextField, error_line, focus_soon,
        icon, keyed,
    },
};

/// Id of the button that adds a rule.
const ADD: &str = "add-rule";

/// Organisations to choose from.
type Choices = Memo<Vec<OrganisationChoice>>;

/// Everything that can be entered.
#[component]
pub(super) fn Rules(
    /// The mapping as it is stored.
    shown: Present<MappingView>,
    /// What is entered.
    edited: Edited,
    /// State of the form.
    form: FormState,
) -> impl IntoView {
    let choices: Choices = Memo::new(move |_| shown.with(|shown| shown.organisations.clone()));
    let add = move |_| focus_rule(edited.add(), "name");
    let none = Memo::new(move |_| edited.rules.with(Vec::is_empty));
    view! {
        <DefaultField choices edited form />
        <section class="section">
            <header>
                <h2>{words::RULES}</h2>
                <p>{words::RULES_NOTE}</p>
            </header>
            <Show when=move || none.get()>
                <Empty glyph=Icon::Group title=words::NO_RULES why=words::NO_RULES_WHY />
            </Show>
            <ol class="stack pad-top" data-testid="rules">
                {keyed(
                    move || edited.rules.get(),
                    |rule| u128::from(rule.key),
                    move |rule| view! { <RuleFields rule choices edited form /> },
                )}
            </ol>
            <div class="row pad-top">
                <button class="btn" type="button" id=ADD on:click=add>
                    {icon(Icon::Plus)}
                    {words::ADD}
                </button>
            </div>
        </section>
    }
}

fn focus_rule(key: u32, part: &str) {
    focus_soon(format!("#{}", rule_id(key, part)));
}

/// The default organisation.
#[component]
fn DefaultField(
    /// Organisations to choose from.
    choices: Choices,
    /// What is entered.
    edited: Edited,
    /// State of the form.
    form: FormState,
) -> impl IntoView {
    let option = move |choice: OrganisationChoice| {
        let id = choice.id;
        view! {
            <option value=id.to_string() selected=move || edited.default.get() == id>
                {indented(&choice)}
            </option>
        }
    };
    let choose = move |event| {
        if let Ok(id) = event_target_value(&event).parse::<OrganisationId>() {
            edited.default.set(id);
        }
    };
    view! {
        <div class="field">
            <label for=DEFAULT>{words::DEFAULT}</label>
            <p class="hint" id="default-organisation-hint">
                {words::DEFAULT_HINT}
            </p>
            {error_line(DEFAULT.into(), form)}
            <span class="select">
                <select
                    class="input"
                    id=DEFAULT
                    aria-describedby="default-organisation-hint default-organisation-error"
                    on:change=choose
                >
                    {move || choices.get().into_iter().map(option).collect_view()}
                </select>
                {icon(Icon::Down)}
            </span>
        </div>
    }
}

/// Options have no levels of their own.
fn indented(choice: &OrganisationChoice) -> String {
    let levels = usize::try_from(choice.depth).unwrap_or(0).min(8);
    format!("{}{}", "\u{2003}".repeat(levels), choice.name)
}

/// One rule.
#[component]
fn RuleFields(
    /// The rule.
    rule: EditedRule,
    /// Organisations to choose from.
    choices: Choices,
    /// All of them.
    edited: Edited,
    /// State of the form.
    form: FormState,
) -> impl IntoView {
    let key = rule.key;
    let place = Memo::new(move |_| edited.place(key));
    let organisations = move || {
        let choices = choices.get().into_iter();
        choices
            .map(|choice| tick(choice.name, choice.id, rule.organisations))
            .collect_view()
    };
    let roles = FunctionalRole::ALL.iter();
    let roles = roles.map(move |role| tick(words::role(*role).to_owned(), *role, rule.roles));
    view! {
        <li class="panel stack">
            <div class="row spread">
                <h3 id=rule_id(key, "title") tabindex="-1">
                    {move || words::rule(place.get(), &rule.name.get())}
                </h3>
                <Acts rule place edited />
            </div>
            <TextField id=rule_id(key, "name") label=words::NAME value=rule.name form />
            <TextArea
                id=rule_id(key, "condition")
                label=words::CONDITION
                value=rule.condition
                form
                hint=words::CONDITION_HINT
                rows="2"
            />
            <ChoicesField id=rule_id(key, "organisations") legend=words::ORGANISATIONS form>
                {organisations}
            </ChoicesField>
            <ChoicesField id=rule_id(key, "roles") legend=words::ROLES form>
                {roles.collect_view()}
            </ChoicesField>
        </li>
    }
}

/// A box that puts a value into a list and takes it out.
fn tick<T: Copy + PartialEq + Send + Sync + 'static>(
    label: String,
    value: T,
    list: RwSignal<Vec<T>>,
) -> AnyView {
    let turn = move |event| {
        let on = event_target_checked(&event);
        list.update(|list| {
            list.retain(|one| *one != value);
            if on {
                list.push(value);
            }
        });
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || list.with(|list| list.contains(&value))
                on:change=turn
            />
            {label}
        </label>
    }
    .into_any()
}

/// Moving a rule and taking it out.
#[component]
fn Acts(
    /// The rule.
    rule: EditedRule,
    /// Its place, from 1.
    place: Memo<usize>,
    /// All of them.
    edited: Edited,
) -> impl IntoView {
    let toasts = Toasts::get();
    let key = rule.key;
    let shift = move |down: bool| {
        if let Some(place) = edited.shift(key, down) {
            let of = edited.rules.with_untracked(Vec::len);
            toasts.announce(&words::moved(place, of));
            // The rule is put elsewhere in the document, which takes the focus away.
            focus_rule(key, if down { "down" } else { "up" });
        }
    };
    let is_last = Memo::new(move |_| place.get() == edited.rules.with(Vec::len));
    let remove = move |_| {
        toasts.announce(&words::removed(place.get_untracked()));
        match edited.remove(key) {
            Some(next) => focus_rule(next, "title"),
            None => focus_soon(format!("#{ADD}")),
        }
    };
    let label = move |act: &'static str| words::act(act, place.get());
    view! {
        <div class="row tight">
            <button
                class="btn icon quiet"
                type="button"
                id=rule_id(key, "up")
                aria-label=move || label(words::UP)
                aria-disabled=move || (place.get() == 1).to_string()
                on:click=move |_| shift(false)
            >
                {icon(Icon::ArrowUp)}
            </button>
            <button
                class="btn icon quiet"
                type="button"
                id=rule_id(key, "down")
                aria-label=move || label(words::DOWN)
                aria-disabled=move || is_last.get().to_string()
                on:click=move |_| shift(true)
            >
                {icon(Icon::ArrowDown)}
            </button>
            <button
                class="btn icon quiet"
                type="button"
                aria-label=move || label(words::REMOVE)
                on:click=remove
            >
                {icon(Icon::Trash)}
            </button>
        </div>
    }
}
