//! What each transition changes, and what follows from it.

use super::Transition;
use crate::lifecycle::axes::{HoldKind, Lifecycle};

/// What becomes of open sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sessions {
    /// They go on.
    Kept,
    /// They are refused from the commit on, by a new access epoch.
    Ended,
}

/// What becomes of API tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiTokens {
    /// Nothing.
    Kept,
    /// They are refused as long as this lasts, and work again afterwards.
    Disabled,
    /// They are gone for good.
    Revoked,
    /// Those that were disabled by what ends here work again.
    Enabled,
}

/// What becomes of licence seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seats {
    /// Nothing.
    Kept,
    /// As the policy `licence_on_suspend` says.
    ByPolicy,
    /// Reserved for a time, then revoked.
    Reserved,
    /// Kept, and listed to be reclaimed.
    Reclaimable,
    /// Given back to their pools.
    Released,
    /// What was reserved or released comes back where it can.
    Reclaimed,
    /// The rules run anew; nothing else comes back.
    RulesRun,
}

/// Who is told by mail, unless the organisation's policy says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mail {
    /// Nobody.
    None,
    /// The person.
    Person,
    /// The administrators.
    Administrators,
}

/// What follows from a transition, carried out with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects {
    /// Open sessions.
    pub sessions: Sessions,
    /// API tokens.
    pub api_tokens: ApiTokens,
    /// Licence seats.
    pub seats: Seats,
    /// Mail by default.
    pub mail: Mail,
    /// Whether a departure is opened, with the proof of when access was cut.
    pub departure: bool,
}

/// What a transition changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A hold of this kind is placed by who asks; others have theirs beside it.
    Place(HoldKind),
    /// Holds of these kinds are lifted.
    Lift(&'static [HoldKind]),
    /// The lifecycle moves from one of these.
    Move(&'static [Lifecycle], Lifecycle),
    /// The lifecycle is what it was before somebody was deleted.
    Back,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub transition: Transition,
    /// Its number in domain.md section 5.
    pub number: &'static str,
    /// What it changes.
    pub change: Change,
    /// What follows.
    pub effects: Effects,
}

const NOTHING: Effects = Effects {
    sessions: Sessions::Kept,
    api_tokens: ApiTokens::Kept,
    seats: Seats::Kept,
    mail: Mail::None,
    departure: false,
};

const fn row(
    transition: Transition,
    number: &'static str,
    change: Change,
    effects: Effects,
) -> Row {
    Row {
        transition,
        number,
        change,
        effects,
    }
}

/// The table.
pub const TRANSITIONS: [Row; 16] = [
    row(
        Transition::Start,
        "T2",
        Change::Move(&[Lifecycle::Staged], Lifecycle::Active),
        Effects {
            seats: Seats::RulesRun,
            mail: Mail::Person,
            ..NOTHING
        },
    ),
    row(
        Transition::Suspend,
        "T3",
        Change::Place(HoldKind::Suspended),
        Effects {
            sessions: Sessions::Ended,
            api_tokens: ApiTokens::Disabled,
            seats: Seats::ByPolicy,
            mail: Mail::Administrators,
            ..NOTHING
        },
    ),
    row(
        Transition::Unsuspend,
        "T4",
        Change::Lift(&[HoldKind::Suspended]),
        Effects {
            api_tokens: ApiTokens::Enabled,
            seats: Seats::Reclaimed,
            ..NOTHING
        },
    ),
    row(
        Transition::Ban,
        "T5",
        Change::Place(HoldKind::Banned),
        Effects {
            sessions: Sessions::Ended,
            api_tokens: ApiTokens::Revoked,
            seats: Seats::Released,
            ..NOTHING
        },
    ),
    row(
        Transition::Unban,
        "T6",
        Change::Lift(&[HoldKind::Banned]),
        Effects {
            seats: Seats::RulesRun,
            ..NOTHING
        },
    ),
    row(
        Transition::Deny,
        "T7",
        Change::Place(HoldKind::Denied),
        Effects {
            mail: Mail::Person,
            ..NOTHING
        },
    ),
    row(
        Transition::Validate,
        "T7",
        Change::Lift(&[HoldKind::Denied, HoldKind::Inactive, HoldKind::Security]),
        Effects {
            api_tokens: ApiTokens::Enabled,
            ..NOTHING
        },
    ),
    row(
        Transition::Inactivate,
        "T8",
        Change::Place(HoldKind::Inactive),
        Effects {
            sessions: Sessions::Ended,
            api_tokens: ApiTokens::Disabled,
            seats: Seats::Reclaimable,
            mail: Mail::Person,
            ..NOTHING
        },
    ),
    row(
        Transition::Disable,
        "T9",
        Change::Place(HoldKind::IdpDisabled),
        Effects {
            sessions: Sessions::Ended,
            api_tokens: ApiTokens::Disabled,
            seats: Seats::Reserved,
            mail: Mail::Administrators,
            departure: true,
        },
    ),
    row(
        Transition::Enable,
        "T10",
        Change::Lift(&[HoldKind::IdpDisabled]),
        Effects {
            api_tokens: ApiTokens::Enabled,
            seats: Seats::Reclaimed,
            ..NOTHING
        },
    ),
    row(
        Transition::Archive,
        "T11",
        Change::Move(&[Lifecycle::Staged, Lifecycle::Active], Lifecycle::Archived),
        Effects {
            sessions: Sessions::Ended,
            api_tokens: ApiTokens::Revoked,
            seats: Seats::Released,
            ..NOTHING
        },
    ),
    row(
        Transition::Unarchive,
        "T12",
        Change::Move(&[Lifecycle::Archived], Lifecycle::Active),
        Effects {
            seats: Seats::RulesRun,
            ..NOTHING
        },
    ),
    row(
        Transition::Delete,
        "T13b",
        Change::Move(
            &[Lifecycle::Staged, Lifecycle::Active, Lifecycle::Archived],
            Lifecycle::Deleted,
        ),
        Effects {
            sessions: Sessions::Ended,
            api_tokens: ApiTokens::Revoked,
            seats: Seats::Released,
            mail: Mail::Person,
            ..NOTHING
        },
    ),
    row(
        Transition::Restore,
        "T14",
        Change::Back,
        Effects {
            seats: Seats::Reclaimed,
            ..NOTHING
        },
    ),
    row(
        Transition::Purge,
        "T15",
        Change::Move(&[Lifecycle::Deleted], Lifecycle::Purged),
        NOTHING,
    ),
    row(
        Transition::RequireReauthentication,
        "T17",
        Change::Place(HoldKind::Security),
        Effects {
            sessions: Sessions::Ended,
            api_tokens: ApiTokens::Disabled,
            ..NOTHING
        },
    ),
];
