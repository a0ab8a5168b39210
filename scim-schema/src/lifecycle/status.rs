//! What the axes mean: the displayed status and whether a sign-in is allowed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::axes::{HoldKind, HoldScope, InvitationState, Lifecycle, OpenHold, word_enum};

/// The three axes of one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axes {
    /// Where the user is in life.
    pub lifecycle: Lifecycle,
    /// Every open hold.
    pub holds: Vec<OpenHold>,
    /// State of the invitation.
    pub invitation: InvitationState,
}

impl Axes {
    /// Whether the connection lets somebody in whose `active` is this. Who takes an `active` of false
    /// back has not said that the person may come in again, so that without one the hold tells.
    #[must_use]
    pub fn is_let_in(&self, active: Option<bool>) -> bool {
        let held = |hold: &OpenHold| hold.kind == HoldKind::IdpDisabled;
        active.unwrap_or_else(|| !self.holds.iter().any(held))
    }
}

word_enum! {
    /// The one word shown for a user; the order is the order of precedence (domain.md section 3).
    Status {
        /// Only a tombstone is left.
        Purged = "purged",
        /// Soft-deleted.
        Deleted = "deleted",
        /// Archived.
        Archived = "archived",
        /// Banned by an administrator.
        Banned = "banned",
        /// Suspended by an administrator or a departure.
        Suspended = "suspended",
        /// Disabled by the identity provider.
        IdpDisabled = "idp_disabled",
        /// Ten wrong passwords.
        Denied = "denied",
        /// A signal asks for a new sign-in.
        Security = "security",
        /// No activity for three months.
        Inactive = "inactive",
        /// Invited and not yet arrived.
        Invited = "invited",
        /// Created and not yet started.
        Staged = "staged",
        /// In use; administrators may also call it "validated".
        Active = "active",
    }
}

/// How somebody tries to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInMethod {
    /// Name and password here, with or without a second factor.
    Password,
    /// A passkey, which is proof enough by itself.
    Passkey,
    /// A connected provider.
    SingleSignOn,
}

/// Why a sign-in is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInRefusal {
    /// The account of the user has not been started.
    NotStarted,
    /// Archived, deleted or purged.
    Gone,
    /// A hold blocks this method.
    Held(HoldKind),
}

/// The status to display: the first that matches in the order of [`Status::ALL`]; holds of an
/// organisation limit that organisation only and do not count.
///
/// ```
/// use scim_schema::lifecycle::{Axes, InvitationState, Lifecycle, Status, displayed_status};
/// let axes = Axes { lifecycle: Lifecycle::Active, holds: vec![], invitation: InvitationState::Accepted };
/// assert_eq!(displayed_status(&axes), Status::Active);
/// ```
#[must_use]
pub fn displayed_status(axes: &Axes) -> Status {
    match axes.lifecycle {
        Lifecycle::Purged => return Status::Purged,
        Lifecycle::Deleted => return Status::Deleted,
        Lifecycle::Archived => return Status::Archived,
        Lifecycle::Staged | Lifecycle::Active => {}
    }
    let held = |kind| {
        axes.holds
            .iter()
            .any(|hold| hold.kind == kind && hold.scope != HoldScope::Organisation)
    };
    for (kind, status) in HOLDS_BY_PRECEDENCE {
        if held(kind) {
            return status;
        }
    }
    let invited = matches!(
        axes.invitation,
        InvitationState::Sent | InvitationState::Scheduled
    );
    match (axes.lifecycle, invited) {
        (_, true) => Status::Invited,
        (Lifecycle::Staged, false) => Status::Staged,
        (_, false) => Status::Active,
    }
}

const HOLDS_BY_PRECEDENCE: [(HoldKind, Status); 6] = [
    (HoldKind::Banned, Status::Banned),
    (HoldKind::Suspended, Status::Suspended),
    (HoldKind::IdpDisabled, Status::IdpDisabled),
    (HoldKind::Denied, Status::Denied),
    (HoldKind::Security, Status::Security),
    (HoldKind::Inactive, Status::Inactive),
];

