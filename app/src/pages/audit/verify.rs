//! Verifies the chain, part by part, and says in words what was found.

use leptos::prelude::*;
use scim_schema::api::audit::AuditVerification;

use crate::{
    api::{self, ApiError},
    session::Session,
    text::audit as words,
    ui::{Failure, Family, Icon, Notice, dynamic},
};

/// How far it has come.
#[derive(Clone, Debug, Default)]
struct Walk {
    links: u64,
    erased: u64,
    last: Option<AuditVerification>,
    error: Option<ApiError>,
    pending: bool,
}

/// A verification; a handle.
#[derive(Clone, Copy)]
pub(super) struct Verification(RwSignal<Walk>);

impl Verification {
    /// None yet.
    pub(super) fn new() -> Self {
        Self(RwSignal::new(Walk::default()))
    }

    fn begin(self, session: Session) {
        if self.0.with_untracked(|walk| walk.pending) {
            return;
        }
        self.0.set(Walk {
            pending: true,
            ..Walk::default()
        });
        self.part(session, None);
    }

    /// Verifies a part and the parts behind it.
    fn part(self, session: Session, after: Option<u64>) {
        session.send_while_shown(api::audit::verify(after), move |answer| match answer {
            Ok(part) => {
                let next = part.next;
                self.0.update(|walk| {
                    walk.links += part.verified;
                    walk.erased += part.erased;
                    walk.pending = next.is_some();
                    walk.last = Some(part);
                });
                if next.is_some() {
                    self.part(session, next);
                }
            }
            Err(error) => self.0.update(|walk| {
                walk.pending = false;
                walk.error = Some(error);
            }),
        });
    }

    /// The button that begins it.
    pub(super) fn button(self) -> AnyView {
        let session = Session::get();
        let pending = move || self.0.with(|walk| walk.pending);
        view! {
            <button
                class="btn"
                type="button"
                aria-disabled=move || pending().then_some("true")
                on:click=move |_| self.begin(session)
            >
                {move || if pending() { words::VERIFYING } else { words::VERIFY }}
            </button>
        }
        .into_any()
    }

    /// What was found, or how far it has come.
    pub(super) fn outcome(self) -> AnyView {
        let session = Session::get();
        let said = dynamic(move || {
            let walk = self.0.get();
            if let Some(error) = walk.error {
                let retry = Callback::new(move |()| self.begin(session));
                return view! { <Failure what=words::VERIFY_FAILED error retry /> }.into_any();
            }
            let Some(last) = walk.last else {
                return ().into_any();
            };
            if walk.pending {
                return view! { <p class="small muted">{words::progress(walk.links, last.links)}</p> }
                    .into_any();
            }
            let (family, glyph) = match last.broken {
                Some(_) => (Family::Stop, Icon::Warn),
                None => (Family::Ok, Icon::Check),
            };
            let said = words::verified(&last, walk.links, walk.erased);
            view! {
                <Notice family glyph>
                    {said}
                </Notice>
            }
            .into_any()
        });
        view! { <div role="status">{said}</div> }.into_any()
    }
}
