//! `GET /events`: live updates as server-sent events. They say only what changed; the console
//! fetches again.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, stream};
use scim_schema::{
    api::{
        events::{ChangeEvent, ChangeKind},
        problem::ErrorCode,
    },
    permission::{Permission, Reach},
};

use crate::{
    app_state::AppState,
    http::{extract::Caller, problem::ApiError},
    jobs::live::{Live, Subscription, TooManyStreams},
};

/// Proxies cut a silent connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Opens a stream; it ends with the session or the server.
pub(super) async fn stream(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let reach = caller.reach(Permission::ReadUsers)?;
    let account = caller.ctx.account;
    let subscription = state
        .live
        .subscribe(account, caller.identity.session)
        .map_err(|error| match error {
            TooManyStreams::OfSession => ApiError::new(
                ErrorCode::TooManyRequests,
                "This session has too many open pages with live updates. Close some of them.",
            ),
            TooManyStreams::OfProcess => ApiError::unavailable("too many open event streams"),
        })?;
    let events = stream::unfold((subscription, reach), next_event);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

async fn next_event(
    (mut subscription, reach): (Subscription, Reach),
) -> Option<(Result<Event, Infallible>, (Subscription, Reach))> {
    let event = loop {
        match subscription.next().await? {
            Live::Change(change) if !concerns(change.kind, &reach) => {}
            Live::Change(change) => break change_event(&change),
            Live::Resync => break resync(),
        }
    };
    Some((Ok(event), (subscription, reach)))
}

/// Whether somebody of this reach sees such things at all. An id without anything else tells nobody
/// who it is, so people beyond the reach are not looked up for each change.
const fn concerns(kind: ChangeKind, reach: &Reach) -> bool {
    match reach {
        Reach::Account => true,
        Reach::Organisations(_) => matches!(
            kind,
            ChangeKind::User | ChangeKind::Group | ChangeKind::Organisation
        ),
    }
}

fn change_event(change: &ChangeEvent) -> Event {
    Event::default()
        .event("change")
        .json_data(change)
        .unwrap_or_else(|_| resync())
}

/// Something was missed: fetch everything again. Browsers skip an event without data.
fn resync() -> Event {
    Event::default().event("resync").data("{}")
}
