//! Words of status, holds and roles.

use scim_schema::{
    lifecycle::{HoldKind, HoldScope, InvitationState, Lifecycle, Status},
    permission::AccountRole,
};

/// The displayed word; `provider` names who disabled somebody.
pub(crate) fn word(status: Status, provider: Option<&str>) -> String {
    match (status, provider) {
        (Status::IdpDisabled, Some(provider)) => format!("Disabled by {provider}"),
        (status, _) => plain(status).to_owned(),
    }
}

/// The word without a provider's name, for filters.
pub(crate) const fn plain(status: Status) -> &'static str {
    match status {
        Status::Purged => "Purged",
        Status::Deleted => "Deleted",
        Status::Archived => "Archived",
        Status::Banned => "Banned",
        Status::Suspended => "Suspended",
        Status::IdpDisabled => "Disabled by IdP",
        Status::Denied => "Denied",
        Status::Security => "Security check",
        Status::Inactive => "Inactive",
        Status::Invited => "Invited",
        Status::Staged => "Staged",
        Status::Active => "Active",
    }
}

/// What a hold is and who lifts it, for tooltips.
pub(crate) fn hold(kind: HoldKind, provider: Option<&str>) -> String {
    let provider = provider.unwrap_or("the identity provider");
    match kind {
        HoldKind::Suspended => "Suspended: lifted by an administrator".to_owned(),
        HoldKind::Banned => "Banned: lifted by an administrator".to_owned(),
        HoldKind::Denied => {
            "Denied after 10 wrong passwords: lifted by an administrator".to_owned()
        }
        HoldKind::Inactive => "No activity for 3 months: lifted by an administrator".to_owned(),
        HoldKind::IdpDisabled => format!("Disabled by {provider}: lifted by {provider}"),
        HoldKind::Security => {
            "A new sign-in is asked for: lifted by the person at the next sign-in".to_owned()
        }
    }
}

/// Who can lift a hold.
pub(crate) fn lifted_by(kind: HoldKind, provider: Option<&str>) -> String {
    match (kind, provider) {
        (HoldKind::Suspended | HoldKind::Denied | HoldKind::Inactive, _) => {
            "System, Organisation and IT administrators.".to_owned()
        }
        (HoldKind::Banned, _) => "System and Organisation administrators.".to_owned(),
        (HoldKind::IdpDisabled, Some(provider)) => format!("{provider}, by sending active=true."),
        (HoldKind::IdpDisabled, None) => {
            "The identity provider, by sending active=true.".to_owned()
        }
        (HoldKind::Security, _) => {
            "The person, by signing in again through the provider, or an administrator.".to_owned()
        }
    }
}

/// How far a hold reaches, where that is not everything.
pub(crate) const fn scope(scope: HoldScope) -> Option<&'static str> {
    match scope {
        HoldScope::Account => None,
        HoldScope::Organisation => Some("In one organisation only."),
        HoldScope::PasswordOnly => Some("Passwords only; single sign-on stays open."),
    }
}

/// First axis.
pub(crate) const fn lifecycle(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Staged => "Staged",
        Lifecycle::Active => "Active",
        Lifecycle::Archived => "Archived",
        Lifecycle::Deleted => "Deleted",
        Lifecycle::Purged => "Purged",
    }
}

/// Third axis.
pub(crate) const fn invitation(state: InvitationState) -> &'static str {
    match state {
        InvitationState::NotSent => "Not sent",
        InvitationState::Scheduled => "Scheduled",
        InvitationState::Sent => "Sent",
        InvitationState::Accepted => "Accepted",
        InvitationState::Expired => "Expired",
        InvitationState::Bounced => "Bounced",
        InvitationState::Cleared => "Cleared",
    }
}

/// Account-wide roles.
pub(crate) const fn role(role: AccountRole) -> &'static str {
    match role {
        AccountRole::SystemAdministrator => "System Administrator",
        AccountRole::ItAdministrator => "IT Administrator",
        AccountRole::Auditor => "Auditor",
    }
}
