//! `AttrId`: one name per attribute and sub-attribute of the whole schema.

macro_rules! attr_ids {
    ($($name:ident = $code:literal, $path:literal;)+) => {
        /// An attribute or sub-attribute of any schema, as a flat list.
        ///
        /// The numbers are stored in the database: they are never changed and never used again.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AttrId {
            $(#[doc = concat!("`", $path, "`")] $name,)+
            /// An attribute that an account defined, by its number in the account:
            /// [`AttrId::FIRST_CUSTOM`] or above.
            Custom(i16),
        }

        impl AttrId {
            /// The lowest number of an attribute that an account defines.
            pub const FIRST_CUSTOM: i16 = 1000;

            /// Every attribute of this product's own schemas, in the order of the codes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable number under which the attribute is stored.
            #[must_use]
            pub const fn code(self) -> i16 {
                match self {
                    $(Self::$name => $code,)+
                    Self::Custom(number) => number,
                }
            }

            /// The attribute with this stored number, if there is one.
            #[must_use]
            pub const fn from_code(code: i16) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)+
                    number if number >= Self::FIRST_CUSTOM => Some(Self::Custom(number)),
                    _ => None,
                }
            }

            /// The path in attribute notation (RFC 7644 section 3.10); attributes of an extension
            /// carry its URN. `None` for an attribute of an account: its URN and name are a matter
            /// of each connection.
            #[must_use]
            pub const fn path(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => Some($path),)+
                    Self::Custom(_) => None,
                }
            }
        }
    };
}

