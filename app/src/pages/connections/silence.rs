//! After how many hours without a request there is an alert.

use leptos::prelude::*;
use scim_schema::{
    api::{
        alerts::check_silence_hours,
        connections::{ChangeConnection, ConnectionView},
    },
    id::ConnectionId,
};

use super::one::Shown;
use crate::{
    api,
    form::{Act, FormErrors},
    text::alerts as words,
    ui::{ErrorSummary, Remote, SubmitButton, TextField},
};

/// The field, and its name in the request.
const HOURS: &str = "silence_hours";

/// The setting, folded: most connections never need it.
#[component]
pub(super) fn SilenceSection(
    /// Whose.
    id: ConnectionId,
    /// The connection.
    shown: Shown,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
    /// Whether the person may change it.
    may_manage: Memo<bool>,
) -> impl IntoView {
    let hours = Memo::new(move |_| shown.with(|shown| shown.silence_hours));
    let content = move || {
        if may_manage.get() {
            view! { <SilenceForm id hours=hours.get() connection /> }.into_any()
        } else {
            view! { <p class="small">{words::silence(hours.get())}</p> }.into_any()
        }
    };
    view! {
        <details class="fold" data-testid="silence">
            <summary>{words::SILENCE}</summary>
            <div>{content}</div>
        </details>
    }
}

#[component]
fn SilenceForm(
    /// Whose.
    id: ConnectionId,
    /// As stored.
    hours: u16,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
) -> impl IntoView {
    let act = Act::new(RwSignal::new(false));
    let form = act.form;
    let value = RwSignal::new(hours.to_string());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let entered = value.with_untracked(|text| text.trim().parse().unwrap_or(u16::MAX));
        if !form.begin(FormErrors::default().check(HOURS, check_silence_hours(entered))) {
            return;
        }
        let body = ChangeConnection {
            silence_hours: Some(entered),
            ..ChangeConnection::default()
        };
        act.send(api::connections::change(id, &body), &[HOURS], move |_| {
            connection.reload();
            words::SAVED
        });
    };
    view! {
        <form class="stack" on:submit=submit novalidate>
            <ErrorSummary form />
            <TextField
                id=HOURS
                label=words::SILENCE_HOURS
                value
                form
                hint=words::SILENCE_HINT
            />
            <div class="row">
                <SubmitButton
                    label=words::SAVE
                    doing=words::SAVING
                    pending=Signal::derive(move || form.is_pending())
                    class=""
                />
            </div>
        </form>
    }
}
