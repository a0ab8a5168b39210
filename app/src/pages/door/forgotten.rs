//! `/a/{slug}/forgot`: asking for a link to choose another password.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_params_map;
use scim_schema::api::session::ForgottenPassword;

use super::Door;
use crate::{
    api,
    form::{FormErrors, FormState},
    routes, text,
    ui::{ErrorSummary, Family, Icon, Notice, SubmitButton, TextField, dynamic},
};

const LOGIN: &str = "login";

/// The page. What it says afterwards is the same whoever exists.
#[component]
pub(crate) fn ForgottenPage() -> impl IntoView {
    let params = use_params_map();
    let slug = Memo::new(move |_| params.with(|params| params.get("slug").unwrap_or_default()));
    let sent = RwSignal::new(false);
    let body = dynamic(move || match sent.get() {
        true => view! {
            <Notice family=Family::Ok glyph=Icon::Mail>
                {text::door::FORGOTTEN_SENT}
            </Notice>
        }
        .into_any(),
        false => view! { <Ask slug=slug.get() sent /> }.into_any(),
    });
    view! {
        <Door title=text::door::FORGOTTEN lede=text::door::FORGOTTEN_WHY>
            <div class="stack" role="status">
                {body}
            </div>
            <p class="small">
                <a href=move || slug.with(|slug| routes::sign_in(slug, None))>
                    {text::door::GO_TO_SIGN_IN}
                </a>
            </p>
        </Door>
    }
}

/// Whose password it is.
#[component]
fn Ask(
    /// The account.
    slug: String,
    /// Whether it was asked for.
    sent: RwSignal<bool>,
) -> impl IntoView {
    let form = FormState::new();
    let login = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let body = ForgottenPassword {
            account: slug.clone(),
            login: login.get_untracked().trim().to_owned(),
        };
        let missing = match body.login.is_empty() {
            true => Err(text::door::LOGIN_MISSING),
            false => Ok(()),
        };
        if !form.begin(FormErrors::default().check(LOGIN, missing)) {
            return;
        }
        api::mails::forgotten(&body).send(move |answer| match answer {
            Ok(()) => {
                form.succeed();
                sent.set(true);
            }
            Err(error) => form.fail(FormErrors::from_answer(&error, &[LOGIN])),
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
            <div class="row">
                <SubmitButton
                    label=text::door::FORGOTTEN_SEND
                    doing=text::door::FORGOTTEN_SENDING
                    pending=Signal::derive(move || form.is_pending())
                />
            </div>
        </form>
    }
}
