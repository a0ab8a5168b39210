//! `/organisations`, and which of them people belong to.

use scim_schema::{
    api::{
        organisations::{
            ChangeMemberships, ChangeOrganisation, ChangeRoles, CreateOrganisation,
            OrganisationView, Organisations,
        },
        users::UserDetail,
    },
    id::{OrganisationId, UserId},
};

use super::{Call, call};

/// Every organisation that the person sees, each behind its parent.
pub(crate) fn list() -> Call<Vec<OrganisationView>> {
    call::get("/organisations").map(|answer: Organisations| answer.items)
}

/// Creates one.
pub(crate) fn create(body: &CreateOrganisation) -> Call<OrganisationView> {
    call::post("/organisations", body)
}

/// Renames or moves one, or changes its time zone.
pub(crate) fn change(id: OrganisationId, body: &ChangeOrganisation) -> Call<OrganisationView> {
    call::patch(format!("/organisations/{id}"), body)
}

/// Takes one out of use.
pub(crate) fn archive(id: OrganisationId) -> Call<()> {
    call::act(format!("/organisations/{id}/archive"))
}

/// Takes one back into use.
pub(crate) fn unarchive(id: OrganisationId) -> Call<()> {
    call::act(format!("/organisations/{id}/unarchive"))
}

/// Says which organisations somebody belongs to; the answer is the person after it.
pub(crate) fn place(id: UserId, body: &ChangeMemberships) -> Call<UserDetail> {
    call::put(format!("/users/{id}/organisations"), body)
}

/// Says which roles somebody has; the answer is the person after it.
pub(crate) fn grant(id: UserId, body: &ChangeRoles) -> Call<UserDetail> {
    call::put(format!("/users/{id}/roles"), body)
}

/// Takes somebody out of an organisation.
pub(crate) fn remove(id: UserId, organisation: OrganisationId) -> Call<()> {
    call::delete_only(format!("/users/{id}/organisations/{organisation}"))
}
