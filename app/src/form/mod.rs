//! The state of a form: what is wrong, whether it is being sent.

mod state;

pub(crate) use state::{FormError, FormErrors, FormState};
