//! Into the shadow, live, and the shadow away: each asks first.

use std::sync::Arc;

use leptos::prelude::*;
use scim_schema::{
    api::{
        connections::{ConnectionMode, ConnectionView},
        shadow::ShadowSummary,
    },
    id::ConnectionId,
};

use crate::{
    api::{self, ApiError},
    form::{FormErrors, FormState},
    pages::connections::one::Shown,
    session::Session,
    text::shadow as words,
    toast::Toasts,
    ui::{Buttons, Confirm, Remote},
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

/// What ends an act: closes the question, says so and fetches again.
#[derive(Clone, Copy)]
struct Ending {
    session: Session,
    toasts: Toasts,
    form: FormState,
    open: RwSignal<bool>,
    connection: Remote<ConnectionView>,
}

impl Ending {
    fn new(connection: Remote<ConnectionView>) -> Self {
        Self {
            session: Session::get(),
            toasts: Toasts::get(),
            form: FormState::new(),
            open: RwSignal::new(false),
            connection,
        }
    }

    fn with(self, answer: Result<String, ApiError>) {
        match self.session.watch(answer) {
            Ok(done) => {
                self.form.succeed();
                self.open.set(false);
                self.toasts.success(done);
                self.connection.reload();
            }
            Err(error) => self.form.fail(FormErrors::from_answer(&error, &[])),
        }
    }
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
    let ending = Ending::new(connection);
    let run = Callback::new(move |()| {
        leptos::task::spawn_local(async move {
            let answer = api::shadow::enter(id).await;
            ending.with(answer.map(|()| words::ENTERED.to_owned()));
        });
    });
    let title = Signal::derive(move || shown.with(|shown| words::enter_title(&shown.name)));
    view! {
        <div class="row">
            <button class="btn" type="button" on:click=move |_| ending.open.set(true)>
                {words::ENTER}
            </button>
        </div>
        <Confirm
            open=ending.open
            title_id="enter-shadow-title"
            title
            consequences=Signal::derive(words::enter_consequences)
            buttons=ENTER
            form=ending.form
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
    numbers: Signal<Arc<ShadowSummary>>,
) -> impl IntoView {
    let mode = Memo::new(move |_| numbers.with(|numbers| numbers.mode));
    let some = Memo::new(move |_| numbers.with(|numbers| numbers.users + numbers.groups > 0));
    let (live, discard) = (Ending::new(connection), Ending::new(connection));
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
                    {word}
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
        <GoLive id shown numbers ending=live again=mode.get_untracked() == ConnectionMode::Live />
        <Discard id shown numbers ending=discard />
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
    numbers: Signal<Arc<ShadowSummary>>,
    /// The question.
    ending: Ending,
    /// Whether the connection is live, and only the rest is tried again.
    again: bool,
) -> impl IntoView {
    let run = Callback::new(move |()| {
        leptos::task::spawn_local(async move {
            let answer = api::shadow::go_live(id).await;
            ending.with(answer.map(|()| words::BEGUN.to_owned()));
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
            } = **numbers;
            words::go_live_consequences(users, groups, inactive, met)
        })
    });
    view! {
        <Confirm
            open=ending.open
            title_id="go-live-title"
            title
            consequences
            buttons=if again { AGAIN } else { GO_LIVE }
            form=ending.form
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
    numbers: Signal<Arc<ShadowSummary>>,
    /// The question.
    ending: Ending,
) -> impl IntoView {
    let run = Callback::new(move |()| {
        leptos::task::spawn_local(async move {
            let answer = api::shadow::discard(id).await;
            ending.with(answer.map(|gone| words::discarded(gone.objects)));
        });
    });
    let title = Signal::derive(move || shown.with(|shown| words::discard_title(&shown.name)));
    let consequences = Signal::derive(move || {
        numbers.with(|numbers| words::discard_consequences(numbers.users + numbers.groups))
    });
    view! {
        <Confirm
            open=ending.open
            title_id="discard-title"
            title
            consequences
            buttons=DISCARD
            form=ending.form
            run
        />
    }
}
