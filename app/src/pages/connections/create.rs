//! Adding a connection: name and kind; its page then shows the secret once.

use leptos::{ev::SubmitEvent, prelude::*};
use scim_schema::{
    api::connections::{CreateConnection, check_name},
    dialect::ConnectionKind,
    scope::Scopes,
};

use super::{
    FreshSecret,
    scopes::{SCOPES, ScopesField, checked, everything},
    secret::Fresh,
    shadow::BeginInShadow,
};
use crate::{
    api,
    form::{FormErrors, FormState},
    routes,
    session::Session,
    text::{self, connections as words, providers},
    toast::Toasts,
    ui::{ErrorSummary, Icon, Modal, Navigator, SubmitButton, TextField, icon},
};

const NAME: &str = "name";
const KIND: &str = "kind";
const TITLE_ID: &str = "create-title";

/// The dialog.
#[component]
pub(super) fn CreateDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let content = ViewFn::from(move || view! { <CreateForm open /> });
    view! { <Modal open title_id=TITLE_ID content /> }
}

/// Its form; new each time it opens.
#[component]
fn CreateForm(
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let form = FormState::new();
    let name = RwSignal::new(String::new());
    let kind = RwSignal::new(ConnectionKind::Okta);
    let chosen = everything();
    let shadow = RwSignal::new(false);
    let send = create(form, open);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(Entered {
            name: name.get_untracked().trim().to_owned(),
            kind: kind.get_untracked(),
            scopes: chosen.get_untracked(),
            shadow: shadow.get_untracked(),
        });
    };
    view! {
        <form on:submit=submit novalidate>
            <header>
                <h2 id=TITLE_ID>{words::CREATE_TITLE}</h2>
            </header>
            <div class="content">
                <ErrorSummary form />
                <TextField
                    id=NAME
                    label=words::NAME
                    value=name
                    form
                    hint=words::NAME_HINT
                    autofocus=true
                />
                <KindField kind /> <ScopesField chosen form /> <BeginInShadow shadow />
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| open.set(false)>
                    {text::form::CANCEL}
                </button>
                <SubmitButton
                    label=words::CREATE
                    doing=words::CREATING
                    pending=Signal::derive(move || form.is_pending())
                />
            </footer>
        </form>
    }
}

/// What is entered.
struct Entered {
    name: String,
    kind: ConnectionKind,
    /// What the first token may do; `None` when nothing is chosen.
    scopes: Option<Scopes>,
    shadow: bool,
}

/// Sends the form, then leads to the new connection, where its secret is shown.
fn create(form: FormState, open: RwSignal<bool>) -> Callback<Entered> {
    let session = Session::get();
    let toasts = Toasts::get();
    let navigator = Navigator::new();
    let secrets = FreshSecret::get();
    Callback::new(move |entered: Entered| {
        let errors = FormErrors::default().check(NAME, check_name(&entered.name));
        if !form.begin(errors.and(checked(entered.scopes))) {
            return;
        }
        let Some(scopes) = entered.scopes else {
            return;
        };
        let body = CreateConnection {
            name: entered.name,
            kind: entered.kind,
            scopes,
            shadow: entered.shadow,
        };
        session.send(
            api::connections::create(&body),
            move |answer| match answer {
                Ok(new) => {
                    // The secret first: it must survive whatever happens to the dialog.
                    secrets.keep(new.connection.id, Fresh::Token(new.token));
                    form.succeed();
                    open.set(false);
                    toasts.success(words::added(&new.connection.name));
                    navigator.open(&routes::connection(new.connection.id));
                }
                Err(error) => form.fail(FormErrors::from_answer(&error, &[NAME, KIND, SCOPES])),
            },
        );
    })
}

/// The kinds, with what each is for.
#[component]
fn KindField(
    /// The chosen one.
    kind: RwSignal<ConnectionKind>,
) -> impl IntoView {
    let order = [
        ConnectionKind::Okta,
        ConnectionKind::Entra,
        ConnectionKind::EntraLegacy,
        ConnectionKind::OneLogin,
        ConnectionKind::JumpCloud,
        ConnectionKind::Generic,
        ConnectionKind::InteropStrict,
    ];
    let option = move |one: ConnectionKind| {
        view! {
            <option value=one.as_str() selected=move || kind.get() == one>
                {providers::kind(one)}
            </option>
        }
    };
    let choose = move |event| {
        if let Some(chosen) = ConnectionKind::parse(&event_target_value(&event)) {
            kind.set(chosen);
        }
    };
    view! {
        <div class="field">
            <label for=KIND>{words::KIND}</label>
            <span class="select wide">
                <select
                    class="input"
                    id=KIND
                    name=KIND
                    aria-describedby="kind-hint"
                    on:change=choose
                >
                    {order.map(option).collect_view()}
                </select>
                {icon(Icon::Down)}
            </span>
            <p class="hint" id="kind-hint">
                {move || providers::kind_hint(kind.get())}
            </p>
        </div>
    }
}
