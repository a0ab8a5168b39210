//! What a mail says, in a dialog.

use leptos::prelude::*;
use scim_schema::{api::mails::MailDetail, id::MailId};

use crate::{
    api,
    text::mails as words,
    ui::{Loaded, Modal, Present, Remote, SkeletonLines, effect, optional},
};

const TITLE_ID: &str = "letter-title";

/// The dialog; open while a mail is read.
#[component]
pub(super) fn LetterDialog(
    /// The mail.
    reading: RwSignal<Option<MailId>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    effect(move || {
        if reading.get().is_some() {
            open.set(true);
        }
    });
    effect(move || {
        if !open.get() {
            reading.set(None);
        }
    });
    let content = ViewFn::from(move || {
        let id = reading.get_untracked();
        id.map(|id| view! { <Read id open /> }).into_any()
    });
    view! { <Modal open title_id=TITLE_ID content /> }
}

/// One mail.
#[component]
fn Read(
    /// Which.
    id: MailId,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let mail = Remote::new(move || api::mails::one(id));
    let title = move || {
        let subject = mail.value().map(|mail| mail.subject.clone());
        subject.unwrap_or_else(|| words::TITLE.to_owned())
    };
    let content = move |mail: Present<MailDetail>| {
        let text = move || mail.with(|mail| mail.text.clone());
        let name = optional(move || {
            let id = mail.with(|mail| mail.message_id.clone())?;
            Some(view! { <p class="xs muted">{words::MESSAGE_ID} " " <code>{id}</code></p> })
        });
        view! {
            <pre class="pre letter">{text}</pre>
            {name}
        }
        .into_any()
    };
    view! {
        <header>
            <h2 id=TITLE_ID>{title}</h2>
        </header>
        <div class="content">
            <Loaded
                remote=mail
                what=words::LETTER_FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=5 /> })
                content
            />
        </div>
        <footer>
            <button class="btn" type="button" autofocus on:click=move |_| open.set(false)>
                {words::CLOSE}
            </button>
        </footer>
    }
}
