//! Who asks, through what and when: the first argument of everything that reads or writes.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::users::Actor,
    id::{AccountId, RequestId},
};
use uuid::Uuid;

/// Through what a request came (domain.md section 2, `AuditEvent.channel`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// The console, with a session cookie.
    Ui,
    /// An identity provider, with a SCIM token.
    Scim,
    /// A background job.
    Job,
    /// The command line on the host.
    Cli,
}

impl Channel {
    /// The word in the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ui => "ui",
            Self::Scim => "scim",
            Self::Job => "job",
            Self::Cli => "cli",
        }
    }
}

/// The authenticated caller of one request, job or command.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// The tenant; nothing beyond it can be reached.
    pub account: AccountId,
    /// Who acts.
    pub actor: Actor,
    /// The session or token that proves it.
    pub credential: Option<Uuid>,
    /// Through what.
    pub channel: Channel,
    /// The request, as in logs and audit.
    pub request_id: RequestId,
    /// Where from, when there is a network in between.
    pub source_ip: Option<IpAddr>,
    /// What the client calls itself, at most 256 bytes.
    pub user_agent: Option<String>,
    /// When the request arrived: the only instant used while it is carried out.
    pub now: DateTime<Utc>,
}

impl Ctx {
    /// A background job's or the product's own context.
    #[must_use]
    pub fn system(
        account: AccountId,
        name: &str,
        request_id: RequestId,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            account,
            actor: Actor::System {
                name: name.to_owned(),
            },
            credential: None,
            channel: Channel::Job,
            request_id,
            source_ip: None,
            user_agent: None,
            now,
        }
    }

    /// The context of a command on the host.
    #[must_use]
    pub fn operator(account: AccountId, request_id: RequestId, now: DateTime<Utc>) -> Self {
        Self {
            actor: Actor::Operator,
            channel: Channel::Cli,
            ..Self::system(account, "operator", request_id, now)
        }
    }
}

/// The word, id and name that stand for an actor in a row.
#[must_use]
pub(crate) fn actor_columns(actor: &Actor) -> (&'static str, Option<Uuid>, String) {
    match actor {
        Actor::User { id, name } => ("user", Some(id.0), name.clone()),
        Actor::Connection { id, name } => ("connection", Some(id.0), name.clone()),
        Actor::System { name } => ("system", None, name.clone()),
        Actor::Operator => ("operator", None, "operator".to_owned()),
    }
}

/// The actor that a row's word, id and name stand for.
#[must_use]
pub(crate) fn actor_from_columns(kind: &str, id: Option<Uuid>, name: String) -> Actor {
    match (kind, id) {
        ("user", Some(id)) => Actor::User {
            id: id.into(),
            name,
        },
        ("connection", Some(id)) => Actor::Connection {
            id: id.into(),
            name,
        },
        ("operator", _) => Actor::Operator,
        _ => Actor::System { name },
    }
}
