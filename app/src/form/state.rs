//! Errors of a form by field, from its own checks and from the server's answer.

use std::borrow::Cow;

use leptos::prelude::*;

use crate::api::ApiError;

/// Id of a field on the page; one that is repeated has a number in it.
pub(crate) type FieldId = Cow<'static, str>;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FormError {
    /// The field; `None` for what concerns the whole form.
    pub field: Option<FieldId>,
    /// What to change, as a sentence.
    pub message: String,
}

/// Everything that is wrong with a form, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FormErrors(Vec<FormError>);

impl FormErrors {
    /// Notes the outcome of a check of `field`.
    pub(crate) fn check(mut self, field: &'static str, outcome: Result<(), &str>) -> Self {
        if let Err(message) = outcome {
            self.0.push(FormError {
                field: Some(field.into()),
                message: message.to_owned(),
            });
        }
        self
    }

    /// What concerns the whole form.
    pub(crate) fn of_form(message: &str) -> Self {
        Self(vec![FormError {
            field: None,
            message: message.to_owned(),
        }])
    }

    /// These, and after them the others.
    pub(crate) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Takes over what the server said: a field's id is the last segment of its path in the request
    /// body. What names none of `fields` concerns the whole form.
    pub(crate) fn from_answer(error: &ApiError, fields: &[&'static str]) -> Self {
        Self::by_path(error, &|path| {
            let last = path.rsplit('.').next()?;
            let mut fields = fields.iter().copied();
            fields.find(|field| *field == last).map(Cow::Borrowed)
        })
    }

    /// The same where `field_of` says which field is at a path of the request body.
    pub(crate) fn by_path(error: &ApiError, field_of: &dyn Fn(&str) -> Option<FieldId>) -> Self {
        let named = error.fields().iter().map(|problem| FormError {
            field: field_of(&problem.path),
            message: problem.message.clone(),
        });
        let mut errors: Vec<_> = named.collect();
        if errors.is_empty() {
            errors.push(FormError {
                field: None,
                message: error.sentence(),
            });
        }
        Self(errors)
    }

    /// Nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with `field`.
    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|error| error.field.as_deref() == Some(field))
            .map(|error| error.message.as_str())
    }
}

/// A form's signals; a handle.
#[derive(Clone, Copy)]
pub(crate) struct FormState {
    errors: RwSignal<FormErrors>,
    pending: RwSignal<bool>,
    attempts: RwSignal<u32>,
}

impl FormState {
    /// A form that has not been sent.
    pub(crate) fn new() -> Self {
        Self {
            errors: RwSignal::new(FormErrors::default()),
            pending: RwSignal::new(false),
            attempts: RwSignal::new(0),
        }
    }

    /// What is wrong, tracked.
    pub(crate) fn errors(self) -> Vec<FormError> {
        self.errors.with(|errors| errors.0.clone())
    }

    /// What is wrong with `field`, tracked.
    pub(crate) fn error_of(self, field: &str) -> Option<String> {
        self.errors
            .with(|errors| errors.of(field).map(str::to_owned))
    }

    /// Whether something is wrong, tracked.
    pub(crate) fn has_errors(self) -> bool {
        self.errors.with(|errors| !errors.is_empty())
    }

    /// Rises with every failed attempt, tracked; the summary takes focus each time.
    pub(crate) fn attempts(self) -> u32 {
        self.attempts.get()
    }

    /// Whether an answer is awaited, tracked.
    pub(crate) fn is_pending(self) -> bool {
        self.pending.get()
    }

    /// Begins to send, unless it is being sent already or `errors` hold it back.
    pub(crate) fn begin(self, errors: FormErrors) -> bool {
        if self.pending.get_untracked() {
            return false;
        }
        if !errors.is_empty() {
            self.fail(errors);
            return false;
        }
        self.errors.set(FormErrors::default());
        self.pending.set(true);
        true
    }

    /// The answer has come and is good.
    pub(crate) fn succeed(self) {
        self.pending.set(false);
        self.errors.set(FormErrors::default());
    }

    /// The answer has come and is not.
    pub(crate) fn fail(self, errors: FormErrors) {
        self.pending.set(false);
        self.errors.set(errors);
        self.attempts.update(|attempts| *attempts += 1);
    }

    /// As new.
    pub(crate) fn reset(self) {
        self.succeed();
        self.attempts.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invalid(path: &str) -> ApiError {
        let body = format!(
            r#"{{"code":"invalid","title":"t","status":400,"detail":"Look at the fields.","request_id":"r",
               "errors":[{{"path":"{path}","message":"Enter a name."}}]}}"#
        );
        ApiError::from_answer(400, &body, None)
    }

    #[test]
    fn the_server_s_errors_find_their_fields_by_the_last_segment() {
        let errors = FormErrors::from_answer(&invalid("profile.given_name"), &["given_name"]);
        assert_eq!(errors.of("given_name"), Some("Enter a name."));
        assert_eq!(errors.of("email"), None);
    }

    #[test]
    fn errors_of_unknown_fields_and_other_problems_concern_the_whole_form() {
        let errors = FormErrors::from_answer(&invalid("colour"), &["name"]);
        assert_eq!(errors.0[0].field, None);
        let errors = FormErrors::from_answer(&ApiError::Network, &["name"]);
        assert_eq!(errors.0.len(), 1);
        assert_eq!(errors.0[0].field, None);
    }

    #[test]
    fn checks_keep_the_order_of_the_fields() {
        let errors = FormErrors::default()
            .check("a", Err("First."))
            .check("b", Ok(()))
            .check("c", Err("Third."));
        let messages: Vec<_> = errors.0.iter().map(|error| &*error.message).collect();
        assert_eq!(messages, ["First.", "Third."]);
    }

    #[test]
    fn a_form_is_sent_once_at_a_time_and_not_while_something_is_wrong() {
        let owner = Owner::new();
        owner.with(|| {
            let form = FormState::new();
            assert!(!form.begin(FormErrors::default().check("a", Err("Wrong."))));
            assert_eq!(form.attempts.get_untracked(), 1);
            assert!(form.begin(FormErrors::default()));
            assert!(!form.begin(FormErrors::default()));
            form.succeed();
            assert!(form.begin(FormErrors::default()));
        });
    }
}
