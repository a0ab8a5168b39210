//! `/provisioning`: connections of identity providers, and one of them.

mod adoption;
mod alerts;
mod attributes;
mod clients;
mod create;
mod dialect;
mod expiry;
mod guide;
mod list;
mod new_client;
mod new_token;
mod one;
mod question;
mod rotate;
mod scopes;
mod secret;
mod shadow;
mod silence;
mod tokens;

pub(crate) use alerts::OpenAlerts;
pub(crate) use list::ConnectionsPage;
pub(crate) use one::ConnectionPage;
pub(crate) use secret::FreshSecret;

use leptos::prelude::*;
use scim_schema::{
    api::{
        connections::{ConnectionView, RequestSummary},
        events::{ChangeEvent, ChangeKind},
    },
    id::ConnectionId,
    permission::Permission,
};

use super::log::outcome_view;
use crate::{
    api::{self, Call},
    live::News,
    session::Session,
    ui::{RelativeTime, Remote},
};

/// Whether a live update can change what is shown of connections, or of the one named.
fn concerns(news: News, only: Option<ConnectionId>) -> bool {
    match news {
        News::Resync => true,
        News::Change(ChangeEvent { kind, id, .. }) => match kind {
            ChangeKind::Connection | ChangeKind::ProvisioningLog => {
                only.is_none_or(|only| only.0 == id)
            }
            // Counts of users and groups change with them; their events do not name a connection.
            ChangeKind::User | ChangeKind::Group => true,
            // The section of the attributes follows them itself, and so do alerts.
            ChangeKind::AttributeDefinition
            | ChangeKind::Conflict
            | ChangeKind::Alert
            | ChangeKind::Mail => false,
        },
    }
}

/// Connections, to name them; none for who may not see them.
pub(crate) fn known_connections() -> Remote<Vec<ConnectionView>> {
    let session = Session::get();
    let may_read = Memo::new(move |_| session.may(Permission::ReadConnections));
    Remote::new(move || match may_read.get() {
        true => api::connections::list(),
        false => Call::known(Vec::new()),
    })
}

/// When, and what became of it.
fn request_view(request: &RequestSummary) -> AnyView {
    view! {
        <span class="when">
            <RelativeTime at=request.at />
            {outcome_view(&request.method, request.status)}
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_connection_follows_its_own_log_and_the_list_follows_all() {
        let id = ConnectionId(Uuid::from_u128(1));
        let change = |kind, id| {
            News::Change(ChangeEvent {
                kind,
                id: Uuid::from_u128(id),
                version: 0,
            })
        };
        assert!(concerns(change(ChangeKind::ProvisioningLog, 1), Some(id)));
        assert!(!concerns(change(ChangeKind::ProvisioningLog, 2), Some(id)));
        assert!(concerns(change(ChangeKind::ProvisioningLog, 2), None));
        assert!(concerns(change(ChangeKind::User, 9), Some(id)));
    }
}
