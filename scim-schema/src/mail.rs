//! Mails that the product sends: their kinds, their states, and whom a mail may still reach
//! (domain.md section 6, *Mails to user*).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::lifecycle::{Axes, Lifecycle, Status, Transition, displayed_status, word_enum};

word_enum! {
    /// What a mail says: one built-in text each (features.md, A11).
    MailKind {
        /// A link to choose the first password, for whoever is new.
        SetPassword = "set_password",
        /// A link to choose another password.
        ResetPassword = "reset_password",
        /// An administrator set a password, which has to be changed at the next sign-in.
        PasswordAssigned = "password_assigned",
        /// The second factor was taken away by an administrator.
        SecondFactorReset = "second_factor_reset",
        /// The address was changed; goes to the one of before.
        EmailChanged = "email_changed",
        /// Too many wrong passwords.
        Denied = "denied",
        /// Unused for long: access will end in some days.
        DormancyWarning = "dormancy_warning",
        /// Unused for too long: access has ended.
        Inactive = "inactive",
        /// Deleted.
        Removed = "removed",
        /// Somebody was suspended; goes to administrators.
        Suspended = "suspended",
        /// Who was locked out within the last day; goes to administrators.
        DeniedDigest = "denied_digest",
        /// Somebody asks for a second person; goes to administrators.
        ApprovalAsked = "approval_asked",
        /// Nobody administers an organisation any more; goes to administrators.
        NoAdministrator = "no_administrator",
        /// Whether mails arrive; goes to the administrator who asks.
        Test = "test",
    }
}

word_enum! {
    /// What became of a mail.
    MailState {
        /// Waits: for its turn, for another try, or for a mail server to be configured.
        Queued = "queued",
        /// On its way to the mail server.
        Sending = "sending",
        /// The mail server took it.
        Sent = "sent",
        /// The mail server refused it for good.
        Bounced = "bounced",
        /// Given up: too many tries, or nobody it could go to.
        Dead = "dead",
    }
}

impl MailKind {
    /// What is mailed of a transition by default; to whom is in its [`Effects`]. `None` where nobody
    /// is told, or where what is told is made of many of them.
    ///
    /// [`Effects`]: crate::lifecycle::Effects
    #[must_use]
    pub const fn of(transition: Transition) -> Option<Self> {
        match transition {
            Transition::Suspend => Some(Self::Suspended),
            Transition::Deny => Some(Self::Denied),
            Transition::Inactivate => Some(Self::Inactive),
            Transition::Delete => Some(Self::Removed),
            _ => None,
        }
    }

    /// Whether it goes to administrators about somebody else, or about the account.
    #[must_use]
    pub const fn is_for_administrators(self) -> bool {
        matches!(
            self,
            Self::Suspended
                | Self::DeniedDigest
                | Self::ApprovalAsked
                | Self::NoAdministrator
                | Self::Test
        )
    }

    /// Whether it carries a one-time link, so that it must reach the address of now or none.
    #[must_use]
    pub const fn has_link(self) -> bool {
        matches!(self, Self::SetPassword | Self::ResetPassword)
    }

    /// Whether it tells of a change of how somebody signs in: what they must learn even while they
    /// may not.
    const fn is_security(self) -> bool {
        matches!(
            self,
            Self::PasswordAssigned | Self::SecondFactorReset | Self::EmailChanged
        )
    }

    /// Whether it may be sent to somebody who stands so (domain.md section 6, *Mails to user*).
    #[must_use]
    pub fn reaches(self, axes: &Axes) -> bool {
        match displayed_status(axes) {
            Status::Active | Status::Invited | Status::Security => true,
            // Whoever was made and not started hears of it by the link that starts them.
            Status::Staged => self.has_link() || self.is_for_administrators(),
            // A link would lead to a door that stays shut.
            Status::Denied | Status::Inactive => !self.has_link(),
            Status::Suspended => self.is_security(),
            Status::Deleted => self == Self::Removed && axes.lifecycle == Lifecycle::Deleted,
            Status::Banned | Status::IdpDisabled | Status::Archived | Status::Purged => false,
        }
    }
}

impl MailState {
    /// Whether it may be sent again: nothing of it is under way.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Sent | Self::Bounced | Self::Dead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::{HoldKind, HoldScope, InvitationState, Mail, OpenHold};

    fn held(holds: &[HoldKind]) -> Axes {
        let hold = |kind: &HoldKind| OpenHold {
            kind: *kind,
            scope: HoldScope::Account,
        };
        Axes {
            lifecycle: Lifecycle::Active,
            holds: holds.iter().map(hold).collect(),
            invitation: InvitationState::Accepted,
        }
    }

    fn reaching(axes: &Axes) -> Vec<MailKind> {
        let kinds = MailKind::ALL.iter().copied();
        kinds.filter(|kind| kind.reaches(axes)).collect()
    }

    #[test]
    fn whoever_is_here_is_reached_by_everything() {
        assert_eq!(reaching(&held(&[])), MailKind::ALL);
        assert_eq!(reaching(&held(&[HoldKind::Security])), MailKind::ALL);
    }

    #[test]
    fn a_transition_tells_whom_the_table_names() {
        for transition in Transition::ALL {
            let Some(kind) = MailKind::of(*transition) else {
                continue;
            };
            let told = match kind.is_for_administrators() {
                true => Mail::Administrators,
                false => Mail::Person,
            };
            assert_eq!(transition.effects().mail, told, "{transition}");
        }
    }

    #[test]
    fn the_banned_the_disabled_and_the_archived_are_reached_by_nothing() {
        for hold in [HoldKind::Banned, HoldKind::IdpDisabled] {
            assert_eq!(reaching(&held(&[hold])), [], "{hold}");
        }
        let archived = Axes {
            lifecycle: Lifecycle::Archived,
            ..held(&[])
        };
        assert_eq!(reaching(&archived), []);
    }

    #[test]
    fn the_suspended_hear_of_their_sign_in_alone() {
        let security = [
            MailKind::PasswordAssigned,
            MailKind::SecondFactorReset,
            MailKind::EmailChanged,
        ];
        assert_eq!(reaching(&held(&[HoldKind::Suspended])), security);
    }

    #[test]
    fn no_link_reaches_whoever_could_not_use_it() {
        for hold in HoldKind::ALL
            .iter()
            .filter(|hold| **hold != HoldKind::Security)
        {
            let reaching = reaching(&held(&[*hold]));
            assert!(!reaching.iter().any(|kind| kind.has_link()), "{hold}");
        }
    }

    #[test]
    fn whoever_was_deleted_is_told_so_and_nothing_else() {
        let axes = |lifecycle| Axes {
            lifecycle,
            ..held(&[])
        };
        assert_eq!(reaching(&axes(Lifecycle::Deleted)), [MailKind::Removed]);
        assert_eq!(reaching(&axes(Lifecycle::Purged)), []);
    }
}
