//! Defining an attribute, and changing what may change of it.

use leptos::{ev::SubmitEvent, prelude::*};
use scim_schema::{
    api::attributes::{AttributeDefinition, ChangeDefinition, DefineAttribute},
    custom::{ReturnedWhen, SimpleType, check_description, check_name},
    id::AttributeDefinitionId,
};

use super::Definitions;
use crate::{
    api,
    form::{FormErrors, FormState},
    session::Session,
    text::{self, attributes as words},
    toast::Toasts,
    ui::{ErrorSummary, Icon, Modal, Show, SubmitButton, TextField, effect, icon},
};

const NAME: &str = "name";
const TYPE: &str = "type";
const DESCRIPTION: &str = "description";
const CASE_EXACT: &str = "case_exact";
const DEFINE_TITLE: &str = "define-title";
const EDIT_TITLE: &str = "edit-title";

/// What is entered.
#[derive(Clone, Copy)]
struct Entered {
    name: RwSignal<String>,
    description: RwSignal<String>,
    kind: RwSignal<SimpleType>,
    multi_valued: RwSignal<bool>,
    case_exact: RwSignal<bool>,
    on_request: RwSignal<bool>,
}

impl Entered {
    fn new() -> Self {
        Self {
            name: RwSignal::new(String::new()),
            description: RwSignal::new(String::new()),
            kind: RwSignal::new(SimpleType::String),
            multi_valued: RwSignal::new(false),
            case_exact: RwSignal::new(false),
            on_request: RwSignal::new(false),
        }
    }

    fn of(definition: &AttributeDefinition) -> Self {
        let entered = Self::new();
        entered.name.set(definition.name.clone());
        entered.description.set(definition.description.clone());
        entered
            .on_request
            .set(definition.returned == ReturnedWhen::Request);
        entered
    }

    fn returned(self) -> ReturnedWhen {
        if self.on_request.get_untracked() {
            ReturnedWhen::Request
        } else {
            ReturnedWhen::Default
        }
    }

    fn definition(self) -> DefineAttribute {
        let kind = self.kind.get_untracked();
        DefineAttribute {
            name: self.name.get_untracked().trim().to_owned(),
            attr_type: kind,
            multi_valued: self.multi_valued.get_untracked(),
            case_exact: kind.has_case_choice() && self.case_exact.get_untracked(),
            returned: self.returned(),
            description: self.description.get_untracked().trim().to_owned(),
        }
    }

    fn errors(self) -> FormErrors {
        let name = check_name(self.name.get_untracked().trim());
        let description = check_description(self.description.get_untracked().trim());
        FormErrors::default()
            .check(NAME, name.as_ref().copied().map_err(String::as_str))
            .check(
                DESCRIPTION,
                description.as_ref().copied().map_err(String::as_str),
            )
    }
}

/// The dialog that defines an attribute.
#[component]
pub(super) fn DefineDialog(
    /// To be fetched again.
    definitions: Definitions,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let content = ViewFn::from(move || view! { <DefineForm definitions open /> });
    view! { <Modal open title_id=DEFINE_TITLE content /> }
}

/// Its form; new each time it opens.
#[component]
fn DefineForm(
    /// To be fetched again.
    definitions: Definitions,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let form = FormState::new();
    let entered = Entered::new();
    let send = define(form, definitions, open);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if form.begin(entered.errors()) {
            send.run(entered.definition());
        }
    };
    view! {
        <form on:submit=submit novalidate>
            <header>
                <h2 id=DEFINE_TITLE>{words::ADD}</h2>
            </header>
            <div class="content">
                <ErrorSummary form />
                <TextField
                    id=NAME
                    label=words::NAME
                    value=entered.name
                    form
                    hint=words::NAME_HINT
                    autofocus=true
                />
                <TypeField kind=entered.kind />
                <div class="choices">
                    {check(words::MULTI_VALUED, entered.multi_valued)}
                    <Show when=move || {
                        entered.kind.get().has_case_choice()
                    }>{check(words::CASE_EXACT, entered.case_exact)}</Show>
                    {check(words::ON_REQUEST, entered.on_request)}
                </div>
                <TextField
                    id=DESCRIPTION
                    label=words::DESCRIPTION
                    value=entered.description
                    form
                />
            </div>
            <Footer open form label=words::ADD doing=words::ADDING />
        </form>
    }
}

