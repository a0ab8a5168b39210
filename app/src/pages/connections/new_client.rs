//! Adding an OAuth client: how it proves who it is, and what it may do.

use leptos::{ev::SubmitEvent, prelude::*};
use scim_schema::{
    api::connections::{ClientAuthMethod, ConnectionView, CreateOAuthClient},
    id::ConnectionId,
};

use super::{
    FreshSecret,
    one::Shown,
    scopes::{SCOPES, ScopesField, checked, everything},
    secret::{Fresh, FreshClient},
};
use crate::{
    api,
    form::{FormErrors, FormState},
    session::Session,
    text::{self, oauth as words},
    ui::{ErrorSummary, Modal, Remote, SubmitButton, TextArea, optional},
};

const TITLE_ID: &str = "new-client-title";
const JWKS: &str = "jwks";

/// The dialog.
#[component]
pub(super) fn NewClientDialog(
    /// The connection.
    shown: Shown,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let content = ViewFn::from(move || {
        let id = shown.with_untracked(|shown| shown.id);
        view! { <NewClientForm id connection open /> }
    });
    view! { <Modal open title_id=TITLE_ID content /> }
}

/// Its form; new each time it opens.
#[component]
fn NewClientForm(
    /// Whose client it will be.
    id: ConnectionId,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let form = FormState::new();
    let method = RwSignal::new(ClientAuthMethod::ClientSecret);
    let jwks = RwSignal::new(String::new());
    let chosen = everything();
    let send = create(form, id, connection, open);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let scopes = chosen.get_untracked();
        if !form.begin(checked(scopes)) {
            return;
        }
        let method = method.get_untracked();
        let signs = method == ClientAuthMethod::PrivateKeyJwt;
        send.run(CreateOAuthClient {
            method,
            jwks: signs.then(|| jwks.get_untracked()),
            scopes: scopes.unwrap_or_default(),
        });
    };
    let key = optional(move || {
        (method.get() == ClientAuthMethod::PrivateKeyJwt).then(|| {
            view! { <TextArea id=JWKS label=words::JWKS value=jwks form hint=words::JWKS_HINT /> }
        })
    });
    view! {
        <form on:submit=submit novalidate>
            <header>
                <h2 id=TITLE_ID>{words::ADD}</h2>
            </header>
            <div class="content">
                <ErrorSummary form />
                <MethodField method />
                {key}
                <ScopesField chosen form />
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| open.set(false)>
                    {text::form::CANCEL}
                </button>
                <SubmitButton
                    label=words::ADD
                    doing=words::ADDING
                    pending=Signal::derive(move || form.is_pending())
                />
            </footer>
        </form>
    }
}

/// Sends the form; what was made is shown on the connection's page.
fn create(
    form: FormState,
    id: ConnectionId,
    connection: Remote<ConnectionView>,
    open: RwSignal<bool>,
) -> Callback<CreateOAuthClient> {
    let session = Session::get();
    let secrets = FreshSecret::get();
    Callback::new(move |body: CreateOAuthClient| {
        session.send(
            api::connections::add_oauth_client(id, &body),
            move |answer| match answer {
                Ok(new) => {
                    let fresh = FreshClient {
                        id: new.client_id,
                        secret: new.client_secret,
                        token_endpoint: new.token_endpoint,
                    };
                    secrets.show(id, Fresh::Client(fresh));
                    form.succeed();
                    open.set(false);
                    connection.reload();
                }
                Err(error) => form.fail(FormErrors::from_answer(&error, &[JWKS, SCOPES])),
            },
        );
    })
}

/// How the client proves who it is.
#[component]
fn MethodField(
    /// The choice.
    method: RwSignal<ClientAuthMethod>,
) -> impl IntoView {
    let one = |choice: ClientAuthMethod| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="client-method"
                    prop:checked=move || method.get() == choice
                    on:change=move |_| method.set(choice)
                />
                {words::method(choice)}
            </label>
        }
    };
    view! {
        <fieldset>
            <legend class="legend">{words::METHOD}</legend>
            <div class="choices">{ClientAuthMethod::ALL.map(one).collect_view()}</div>
        </fieldset>
    }
}
