//! `/policies`.

use scim_schema::{
    api::policies::{ChangePolicy, PolicyOverview, PolicyVersion, PolicyVersions, PolicyView},
    id::OrganisationId,
};

use super::{Call, call};

/// Where something is decided.
pub(crate) fn overview() -> Call<PolicyOverview> {
    call::get("/policies")
}

/// What holds in an organisation.
pub(crate) fn one(id: OrganisationId) -> Call<PolicyView> {
    call::get(path(id))
}

/// What an organisation decided before, newest first.
pub(crate) fn versions(id: OrganisationId) -> Call<Vec<PolicyVersion>> {
    call::get(format!("{}/versions", path(id))).map(|answer: PolicyVersions| answer.items)
}

/// Changes what an organisation decided, if it still is at `version`.
pub(crate) fn change(id: OrganisationId, version: i64, body: &ChangePolicy) -> Call<PolicyView> {
    call::patch(path(id), body).of_version(version)
}

fn path(id: OrganisationId) -> String {
    format!("/policies/{id}")
}
