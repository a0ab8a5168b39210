//! The Enterprise User extension (RFC 7643 section 4.3, erratum 8472).

use super::{Schema, urn};
use crate::attr::{AttrDef, AttrId, Mutability};

pub(super) fn schema() -> Schema {
    Schema {
        urn: urn::ENTERPRISE_USER.into(),
        name: "EnterpriseUser".into(),
        description: "Enterprise User".into(),
        attributes: vec![
            AttrDef::string(
                AttrId::EnterpriseEmployeeNumber,
                "employeeNumber",
                "Numeric or alphanumeric identifier assigned to a person, typically based on \
                 order of hire or association with an organization.",
            ),
            AttrDef::string(
                AttrId::EnterpriseCostCenter,
                "costCenter",
                "Identifies the name of a cost center.",
            ),
            AttrDef::string(
                AttrId::EnterpriseOrganization,
                "organization",
                "Identifies the name of an organization.",
            ),
            AttrDef::string(
                AttrId::EnterpriseDivision,
                "division",
                "Identifies the name of a division.",
            ),
            AttrDef::string(
                AttrId::EnterpriseDepartment,
                "department",
                "Identifies the name of a department.",
            ),
            AttrDef::complex(
                AttrId::EnterpriseManager,
                "manager",
                "The User's manager. A complex type that optionally allows service providers \
                 to represent organizational hierarchy by referencing the 'id' attribute of \
                 another User.",
                manager(),
            ),
        ],
    }
}

fn manager() -> Vec<AttrDef> {
    vec![
        AttrDef::string(
            AttrId::EnterpriseManagerValue,
            "value",
            "The id of the SCIM resource representing the User's manager.",
        )
        .case_exact(true)
        .blank_is_unassigned(),
        AttrDef::reference(
            AttrId::EnterpriseManagerRef,
            "$ref",
            &["User"],
            "The URI of the SCIM resource representing the User's manager.",
        ),
        AttrDef::string(
            AttrId::EnterpriseManagerDisplayName,
            "displayName",
            "The displayName of the User's manager. OPTIONAL and READ-ONLY.",
        )
        .mutability(Mutability::ReadOnly),
    ]
}
