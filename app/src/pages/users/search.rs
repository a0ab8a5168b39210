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

/// What is typed, and when it is sent.
#[derive(Clone, Copy)]
struct Typing {
    context: Context,
    typed: RwSignal<String>,
    waiting: StoredValue<Option<TimeoutHandle>>,
}

impl Typing {
    /// Follows the address, except while something typed waits to be sent.
    fn new(context: Context) -> Self {
        let query = context.query;
        let sent = Memo::new(move |_| query.with(|query| query.q.clone()));
        let typing = Self {
            context,
            typed: RwSignal::new(sent.get_untracked()),
            waiting: StoredValue::new(None),
        };
        Effect::new(move |_| {
            let sent = sent.get();
            let idle = typing.waiting.with_value(Option::is_none);
            if idle && typing.typed.with_untracked(|typed| typed.trim() != sent) {
                typing.typed.set(sent);
            }
        });
        on_cleanup(move || typing.forget());
        typing
    }

    fn forget(self) {
        self.waiting.try_update_value(|waiting| {
            if let Some(waiting) = waiting.take() {
                waiting.clear();
            }
        });
    }

    fn send(self) {
        self.forget();
        let query = self.context.query.get_untracked();
        let next = self.typed.with_untracked(|typed| query.searching(typed));
        self.context.show(&next, true);
    }

    fn typed(self, text: String) {
        self.typed.set(text);
        self.forget();
        let send_later = move || {
            if self.waiting.try_get_value().is_some() {
                self.send();
            }
        };
        self.waiting
            .set_value(set_timeout_with_handle(send_later, DEBOUNCE).ok());
    }
}

/// The search field: what is typed reaches the address after a short rest.
#[component]
pub(super) fn Search(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let typing = Typing::new(context);
    let input = NodeRef::<Input>::new();
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
                prop:value=move || typing.typed.get()
                node_ref=input
                on:input=move |event| typing.typed(event_target_value(&event))
                on:change=move |_| typing.send()
            /> <kbd aria-hidden="true">"/"</kbd>
        </search>
    }
}
