//! The question before what is dangerous: a proof of the last ten minutes. The request that needs it
//! waits and is sent again.

use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use scim_schema::api::second_factors::{StepUp, StepUpChallenge};

use super::proof::{Given, PROOFS, ProofForm};
use crate::{
    api,
    form::{FormErrors, FormState},
    session::Session,
    text::account as words,
    ui::{Failure, Modal, Remote, SkeletonLines, dynamic, effect, later},
};

const TITLE_ID: &str = "step-up-title";

/// Opens while a request waits for a proof.
#[component]
pub(crate) fn StepUpDialog() -> impl IntoView {
    let session = Session::get();
    let open = RwSignal::new(false);
    let needed = Memo::new(move |_| session.is_proof_needed());
    effect(move || open.set(needed.get()));
    effect(move || {
        // Closed while a request still waits: it is not sent again.
        if !open.get() && needed.get_untracked() {
            session.not_proven();
        }
    });
    let content = ViewFn::from(move || {
        view! {
            <header>
                <h2 id=TITLE_ID>{words::SECOND_STEP}</h2>
            </header>
            <div class="content">
                <p class="muted small">{words::STEP_UP_WHY}</p>
                {later(question())}
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| open.set(false)>
                    {words::CANCEL}
                </button>
            </footer>
        }
        .into_any()
    });
    view! { <Modal open title_id=TITLE_ID content /> }
}

/// The question; few ever see it, so that its code is fetched when it is asked.
#[wasm_split(account, wasm_split_path = ::leptos::wasm_split, fallible)]
fn question() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Question /> }.into_any())
}

/// What will do, once it is known.
#[component]
fn Question() -> impl IntoView {
    let begun = Remote::new(api::session::begin_step_up);
    dynamic(move || match (begun.value(), begun.error()) {
        (Some(begun), None) => view! { <Ask begun=(*begun).clone() /> }.into_any(),
        (_, Some(error)) => view! {
            <Failure
                what=words::PROOF_FAILED
                error
                retry=Callback::new(move |()| begun.reload())
            />
        }
        .into_any(),
        (None, None) => view! { <SkeletonLines lines=2 /> }.into_any(),
    })
}

#[component]
fn Ask(
    /// What was begun.
    begun: StepUpChallenge,
) -> impl IntoView {
    let session = Session::get();
    let form = FormState::new();
    let StepUpChallenge {
        challenge,
        methods,
        passkey,
    } = begun;
    let prove = Callback::new(move |given| {
        let body = body(challenge.clone(), given);
        api::session::step_up(&body).send(move |answer| match answer {
            Ok(()) => {
                form.succeed();
                session.proven();
            }
            Err(error) => form.fail(FormErrors::from_answer(&error, &PROOFS)),
        });
    });
    view! { <ProofForm methods passkey form prove /> }
}

fn body(challenge: String, given: Given) -> StepUp {
    let mut body = StepUp {
        challenge,
        ..StepUp::default()
    };
    match given {
        Given::Password(password) => body.password = Some(password),
        Given::Totp(code) => body.totp = Some(code),
        Given::RecoveryCode(code) => body.recovery_code = Some(code),
        Given::Passkey(answer) => body.passkey = Some(answer),
    }
    body
}
