//! Times in the viewer's zone.

use chrono::{DateTime, SecondsFormat, Utc};
use leptos::prelude::*;

use crate::clock::{self, Clock};

/// `29 min ago`, with date, clock and zone in the tooltip.
#[component]
pub(crate) fn RelativeTime(
    /// When.
    at: DateTime<Utc>,
) -> impl IntoView {
    let moment = clock::in_zone(at);
    view! {
        <time datetime=machine(at) title=tooltip(at)>
            {move || moment.relative(&Clock::now())}
        </time>
    }
}

/// `14 Nov 16:59:58`, with year and zone in the tooltip.
#[component]
pub(crate) fn LongTime(
    /// When.
    at: DateTime<Utc>,
) -> impl IntoView {
    let moment = clock::in_zone(at);
    view! {
        <time class="nowrap" datetime=machine(at) title=tooltip(at)>
            {move || moment.short(&Clock::now())}
        </time>
    }
}

/// RFC 3339, for machines.
fn machine(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn tooltip(at: DateTime<Utc>) -> String {
    format!("{} ({})", clock::in_zone(at).full(), clock::zone_name())
}
