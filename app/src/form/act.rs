//! Sending what a form or a question asks for, and what follows.

use leptos::prelude::*;

use super::{FieldId, FormErrors, FormState};
use crate::{
    api::{ApiError, Call},
    session::Session,
    toast::Toasts,
};

/// An act with its form, which is open in a dialog; a handle.
#[derive(Clone, Copy)]
pub(crate) struct Act {
    session: Session,
    toasts: Toasts,
    /// State of the form.
    pub(crate) form: FormState,
    /// Whether the dialog is open.
    pub(crate) open: RwSignal<bool>,
}

impl Act {
    /// An act whose dialog is opened by `open`.
    pub(crate) fn new(open: RwSignal<bool>) -> Self {
        Self {
            session: Session::get(),
            toasts: Toasts::get(),
            form: FormState::new(),
            open,
        }
    }

    /// An act on something: the dialog is open while `object` is chosen.
    pub(crate) fn on<T: Send + Sync + 'static>(object: RwSignal<Option<T>>) -> Self {
        let act = Self::new(RwSignal::new(false));
        Effect::new(move |_| {
            if object.with(Option::is_some) {
                act.open.set(true);
            }
        });
        Effect::new(move |_| {
            if !act.open.get() {
                object.set(None);
            }
        });
        act
    }

    /// Sends `call`. When it is done, `done` says so in a few words and the dialog closes;
    /// otherwise the form shows what is wrong, beside its `fields` where the answer names one.
    pub(crate) fn send<T: 'static, W: Into<String>>(
        self,
        call: Call<T>,
        fields: &'static [&'static str],
        done: impl FnOnce(T) -> W + 'static,
    ) {
        self.session.send(call, move |answer| {
            let errors = |error: &ApiError| FormErrors::from_answer(error, fields);
            self.end(answer.map(|value| done(value).into()), &errors);
        });
    }

    /// The same where `field_of` says which field is at a path of the request body.
    pub(crate) fn send_by_path<T: 'static, W: Into<String>>(
        self,
        call: Call<T>,
        field_of: fn(&str) -> Option<FieldId>,
        done: impl FnOnce(T) -> W + 'static,
    ) {
        self.session.send(call, move |answer| {
            let errors = |error: &ApiError| FormErrors::by_path(error, &field_of);
            self.end(answer.map(|value| done(value).into()), &errors);
        });
    }

    fn end(self, answer: Result<String, ApiError>, errors: &dyn Fn(&ApiError) -> FormErrors) {
        match answer {
            Ok(said) => {
                self.form.succeed();
                self.open.set(false);
                self.toasts.success(said);
            }
            Err(error) => self.form.fail(errors(&error)),
        }
    }
}
