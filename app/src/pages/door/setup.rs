//! `/setup#TOKEN`: a one-time link. Its secret is only in the fragment, which is taken out of the
//! address at once; looking at the link uses nothing up, only sending the form does.

use std::sync::Arc;

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_location;
use scim_schema::api::{
    problem::ErrorCode,
    session::{
        AdministratorProfile, InspectLink, LinkPurpose, LinkView, RedeemLink, check_email,
        check_password,
    },
};

use super::Door;
use crate::{
    api::{self, ApiError},
    clock,
    form::{FormErrors, FormState},
    routes,
    session::Session,
    text,
    ui::{
        Empty, ErrorSummary, Failure, Icon, InputKind, Navigator, PasswordField, Remote,
        SubmitButton, TextField, dynamic, effect,
    },
};

const GIVEN_NAME: &str = "given_name";
const FAMILY_NAME: &str = "family_name";
const EMAIL: &str = "email";
const PASSWORD: &str = "password";

/// The page behind a one-time link.
#[component]
pub(crate) fn SetupPage() -> impl IntoView {
    let navigator = Navigator::new();
    let hash = use_location().hash;
    let token = RwSignal::new(None::<String>);
    effect(move || {
        let fragment = hash.get();
        let secret = fragment.trim_start_matches('#');
        if !secret.is_empty() {
            token.set(Some(secret.to_owned()));
            navigator.amend(routes::SETUP, true);
        }
    });
    let first = hash.get_untracked().trim_start_matches('#').is_empty();
    dynamic(move || match token.get() {
        Some(token) => view! { <Link token /> }.into_any(),
        None if first => view! {
            <Door title=text::door::SETUP_TITLE>
                <Empty
                    glyph=Icon::Key
                    title=text::door::LINK_MISSING
                    why=text::door::LINK_MISSING_WHY
                >
                    <a class="btn" href=routes::ROOT>
                        {text::door::GO_TO_SIGN_IN}
                    </a>
                </Empty>
            </Door>
        }
        .into_any(),
        None => ().into_any(),
    })
}

/// A link that is looked at.
#[component]
fn Link(
    /// The secret.
    token: String,
) -> impl IntoView {
    let secret = token.clone();
    let link = Remote::new(move || {
        let token = secret.clone();
        api::session::inspect_link(&InspectLink { token })
    });
    let retry = Callback::new(move |()| link.reload());
    dynamic(move || match (link.value(), link.error()) {
        (_, Some(error)) => unusable(error, retry),
        (Some(view), None) => view! { <Redeem view token=token.clone() /> }.into_any(),
        (None, None) => view! {
            <Door title=text::door::SETUP_TITLE>
                <p class="late muted" role="status">
                    {text::door::SETUP_CHECKING}
                </p>
            </Door>
        }
        .into_any(),
    })
}

fn unusable(error: ApiError, retry: Callback<()>) -> AnyView {
    let spent = matches!(
        error.code(),
        Some(ErrorCode::LinkUnusable | ErrorCode::NotFound | ErrorCode::Invalid)
    );
    if !spent {
        return view! {
            <Door title=text::door::SETUP_TITLE>
                <Failure what=text::door::SETUP_FAILED error retry />
            </Door>
        }
        .into_any();
    }
    view! {
        <Door title=text::door::SETUP_TITLE>
            <Empty
                glyph=Icon::Key
                title=text::door::LINK_UNUSABLE
                why=text::door::LINK_UNUSABLE_WHY
            />
            <pre class="pre">{text::door::ADMIN_CREATE}</pre>
            <div class="row">
                <a class="btn" href=routes::ROOT>
                    {text::door::GO_TO_SIGN_IN}
                </a>
            </div>
        </Door>
    }
    .into_any()
}

/// What is entered.
#[derive(Clone, Copy)]
struct Entry {
    first: bool,
    given_name: RwSignal<String>,
    family_name: RwSignal<String>,
    email: RwSignal<String>,
    password: RwSignal<String>,
}

impl Entry {
    fn new(purpose: LinkPurpose) -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            first: purpose == LinkPurpose::FirstAdministrator,
            given_name: empty(),
            family_name: empty(),
            email: empty(),
            password: empty(),
        }
    }

    fn body(self, token: String) -> RedeemLink {
        let trimmed = |field: RwSignal<String>| field.get_untracked().trim().to_owned();
        RedeemLink {
            token,
            profile: self.first.then(|| AdministratorProfile {
                given_name: trimmed(self.given_name),
                family_name: trimmed(self.family_name),
                email: trimmed(self.email),
            }),
            password: self.password.get_untracked(),
        }
    }
}

