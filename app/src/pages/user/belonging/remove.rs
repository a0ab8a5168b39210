//! *Remove*: out of one organisation, and with the last one out of all.

use leptos::prelude::*;

use super::Person;
use crate::{
    api,
    form::Act,
    text::organisations as words,
    ui::{Buttons, Confirm},
};

const REMOVE: Buttons = Buttons {
    keep: words::REMOVE_KEEP,
    act: words::REMOVE_ACT,
    doing: words::REMOVING,
    class: "danger",
};

/// Asks, with what follows.
#[component]
pub(super) fn RemoveDialog(
    /// Of whom.
    person: Person,
) -> impl IntoView {
    let act = Act::on(person.removing);
    let name = move || person.user.with(|user| user.row.name.clone());
    let organisation = move || {
        let one = person.removing.get().map(|one| one.name);
        one.unwrap_or_default()
    };
    let title = Signal::derive(move || words::remove_title(&name(), &organisation()));
    let consequences = Signal::derive(move || {
        // The server says how many there are beyond those that are shown.
        let last = person
            .user
            .with(|user| user.memberships.len() == 1 && !user.shared);
        words::remove_consequences(&organisation(), last)
    });
    let run = Callback::new(move |()| {
        let Some(one) = person.removing.get_untracked() else {
            act.form.succeed();
            return;
        };
        let (id, name) = person
            .user
            .with_untracked(|user| (user.row.id, user.row.name.clone()));
        let call = api::organisations::remove(id, one.organisation);
        act.send(call, &[], move |()| {
            person.remote.reload();
            words::removed(&name, &one.name)
        });
    });
    view! {
        <Confirm
            open=act.open
            title_id="remove-member-title"
            title
            consequences
            buttons=REMOVE
            form=act.form
            run
        />
    }
}
