//! The core User schema (RFC 7643 section 4.1), singular attributes.

use super::{Schema, urn, user_values};
use crate::attr::{AttrDef, AttrId, Mutability, Preparation, Returned, Uniqueness};

pub(super) fn schema() -> Schema {
    let mut attributes = vec![
        AttrDef::string(
            AttrId::UserName,
            "userName",
            "Unique identifier for the User, typically used by the user to directly \
             authenticate to the service provider. Each User MUST include a non-empty userName \
             value. This identifier MUST be unique across the service provider's entire set of \
             Users. REQUIRED.",
        )
        .required()
        .uniqueness(Uniqueness::Server)
        .prepared(Preparation::Name)
        .max_length(255),
        AttrDef::complex(
            AttrId::Name,
            "name",
            "The components of the user's real name. Providers MAY return just the full name as \
             a single string in the formatted sub-attribute, or they MAY return just the \
             individual component attributes using the other sub-attributes, or they MAY return \
             both. If both variants are returned, they SHOULD be describing the same name, with \
             the formatted name indicating how the component attributes should be combined.",
            name(),
        ),
    ];
    attributes.extend(profile());
    attributes.extend(account());
    attributes.extend(user_values::attributes());
    Schema {
        urn: urn::USER.into(),
        name: "User".into(),
        description: "User Account".into(),
        attributes,
    }
}

fn name() -> Vec<AttrDef> {
    vec![
        AttrDef::string(
            AttrId::NameFormatted,
            "formatted",
            "The full name, including all middle names, titles, and suffixes as appropriate, \
             formatted for display (e.g., 'Ms. Barbara J Jensen, III').",
        ),
        AttrDef::string(
            AttrId::NameFamilyName,
            "familyName",
            "The family name of the User, or last name in most Western languages (e.g., \
             'Jensen' given the full name 'Ms. Barbara J Jensen, III').",
        ),
        AttrDef::string(
            AttrId::NameGivenName,
            "givenName",
            "The given name of the User, or first name in most Western languages (e.g., \
             'Barbara' given the full name 'Ms. Barbara J Jensen, III').",
        ),
        AttrDef::string(
            AttrId::NameMiddleName,
            "middleName",
            "The middle name(s) of the User (e.g., 'Jane' given the full name 'Ms. Barbara J \
             Jensen, III').",
        ),
        AttrDef::string(
            AttrId::NameHonorificPrefix,
            "honorificPrefix",
            "The honorific prefix(es) of the User, or title in most Western languages (e.g., \
             'Ms.' given the full name 'Ms. Barbara J Jensen, III').",
        ),
        AttrDef::string(
            AttrId::NameHonorificSuffix,
            "honorificSuffix",
            "The honorific suffix(es) of the User, or suffix in most Western languages (e.g., \
             'III' given the full name 'Ms. Barbara J Jensen, III').",
        ),
    ]
}

fn profile() -> Vec<AttrDef> {
    vec![
        AttrDef::string(
            AttrId::DisplayName,
            "displayName",
            "The name of the User, suitable for display to end-users. The name SHOULD be the \
             full name of the User being described, if known.",
        ),
        AttrDef::string(
            AttrId::NickName,
            "nickName",
            "The casual way to address the user in real life, e.g., 'Bob' or 'Bobby' instead of \
             'Robert'. This attribute SHOULD NOT be used to represent a User's username (e.g., \
             'bjensen' or 'mpepperidge').",
        ),
        AttrDef::reference(
            AttrId::ProfileUrl,
            "profileUrl",
            &["external"],
            "A fully qualified URL pointing to a page representing the User's online profile.",
        ),
        AttrDef::string(
            AttrId::Title,
            "title",
            "The user's title, such as 'Vice President.'",
        ),
        AttrDef::string(
            AttrId::UserType,
            "userType",
            "Used to identify the relationship between the organization and the user. Typical \
             values used might be 'Contractor', 'Employee', 'Intern', 'Temp', 'External', and \
             'Unknown', but any value may be used.",
        ),
        AttrDef::string(
            AttrId::PreferredLanguage,
            "preferredLanguage",
            "Indicates the User's preferred written or spoken language. Generally used for \
             selecting a localized user interface; e.g., 'en_US' specifies the language English \
             and country US.",
        )
        .max_length(255),
        AttrDef::string(
            AttrId::Locale,
            "locale",
            "Used to indicate the User's default location for purposes of localizing items such \
             as currency, date time format, or numerical representations.",
        )
        .max_length(255),
        AttrDef::string(
            AttrId::Timezone,
            "timezone",
            "The User's time zone in the 'Olson' time zone database format, e.g., \
             'America/Los_Angeles'.",
        )
        .max_length(255),
    ]
}

fn account() -> Vec<AttrDef> {
    vec![
        AttrDef::boolean(
            AttrId::Active,
            "active",
            "A Boolean value indicating the User's administrative status.",
        ),
        AttrDef::string(
            AttrId::Password,
            "password",
            "The User's cleartext password. This attribute is intended to be used as a means to \
             specify an initial password when creating a new User or to reset an existing \
             User's password.",
        )
        .mutability(Mutability::WriteOnly)
        .returned(Returned::Never),
    ]
}
