//! `/a/{slug}`: signing in to an account.

use std::sync::Arc;

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::{use_params_map, use_query_map};
use scim_schema::api::{
    problem::ErrorCode,
    second_factors::PendingSignIn,
    session::{SignIn, SignInOptions},
};

use super::{
    Door,
    second_step::{SecondStep, with_passkey},
};
use crate::{
    api,
    form::{FormErrors, FormState},
    routes,
    session::{Exit, Session, State},
    text,
    ui::{
        Empty, ErrorSummary, Failure, Family, Icon, Navigator, Notice, Opening, PasswordField,
        Remote, SubmitButton, TextField, dynamic, effect, icon, optional,
    },
};

const LOGIN: &str = "login";
const PASSWORD: &str = "password";

/// The sign-in page; signed-in people are led on.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let session = Session::get();
    let navigator = Navigator::new();
    let params = use_params_map();
    let query = use_query_map();
    let slug = Memo::new(move |_| params.with(|params| params.get("slug").unwrap_or_default()));
    effect(move || {
        if session.is_signed_in() {
            let next = query.with_untracked(|query| query.get("next"));
            let next = next.as_deref().and_then(routes::safe_next);
            navigator.replace(next.unwrap_or(session.home()));
        }
    });
    let options = Remote::new(move || slug.with(|slug| api::session::options(Some(slug))));
    dynamic(move || match (options.value(), options.error()) {
        (Some(options), None) => known(&options),
        (_, Some(error)) if error.code() == Some(ErrorCode::NotFound) => unknown_account(),
        (_, Some(error)) => view! {
            <Door title=text::door::ACCOUNT_TITLE>
                <Failure
                    what=text::door::OPTIONS_FAILED
                    error
                    retry=Callback::new(move |()| options.reload())
                />
            </Door>
        }
        .into_any(),
        (None, None) => view! { <Opening /> }.into_any(),
    })
}

fn known(options: &Arc<SignInOptions>) -> AnyView {
    let Some(account) = options.account.clone() else {
        return unknown_account();
    };
    let heading = text::door::sign_in_to(&account.name);
    if options.needs_setup {
        return view! {
            <Door title=heading>
                <NeedsSetup />
            </Door>
        }
        .into_any();
    }
    let forgotten = routes::forgotten(&account.slug);
    view! {
        <Door title=heading>
            <Steps slug=account.slug />
            <p class="small">
                <a href=forgotten>{text::door::FORGOTTEN}</a>
            </p>
            <p class="xs faint">{text::door::TROUBLE}</p>
        </Door>
    }
    .into_any()
}

/// The password, and what comes after it for those who have a second factor.
#[component]
fn Steps(
    /// The account.
    slug: String,
) -> impl IntoView {
    let begun = RwSignal::new(None::<PendingSignIn>);
    let again = Callback::new(move |()| begun.set(None));
    dynamic(move || match begun.get() {
        Some(pending) => view! { <SecondStep pending again /> }.into_any(),
        None => {
            let (slug, form) = (slug.clone(), FormState::new());
            view! {
                <WhyHere />
                <SignInForm slug form begun />
            }
            .into_any()
        }
    })
}

fn unknown_account() -> AnyView {
    view! {
        <Door title=text::door::ACCOUNT_TITLE>
            <Empty
                glyph=Icon::Search
                title=text::door::UNKNOWN_ACCOUNT
                why=text::door::UNKNOWN_ACCOUNT_WHY
            />
        </Door>
    }
    .into_any()
}

/// Says why somebody who was signed in is here.
#[component]
fn WhyHere() -> impl IntoView {
    let session = Session::get();
    let notice = optional(move || match session.state() {
        State::SignedOut(Exit::Expired) => Some(
            view! {
                <Notice family=Family::Pause glyph=Icon::Clock>
                    <strong>{text::door::EXPIRED}</strong>
                    <br />
                    {text::door::EXPIRED_WHY}
                </Notice>
            }
            .into_any(),
        ),
        State::SignedOut(Exit::Left) => Some(
            view! {
                <Notice family=Family::Ok glyph=Icon::Check>
                    {text::door::LEFT}
                </Notice>
            }
            .into_any(),
        ),
        State::SignedOut(Exit::NeverIn)
        | State::Checking
        | State::SignedIn(_)
        | State::Unknown(_) => None,
    });
    view! { <div role="status">{notice}</div> }
}

/// Nobody can sign in yet.
#[component]
fn NeedsSetup() -> impl IntoView {
    view! {
        <Notice family=Family::Arrive glyph=Icon::Key>
            <strong>{text::door::NEEDS_SETUP}</strong>
            <br />
            {text::door::NEEDS_SETUP_WHY}
        </Notice>
        <pre class="pre">{text::door::ADMIN_CREATE}</pre>
    }
}

/// Name and password.
#[component]
fn SignInForm(
    /// The account.
    slug: String,
    /// State of the form.
    form: FormState,
    /// What comes after a right password, of those who have a second factor.
    begun: RwSignal<Option<PendingSignIn>>,
) -> impl IntoView {
    let session = Session::get();
    let account = slug.clone();
    let login = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let body = SignIn {
            account: slug.clone(),
            login: login.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        if !form.begin(check(&body)) {
            return;
        }
        api::session::sign_in(&body).send(move |answer| match answer {
            Ok(Ok(me)) => {
                form.succeed();
                session.sign_in(me);
            }
            Ok(Err(pending)) => {
                form.succeed();
                begun.set(Some(pending));
            }
            Err(error) => {
                password.set(String::new());
                form.fail(FormErrors::from_answer(&error, &[LOGIN, PASSWORD]));
            }
        });
    };
    view! {
        <form class="stack" on:submit=submit novalidate>
            <ErrorSummary form />
            <TextField
                id=LOGIN
                label=text::door::LOGIN_LABEL
                value=login
                form
                autocomplete="username"
            />
            <PasswordField
                id=PASSWORD
                label=text::door::PASSWORD_LABEL
                value=password
                form
                autocomplete="current-password"
            />
            <div class="row">
                <SubmitButton
                    label=text::door::SIGN_IN
                    doing=text::door::SIGNING_IN
                    pending=Signal::derive(move || form.is_pending())
                />
                <button
                    class="btn quiet"
                    type="button"
                    on:click=move |_| with_passkey(session, form, account.clone())
                >
                    {icon(Icon::Key)}
                    {text::account::SIGN_IN_PASSKEY}
                </button>
            </div>
        </form>
    }
}

fn check(body: &SignIn) -> FormErrors {
    let needed = |text: &str, missing| {
        if text.is_empty() {
            Err(missing)
        } else {
            Ok(())
        }
    };
    FormErrors::default()
        .check(LOGIN, needed(&body.login, text::door::LOGIN_MISSING))
        .check(
            PASSWORD,
            needed(&body.password, text::door::PASSWORD_MISSING),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_password_are_needed() {
        let body = |login: &str, password: &str| SignIn {
            account: "main".to_owned(),
            login: login.to_owned(),
            password: password.to_owned(),
        };
        assert!(check(&body("dana", "secret")).is_empty());
        assert!(check(&body("", "secret")).of(LOGIN).is_some());
        assert!(check(&body("dana", "")).of(PASSWORD).is_some());
    }
}