fn check(body: &RedeemLink) -> FormErrors {
    let needed = |text: &str, missing| {
        if text.is_empty() {
            Err(missing)
        } else {
            Ok(())
        }
    };
    let mut errors = FormErrors::default();
    if let Some(profile) = &body.profile {
        errors = errors
            .check(
                GIVEN_NAME,
                needed(&profile.given_name, text::door::GIVEN_NAME_MISSING),
            )
            .check(
                FAMILY_NAME,
                needed(&profile.family_name, text::door::FAMILY_NAME_MISSING),
            )
            .check(EMAIL, check_email(&profile.email));
    }
    errors.check(PASSWORD, check_password(&body.password))
}

/// What the link does, and for how long it can.
fn headings(view: &LinkView) -> (String, String) {
    let until = clock::in_zone(view.expires_at).full();
    match &view.user_name {
        Some(user_name) => (
            text::door::password_for(&view.account.name),
            text::door::password_why(user_name, &until),
        ),
        None => (
            text::door::set_up(&view.account.name),
            text::door::first_why(&until),
        ),
    }
}

/// The form of a usable link.
#[component]
fn Redeem(
    /// What the link is for.
    view: Arc<LinkView>,
    /// Its secret.
    token: String,
) -> impl IntoView {
    let session = Session::get();
    let navigator = Navigator::new();
    let form = FormState::new();
    let entry = Entry::new(view.purpose);
    let (heading, lede) = headings(&view);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let body = entry.body(token.clone());
        if !form.begin(check(&body)) {
            return;
        }
        api::session::redeem_link(&body).send(move |answer| match answer {
            Ok(Ok(me)) => {
                form.succeed();
                session.sign_in(me);
                navigator.replace(session.home());
            }
            // The password is set; the sign-in page asks for the rest.
            Ok(Err(_)) => {
                form.succeed();
                navigator.replace(routes::ROOT);
            }
            Err(error) => form.fail(FormErrors::from_answer(
                &error,
                &[GIVEN_NAME, FAMILY_NAME, EMAIL, PASSWORD],
            )),
        });
    };
    let (label, doing) = if entry.first {
        (text::door::FIRST_SUBMIT, text::door::FIRST_DOING)
    } else {
        (text::door::PASSWORD_SUBMIT, text::door::PASSWORD_DOING)
    };
    view! {
        <Door title=heading lede>
            <form class="stack" on:submit=submit novalidate>
                <ErrorSummary form />
                {entry.first.then(|| view! { <Profile entry form /> })}
                <PasswordField
                    id=PASSWORD
                    label=text::door::PASSWORD_LABEL
                    value=entry.password
                    form
                    hint=text::door::PASSWORD_HINT
                    autocomplete="new-password"
                />
                <div class="row">
                    <SubmitButton label doing pending=Signal::derive(move || form.is_pending()) />
                </div>
            </form>
        </Door>
    }
}

/// Who the first administrator is.
#[component]
fn Profile(
    /// What is entered.
    entry: Entry,
    /// The form.
    form: FormState,
) -> impl IntoView {
    view! {
        <TextField
            id=GIVEN_NAME
            label=text::door::GIVEN_NAME
            value=entry.given_name
            form
            autocomplete="given-name"
        />
        <TextField
            id=FAMILY_NAME
            label=text::door::FAMILY_NAME
            value=entry.family_name
            form
            autocomplete="family-name"
        />
        <TextField
            id=EMAIL
            label=text::door::EMAIL
            value=entry.email
            form
            hint=text::door::EMAIL_HINT
            kind=InputKind::Email
            autocomplete="username"
        />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(profile: Option<AdministratorProfile>, password: &str) -> RedeemLink {
        RedeemLink {
            token: "secret".to_owned(),
            profile,
            password: password.to_owned(),
        }
    }

    #[test]
    fn the_first_administrator_needs_names_and_an_address() {
        let errors = check(&body(
            Some(AdministratorProfile {
                given_name: String::new(),
                family_name: "Whitlock".to_owned(),
                email: "dana".to_owned(),
            }),
            "four unrelated words",
        ));
        assert!(errors.of(GIVEN_NAME).is_some());
        assert!(errors.of(FAMILY_NAME).is_none());
        assert!(errors.of(EMAIL).is_some());
        assert!(errors.of(PASSWORD).is_none());
    }

    #[test]
    fn an_existing_user_needs_a_good_password_only() {
        assert!(check(&body(None, "four unrelated words")).is_empty());
        assert!(check(&body(None, "short")).of(PASSWORD).is_some());
    }
}
