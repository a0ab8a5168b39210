//! A logged request, tried again.

use leptos::prelude::*;
use scim_schema::{
    api::rehearsals::Rehearsed,
    id::{ConnectionId, ProvisioningRequestId},
};

use super::outcome::outcome;
use crate::{
    api::{self, ApiError},
    routes,
    session::Session,
    text::log::rehearsal as words,
    ui::{Icon, icon, optional},
};

/// The button, and what came of it.
#[component]
pub(crate) fn Replay(
    /// The request.
    id: ProvisioningRequestId,
    /// Whose it was.
    connection: ConnectionId,
    /// How it was answered.
    then: u16,
) -> impl IntoView {
    let session = Session::get();
    let pending = RwSignal::new(false);
    let result = RwSignal::new(None::<Result<Rehearsed, ApiError>>);
    let run = move |_| {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        session.send_while_shown(api::log::replay(id), move |answer| {
            pending.set(false);
            result.set(Some(answer));
        });
    };
    let shown = optional(move || {
        result.with(|result| match result.as_ref()? {
            Ok(rehearsed) => Some(
                view! {
                    <section class="stack s2" aria-label=words::NOW>
                        <h3>{words::NOW}</h3>
                        {outcome(rehearsed, Some(then))}
                    </section>
                }
                .into_any(),
            ),
            Err(error) => Some(view! { <p class="small">{error.sentence()}</p> }.into_any()),
        })
    });
    let tester = routes::tester(connection, Some(id));
    view! {
        <div class="row">
            <button
                class="btn"
                type="button"
                title=words::REPLAY_HINT
                aria-disabled=move || pending.get().then_some("true")
                on:click=run
            >
                {icon(Icon::Retry)}
                {move || if pending.get() { words::REPLAYING } else { words::REPLAY }}
            </button>
            <a class="btn quiet" href=tester>
                {words::IN_TESTER}
            </a>
            <span class="small muted">{words::REPLAY_HINT}</span>
        </div>
        <div role="status">{shown}</div>
    }
}
