//! *Change password*: the server says how strong a new one is.

use std::time::Duration;

use leptos::{ev::SubmitEvent, prelude::*};
use scim_schema::api::my_account::{ChangePassword, JudgePassword, PasswordStrength};

use crate::{
    api,
    form::{FormErrors, FormState},
    session::Session,
    text::{self, account as words},
    toast::Toasts,
    ui::{ErrorSummary, PasswordField, SubmitButton, dynamic, effect},
};

const CURRENT: &str = "current";
const NEW: &str = "new";
/// How long somebody has to pause before the server is asked.
const PAUSE: Duration = Duration::from_millis(300);

/// The form.
#[component]
pub(super) fn PasswordForm() -> impl IntoView {
    let (session, toasts) = (Session::get(), Toasts::get());
    let form = FormState::new();
    let current = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let body = ChangePassword {
            current: current.get_untracked(),
            new: new.get_untracked(),
        };
        if !form.begin(check(&body)) {
            return;
        }
        session.send(
            api::my_account::change_password(&body),
            move |answer| match answer {
                Ok(()) => {
                    form.succeed();
                    current.set(String::new());
                    new.set(String::new());
                    toasts.success(words::PASSWORD_CHANGED);
                    session.check();
                }
                Err(error) => form.fail(FormErrors::from_answer(&error, &[CURRENT, NEW])),
            },
        );
    };
    view! {
        <section class="section">
            <header>
                <h2>{words::PASSWORD}</h2>
                <p>{words::PASSWORD_NOTE}</p>
            </header>
            <form class="stack" on:submit=submit novalidate>
                <ErrorSummary form />
                <PasswordField
                    id=CURRENT
                    label=words::CURRENT
                    value=current
                    form
                    autocomplete="current-password"
                />
                <PasswordField
                    id=NEW
                    label=words::NEW
                    value=new
                    form
                    hint=text::door::PASSWORD_HINT
                    autocomplete="new-password"
                />
                <Strength password=new />
                <div class="row">
                    <SubmitButton
                        label=words::CHANGE_PASSWORD
                        doing=words::CHANGING_PASSWORD
                        pending=Signal::derive(move || form.is_pending())
                    />
                </div>
            </form>
        </section>
    }
}

/// How strong what is typed is, once somebody pauses.
#[component]
fn Strength(
    /// What is typed.
    password: RwSignal<String>,
) -> impl IntoView {
    let session = Session::get();
    let judged = RwSignal::new(None::<PasswordStrength>);
    effect(move || {
        let typed = password.get();
        judged.set(None);
        if typed.is_empty() {
            return;
        }
        set_timeout(
            move || {
                let is_same = password.try_get_untracked().is_some_and(|now| now == typed);
                if is_same {
                    judge(session, judged, typed);
                }
            },
            PAUSE,
        );
    });
    let said = dynamic(move || {
        judged.get().map(|judged| {
            let meter = judged.score.to_string();
            let sentence = judged.problem.unwrap_or_else(|| words::STRONG.to_owned());
            view! {
                <meter min="0" max="4" low="2" high="3" optimum="4" value=meter>
                    {sentence.clone()}
                </meter>
                " "
                {sentence}
            }
        })
    });
    view! { <p class="small muted" role="status">{said}</p> }
}

fn judge(session: Session, judged: RwSignal<Option<PasswordStrength>>, password: String) {
    let call = api::my_account::strength(&JudgePassword { password });
    // Without an answer nothing is said; the server looks again when it is sent.
    session.send(call, move |answer| {
        judged.try_set(answer.ok());
    });
}

fn check(body: &ChangePassword) -> FormErrors {
    let current = if body.current.is_empty() {
        Err(words::CURRENT_MISSING)
    } else {
        Ok(())
    };
    FormErrors::default()
        .check(CURRENT, current)
        .check(NEW, scim_schema::api::session::check_password(&body.new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_passwords_are_needed() {
        let body = |current: &str, new: &str| ChangePassword {
            current: current.to_owned(),
            new: new.to_owned(),
        };
        assert!(check(&body("a", "tulip gravel orbit")).is_empty());
        assert!(check(&body("", "tulip gravel orbit")).of(CURRENT).is_some());
        assert!(check(&body("a", "short")).of(NEW).is_some());
    }
}