attr_ids! {
    Id = 1, "id";
    ExternalId = 2, "externalId";
    Schemas = 3, "schemas";
    Meta = 10, "meta";
    MetaResourceType = 11, "meta.resourceType";
    MetaCreated = 12, "meta.created";
    MetaLastModified = 13, "meta.lastModified";
    MetaLocation = 14, "meta.location";
    MetaVersion = 15, "meta.version";
    UserName = 100, "userName";
    Name = 110, "name";
    NameFormatted = 111, "name.formatted";
    NameFamilyName = 112, "name.familyName";
    NameGivenName = 113, "name.givenName";
    NameMiddleName = 114, "name.middleName";
    NameHonorificPrefix = 115, "name.honorificPrefix";
    NameHonorificSuffix = 116, "name.honorificSuffix";
    DisplayName = 120, "displayName";
    NickName = 121, "nickName";
    ProfileUrl = 122, "profileUrl";
    Title = 123, "title";
    UserType = 124, "userType";
    PreferredLanguage = 125, "preferredLanguage";
    Locale = 126, "locale";
    Timezone = 127, "timezone";
    Active = 128, "active";
    Password = 129, "password";
    Emails = 140, "emails";
    EmailsValue = 141, "emails.value";
    EmailsDisplay = 142, "emails.display";
    EmailsType = 143, "emails.type";
    EmailsPrimary = 144, "emails.primary";
    PhoneNumbers = 150, "phoneNumbers";
    PhoneNumbersValue = 151, "phoneNumbers.value";
    PhoneNumbersDisplay = 152, "phoneNumbers.display";
    PhoneNumbersType = 153, "phoneNumbers.type";
    PhoneNumbersPrimary = 154, "phoneNumbers.primary";
    Ims = 160, "ims";
    ImsValue = 161, "ims.value";
    ImsDisplay = 162, "ims.display";
    ImsType = 163, "ims.type";
    ImsPrimary = 164, "ims.primary";
    Photos = 170, "photos";
    PhotosValue = 171, "photos.value";
    PhotosDisplay = 172, "photos.display";
    PhotosType = 173, "photos.type";
    PhotosPrimary = 174, "photos.primary";
    Addresses = 180, "addresses";
    AddressesFormatted = 181, "addresses.formatted";
    AddressesStreetAddress = 182, "addresses.streetAddress";
    AddressesLocality = 183, "addresses.locality";
    AddressesRegion = 184, "addresses.region";
    AddressesPostalCode = 185, "addresses.postalCode";
    AddressesCountry = 186, "addresses.country";
    AddressesType = 187, "addresses.type";
    AddressesPrimary = 188, "addresses.primary";
    Groups = 190, "groups";
    GroupsValue = 191, "groups.value";
    GroupsRef = 192, "groups.$ref";
    GroupsDisplay = 193, "groups.display";
    GroupsType = 194, "groups.type";
    Entitlements = 200, "entitlements";
    EntitlementsValue = 201, "entitlements.value";
    EntitlementsDisplay = 202, "entitlements.display";
    EntitlementsType = 203, "entitlements.type";
    EntitlementsPrimary = 204, "entitlements.primary";
    Roles = 210, "roles";
    RolesValue = 211, "roles.value";
    RolesDisplay = 212, "roles.display";
    RolesType = 213, "roles.type";
    RolesPrimary = 214, "roles.primary";
    X509Certificates = 220, "x509Certificates";
    X509CertificatesValue = 221, "x509Certificates.value";
    X509CertificatesDisplay = 222, "x509Certificates.display";
    X509CertificatesType = 223, "x509Certificates.type";
    X509CertificatesPrimary = 224, "x509Certificates.primary";
    GroupDisplayName = 300, "displayName";
    GroupMembers = 310, "members";
    GroupMembersValue = 311, "members.value";
    GroupMembersRef = 312, "members.$ref";
    GroupMembersType = 313, "members.type";
    GroupMembersDisplay = 314, "members.display";
    EnterpriseEmployeeNumber = 400, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber";
    EnterpriseCostCenter = 401, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter";
    EnterpriseOrganization = 402, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:organization";
    EnterpriseDivision = 403, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division";
    EnterpriseDepartment = 404, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    EnterpriseManager = 410, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
    EnterpriseManagerValue = 411, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value";
    EnterpriseManagerRef = 412, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.$ref";
    EnterpriseManagerDisplayName = 413, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName";
    UserStatus = 500, "urn:ietf:params:scim:schemas:extension:rollcall:2.0:UserStatus:status";
    UserStatusLifecycle = 501, "urn:ietf:params:scim:schemas:extension:rollcall:2.0:UserStatus:lifecycle";
    UserStatusHolds = 510, "urn:ietf:params:scim:schemas:extension:rollcall:2.0:UserStatus:holds";
    UserStatusHoldsKind = 511, "urn:ietf:params:scim:schemas:extension:rollcall:2.0:UserStatus:holds.kind";
    UserStatusHoldsSince = 512, "urn:ietf:params:scim:schemas:extension:rollcall:2.0:UserStatus:holds.since";
    UserStatusHoldsSource = 513, "urn:ietf:params:scim:schemas:extension:rollcall:2.0:UserStatus:holds.source";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_come_back_and_are_unique() {
        let mut seen = HashSet::new();
        for id in AttrId::ALL {
            assert!(seen.insert(id.code()), "{id:?} shares its code");
            assert_eq!(AttrId::from_code(id.code()), Some(*id));
        }
        assert_eq!(AttrId::from_code(0), None);
    }

    #[test]
    fn numbers_of_accounts_begin_above_all_others() {
        let first = AttrId::FIRST_CUSTOM;
        assert!(AttrId::ALL.iter().all(|id| id.code() < first));
        assert_eq!(AttrId::from_code(first - 1), None);
        for number in [first, i16::MAX] {
            let id = AttrId::Custom(number);
            assert_eq!(AttrId::from_code(number), Some(id));
            assert_eq!((id.code(), id.path()), (number, None));
        }
    }

    #[test]
    fn stored_codes_never_change() {
        let text: Vec<_> = AttrId::ALL
            .iter()
            .map(|id| format!("{} {}", id.code(), id.path().unwrap_or_default()))
            .collect();
        insta::assert_snapshot!(text.join("\n"));
    }
}
