//! The three axes of a user and what follows from them (domain.md section 3).

pub(crate) mod axes;
mod status;
mod transition;

pub(crate) use axes::word_enum;
pub use axes::{HoldKind, HoldScope, InvitationState, Lifecycle, OpenHold};
pub use status::{Axes, SignInMethod, SignInRefusal, Status, displayed_status, may_sign_in};
pub use transition::{
    ApiTokens, Change, Effects, Mail, Row, Seats, Sessions, Standstill, TRANSITIONS, Transition,
};
