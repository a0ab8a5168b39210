//! Identifiers: one newtype over UUID per entity, so that ids of different entities never mix.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id_type {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            /// Parses any form of a UUID.
            ///
            /// # Errors
            /// When the text is no UUID.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

id_type! {
    /// The tenant: the boundary that nothing crosses.
    AccountId;
    /// A node of an account's organisation tree.
    OrganisationId;
    /// A person or service user; never shown to identity providers.
    UserId;
    /// An identity provider's connection.
    ConnectionId;
    /// A mapping rule of a connection.
    MappingRuleId;
    /// A bearer token of a connection.
    ScimTokenId;
    /// An OAuth client of a connection; its UUID is the `client_id`.
    OAuthClientId;
    /// An attribute that an account defined.
    AttributeDefinitionId;
    /// A link between a connection and a user; its UUID is the user's SCIM `id`.
    LinkId;
    /// A group; its UUID is the group's SCIM `id`.
    GroupId;
    /// A conflict between a connection and somebody here.
    ConflictId;
    /// Something that waits for a second person.
    ApprovalId;
    /// An alert about a connection.
    AlertId;
    /// A verified domain.
    DomainId;
    /// A hold on a user.
    HoldId;
    /// A signed-in browser.
    SessionId;
    /// A second factor of a person.
    SecondFactorId;
    /// Something that somebody has begun to prove.
    ChallengeId;
    /// A one-time link (set-up or reset).
    OneTimeLinkId;
    /// A mail in the outbox.
    MailId;
    /// A row of the provisioning log.
    ProvisioningRequestId;
    /// A background job.
    JobId;
    /// A row of the audit log.
    AuditEventId;
    /// A row of the change feed.
    ChangeId;
    /// One HTTP request, as in the `x-request-id` header.
    RequestId;
}
