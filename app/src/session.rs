//! Who is signed in, app-wide.

use std::sync::Arc;

use leptos::prelude::*;
use scim_schema::{
    api::{my_account::Restriction, session::Me},
    permission::Permission,
};

use crate::{
    api::{self, ApiError, Call, Request, Then, Wait},
    routes, storage,
};

/// What is known about the session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum State {
    /// Not asked yet.
    Checking,
    /// Signed in.
    SignedIn(Arc<Me>),
    /// Nobody is signed in.
    SignedOut(Exit),
    /// The server could not be asked.
    Unknown(ApiError),
}

/// How somebody came to be signed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Was not signed in when the console was opened.
    NeverIn,
    /// The session ended while it was in use.
    Expired,
    /// Signed out.
    Left,
}

/// A request that waits until the person has proven who they are.
struct Waiting {
    request: Option<Request>,
    then: Then,
    refusal: ApiError,
}

/// The session; a handle, cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    state: RwSignal<State>,
    waiting: RwSignal<Option<Waiting>, LocalStorage>,
}

impl Session {
    /// Provides the context and asks the server who is signed in.
    pub(crate) fn provide() -> Self {
        let session = Self::new();
        provide_context(session);
        session.check();
        session
    }

    fn new() -> Self {
        Self {
            state: RwSignal::new(State::Checking),
            waiting: RwSignal::new_local(None),
        }
    }

    /// The context.
    pub(crate) fn get() -> Self {
        use_context().unwrap_or_else(Self::new)
    }

    /// What is known, tracked.
    pub(crate) fn state(self) -> State {
        self.state.get()
    }

    /// The signed-in person, tracked.
    pub(crate) fn me(self) -> Option<Arc<Me>> {
        self.state.with(|state| match state {
            State::SignedIn(me) => Some(Arc::clone(me)),
            State::Checking | State::SignedOut { .. } | State::Unknown(_) => None,
        })
    }

    /// Whether somebody is signed in, tracked.
    pub(crate) fn is_signed_in(self) -> bool {
        self.state.with(|state| matches!(state, State::SignedIn(_)))
    }

    /// Whether the person signed out, tracked.
    pub(crate) fn was_left(self) -> bool {
        self.state
            .with(|state| *state == State::SignedOut(Exit::Left))
    }

    /// Whether the signed-in person has `permission`, tracked.
    pub(crate) fn may(self, permission: Permission) -> bool {
        self.me()
            .is_some_and(|me| me.restriction.is_none() && me.permissions.contains(&permission))
    }

    /// What the session is for alone, tracked.
    pub(crate) fn restriction(self) -> Option<Restriction> {
        self.me().and_then(|me| me.restriction)
    }

    /// Where the person begins, untracked: people who administer nothing have their own account.
    pub(crate) fn home(self) -> &'static str {
        match self.may_now(Permission::ReadUsers) {
            true => routes::USERS,
            false => routes::ME,
        }
    }

    /// The same, untracked: for what is decided once, when a part of a page is drawn.
    pub(crate) fn may_now(self, permission: Permission) -> bool {
        untrack(|| self.may(permission))
    }

    /// Asks the server who is signed in.
    pub(crate) fn check(self) {
        api::session::me().send(move |answer| match answer {
            Ok(me) => self.sign_in(me),
            Err(error) if error.is_signed_out() => self.end(),
            Err(error) => self.state.update(|state| {
                if !matches!(state, State::SignedIn(_)) {
                    *state = State::Unknown(error);
                }
            }),
        });
    }

    /// Takes over who has just signed in.
    pub(crate) fn sign_in(self, me: Me) {
        storage::write(storage::ACCOUNT, Some(&me.account.slug));
        let next = State::SignedIn(Arc::new(me));
        if self.state.with_untracked(|state| *state != next) {
            self.state.set(next);
        }
    }

    /// The person signed out.
    pub(crate) fn sign_out(self) {
        self.state.set(State::SignedOut(Exit::Left));
    }

    /// Sends a request whose answer counts whatever is shown by then: an act. The session ends when
    /// the server says that nobody is signed in.
    pub(crate) fn send<T: 'static>(
        self,
        call: Call<T>,
        then: impl FnOnce(Result<T, ApiError>) + 'static,
    ) {
        self.ask(call, Wait::ToTheEnd, then);
    }

    /// Sends a request whose answer is for what is shown now; it is aborted when that goes away.
    pub(crate) fn send_while_shown<T: 'static>(
        self,
        call: Call<T>,
        then: impl FnOnce(Result<T, ApiError>) + 'static,
    ) {
        self.ask(call, Wait::WhileShown, then);
    }

    fn ask<T: 'static>(
        self,
        call: Call<T>,
        wait: Wait,
        then: impl FnOnce(Result<T, ApiError>) + 'static,
    ) {
        let (request, then) = call.erased(then);
        self.ask_whatever(request, wait, then);
    }

    /// Sends a request. What asks for a proof of who somebody is waits for it and is sent again.
    fn ask_whatever(self, request: Option<Request>, wait: Wait, then: Then) {
        let again = request.clone();
        let then = move |answer| match answer {
            Err(refusal) if ApiError::needs_proof(&refusal) => {
                self.waiting.set(Some(Waiting {
                    request: again,
                    then,
                    refusal,
                }));
            }
            answer => then(self.watch(answer)),
        };
        api::spawn(request, wait, Box::new(then));
    }

    /// Whether a request waits for a proof, tracked.
    pub(crate) fn is_proof_needed(self) -> bool {
        self.waiting.with(Option::is_some)
    }

    /// The person has proven it: what waits is sent again.
    pub(crate) fn proven(self) {
        if let Some(waiting) = self.waiting.try_update(Option::take).flatten() {
            self.ask_whatever(waiting.request, Wait::ToTheEnd, waiting.then);
        }
    }

    /// The person would rather not: what waits is answered with its refusal.
    pub(crate) fn not_proven(self) {
        if let Some(waiting) = self.waiting.try_update(Option::take).flatten() {
            (waiting.then)(Err(waiting.refusal));
        }
    }

    /// Passes `result` on, and ends the session when the server says that nobody is signed in.
    pub(crate) fn watch<T>(self, result: Result<T, ApiError>) -> Result<T, ApiError> {
        if result.as_ref().is_err_and(ApiError::is_signed_out) {
            self.end();
        }
        result
    }

    /// The server knows no session; it has expired if there was one.
    fn end(self) {
        let next = self.state.with_untracked(|state| state.without_session());
        if self.state.with_untracked(|state| *state != next) {
            self.state.set(next);
        }
    }
}

impl State {
    fn without_session(&self) -> Self {
        Self::SignedOut(match self {
            Self::SignedIn(_) => Exit::Expired,
            Self::SignedOut(exit) => *exit,
            Self::Checking | Self::Unknown(_) => Exit::NeverIn,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_session_that_existed_expires() {
        assert_eq!(
            State::Checking.without_session(),
            State::SignedOut(Exit::NeverIn)
        );
        for exit in [Exit::Expired, Exit::Left] {
            let state = State::SignedOut(exit);
            assert_eq!(state.without_session(), state);
        }
    }
}
