//! Whether a connection takes over people who are here already.

use leptos::prelude::*;
use scim_schema::api::connections::{ChangeConnection, ConnectionView};

use super::one::Shown;
use crate::{
    api,
    form::{Act, FormErrors},
    text::adoption as words,
    ui::{ErrorSummary, Remote, dynamic, optional},
};

/// What it does, and the button that turns it on or off.
#[component]
pub(super) fn AdoptionSection(
    /// The connection.
    shown: Shown,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
    /// Whether the person may change it.
    may_manage: Memo<bool>,
) -> impl IntoView {
    let act = Act::new(RwSignal::new(false));
    let on = Memo::new(move |_| shown.with(|shown| shown.adopt_existing));
    let state = dynamic(move || words::state(on.get()));
    let why = dynamic(move || words::why(on.get()));
    let turn = move |_| {
        if !act.form.begin(FormErrors::default()) {
            return;
        }
        let id = shown.with_untracked(|shown| shown.id);
        let body = ChangeConnection {
            adopt_existing: Some(!on.get_untracked()),
            ..ChangeConnection::default()
        };
        act.send(api::connections::change(id, &body), &[], move |changed| {
            connection.reload();
            words::done(changed.adopt_existing)
        });
    };
    let button = optional(move || {
        may_manage.get().then(|| {
            view! {
                <div class="row">
                    <button class="btn" type="button" on:click=turn>
                        {move || words::act(on.get())}
                    </button>
                </div>
            }
        })
    });
    view! {
        <section class="section" data-testid="adoption">
            <header>
                <h2>{words::TITLE}</h2>
                <p>{state}</p>
            </header>
            <div class="stack pad-top">
                <ErrorSummary form=act.form />
                <p class="small muted">{why}</p>
                {button}
            </div>
        </section>
    }
}
