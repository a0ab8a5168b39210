//! Users as the console sees them: `GET /users`, `/users/counts`, `/users/{id}`.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    id::{ConnectionId, GroupId, HoldId, LinkId, OrganisationId, UserId},
    lifecycle::{
        Axes, HoldKind, HoldScope, InvitationState, Lifecycle, OpenHold, Status, Transition,
        word_enum,
    },
    permission::{AccountRole, Capability, FunctionalRole, Permission},
    policy::{Removal, RemovalMode},
};

/// Where a user comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Source {
    /// Made here.
    Local,
    /// Owned by the live link of a connection.
    Connection {
        /// The connection.
        id: ConnectionId,
        /// Its name.
        name: String,
    },
}

/// One row of the users table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    /// The user.
    pub id: UserId,
    /// Name to show: display name, else given and family name, else user name.
    pub name: String,
    /// User name.
    pub user_name: String,
    /// E-mail address, if any.
    pub email: Option<String>,
    /// Displayed status.
    pub status: Status,
    /// Kinds of all open holds, the displayed one included.
    pub holds: Vec<HoldKind>,
    /// Where the user comes from.
    pub source: Source,
    /// Names of the organisations, home first; at most 20, `organisation_count` has the number.
    pub organisations: Vec<String>,
    /// Number of organisations.
    pub organisation_count: u32,
    /// Last sign-in here.
    pub last_login_at: Option<DateTime<Utc>>,
    /// Created here.
    pub created_at: DateTime<Utc>,
    /// Rises with every change.
    pub version: i64,
}

word_enum! {
    /// Columns the users table sorts by; each has the id as second key.
    UserSort {
        /// Name to show.
        Name = "name",
        /// E-mail address.
        Email = "email",
        /// Displayed status, in order of precedence.
        Status = "status",
        /// Last sign-in; never comes last when descending.
        LastLogin = "last_login",
        /// Creation.
        Created = "created",
    }
}

/// The word of the role that administers an organisation and everything below it.
pub const ORGANISATION_ADMINISTRATOR: &str = "organisation_administrator";

/// Query of `GET /users`; also the state of the page's address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserQuery {
    /// Words to find in given, family, full and display name, user name and e-mail address; each
    /// word must be found. At most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Displayed statuses, comma-separated; none means every one but deleted and purged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `local` or the id of a connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Id of an organisation to which they belong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// A role that they have, by its word: account-wide, functional, or
    /// [`ORGANISATION_ADMINISTRATOR`]; in `org` where both are named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// A [`UserSort`] word, with `-` in front for descending; `name` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// From [`super::page::Page`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Rows a page, 1 to 100; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Answer of `GET /users/counts`: users per displayed status, purged ones left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserCounts {
    /// Every living user and the archived.
    pub all: u64,
    /// Pairs of status and number, only those with users.
    pub by_status: Vec<(Status, u64)>,
}

/// Answer of `GET /users/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserDetail {
    /// The row of the table.
    #[serde(flatten)]
    pub row: UserRow,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Display name as given.
    pub display_name: Option<String>,
    /// First axis.
    pub lifecycle: Lifecycle,
    /// Third axis.
    pub invitation: InvitationState,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// BCP 47 language tag.
    pub locale: Option<String>,
    /// Account-wide roles.
    pub roles: Vec<AccountRole>,
    /// Local administrator that no identity provider can lock out.
    pub break_glass: bool,
    /// Last change here.
    pub updated_at: DateTime<Utc>,
    /// Every open hold, oldest first.
    pub open_holds: Vec<HoldView>,
    /// Holds that were lifted, newest first, at most 20.
    pub lifted_holds: Vec<HoldView>,
    /// Memberships, home first.
    pub memberships: Vec<MembershipView>,
    /// Groups, by name, at most 200.
    pub groups: Vec<GroupRef>,
    /// Number of groups.
    pub group_count: u32,
    /// The live link to a connection.
    pub link: Option<LinkDetail>,
    /// Sign-in identifiers that the connection sent for an administrator and that do not hold here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending_identifiers: Vec<PendingIdentifier>,
    /// How a deleted user came to be so; `None` for everybody else.
    pub deletion: Option<DeletionView>,
    /// What becomes of them when they are deleted, by the policies of all their organisations.
    pub removal: RemovalView,
    /// What the caller may do with this person as they are now, in the order of [`Transition::ALL`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<Transition>,
    /// What the roles let this person do in connected applications.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<Capability>,
    /// What the caller may change of this person beside that, in the order of [`Permission::ALL`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Permission>,
    /// Whether the person also belongs to organisations that the caller does not administer: those,
    /// and what a provider says of the person, are left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// Whether the caller may have a link mailed to this person that sets a password.
    #[serde(default)]
    pub password_link: bool,
}

