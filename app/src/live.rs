//! Live updates: one `EventSource`; an event says only what changed, pages fetch it again.

use std::{rc::Rc, time::Duration};

use leptos::prelude::*;
use scim_schema::{api::events::ChangeEvent, permission::Permission};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventSource, MessageEvent};

use crate::{api, session::Session};

/// How long a closed stream waits before it is opened anew.
const REOPEN: Duration = Duration::from_secs(5);

/// What a page learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// One thing changed.
    Change(ChangeEvent),
    /// Something was missed: fetch everything on the page again.
    Resync,
}

/// Whether updates arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// The stream is being opened for the first time.
    Opening,
    /// Updates arrive.
    Live,
    /// The stream broke off and is being opened again.
    Interrupted,
}

type Listener = Rc<dyn Fn(News)>;
type Handler = Closure<dyn FnMut(Event)>;

/// The stream with what keeps its handlers alive.
struct Stream {
    source: EventSource,
    _handlers: [Handler; 4],
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}

/// The live connection, app-wide; a handle.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    listeners: StoredValue<Vec<(u32, Listener)>, LocalStorage>,
    next: StoredValue<u32>,
    flow: RwSignal<Flow>,
    stream: StoredValue<Option<Stream>, LocalStorage>,
    session: Session,
}

impl Live {
    /// Provides the context; the stream is open as long as somebody is signed in.
    pub(crate) fn provide(session: Session) {
        let live = Self::new(session);
        provide_context(live);
        // Updates are about people; whoever may see none has nothing to follow.
        let signed_in = Memo::new(move |_| session.may(Permission::ReadUsers));
        Effect::new(move |_| {
            if signed_in.get() {
                live.open();
            } else {
                live.stream.set_value(None);
                live.flow.set(Flow::Opening);
            }
        });
    }

    fn new(session: Session) -> Self {
        Self {
            listeners: StoredValue::new_local(Vec::new()),
            next: StoredValue::new(0),
            flow: RwSignal::new(Flow::Opening),
            stream: StoredValue::new_local(None),
            session,
        }
    }

    /// The context.
    pub(crate) fn get() -> Self {
        use_context().unwrap_or_else(|| Self::new(Session::get()))
    }

    /// Whether updates arrive, tracked.
    pub(crate) fn flow(self) -> Flow {
        self.flow.get()
    }

    /// Calls `listener` for every signal until the current owner is cleaned up.
    pub(crate) fn listen(self, listener: impl Fn(News) + 'static) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.listeners
            .update_value(|all| all.push((id, Rc::new(listener))));
        on_cleanup(move || {
            self.listeners
                .try_update_value(|all| all.retain(|(other, _)| *other != id));
        });
    }

    fn tell(self, news: News) {
        // Copied first: a listener may add or remove listeners.
        let listeners = self.listeners.with_value(|all| {
            all.iter()
                .map(|(_, one)| Rc::clone(one))
                .collect::<Vec<_>>()
        });
        for listener in listeners {
            listener(news);
        }
    }

    fn open(self) {
        let Ok(source) = EventSource::new(&format!("{}/events", api::BASE)) else {
            self.interrupted();
            return;
        };
        let handlers: [Handler; 4] = [
            Closure::new(move |_| self.opened()),
            Closure::new(move |event: Event| self.changed(&event)),
            Closure::new(move |_| self.tell(News::Resync)),
            Closure::new(move |_| self.interrupted()),
        ];
        for (name, handler) in ["open", "change", "resync", "error"].iter().zip(&handlers) {
            let _added =
                source.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
        }
        self.stream.set_value(Some(Stream {
            source,
            _handlers: handlers,
        }));
    }

    fn opened(self) {
        let missed = self.flow.get_untracked() == Flow::Interrupted;
        self.flow.set(Flow::Live);
        if missed {
            self.tell(News::Resync);
        }
    }

    fn changed(self, event: &Event) {
        let data = event
            .dyn_ref::<MessageEvent>()
            .and_then(|message| message.data().as_string());
        // An event of a newer server that this console cannot read still means that something changed.
        let news = data
            .and_then(|data| api::read(&data))
            .map_or(News::Resync, News::Change);
        self.tell(news);
    }

    /// The stream also ends when the session does, so the session is looked at. The browser opens a
    /// broken stream again by itself, but not one that the server refused.
    fn interrupted(self) {
        self.flow.set(Flow::Interrupted);
        self.session.check();
        let refused = self.stream.with_value(|stream| {
            stream
                .as_ref()
                .is_none_or(|stream| stream.source.ready_state() == EventSource::CLOSED)
        });
        if refused {
            set_timeout(
                move || {
                    if self.session.may_now(Permission::ReadUsers) {
                        self.open();
                    }
                },
                REOPEN,
            );
        }
    }
}