/// Whether somebody with these axes may sign in by `method` (domain.md sections 3 and 6).
///
/// # Errors
/// The first reason that refuses it, in the order of precedence of the displayed status.
pub fn may_sign_in(axes: &Axes, method: SignInMethod) -> Result<(), SignInRefusal> {
    match axes.lifecycle {
        Lifecycle::Archived | Lifecycle::Deleted | Lifecycle::Purged => {
            return Err(SignInRefusal::Gone);
        }
        Lifecycle::Staged | Lifecycle::Active => {}
    }
    for (kind, _) in HOLDS_BY_PRECEDENCE {
        if axes.holds.iter().any(|hold| blocks(*hold, kind, method)) {
            return Err(SignInRefusal::Held(kind));
        }
    }
    if axes.lifecycle == Lifecycle::Staged && axes.invitation != InvitationState::Sent {
        return Err(SignInRefusal::NotStarted);
    }
    Ok(())
}

fn blocks(hold: OpenHold, kind: HoldKind, method: SignInMethod) -> bool {
    hold.kind == kind
        && match hold.scope {
            HoldScope::Account => true,
            HoldScope::PasswordOnly => method == SignInMethod::Password,
            HoldScope::Organisation => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(lifecycle: Lifecycle, holds: &[(HoldKind, HoldScope)]) -> Axes {
        Axes {
            lifecycle,
            holds: holds
                .iter()
                .map(|&(kind, scope)| OpenHold { kind, scope })
                .collect(),
            invitation: InvitationState::NotSent,
        }
    }

    #[test]
    fn the_first_match_in_the_order_of_the_specification_is_displayed() {
        use HoldScope::Account;
        let cases = [
            (axes(Lifecycle::Active, &[]), Status::Active),
            (axes(Lifecycle::Staged, &[]), Status::Staged),
            (
                axes(Lifecycle::Archived, &[(HoldKind::Banned, Account)]),
                Status::Archived,
            ),
            (
                axes(
                    Lifecycle::Active,
                    &[
                        (HoldKind::Denied, Account),
                        (HoldKind::IdpDisabled, Account),
                    ],
                ),
                Status::IdpDisabled,
            ),
            (
                axes(
                    Lifecycle::Active,
                    &[
                        (HoldKind::IdpDisabled, Account),
                        (HoldKind::Suspended, Account),
                    ],
                ),
                Status::Suspended,
            ),
            (
                axes(
                    Lifecycle::Active,
                    &[(HoldKind::Suspended, HoldScope::Organisation)],
                ),
                Status::Active,
            ),
        ];
        for (axes, expected) in cases {
            assert_eq!(displayed_status(&axes), expected, "{axes:?}");
        }
    }

    #[test]
    fn a_denied_password_leaves_single_sign_on_open_when_its_scope_says_so() {
        let denied = axes(
            Lifecycle::Active,
            &[(HoldKind::Denied, HoldScope::PasswordOnly)],
        );
        assert_eq!(
            may_sign_in(&denied, SignInMethod::Password),
            Err(SignInRefusal::Held(HoldKind::Denied))
        );
        assert_eq!(may_sign_in(&denied, SignInMethod::SingleSignOn), Ok(()));
    }

    #[test]
    fn staged_people_wait_for_their_invitation() {
        let mut staged = axes(Lifecycle::Staged, &[]);
        assert_eq!(
            may_sign_in(&staged, SignInMethod::Password),
            Err(SignInRefusal::NotStarted)
        );
        staged.invitation = InvitationState::Sent;
        assert_eq!(may_sign_in(&staged, SignInMethod::Password), Ok(()));
    }

    #[test]
    fn every_blocking_hold_refuses_and_the_gone_stay_out() {
        for kind in HoldKind::ALL {
            let held = axes(Lifecycle::Active, &[(*kind, HoldScope::Account)]);
            assert_eq!(
                may_sign_in(&held, SignInMethod::SingleSignOn),
                Err(SignInRefusal::Held(*kind))
            );
        }
        for lifecycle in [Lifecycle::Archived, Lifecycle::Deleted, Lifecycle::Purged] {
            assert_eq!(
                may_sign_in(&axes(lifecycle, &[]), SignInMethod::Password),
                Err(SignInRefusal::Gone)
            );
        }
    }

    #[test]
    fn words_round_trip() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse::<Status>(), Ok(*status));
        }
        assert!("validated".parse::<Status>().is_err());
    }
}
