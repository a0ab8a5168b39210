//! The state of a form: what is wrong, whether it is being sent.

mod act;
mod state;

pub(crate) use act::Act;
pub(crate) use state::{FieldId, FormError, FormErrors, FormState};
