//! `/idp-connections/{id}/mapping`.

use scim_schema::{
    api::mapping::{ChangeMapping, MappingPlan, MappingView, PlanMapping},
    id::ConnectionId,
};

use super::{Call, call};

/// Default organisation and rules of a connection.
pub(crate) fn get(id: ConnectionId) -> Call<MappingView> {
    call::get(path(id))
}

/// What a mapping would do to everyone who is linked.
pub(crate) fn plan(id: ConnectionId, body: &PlanMapping) -> Call<MappingPlan> {
    call::post(format!("{}/plan", path(id)), body)
}

/// Stores a mapping that was reviewed.
pub(crate) fn change(id: ConnectionId, body: &ChangeMapping) -> Call<MappingView> {
    call::put(path(id), body)
}

fn path(id: ConnectionId) -> String {
    format!("/idp-connections/{id}/mapping")
}
