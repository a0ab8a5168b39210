//! What is asked before an act that concerns everybody of a connection: its name is typed (level 3).

use leptos::prelude::*;

use super::one::Shown;
use crate::{
    form::Act,
    ui::{Buttons, Confirm},
};

/// The question, in a dialog that is open while the act is.
pub(super) fn question(
    shown: Shown,
    act: Act,
    (title_id, title): (&'static str, Signal<String>),
    consequences: Signal<Vec<String>>,
    buttons: Buttons,
    run: Callback<()>,
) -> AnyView {
    let name = Signal::derive(move || Some(shown.with(|shown| shown.name.clone())));
    view! {
        <Confirm
            open=act.open
            title_id
            title
            consequences
            buttons
            typed=name
            form=act.form
            run
        />
    }
    .into_any()
}
