//! The core User schema (RFC 7643 section 4.1.2), multi-valued attributes.

use crate::attr::{AttrDef, AttrId, AttrType, Mutability};

pub(super) fn attributes() -> Vec<AttrDef> {
    let mut all = contacts();
    all.extend(handles());
    all.extend([addresses(), groups()]);
    all.extend(grants());
    all
}

/// `display`, `type` and `primary` of a multi-valued attribute, after its `value`
/// (RFC 7643 section 2.4). `display` is writable as in the schema of section 8.7.1: identity
/// providers send it.
fn values(value: AttrDef, labels: [AttrId; 3], types: &[&'static str]) -> Vec<AttrDef> {
    let [display, kind, primary] = labels;
    vec![
        value,
        AttrDef::string(
            display,
            "display",
            "A human-readable name, primarily used for display purposes.",
        ),
        label(kind, types),
        preferred(primary),
    ]
}

fn label(id: AttrId, types: &[&'static str]) -> AttrDef {
    AttrDef::string(
        id,
        "type",
        "A label indicating the attribute's function, e.g., 'work' or 'home'.",
    )
    .canonical(types)
    .max_length(255)
}

fn preferred(id: AttrId) -> AttrDef {
    AttrDef::boolean(
        id,
        "primary",
        "A Boolean value indicating the 'primary' or preferred attribute value for this \
         attribute. The primary attribute value 'true' MUST appear no more than once.",
    )
}

fn contacts() -> Vec<AttrDef> {
    vec![
        AttrDef::complex(
            AttrId::Emails,
            "emails",
            "Email addresses for the user. Canonical type values of 'work', 'home', and \
             'other'.",
            values(
                AttrDef::string(
                    AttrId::EmailsValue,
                    "value",
                    "Email address for the user, kept as it was sent.",
                )
                .max_length(320),
                [
                    AttrId::EmailsDisplay,
                    AttrId::EmailsType,
                    AttrId::EmailsPrimary,
                ],
                &["work", "home", "other"],
            ),
        )
        .multi_valued(),
        AttrDef::complex(
            AttrId::PhoneNumbers,
            "phoneNumbers",
            "Phone numbers for the User. Canonical type values of 'work', 'home', 'mobile', \
             'fax', 'pager', and 'other'.",
            values(
                AttrDef::string(
                    AttrId::PhoneNumbersValue,
                    "value",
                    "Phone number of the User, kept as it was sent.",
                ),
                [
                    AttrId::PhoneNumbersDisplay,
                    AttrId::PhoneNumbersType,
                    AttrId::PhoneNumbersPrimary,
                ],
                &["work", "home", "mobile", "fax", "pager", "other"],
            ),
        )
        .multi_valued(),
    ]
}

fn handles() -> Vec<AttrDef> {
    vec![
        AttrDef::complex(
            AttrId::Ims,
            "ims",
            "Instant messaging addresses for the User.",
            values(
                AttrDef::string(
                    AttrId::ImsValue,
                    "value",
                    "Instant messaging address for the User.",
                ),
                [AttrId::ImsDisplay, AttrId::ImsType, AttrId::ImsPrimary],
                &["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
            ),
        )
        .multi_valued(),
        AttrDef::complex(
            AttrId::Photos,
            "photos",
            "URLs of photos of the User.",
            values(
                AttrDef::reference(
                    AttrId::PhotosValue,
                    "value",
                    &["external"],
                    "URL of a photo of the User.",
                ),
                [
                    AttrId::PhotosDisplay,
                    AttrId::PhotosType,
                    AttrId::PhotosPrimary,
                ],
                &["photo", "thumbnail"],
            ),
        )
        .multi_valued(),
    ]
}

fn addresses() -> AttrDef {
    AttrDef::complex(
        AttrId::Addresses,
        "addresses",
        "A physical mailing address for this User. Canonical type values of 'work', 'home', and \
         'other'. This attribute is a complex type with the following sub-attributes.",
        vec![
            AttrDef::string(
                AttrId::AddressesFormatted,
                "formatted",
                "The full mailing address, formatted for display or use with a mailing label. \
                 This attribute MAY contain newlines.",
            ),
            AttrDef::string(
                AttrId::AddressesStreetAddress,
                "streetAddress",
                "The full street address component, which may include house number, street \
                 name, P.O. box, and multi-line extended street address information. This \
                 attribute MAY contain newlines.",
            ),
            AttrDef::string(
                AttrId::AddressesLocality,
                "locality",
                "The city or locality component.",
            ),
            AttrDef::string(
                AttrId::AddressesRegion,
                "region",
                "The state or region component.",
            ),
            AttrDef::string(
                AttrId::AddressesPostalCode,
                "postalCode",
                "The zip code or postal code component.",
            ),
            AttrDef::string(
                AttrId::AddressesCountry,
                "country",
                "The country name component.",
            ),
            label(AttrId::AddressesType, &["work", "home", "other"]),
            // Absent from the schema of RFC 7643 section 8.7.1, but a default sub-attribute
            // (section 2.4) that the examples of RFC 7644 section 3.5.2.3 set.
            preferred(AttrId::AddressesPrimary),
        ],
    )
    .multi_valued()
}

fn groups() -> AttrDef {
    AttrDef::complex(
        AttrId::Groups,
        "groups",
        "A list of groups to which the user belongs, either through direct membership, through \
         nested groups, or dynamically calculated.",
        vec![
            AttrDef::string(
                AttrId::GroupsValue,
                "value",
                "The identifier of the User's group.",
            ),
            AttrDef::reference(
                AttrId::GroupsRef,
                "$ref",
                &["Group"],
                "The URI of the corresponding 'Group' resource to which the user belongs.",
            ),
            AttrDef::string(
                AttrId::GroupsDisplay,
                "display",
                "A human-readable name, primarily used for display purposes. READ-ONLY.",
            ),
            AttrDef::string(
                AttrId::GroupsType,
                "type",
                "A label indicating the attribute's function, e.g., 'direct' or 'indirect'.",
            )
            .canonical(&["direct", "indirect"]),
        ],
    )
    .multi_valued()
    .mutability(Mutability::ReadOnly)
}

fn grants() -> Vec<AttrDef> {
    vec![
        AttrDef::complex(
            AttrId::Entitlements,
            "entitlements",
            "A list of entitlements for the User that represent a thing the User has.",
            values(
                AttrDef::string(
                    AttrId::EntitlementsValue,
                    "value",
                    "The value of an entitlement.",
                ),
                [
                    AttrId::EntitlementsDisplay,
                    AttrId::EntitlementsType,
                    AttrId::EntitlementsPrimary,
                ],
                &[],
            ),
        )
        .multi_valued(),
        AttrDef::complex(
            AttrId::Roles,
            "roles",
            "A list of roles for the User that collectively represent who the User is, e.g., \
             'Student', 'Faculty'.",
            values(
                AttrDef::string(AttrId::RolesValue, "value", "The value of a role."),
                [
                    AttrId::RolesDisplay,
                    AttrId::RolesType,
                    AttrId::RolesPrimary,
                ],
                &[],
            ),
        )
        .multi_valued(),
        AttrDef::complex(
            AttrId::X509Certificates,
            "x509Certificates",
            "A list of certificates issued to the User.",
            values(
                AttrDef::new(
                    AttrId::X509CertificatesValue,
                    "value",
                    AttrType::Binary,
                    "The value of an X.509 certificate.",
                ),
                [
                    AttrId::X509CertificatesDisplay,
                    AttrId::X509CertificatesType,
                    AttrId::X509CertificatesPrimary,
                ],
                &[],
            ),
        )
        .multi_valued(),
    ]
}
