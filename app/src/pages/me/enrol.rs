//! Adding a second factor: an authenticator app by its first code, a passkey by the browser.

use std::sync::Arc;

use leptos::{ev::SubmitEvent, prelude::*};
use scim_schema::api::second_factors::{
    EnrolFactor, Enrolled, PasskeyEnrolment, QrCode, TotpEnrolment, check_label,
};

use crate::{
    api,
    form::{FormErrors, FormState},
    passkeys::{self, Ceremony},
    session::Session,
    text::account as words,
    ui::{CopyField, ErrorSummary, Modal, SubmitButton, TextField, dynamic},
};

const LABEL: &str = "label";
const TOTP: &str = "totp";
const TITLE_ID: &str = "enrol-title";

/// What is being added.
#[derive(Clone, Debug)]
pub(super) enum Begun {
    /// An authenticator app.
    App(Arc<TotpEnrolment>),
    /// A passkey.
    Passkey(Arc<PasskeyEnrolment>),
}

/// Begins to add an app or a passkey.
pub(super) fn begin(
    session: Session,
    is_app: bool,
    begun: RwSignal<Option<Begun>>,
    form: FormState,
) {
    if !form.begin(FormErrors::default()) {
        return;
    }
    let end = move |answer: Result<Begun, api::ApiError>| match answer {
        Ok(one) => {
            form.succeed();
            begun.set(Some(one));
        }
        Err(error) => form.fail(FormErrors::from_answer(&error, &[])),
    };
    if is_app {
        let call = api::my_account::begin_totp();
        session.send(call.map(|one| Begun::App(Arc::new(one))), end);
    } else {
        let call = api::my_account::begin_passkey();
        session.send(call.map(|one| Begun::Passkey(Arc::new(one))), end);
    }
}

/// Asks for the name and the proof that it works.
#[component]
pub(super) fn EnrolDialog(
    /// What is being added; the dialog is open as long as there is something.
    begun: RwSignal<Option<Begun>>,
    /// It is added.
    done: Callback<Enrolled>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if begun.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            begun.set(None);
        }
    });
    let content = ViewFn::from(move || {
        dynamic(move || {
            begun
                .get()
                .map(|begun_now| view! { <EnrolForm begun=begun_now open done /> })
        })
    });
    view! { <Modal open title_id=TITLE_ID content /> }
}

#[component]
fn EnrolForm(
    /// What is being added.
    begun: Begun,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
    /// It is added.
    done: Callback<Enrolled>,
) -> impl IntoView {
    let session = Session::get();
    let form = FormState::new();
    let label = RwSignal::new(String::new());
    let code = RwSignal::new(String::new());
    let send = move |body: EnrolFactor| {
        session.send(api::my_account::enrol(&body), move |answer| match answer {
            Ok(enrolled) => {
                form.succeed();
                open.set(false);
                done.run(enrolled);
            }
            Err(error) => form.fail(FormErrors::from_answer(&error, &[LABEL, TOTP])),
        });
    };
    let title = match &begun {
        Begun::App(_) => words::ADD_APP,
        Begun::Passkey(_) => words::ADD_PASSKEY,
    };
    let shown = match &begun {
        Begun::App(app) => view! { <AppKey app=Arc::clone(app) code form /> }.into_any(),
        Begun::Passkey(_) => view! { <p class="muted">{words::PASSKEY_NEXT}</p> }.into_any(),
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (named, typed) = (label.get_untracked(), code.get_untracked());
        let is_app = matches!(begun, Begun::App(_));
        if !form.begin(check(&named, is_app.then_some(&typed))) {
            return;
        }
        match &begun {
            Begun::App(app) => send(EnrolFactor {
                challenge: app.challenge.clone(),
                label: named,
                totp: Some(typed),
                passkey: None,
            }),
            Begun::Passkey(made) => {
                let challenge = made.challenge.clone();
                passkeys::ask(
                    Ceremony::Create,
                    &made.passkey,
                    move |answer| match answer {
                        Ok(answer) => send(EnrolFactor {
                            challenge,
                            label: named,
                            totp: None,
                            passkey: Some(answer),
                        }),
                        Err(sentence) => form.fail(FormErrors::of_form(sentence)),
                    },
                );
            }
        }
    };
    view! {
        <form on:submit=submit novalidate>
            <header>
                <h2 id=TITLE_ID>{title}</h2>
            </header>
            <div class="content stack">
                <ErrorSummary form />
                <TextField
                    id=LABEL
                    label=words::LABEL
                    value=label
                    form
                    hint=words::LABEL_HINT
                    autofocus=true
                />
                {shown}
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| open.set(false)>
                    {words::CANCEL}
                </button>
                <SubmitButton
                    label=title
                    doing=words::ADDING
                    pending=Signal::derive(move || form.is_pending())
                />
            </footer>
        </form>
    }
}

/// What an app is given, and the code that it shows then.
#[component]
fn AppKey(
    /// The key.
    app: Arc<TotpEnrolment>,
    /// What is typed.
    code: RwSignal<String>,
    /// State of the form.
    form: FormState,
) -> impl IntoView {
    view! {
        <p class="small">{words::SCAN}</p>
        {picture(&app.qr)}
        <CopyField
            id="totp-key"
            label=words::KEY
            copy_label=words::COPY_KEY
            value=Signal::stored(app.secret.clone())
            hint=words::KEY_HINT
        />
        <TextField
            id=TOTP
            label=words::CODE
            value=code
            form
            hint=words::CODE_HINT
            autocomplete="one-time-code"
        />
    }
}

fn picture(code: &QrCode) -> AnyView {
    let size = code.size;
    view! {
        <svg
            class="qr"
            role="img"
            aria-label=words::QR_LABEL
            viewBox=format!("0 0 {size} {size}")
            shape-rendering="crispEdges"
        >
            <path d=code.path.clone() />
        </svg>
    }
    .into_any()
}

fn check(label: &str, code: Option<&String>) -> FormErrors {
    let errors = FormErrors::default().check(LABEL, check_label(label).map(|_| ()));
    match code {
        Some(code) if code.trim().is_empty() => errors.check(TOTP, Err(words::CODE_MISSING)),
        _ => errors,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_needs_a_name_and_a_code_and_a_passkey_a_name() {
        let empty = String::new();
        assert!(check("Phone", Some(&empty)).of(TOTP).is_some());
        assert!(check("", None).of(LABEL).is_some());
        assert!(check("Laptop", None).is_empty());
    }
}
