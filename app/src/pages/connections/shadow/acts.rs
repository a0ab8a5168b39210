//! Into the shadow, live, and the shadow away: each asks first.

use leptos::prelude::*;
use scim_schema::{
    api::{
        connections::{ConnectionMode, ConnectionView},
        shadow::ShadowSummary,
    },
    id::ConnectionId,
};

use crate::{
    api,
    form::Act,
    pages::connections::one::Shown,
    text::shadow as words,
    ui::{Buttons, Confirm, Present, Remote, Show},
};

const GO_LIVE: Buttons = Buttons {
    keep: words::STAY,
    act: words::GO_LIVE,
    doing: words::GO_LIVE_DOING,
    class: "primary",
};
const AGAIN: Buttons = Buttons {
    keep: words::KEEP,
    act: words::TRY_AGAIN,
    doing: words::GO_LIVE_DOING,
    class: "primary",
};
const DISCARD: Buttons = Buttons {
    keep: words::KEEP_SHADOW,
    act: words::DISCARD,
    doing: words::DISCARDING,
    class: "danger",
};
const ENTER: Buttons = Buttons {
    keep: words::STAY_LIVE,
    act: words::ENTER,
    doing: words::ENTERING,
    class: "primary",
};

/// The button that puts a connection into shadow mode.
#[component]
pub(super) fn EnterShadow(
    /// Which.
    id: ConnectionId,
    /// The connection.
    shown: Shown,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
) -> impl IntoView {
    let act = Act::new(RwSignal::new(false));
    let run = Callback::new(move |()| {
        act.send(api::shadow::enter(id), &[], move |()| {
            connection.reload();
            words::ENTERED
        });
    });
    let title = Signal::derive(move || shown.with(|shown| words::enter_title(&shown.name)));
    view! {
        <div class="row">
            <button class="btn" type="button" on:click=move |_| act.open.set(true)>
                {words::ENTER}
            </button>
        </div>
        <Confirm
            open=act.open
            title_id="enter-shadow-title"
            title
            consequences=Signal::derive(words::enter_consequences)
            buttons=ENTER
            form=act.form
            run
        />
    }
}

/// Buttons of a shadow.
#[component]
pub(super) fn Acts(
    /// Which.
    id: ConnectionId,
    /// The connection.
    shown: Shown,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
    /// What is in the shadow.
    numbers: Present<ShadowSummary>,
) -> impl IntoView {
    let mode = Memo::new(move |_| numbers.with(|numbers| numbers.mode));
    let some = Memo::new(move |_| numbers.with(|numbers| numbers.users + numbers.groups > 0));
    let (live, discard) = (
        Act::new(RwSignal::new(false)),
        Act::new(RwSignal::new(false)),
    );
    let word = move || {
        if mode.get() == ConnectionMode::Live {
            words::TRY_AGAIN
        } else {
            words::GO_LIVE
        }
    };
    view! {
        <Show when=move || mode.get() != ConnectionMode::GoingLive>
            <div class="row">
                <button class="btn primary" type="button" on:click=move |_| live.open.set(true)>
                    {move || word()}
                </button>
                <Show when=move || some.get()>
                    <button
                        class="btn danger-quiet"
                        type="button"
                        on:click=move |_| discard.open.set(true)
                    >
                        {words::DISCARD}
                    </button>
                </Show>
            </div>
        </Show>
        <GoLive id shown numbers connection act=live again=mode.get_untracked() == ConnectionMode::Live />
        <Discard id shown numbers connection act=discard />
    }
}

/// Asks before the shadow goes live.
#[component]
fn GoLive(
    /// Which.
    id: ConnectionId,
    /// The connection.
    shown: Shown,
    /// What is in the shadow.
    numbers: Present<ShadowSummary>,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
    /// The question.
    act: Act,
    /// Whether the connection is live, and only the rest is tried again.
    again: bool,
) -> impl IntoView {
    let run = Callback::new(move |()| {
        act.send(api::shadow::go_live(id), &[], move |()| {
            connection.reload();
            words::BEGUN
        });
    });
    let title = Signal::derive(move || shown.with(|shown| words::go_live_title(&shown.name)));
    let consequences = Signal::derive(move || {
        numbers.with(|numbers| {
            let ShadowSummary {
                users,
                groups,
                inactive,
                met,
                ..
            } = *numbers;
            words::go_live_consequences(users, groups, inactive, met)
        })
    });
    view! {
        <Confirm
            open=act.open
            title_id="go-live-title"
            title
            consequences
            buttons=if again { AGAIN } else { GO_LIVE }
            form=act.form
            run
        />
    }
}

/// Asks before the shadow is deleted.
#[component]
fn Discard(
    /// Which.
    id: ConnectionId,
    /// The connection.
    shown: Shown,
    /// What is in the shadow.
    numbers: Present<ShadowSummary>,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
    /// The question.
    act: Act,
) -> impl IntoView {
    let run = Callback::new(move |()| {
        act.send(api::shadow::discard(id), &[], move |gone| {
            connection.reload();
            words::discarded(gone.objects)
        });
    });
    let title = Signal::derive(move || shown.with(|shown| words::discard_title(&shown.name)));
    let consequences = Signal::derive(move || {
        numbers.with(|numbers| words::discard_consequences(numbers.users + numbers.groups))
    });
    view! {
        <Confirm
            open=act.open
            title_id="discard-title"
            title
            consequences
            buttons=DISCARD
            form=act.form
            run
        />
    }
}
