//! The second step of signing in, and signing in with a passkey alone.

use leptos::prelude::*;
use scim_schema::api::second_factors::{BeginPasskey, ContinueSignIn, PendingSignIn};

use super::proof::{Given, PROOFS, ProofForm};
use crate::{
    api,
    form::{FormErrors, FormState},
    passkeys::{self, Ceremony},
    session::Session,
    text::account as words,
};

/// Asks for the second factor of a sign-in that was begun.
#[component]
pub(super) fn SecondStep(
    /// What was begun.
    pending: PendingSignIn,
    /// Goes back to the first step.
    again: Callback<()>,
) -> impl IntoView {
    let session = Session::get();
    let form = FormState::new();
    let PendingSignIn {
        challenge,
        methods,
        passkey,
        ..
    } = pending;
    let prove = Callback::new(move |given| {
        finish(session, form, &body(challenge.clone(), given));
    });
    view! {
        <p class="muted">{words::SECOND_STEP_WHY}</p>
        <ProofForm methods passkey form prove />
        <p class="small">
            <button class="btn quiet" type="button" on:click=move |_| again.run(())>
                {words::BACK}
            </button>
        </p>
    }
}

/// Signs in with any passkey of this account that the browser has.
pub(super) fn with_passkey(session: Session, form: FormState, account: String) {
    if !form.begin(FormErrors::default()) {
        return;
    }
    let begin = api::session::begin_passkey(&BeginPasskey { account });
    begin.send(move |answer| match answer {
        Ok(begun) => {
            let challenge = begun.challenge;
            passkeys::ask(Ceremony::Get, &begun.passkey, move |answer| match answer {
                Ok(answer) => finish(session, form, &body(challenge, Given::Passkey(answer))),
                Err(sentence) => form.fail(FormErrors::of_form(sentence)),
            });
        }
        Err(error) => form.fail(FormErrors::from_answer(&error, &[])),
    });
}

fn finish(session: Session, form: FormState, body: &ContinueSignIn) {
    api::session::second_factor(body).send(move |answer| match answer {
        Ok(me) => {
            form.succeed();
            session.sign_in(me);
        }
        Err(error) => form.fail(FormErrors::from_answer(&error, &PROOFS)),
    });
}

fn body(challenge: String, given: Given) -> ContinueSignIn {
    let mut body = ContinueSignIn {
        challenge,
        ..ContinueSignIn::default()
    };
    match given {
        // Nobody proves with the password again what the password began.
        Given::Password(_) => {}
        Given::Totp(code) => body.totp = Some(code),
        Given::RecoveryCode(code) => body.recovery_code = Some(code),
        Given::Passkey(answer) => body.passkey = Some(answer),
    }
    body
}
