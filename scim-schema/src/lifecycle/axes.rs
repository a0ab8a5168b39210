//! Lifecycle, holds and invitation: orthogonal, each with its own words.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All values, in the order of the specification.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word stored in the database and sent on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = $crate::lifecycle::axes::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err($crate::lifecycle::axes::UnknownWord(word.to_owned())),
                }
            }
        }
    };
}
pub(crate) use word_enum;

/// A word that names no value of its enum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not one of the known words")]
pub struct UnknownWord(pub String);

word_enum! {
    /// First axis: where a user is in life (domain.md section 3).
    Lifecycle {
        /// Created, not yet started.
        Staged = "staged",
        /// In use.
        Active = "active",
        /// Out of active lists, kept for reports.
        Archived = "archived",
        /// Soft-deleted, restorable until its purge date.
        Deleted = "deleted",
        /// Only a tombstone is left.
        Purged = "purged",
    }
}

word_enum! {
    /// Second axis: a reason why sign-in is refused. A user has any number of open holds.
    HoldKind {
        /// By an administrator or a departure.
        Suspended = "suspended",
        /// By an administrator.
        Banned = "banned",
        /// Ten wrong passwords in a row (T7).
        Denied = "denied",
        /// By the dormancy job (T8).
        Inactive = "inactive",
        /// SCIM `active=false` or RISC account-disabled (T9).
        IdpDisabled = "idp_disabled",
        /// A signal asks for a new sign-in (T17).
        Security = "security",
    }
}

word_enum! {
    /// What a hold covers.
    HoldScope {
        /// Everything in the account.
        Account = "account",
        /// One organisation only.
        Organisation = "organisation",
        /// Sign-in by password only; single sign-on stays open (`lockout_scope`).
        PasswordOnly = "password_only",
    }
}

word_enum! {
    /// Third axis: the invitation.
    InvitationState {
        /// None was sent.
        NotSent = "not_sent",
        /// Waits for its date.
        Scheduled = "scheduled",
        /// Sent and not answered.
        Sent = "sent",
        /// Accepted; final.
        Accepted = "accepted",
        /// Ran out before it was accepted.
        Expired = "expired",
        /// The mail came back.
        Bounced = "bounced",
        /// Withdrawn by an administrator.
        Cleared = "cleared",
    }
}

/// An open hold as far as status and sign-in need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenHold {
    /// Why.
    pub kind: HoldKind,
    /// How far.
    pub scope: HoldScope,
}