fn define(
    form: FormState,
    definitions: Definitions,
    open: RwSignal<bool>,
) -> Callback<DefineAttribute> {
    let (session, toasts) = (Session::get(), Toasts::get());
    Callback::new(move |body: DefineAttribute| {
        session.send(api::attributes::define(&body), move |answer| match answer {
            Ok(defined) => {
                form.succeed();
                open.set(false);
                toasts.success(words::added(&defined.name));
                definitions.reload();
            }
            Err(error) => {
                let fields = &[NAME, DESCRIPTION, CASE_EXACT];
                form.fail(FormErrors::from_answer(&error, fields));
            }
        });
    })
}

/// The dialog that changes a definition.
#[component]
pub(super) fn EditDialog(
    /// To be fetched again.
    definitions: Definitions,
    /// The definition to change.
    editing: RwSignal<Option<AttributeDefinition>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    effect(move || {
        if editing.with(Option::is_some) {
            open.set(true);
        }
    });
    effect(move || {
        if !open.get() {
            editing.set(None);
        }
    });
    let content = ViewFn::from(move || {
        let definition = editing.get_untracked();
        definition.map(|definition| view! { <EditForm definition definitions open /> })
    });
    view! { <Modal open title_id=EDIT_TITLE content /> }
}

/// Its form; new each time it opens.
#[component]
fn EditForm(
    /// As it is.
    definition: AttributeDefinition,
    /// To be fetched again.
    definitions: Definitions,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let form = FormState::new();
    let entered = Entered::of(&definition);
    let send = change(form, definition.id, definitions, open);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if form.begin(entered.errors()) {
            send.run(ChangeDefinition {
                name: Some(entered.name.get_untracked().trim().to_owned()),
                returned: Some(entered.returned()),
                description: Some(entered.description.get_untracked().trim().to_owned()),
            });
        }
    };
    view! {
        <form on:submit=submit novalidate>
            <header>
                <h2 id=EDIT_TITLE>{words::edit_title(&definition.name)}</h2>
            </header>
            <div class="content">
                <ErrorSummary form />
                <TextField
                    id=NAME
                    label=words::NAME
                    value=entered.name
                    form
                    hint=words::NAME_HINT
                    autofocus=true
                />
                <TextField
                    id=DESCRIPTION
                    label=words::DESCRIPTION
                    value=entered.description
                    form
                />
                <div class="choices">{check(words::ON_REQUEST, entered.on_request)}</div>
            </div>
            <Footer open form label=words::SAVE doing=words::SAVING />
        </form>
    }
}

fn change(
    form: FormState,
    id: AttributeDefinitionId,
    definitions: Definitions,
    open: RwSignal<bool>,
) -> Callback<ChangeDefinition> {
    let (session, toasts) = (Session::get(), Toasts::get());
    Callback::new(move |body: ChangeDefinition| {
        session.send(
            api::attributes::change(id, &body),
            move |answer| match answer {
                Ok(changed) => {
                    form.succeed();
                    open.set(false);
                    toasts.success(words::saved(&changed.name));
                    definitions.reload();
                }
                Err(error) => form.fail(FormErrors::from_answer(&error, &[NAME, DESCRIPTION])),
            },
        );
    })
}

/// The buttons.
#[component]
fn Footer(
    /// Whether the dialog is open.
    open: RwSignal<bool>,
    /// State of the form.
    form: FormState,
    /// Name of the act.
    label: &'static str,
    /// What its button says meanwhile.
    doing: &'static str,
) -> impl IntoView {
    view! {
        <footer>
            <button class="btn" type="button" on:click=move |_| open.set(false)>
                {text::form::CANCEL}
            </button>
            <SubmitButton label doing pending=Signal::derive(move || form.is_pending()) />
        </footer>
    }
}

fn check(label: &'static str, value: RwSignal<bool>) -> AnyView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || value.get()
                on:change=move |event| value.set(event_target_checked(&event))
            />
            {label}
        </label>
    }
    .into_any()
}

/// The types.
#[component]
fn TypeField(
    /// The chosen one.
    kind: RwSignal<SimpleType>,
) -> impl IntoView {
    let option = move |one: &SimpleType| {
        let one = *one;
        view! {
            <option value=one.as_str() selected=move || kind.get() == one>
                {words::type_word(one)}
            </option>
        }
    };
    let choose = move |event| {
        if let Ok(chosen) = event_target_value(&event).parse() {
            kind.set(chosen);
        }
    };
    view! {
        <div class="field">
            <label for=TYPE>{words::TYPE}</label>
            <p class="hint" id="type-hint">
                {words::TYPE_HINT}
            </p>
            <span class="select wide">
                <select
                    class="input"
                    id=TYPE
                    name=TYPE
                    aria-describedby="type-hint"
                    on:change=choose
                >
                    {SimpleType::ALL.iter().map(option).collect_view()}
                </select>
                {icon(Icon::Down)}
            </span>
        </div>
    }
}
