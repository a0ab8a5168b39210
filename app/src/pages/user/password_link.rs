//! Mails the person a link to choose a password.

use leptos::prelude::*;
use scim_schema::api::mails::MailQueued;

use super::Shown;
use crate::{
    api,
    form::{Act, FormErrors},
    text::mails as words,
    ui::{Icon, dynamic, icon, optional},
};

/// The button, for whoever may be sent one.
#[component]
pub(super) fn PasswordLink(
    /// The person.
    user: Shown,
) -> impl IntoView {
    let act = Act::new(RwSignal::new(false));
    let send = move |_| {
        if !act.form.begin(FormErrors::default()) {
            return;
        }
        let (id, name) = user.with_untracked(|user| (user.row.id, user.row.name.clone()));
        act.send(
            api::mails::reset_password(id),
            &[],
            move |queued: MailQueued| words::link_queued(&name, queued.has_server),
        );
    };
    let button = optional(move || {
        user.with(|user| user.password_link).then(|| {
            view! {
                <button class="btn" type="button" on:click=send>
                    {icon(Icon::Mail)}
                    {words::SEND_LINK}
                </button>
            }
        })
    });
    let failed = dynamic(move || {
        let error = act.form.errors().into_iter().next()?;
        Some(view! { <p class="cell-error" role="alert">{icon(Icon::Alert)} {error.message}</p> })
    });
    view! {
        {failed}
        {button}
    }
}
