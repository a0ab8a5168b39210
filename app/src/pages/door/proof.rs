//! Asking for a proof of who somebody is: at sign-in after the password, and before what is dangerous.

use leptos::{ev::SubmitEvent, prelude::*};
use scim_schema::api::second_factors::ProofKind;
use serde_json::Value;

use crate::{
    form::{FormErrors, FormState},
    passkeys::{self, Ceremony},
    text::account as words,
    ui::{ErrorSummary, Icon, PasswordField, SubmitButton, TextField, dynamic, icon},
};

/// Fields of the proofs, by their names in requests.
pub(crate) const PROOFS: [&str; 4] = ["password", "totp", "recovery_code", "passkey"];
const PASSWORD: &str = "password";
const TOTP: &str = "totp";
const RECOVERY_CODE: &str = "recovery_code";

/// What somebody gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Given {
    /// The password.
    Password(String),
    /// A code of an app.
    Totp(String),
    /// A recovery code.
    RecoveryCode(String),
    /// A passkey's answer.
    Passkey(Value),
}

/// A form for one of several proofs; the first is asked for, the others are a press away.
#[component]
pub(crate) fn ProofForm(
    /// What will do.
    methods: Vec<ProofKind>,
    /// What the browser asks for a passkey with.
    passkey: Option<Value>,
    /// State of the form.
    form: FormState,
    /// Sends it.
    prove: Callback<Given>,
) -> impl IntoView {
    let first = methods.first().copied().unwrap_or(ProofKind::Password);
    let way = RwSignal::new(first);
    let entered = RwSignal::new(String::new());
    let passkey = StoredValue::new(passkey);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let way = way.get_untracked();
        let text = entered.get_untracked().trim().to_owned();
        if !form.begin(check(way, &text)) {
            return;
        }
        match (way, passkey.get_value()) {
            (ProofKind::Passkey, Some(options)) => {
                passkeys::ask(Ceremony::Get, &options, move |answer| match answer {
                    Ok(answer) => prove.run(Given::Passkey(answer)),
                    Err(sentence) => form.fail(FormErrors::of_form(sentence)),
                });
            }
            // Spaces belong to a password.
            (ProofKind::Password, _) => prove.run(Given::Password(entered.get_untracked())),
            (ProofKind::RecoveryCode, _) => prove.run(Given::RecoveryCode(text)),
            _ => prove.run(Given::Totp(text)),
        }
    };
    let field = dynamic(move || field(way.get(), entered, form));
    let others = dynamic(move || {
        let others = methods.iter().copied().filter(|kind| *kind != way.get());
        let button = move |kind: ProofKind| {
            let choose = move |_| {
                form.reset();
                entered.set(String::new());
                way.set(kind);
            };
            view! {
                <button class="btn quiet" type="button" on:click=choose>
                    {words::way(kind)}
                </button>
            }
        };
        others.map(button).collect_view()
    });
    let label = Signal::derive(move || match way.get() {
        ProofKind::Passkey => words::USE_PASSKEY.to_owned(),
        _ => words::CONFIRM.to_owned(),
    });
    view! {
        <form class="stack" on:submit=submit novalidate>
            <ErrorSummary form />
            {field}
            <div class="row">
                <SubmitButton
                    label
                    doing=words::CONFIRMING
                    pending=Signal::derive(move || form.is_pending())
                />
                {others}
            </div>
        </form>
    }
}

fn field(way: ProofKind, entered: RwSignal<String>, form: FormState) -> AnyView {
    match way {
        ProofKind::Password => view! {
            <PasswordField
                id=PASSWORD
                label=crate::text::door::PASSWORD_LABEL
                value=entered
                form
                autocomplete="current-password"
            />
        }
        .into_any(),
        ProofKind::Totp => view! {
            <TextField
                id=TOTP
                label=words::CODE
                value=entered
                form
                hint=words::CODE_HINT
                autocomplete="one-time-code"
                autofocus=true
            />
        }
        .into_any(),
        ProofKind::RecoveryCode => view! {
            <TextField
                id=RECOVERY_CODE
                label=words::RECOVERY_CODE
                value=entered
                form
                hint=words::RECOVERY_CODE_HINT
                autofocus=true
            />
        }
        .into_any(),
        ProofKind::Passkey => {
            view! { <p class="muted">{icon(Icon::Key)} " " {words::PASSKEY_NEXT}</p> }.into_any()
        }
    }
}

fn check(way: ProofKind, text: &str) -> FormErrors {
    let (field, missing) = match way {
        ProofKind::Password => (PASSWORD, crate::text::door::PASSWORD_MISSING),
        ProofKind::Totp => (TOTP, words::CODE_MISSING),
        ProofKind::RecoveryCode => (RECOVERY_CODE, words::CODE_MISSING),
        ProofKind::Passkey => return FormErrors::default(),
    };
    let given = if text.is_empty() {
        Err(missing)
    } else {
        Ok(())
    };
    FormErrors::default().check(field, given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_needed_and_a_passkey_is_not_typed() {
        assert!(check(ProofKind::Totp, "").of(TOTP).is_some());
        assert!(
            check(ProofKind::RecoveryCode, "")
                .of(RECOVERY_CODE)
                .is_some()
        );
        assert!(check(ProofKind::Totp, "123456").is_empty());
        assert!(check(ProofKind::Passkey, "").is_empty());
    }
}
