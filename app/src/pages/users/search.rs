//! The search field.

use std::time::Duration;

use leptos::{html::Input, leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::Context;
use crate::{
    shortcuts::{Command, Shortcuts},
    text::users as words,
    ui::{Icon, effect, icon},
};

const DEBOUNCE: Duration = Duration::from_millis(250);

/// What is typed, and when it is sent.
#[derive(Clone, Copy)]
struct Typing {
    context: Context,
    typed: RwSignal<String>,
    waiting: StoredValue<Option<TimeoutHandle>>,
    /// The address that was written last since the field was entered. One visit to the field is one
    /// entry of the history: the first words add it, later ones replace it.
    written: StoredValue<Option<String>>,
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
            written: StoredValue::new(None),
        };
        effect(move || {
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
        if next == query {
            return;
        }
        let replace = self
            .written
            .with_value(|written| written.as_deref() == Some(&*query.path()));
        self.written.set_value(Some(next.path()));
        self.context.show(&next, replace);
    }

    /// Sends what waits. The browser also tells of leaving when the page is taken away; then there is
    /// nothing left to send.
    fn leave(self) {
        let waits = self.waiting.try_with_value(Option::is_some);
        if waits == Some(true) {
            self.send();
        }
        self.written.try_set_value(None);
    }

    /// Empties the field at once; answers whether there was anything in it.
    fn clear(self) -> bool {
        let something = self.typed.with_untracked(|typed| !typed.is_empty());
        if something {
            self.typed.set(String::new());
            self.send();
        }
        something
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
                on:blur=move |_| typing.leave()
                on:keydown=move |event| {
                    if event.key() == "Escape" && typing.clear() {
                        event.prevent_default();
                    }
                }
            /> <kbd aria-hidden="true">"/"</kbd>
        </search>
    }
}
