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
    form::{Act, FormErrors},
    pages::connections::{one::Shown, question::question},
    session::Session,
    text::shadow as words,
    ui::{Buttons, Present, Remote, Show, dynamic, effect},
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
const LEAVE: Buttons = Buttons {
    keep: words::STAY,
    act: words::LEAVE,
    doing: words::LEAVING,
    class: "primary",
};
const DISCARD: Buttons = Buttons {
    keep: words::KEEP_SHADOW,
    act: words::DISCARD,
    doing: words::DISCARDING,
    class: "danger",
};
const STOP: Buttons = Buttons {
    keep: words::KEEP_GOING,
    act: words::STOP,
    doing: words::STOPPING,
    class: "danger",
};
const ENTER: Buttons = Buttons {
    keep: words::STAY_LIVE,
    act: words::ENTER,
    doing: words::ENTERING,
    class: "primary",
};

/// What *Go live* would do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Going {
    /// Take live what is in the shadow.
    First,
    /// Try what was left behind again; the connection is live.
    Again,
    /// Nothing: the shadow is empty.
    Empty,
}

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
    let asked = question(
        shown,
        act,
        ("enter-shadow-title", title),
        Signal::derive(words::enter_consequences),
        ENTER,
        run,
    );
    view! {
        <div class="row">
            <button class="btn" type="button" on:click=move |_| act.open.set(true)>
                {words::ENTER}
            </button>
        </div>
        {asked}
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
    let stop = Act::new(RwSignal::new(false));
    let going = Memo::new(move |_| match (mode.get(), some.get()) {
        (ConnectionMode::Live, _) => Going::Again,
        (_, true) => Going::First,
        (_, false) => Going::Empty,
    });
    let word = move || match going.get() {
        Going::Again => words::TRY_AGAIN,
        Going::First | Going::Empty => words::GO_LIVE,
    };
    let asked = dynamic(move || go_live(id, shown, numbers, connection, live, going.get()));
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
        <Show when=move || mode.get() == ConnectionMode::GoingLive>
            <div class="row">
                <button
                    class="btn danger-quiet"
                    type="button"
                    on:click=move |_| stop.open.set(true)
                >
                    {words::STOP}
                </button>
            </div>
        </Show>
        {asked}
        {stop_question(id, shown, connection, stop)}
        <Discard id shown numbers connection act=discard />
    }
}

/// Asks before the shadow goes live. What is taken live is what was looked at: when the shadow has
/// changed meanwhile, that is said and asked again.
fn go_live(
    id: ConnectionId,
    shown: Shown,
    numbers: Present<ShadowSummary>,
    connection: Remote<ConnectionView>,
    act: Act,
    going: Going,
) -> AnyView {
    let session = Session::get();
    let reviewed = RwSignal::new(numbers.get_untracked().as_ref().clone());
    effect(move || {
        if act.open.get() {
            reviewed.set(numbers.get_untracked().as_ref().clone());
        }
    });
    let run = Callback::new(move |()| {
        let sent = api::shadow::summary(id);
        session.send(sent, move |now| match now {
            Ok(now) if reviewed.with_untracked(|reviewed| *reviewed != now) => {
                reviewed.set(now);
                act.form.fail(FormErrors::of_form(words::CHANGED));
            }
            Ok(now) => act.send(api::shadow::go_live(id, &now), &[], move |()| {
                connection.reload();
                words::BEGUN
            }),
            Err(error) => act.form.fail(FormErrors::from_answer(&error, &[])),
        });
    });
    let (title_of, buttons): (fn(&str) -> String, _) = match going {
        Going::First => (words::go_live_title, GO_LIVE),
        Going::Again => (words::again_title, AGAIN),
        Going::Empty => (words::empty_title, LEAVE),
    };
    let title = Signal::derive(move || shown.with(|shown| title_of(&shown.name)));
    let consequences = Signal::derive(move || {
        if going == Going::Empty {
            return words::empty_consequences();
        }
        reviewed.with(|numbers| {
            words::go_live_consequences(
                numbers.users,
                numbers.groups,
                numbers.inactive,
                numbers.met,
            )
        })
    });
    question(
        shown,
        act,
        ("go-live-title", title),
        consequences,
        buttons,
        run,
    )
}

/// Asks before a going live is stopped.
fn stop_question(
    id: ConnectionId,
    shown: Shown,
    connection: Remote<ConnectionView>,
    act: Act,
) -> AnyView {
    let run = Callback::new(move |()| {
        act.send(api::shadow::stop(id), &[], move |()| {
            connection.reload();
            words::STOPPED
        });
    });
    let title = Signal::derive(move || shown.with(|shown| words::stop_title(&shown.name)));
    question(
        shown,
        act,
        ("stop-going-live-title", title),
        Signal::derive(words::stop_consequences),
        STOP,
        run,
    )
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
    question(
        shown,
        act,
        ("discard-title", title),
        consequences,
        DISCARD,
        run,
    )
}
