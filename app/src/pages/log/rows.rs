//! A request in one line: its sentence, and the figures beside it.

use leptos::prelude::*;
use scim_schema::api::provisioning_log::LogRow;

use super::{caret, outcome_view};
use crate::{
    clock::{self, Clock},
    format,
    text::sentences,
};

/// Time, method, what was decided, outcome, status, duration.
pub(super) fn summary(row: &LogRow) -> AnyView {
    let moment = clock::in_zone(row.at);
    let tooltip = format!("{} ({})", moment.full(), clock::zone_name());
    let say = sentences::of_row(row);
    view! {
        <summary>
            {caret()}
            <time class="t" datetime=row.at.to_rfc3339() title=tooltip>
                {move || moment.log(&Clock::now())}
            </time>
            <span class="m">{row.method.clone()}</span>
            <span class="say">{say} " " <small class="path">{row.path.clone()}</small></span>
            {outcome_view(&row.method, row.status)}
            <span class="code mono">{row.status}</span>
            <span class="ms num muted">{format::duration(row.duration_us)}</span>
        </summary>
    }
    .into_any()
}
