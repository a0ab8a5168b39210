//! Attributes of every resource (RFC 7643 section 3.1); part of no schema document.

use crate::attr::{AttrDef, AttrId, Mutability, Returned, Uniqueness};

pub(super) fn attributes() -> Vec<AttrDef> {
    vec![
        AttrDef::reference(
            AttrId::Schemas,
            "schemas",
            &["uri"],
            "URNs of the schemas whose attributes the resource has.",
        )
        .multi_valued()
        .required()
        // URNs are compared without case (RFC 7643 section 2.1).
        .case_exact(false)
        .returned(Returned::Always),
        AttrDef::string(
            AttrId::Id,
            "id",
            "Unique identifier of the resource, set by the service provider.",
        )
        .case_exact(true)
        .mutability(Mutability::ReadOnly)
        .returned(Returned::Always)
        .uniqueness(Uniqueness::Server),
        AttrDef::string(
            AttrId::ExternalId,
            "externalId",
            "Identifier of the resource in the provisioning client's domain.",
        )
        .case_exact(true)
        .blank_is_unassigned()
        .max_length(255),
        AttrDef::complex(
            AttrId::Meta,
            "meta",
            "Metadata of the resource, set by the service provider.",
            meta(),
        )
        .mutability(Mutability::ReadOnly),
    ]
}

fn meta() -> Vec<AttrDef> {
    vec![
        AttrDef::string(
            AttrId::MetaResourceType,
            "resourceType",
            "Name of the resource's type.",
        )
        .case_exact(true),
        AttrDef::date_time(
            AttrId::MetaCreated,
            "created",
            "When the resource was added.",
        ),
        AttrDef::date_time(
            AttrId::MetaLastModified,
            "lastModified",
            "When the resource was last changed.",
        ),
        AttrDef::reference(
            AttrId::MetaLocation,
            "location",
            &["uri"],
            "URI of the resource.",
        ),
        AttrDef::string(
            AttrId::MetaVersion,
            "version",
            "Version of the resource, equal to its entity tag.",
        )
        .case_exact(true),
    ]
}
