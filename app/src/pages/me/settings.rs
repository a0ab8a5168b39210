//! Time zone and language of the signed-in person.

use leptos::{ev::SubmitEvent, prelude::*};
use scim_schema::api::my_account::{ChangeMe, check_locale};

use crate::{
    api,
    form::{FormErrors, FormState},
    session::Session,
    text::account as words,
    toast::Toasts,
    ui::{ErrorSummary, SubmitButton, TextField},
};

const TIME_ZONE: &str = "time_zone";
const LOCALE: &str = "locale";

/// The form.
#[component]
pub(super) fn SettingsForm() -> impl IntoView {
    let (session, toasts) = (Session::get(), Toasts::get());
    let form = FormState::new();
    let me = untrack(|| session.me());
    let text = |value: Option<&String>| RwSignal::new(value.cloned().unwrap_or_default());
    let zone = text(me.as_ref().and_then(|me| me.time_zone.as_ref()));
    let locale = text(me.as_ref().and_then(|me| me.locale.as_ref()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let body = ChangeMe {
            time_zone: Some(zone.get_untracked().trim().to_owned()),
            locale: Some(locale.get_untracked().trim().to_owned()),
        };
        if !form.begin(check(&body)) {
            return;
        }
        session.send(
            api::my_account::change_me(&body),
            move |answer| match answer {
                Ok(me) => {
                    form.succeed();
                    toasts.success(words::SETTINGS_SAVED);
                    session.sign_in(me);
                }
                Err(error) => form.fail(FormErrors::from_answer(&error, &[TIME_ZONE, LOCALE])),
            },
        );
    };
    view! {
        <section class="section">
            <header>
                <h2>{words::SETTINGS}</h2>
            </header>
            <form class="stack" on:submit=submit novalidate>
                <ErrorSummary form />
                <TextField
                    id=TIME_ZONE
                    label=words::TIME_ZONE
                    value=zone
                    form
                    hint=words::TIME_ZONE_HINT
                />
                <TextField
                    id=LOCALE
                    label=words::LOCALE
                    value=locale
                    form
                    hint=words::LOCALE_HINT
                    autocomplete="language"
                />
                <div class="row">
                    <SubmitButton
                        label=words::SAVE
                        doing=words::SAVING
                        pending=Signal::derive(move || form.is_pending())
                    />
                </div>
            </form>
        </section>
    }
}

fn check(body: &ChangeMe) -> FormErrors {
    let tag = body.locale.as_deref().unwrap_or_default();
    let locale = if tag.is_empty() {
        Ok(())
    } else {
        check_locale(tag)
    };
    FormErrors::default().check(LOCALE, locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_may_be_left_empty() {
        let body = |locale: &str| ChangeMe {
            time_zone: Some(String::new()),
            locale: Some(locale.to_owned()),
        };
        assert!(check(&body("")).is_empty());
        assert!(check(&body("de-CH")).is_empty());
        assert!(check(&body("en_US")).of(LOCALE).is_some());
    }
}