impl UserDetail {
    /// The three axes.
    #[must_use]
    pub fn axes(&self) -> Axes {
        let hold = |hold: &HoldView| OpenHold {
            kind: hold.kind,
            scope: hold.scope,
        };
        Axes {
            lifecycle: self.lifecycle,
            holds: self.open_holds.iter().map(hold).collect(),
            invitation: self.invitation,
        }
    }
}

/// What becomes of somebody who is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovalView {
    /// How.
    pub mode: RemovalMode,
    /// For how many minutes they can be restored.
    pub restorable_minutes: i64,
}

impl From<Removal> for RemovalView {
    fn from(removal: Removal) -> Self {
        Self {
            mode: removal.mode,
            restorable_minutes: removal.restorable.num_minutes(),
        }
    }
}

/// What a connection may not change of an administrator (domain.md section 4): kept in the link's
/// document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingIdentifier {
    /// `userName` or `emails`.
    pub attribute: String,
    /// What holds here.
    pub here: Option<String>,
    /// What the connection sent.
    pub sent: Option<String>,
}

/// The deletion of a user who can still be restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionView {
    /// Who deleted the user, where that is known.
    pub by: Option<Actor>,
    /// When.
    pub at: DateTime<Utc>,
    /// When the record is erased for good.
    pub purge_at: Option<DateTime<Utc>>,
}

/// One hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldView {
    /// The hold.
    pub id: HoldId,
    /// Why.
    pub kind: HoldKind,
    /// How far.
    pub scope: HoldScope,
    /// Who or what set it.
    pub placed_by: Actor,
    /// In the words of who set it.
    pub reason: Option<String>,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Ends by itself then.
    pub until: Option<DateTime<Utc>>,
    /// When it was lifted.
    pub lifted_at: Option<DateTime<Utc>>,
    /// Who lifted it.
    pub lifted_by: Option<Actor>,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Actor {
    /// A person, through the console or its API.
    User {
        /// The person.
        id: UserId,
        /// Name to show.
        name: String,
    },
    /// An identity provider's connection.
    Connection {
        /// The connection.
        id: ConnectionId,
        /// Its name.
        name: String,
    },
    /// A background job or a rule of the product.
    System {
        /// What it is called, such as `lock_out`.
        name: String,
    },
    /// Somebody with a shell on the host.
    Operator,
}

/// One membership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembershipView {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// Whether it is the home organisation.
    pub home: bool,
    /// Who gave it.
    pub origin: MembershipOrigin,
    /// Whether the person administers it, with everything below it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub administrator: bool,
    /// What somebody here lets the person do there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<FunctionalRole>,
    /// What mapping rules let the person do there.
    pub rule_roles: Vec<FunctionalRole>,
    /// Since when.
    pub joined_at: DateTime<Utc>,
    /// Whether the caller may take the person out of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removable: bool,
}

/// Who gave a membership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum MembershipOrigin {
    /// Somebody here.
    Local,
    /// An invitation.
    Invitation,
    /// The default organisation of the connection, because no rule gave another.
    Default,
    /// A mapping rule of the connection.
    Rule {
        /// Its name; `None` for a rule that is gone.
        name: Option<String>,
    },
}

/// One group of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRef {
    /// The group.
    pub id: GroupId,
    /// Its display name.
    pub display_name: String,
    /// The connection that owns it; `None` for a local group.
    pub source: Source,
}

/// The live link of a user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkDetail {
    /// The SCIM `id`.
    pub scim_id: LinkId,
    /// The connection.
    pub connection: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// The provider's own id.
    pub external_id: Option<String>,
    /// Since when.
    pub linked_at: DateTime<Utc>,
    /// Last request of the provider that touched this person.
    pub last_idp_request_at: Option<DateTime<Utc>>,
    /// Registered attributes as SCIM answers them.
    pub attributes: Map<String, Value>,
    /// What the provider sent beyond them.
    pub unmapped: Map<String, Value>,
}
