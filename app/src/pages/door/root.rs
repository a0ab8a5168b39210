//! `/`: sends signed-in people to their page, and others to the sign-in of the only account; asks
//! for the account where there are several.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_query_map;

use super::Door;
use crate::{
    api,
    form::{FormErrors, FormState},
    routes,
    session::{Session, State},
    text,
    ui::{ErrorSummary, Failure, Navigator, Opening, Remote, TextField, dynamic, effect},
};

const ACCOUNT: &str = "account";

/// The root.
#[component]
pub(crate) fn RootPage() -> impl IntoView {
    let session = Session::get();
    let navigator = Navigator::new();
    let query = use_query_map();
    let next = move || query.with_untracked(|query| query.get("next"));
    let options = Remote::new(|| api::session::options(None));
    effect(move || {
        let next = next();
        let next = next.as_deref().and_then(routes::safe_next);
        if session.is_signed_in() {
            navigator.replace(next.unwrap_or(session.home()));
            return;
        }
        let known = matches!(session.state(), State::SignedOut(_));
        let only = options.value().and_then(|options| options.account.clone());
        if let Some(account) = only.filter(|_| known) {
            navigator.replace(&routes::sign_in(&account.slug, next));
        }
    });
    dynamic(move || {
        let unknown = match session.state() {
            State::Unknown(error) => Some(error),
            State::Checking | State::SignedIn(_) | State::SignedOut(_) => None,
        };
        if let Some(error) = options.error().or(unknown) {
            let retry = Callback::new(move |()| {
                options.reload();
                session.check();
            });
            return view! {
                <Door title=text::door::ACCOUNT_TITLE>
                    <Failure what=text::door::OPTIONS_FAILED error retry />
                </Door>
            }
            .into_any();
        }
        match options.value() {
            Some(options) if options.account.is_none() => view! { <AskAccount /> }.into_any(),
            Some(_) | None => view! { <Opening /> }.into_any(),
        }
    })
}

/// Asks for the account's name.
#[component]
fn AskAccount() -> impl IntoView {
    let navigator = Navigator::new();
    let query = use_query_map();
    let form = FormState::new();
    let account = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let slug = account.get_untracked().trim().to_owned();
        let present = if slug.is_empty() {
            Err(text::door::ACCOUNT_MISSING)
        } else {
            Ok(())
        };
        if form.begin(FormErrors::default().check(ACCOUNT, present)) {
            let next = query.with_untracked(|query| query.get("next"));
            navigator.open(&routes::sign_in(&slug, next.as_deref()));
        }
    };
    view! {
        <Door title=text::door::ACCOUNT_TITLE lede=text::door::ACCOUNT_HINT>
            <form class="stack" on:submit=submit novalidate>
                <ErrorSummary form />
                <TextField
                    id=ACCOUNT
                    label=text::door::ACCOUNT_LABEL
                    value=account
                    form
                    autocomplete="organization"
                />
                <div class="row">
                    <button class="btn primary" type="submit">
                        {text::door::CONTINUE}
                    </button>
                </div>
            </form>
        </Door>
    }
}
