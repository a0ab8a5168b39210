//! `/alerts`.

use scim_schema::{api::alerts::Alerts, id::AlertId};

use super::{Call, call};

/// What nobody has acknowledged and is not over.
pub(crate) fn list() -> Call<Alerts> {
    call::get("/alerts")
}

/// Says that somebody has seen an alert.
pub(crate) fn acknowledge(id: AlertId) -> Call<()> {
    call::act(format!("/alerts/{id}/acknowledge"))
}
