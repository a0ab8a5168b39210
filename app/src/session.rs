//! Who is signed in, app-wide.

use std::sync::Arc;

use leptos::prelude::*;
use scim_schema::{api::session::Me, permission::Permission};

use crate::{
    api::{self, ApiError, Call, Wait},
    storage,
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

/// The session; a handle, cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Session(RwSignal<State>);

impl Session {
    /// Provides the context and asks the server who is signed in.
    pub(crate) fn provide() -> Self {
        let session = Self(RwSignal::new(State::Checking));
        provide_context(session);
        session.check();
        session
    }

    /// The context.
    pub(crate) fn get() -> Self {
        use_context().unwrap_or_else(|| Self(RwSignal::new(State::Checking)))
    }

    /// What is known, tracked.
    pub(crate) fn state(self) -> State {
        self.0.get()
    }

    /// The signed-in person, tracked.
    pub(crate) fn me(self) -> Option<Arc<Me>> {
        self.0.with(|state| match state {
            State::SignedIn(me) => Some(Arc::clone(me)),
            State::Checking | State::SignedOut { .. } | State::Unknown(_) => None,
        })
    }

    /// Whether somebody is signed in, tracked.
    pub(crate) fn is_signed_in(self) -> bool {
        self.0.with(|state| matches!(state, State::SignedIn(_)))
    }

    /// Whether somebody is signed in, untracked.
    pub(crate) fn is_signed_in_now(self) -> bool {
        self.0
            .with_untracked(|state| matches!(state, State::SignedIn(_)))
    }

    /// Whether the person signed out, tracked.
    pub(crate) fn was_left(self) -> bool {
        self.0.with(|state| *state == State::SignedOut(Exit::Left))
    }

    /// Whether the signed-in person has `permission`, tracked.
    pub(crate) fn may(self, permission: Permission) -> bool {
        self.me()
            .is_some_and(|me| me.permissions.contains(&permission))
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
            Err(error) => self.0.update(|state| {
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
        if self.0.with_untracked(|state| *state != next) {
            self.0.set(next);
        }
    }

    /// The person signed out.
    pub(crate) fn sign_out(self) {
        self.0.set(State::SignedOut(Exit::Left));
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
        api::spawn(
            request,
            wait,
            Box::new(move |answer| then(self.watch(answer))),
        );
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
        let next = self.0.with_untracked(|state| state.without_session());
        if self.0.with_untracked(|state| *state != next) {
            self.0.set(next);
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
