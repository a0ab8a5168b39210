//! The search field.

use std::time::Duration;

use leptos::{html::Input, leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::Context;
use crate::{
    shortcuts::{Command, Shortcuts},
    text::users as words,
    ui::{Icon, icon},
};

const DEBOUNCE: Duration = Duration::from_millis(250);

/// The search field: what is typed reaches the address after a short rest.
#[component]
pub(super) fn Search(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let query = context.query;
    let typed = RwSignal::new(query.with_untracked(|query| query.q.clone()));
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let input = NodeRef::<Input>::new();
    let sent = Memo::new(move |_| query.with(|query| query.q.clone()));
    Effect::new(move |_| {
        let sent = sent.get();
        if waiting.with_value(Option::is_none) && typed.with_untracked(|typed| typed.trim() != sent)
        {
            typed.set(sent);
        }
    });
    let forget = move || {
        waiting.try_update_value(|waiting| {
            if let Some(waiting) = waiting.take() {
                waiting.clear();
            }
        });
    };
    let send = move || {
        forget();
        let next = typed.with_untracked(|typed| query.get_untracked().searching(typed));
        context.show(&next, true);
    };
    let on_input = move |event| {
        typed.set(event_target_value(&event));
        forget();
        let send_later = move || {
            if waiting.try_get_value().is_some() {
                send();
            }
        };
        waiting.set_value(set_timeout_with_handle(send_later, DEBOUNCE).ok());
    };
    on_cleanup(forget);
    Shortcuts::get().listen(move |command| {
        let found = input.get_untracked().filter(|_| command == Command::Search);
        found.is_some_and(|input| {
            input.select();
            input.focus().is_ok()
        })
    });
    view! {
        <search class="search">
            {icon(Icon::Search)} <label class="vh" for="q">
                {words::SEARCH}
            </label>
            <input
                class="input"
                id="q"
                type="search"
                maxlength="200"
                autocomplete="off"
                spellcheck="false"
                placeholder=words::SEARCH_HINT
                prop:value=move || typed.get()
                node_ref=input
                on:input=on_input
                on:change=move |_| send()
            /> <kbd aria-hidden="true">"/"</kbd>
        </search>
    }
}
