//! Taking an organisation out of use.

use leptos::prelude::*;
use scim_schema::organisation::Act;

use super::Acts;
use crate::{
    api,
    form::Act as Sending,
    text::organisations as words,
    ui::{Buttons, Confirm},
};

const ARCHIVE: Buttons = Buttons {
    keep: words::KEEP,
    act: words::act(Act::Archive),
    doing: words::ARCHIVING,
    class: "danger",
};

/// Asks, with what follows.
#[component]
pub(super) fn ArchiveDialog(
    /// What is asked.
    acts: Acts,
) -> impl IntoView {
    let sending = Sending::on(acts.archiving);
    let title = Signal::derive(move || {
        let name = acts.archiving.get().map(|one| one.name);
        name.map_or_else(String::new, |name| words::title(Act::Archive, &name))
    });
    let run = Callback::new(move |()| {
        let Some(one) = acts.archiving.get_untracked() else {
            sending.form.succeed();
            return;
        };
        sending.send(api::organisations::archive(one.id), &[], move |()| {
            acts.known.reload();
            words::done(Act::Archive, &one.name)
        });
    });
    view! {
        <Confirm
            open=sending.open
            title_id="archive-organisation-title"
            title
            consequences=Signal::stored(words::archive_consequences())
            buttons=ARCHIVE
            form=sending.form
            run
        />
    }
}
