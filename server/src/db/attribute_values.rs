//! Searchable values of a user: which attribute is found in which column, and the rows of
//! `user_attribute_values` that a document yields.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use scim_schema::{
    attr::{AttrDef, AttrId, AttrType, parse_date_time},
    id::UserId,
    resource::Document,
    schema::ResourceType,
    text::fold,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use uuid::Uuid;

use super::{entity::user_attribute_value as value, error::DbError, unit::AccountTx};

/// Characters of a text that its index holds; longer ones are compared in full after that.
pub(crate) const TEXT_KEY_CHARS: usize = 200;

/// Where an attribute of a user is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    /// A column of the link or of the user: no row of its own.
    Column,
    /// Column `text` of the row of this multi-valued attribute's element.
    ElementText(AttrId),
    /// Column `element_type` of that row.
    ElementType(AttrId),
    /// Column `is_primary` of that row.
    ElementPrimary(AttrId),
    /// A row of its own under the attribute's number.
    Row,
    /// Other tables: groups, holds, the schemas that are present.
    Derived,
}

/// Where `id` is searched. A new attribute does not compile until it is placed here.
pub(crate) const fn storage(id: AttrId) -> Storage {
    use AttrId as A;
    match id {
        A::Id
        | A::ExternalId
        | A::Meta
        | A::MetaResourceType
        | A::MetaCreated
        | A::MetaLastModified
        | A::MetaLocation
        | A::MetaVersion
        | A::UserName
        | A::Name
        | A::NameFamilyName
        | A::NameGivenName
        | A::DisplayName
        | A::Active
        | A::Password
        | A::GroupDisplayName
        | A::UserStatus
        | A::UserStatusLifecycle => Storage::Column,
        A::Schemas
        | A::Groups
        | A::GroupsValue
        | A::GroupsRef
        | A::GroupsDisplay
        | A::GroupsType
        | A::GroupMembers
        | A::GroupMembersValue
        | A::GroupMembersRef
        | A::GroupMembersType
        | A::GroupMembersDisplay
        | A::UserStatusHolds
        | A::UserStatusHoldsKind
        | A::UserStatusHoldsSince
        | A::UserStatusHoldsSource => Storage::Derived,
        A::EmailsValue => Storage::ElementText(A::Emails),
        A::EmailsType => Storage::ElementType(A::Emails),
        A::EmailsPrimary => Storage::ElementPrimary(A::Emails),
        A::PhoneNumbersValue => Storage::ElementText(A::PhoneNumbers),
        A::PhoneNumbersType => Storage::ElementType(A::PhoneNumbers),
        A::PhoneNumbersPrimary => Storage::ElementPrimary(A::PhoneNumbers),
        A::ImsValue => Storage::ElementText(A::Ims),
        A::ImsType => Storage::ElementType(A::Ims),
        A::ImsPrimary => Storage::ElementPrimary(A::Ims),
        A::PhotosValue => Storage::ElementText(A::Photos),
        A::PhotosType => Storage::ElementType(A::Photos),
        A::PhotosPrimary => Storage::ElementPrimary(A::Photos),
        A::AddressesFormatted => Storage::ElementText(A::Addresses),
        A::AddressesType => Storage::ElementType(A::Addresses),
        A::AddressesPrimary => Storage::ElementPrimary(A::Addresses),
        A::EntitlementsValue => Storage::ElementText(A::Entitlements),
        A::EntitlementsType => Storage::ElementType(A::Entitlements),
        A::EntitlementsPrimary => Storage::ElementPrimary(A::Entitlements),
        A::RolesValue => Storage::ElementText(A::Roles),
        A::RolesType => Storage::ElementType(A::Roles),
        A::RolesPrimary => Storage::ElementPrimary(A::Roles),
        A::X509CertificatesValue => Storage::ElementText(A::X509Certificates),
        A::X509CertificatesType => Storage::ElementType(A::X509Certificates),
        A::X509CertificatesPrimary => Storage::ElementPrimary(A::X509Certificates),
        A::Emails
        | A::PhoneNumbers
        | A::Ims
        | A::Photos
        | A::Addresses
        | A::Entitlements
        | A::Roles
        | A::X509Certificates
        | A::NameFormatted
        | A::NameMiddleName
        | A::NameHonorificPrefix
        | A::NameHonorificSuffix
        | A::NickName
        | A::ProfileUrl
        | A::Title
        | A::UserType
        | A::PreferredLanguage
        | A::Locale
        | A::Timezone
        | A::EmailsDisplay
        | A::PhoneNumbersDisplay
        | A::ImsDisplay
        | A::PhotosDisplay
        | A::AddressesStreetAddress
        | A::AddressesLocality
        | A::AddressesRegion
        | A::AddressesPostalCode
        | A::AddressesCountry
        | A::EntitlementsDisplay
        | A::RolesDisplay
        | A::X509CertificatesDisplay
        | A::EnterpriseEmployeeNumber
        | A::EnterpriseCostCenter
        | A::EnterpriseOrganization
        | A::EnterpriseDivision
        | A::EnterpriseDepartment
        | A::EnterpriseManager
        | A::EnterpriseManagerValue
        | A::EnterpriseManagerRef
        | A::EnterpriseManagerDisplayName
        | A::Custom(_) => Storage::Row,
    }
}

/// The row of one element or single value, without its user.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AttributeValue {
    pub(crate) attribute: i16,
    pub(crate) ordinal: i16,
    text: Option<String>,
    element_type: Option<String>,
    is_primary: Option<bool>,
    number: Option<f64>,
    instant: Option<DateTime<Utc>>,
    present: bool,
}

/// The rows of a user's document, as far as `users` defines it, ordered by attribute and position.
pub(crate) fn rows_of(users: &ResourceType, document: &Document) -> Vec<AttributeValue> {
    let mut rows: BTreeMap<(i16, i16), AttributeValue> = BTreeMap::new();
    for leaf in document.leaves(users) {
        let Ok(ordinal) = i16::try_from(leaf.ordinal) else {
            continue;
        };
        let target = match storage(leaf.def.id) {
            Storage::Column | Storage::Derived => continue,
            Storage::Row => {
                // Every element has its own row, so that a value path finds all of them.
                if let Some(parent) = leaf.parent.filter(|parent| parent.multi_valued) {
                    row_mut(&mut rows, parent.id, ordinal);
                }
                leaf.def.id
            }
            Storage::ElementText(parent)
            | Storage::ElementType(parent)
            | Storage::ElementPrimary(parent) => parent,
        };
        fill(row_mut(&mut rows, target, ordinal), leaf.def, leaf.value);
    }
    rows.into_values().collect()
}

fn row_mut(
    rows: &mut BTreeMap<(i16, i16), AttributeValue>,
    attribute: AttrId,
    ordinal: i16,
) -> &mut AttributeValue {
    let attribute = attribute.code();
    let row = rows.entry((attribute, ordinal));
    row.or_insert_with(|| AttributeValue {
        attribute,
        ordinal,
        present: true,
        ..AttributeValue::default()
    })
}

fn fill(row: &mut AttributeValue, def: &AttrDef, value: &serde_json::Value) {
    match storage(def.id) {
        Storage::ElementType(_) => row.element_type = value.as_str().map(fold),
        Storage::ElementPrimary(_) => row.is_primary = value.as_bool(),
        _ => {
            row.number = value.as_f64();
            row.text = value.as_str().map(|text| comparable(def, text));
            row.instant = value
                .as_str()
                .filter(|_| def.attr_type == AttrType::DateTime)
                .and_then(parse_date_time);
            if let Some(flag) = value.as_bool() {
                row.number = Some(f64::from(u8::from(flag)));
            }
        }
    }
}

fn comparable(def: &AttrDef, text: &str) -> String {
    if def.case_exact {
        text.to_owned()
    } else {
        fold(text)
    }
}

/// Whether people are looked up by this attribute, so that its values are in the index. An entry
/// costs each user that is written, and finds nobody where most people have the same few values.
pub(crate) const fn is_looked_up(id: AttrId) -> bool {
    use AttrId as A;
    matches!(
        id,
        A::Title
            | A::Emails
            | A::PhoneNumbers
            | A::Ims
            | A::Entitlements
            | A::Roles
            | A::X509Certificates
            | A::EnterpriseEmployeeNumber
            | A::EnterpriseDepartment
            | A::EnterpriseManagerValue
            | A::Custom(_)
    )
}

/// What the index holds of a row. Rows of an account's own attributes are all in it, so that they
/// can be found and deleted.
fn key_of(row: &AttributeValue) -> Option<String> {
    let id = AttrId::from_code(row.attribute).filter(|id| is_looked_up(*id))?;
    match (row.text.as_deref(), id) {
        (Some(text), _) => Some(text_key(text)),
        (None, AttrId::Custom(_)) => Some(String::new()),
        (None, _) => None,
    }
}

/// The indexed beginning of a comparable text.
pub(crate) fn text_key(text: &str) -> String {
    text.chars().take(TEXT_KEY_CHARS).collect()
}

/// The rows that turn `old` into `new`: changed and added ones as they are, vanished ones emptied,
/// so that one upsert carries every change.
pub(crate) fn changes(old: &[AttributeValue], new: &[AttributeValue]) -> Vec<AttributeValue> {
    let key = |row: &AttributeValue| (row.attribute, row.ordinal);
    let before: HashMap<_, _> = old.iter().map(|row| (key(row), row)).collect();
    let after: HashSet<_> = new.iter().map(key).collect();
    let differs = |row: &&AttributeValue| before.get(&key(row)) != Some(row);
    let mut changed: Vec<AttributeValue> = new.iter().filter(differs).cloned().collect();
    let vanished = old.iter().filter(|row| !after.contains(&key(row)));
    changed.extend(vanished.map(|row| AttributeValue {
        attribute: row.attribute,
        ordinal: row.ordinal,
        ..AttributeValue::default()
    }));
    changed
}

impl AccountTx {
    /// Writes searchable values of a user.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn upsert_attribute_values(
        &self,
        user: UserId,
        rows: &[AttributeValue],
    ) -> Result<(), DbError> {
        self.upsert_values(rows.iter().map(|row| (user, row))).await
    }

    /// The same for many users.
    pub(super) async fn upsert_values<'r>(
        &self,
        rows: impl Iterator<Item = (UserId, &'r AttributeValue)>,
    ) -> Result<(), DbError> {
        let account = self.account().0;
        let models: Vec<_> = rows.map(|(user, row)| model(account, user, row)).collect();
        use value::Column as C;
        let there = OnConflict::columns([C::AccountId, C::UserId, C::AttributeId, C::Ordinal])
            .update_columns([
                C::Present,
                C::Text,
                C::TextKey,
                C::ElementType,
                C::IsPrimary,
                C::Number,
                C::Instant,
            ])
            .to_owned();
        Ok(self.connection.upsert_all(models, &there).await?)
    }

    /// The values of these users for attributes of the account's own, by user.
    pub(super) async fn custom_values(
        &self,
        users: &[UserId],
    ) -> Result<HashMap<UserId, Vec<AttributeValue>>, DbError> {
        use value::Column as C;
        let rows = value::Entity::find()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::UserId.is_in(users.iter().map(|user| user.0)))
            .filter(C::AttributeId.gte(AttrId::FIRST_CUSTOM))
            .filter(C::Present.eq(true))
            .all(&self.connection)
            .await?;
        let mut values: HashMap<UserId, Vec<AttributeValue>> = HashMap::new();
        for row in rows {
            values
                .entry(row.user_id.into())
                .or_default()
                .push(AttributeValue {
                    attribute: row.attribute_id,
                    ordinal: row.ordinal,
                    text: row.text,
                    element_type: row.element_type,
                    is_primary: row.is_primary,
                    number: row.number,
                    instant: row.instant,
                    present: row.present,
                });
        }
        Ok(values)
    }
}

fn model(account: Uuid, user: UserId, row: &AttributeValue) -> value::ActiveModel {
    value::ActiveModel {
        account_id: Set(account),
        user_id: Set(user.0),
        attribute_id: Set(row.attribute),
        ordinal: Set(row.ordinal),
        present: Set(row.present),
        text: Set(row.text.clone()),
        text_key: Set(key_of(row)),
        element_type: Set(row.element_type.clone()),
        is_primary: Set(row.is_primary),
        number: Set(row.number),
        instant: Set(row.instant),
    }
}

#[cfg(test)]
mod tests {
    use scim_schema::schema::{ResourceKind, registry};

    use super::*;

    fn rows_of(document: &Document) -> Vec<AttributeValue> {
        super::rows_of(registry().resource_type(ResourceKind::User), document)
    }

    fn document(text: &str) -> Document {
        Document::from_json_text(text).expect("a document")
    }

    #[test]
    fn an_element_is_one_row_and_further_sub_attributes_have_their_own() {
        let rows = rows_of(&document(
            r#"{"userName":"a","title":"Guide","emails":[{"value":"A@x.org","type":"Work","primary":true},{"value":"b@x.org","display":"B"}]}"#,
        ));
        let shape: Vec<_> = rows
            .iter()
            .map(|row| (row.attribute, row.ordinal, row.text.as_deref()))
            .collect();
        assert_eq!(
            shape,
            [
                (AttrId::Title.code(), 0, Some("guide")),
                (AttrId::Emails.code(), 0, Some("a@x.org")),
                (AttrId::Emails.code(), 1, Some("b@x.org")),
                (AttrId::EmailsDisplay.code(), 1, Some("b")),
            ]
        );
        assert_eq!(rows[1].element_type.as_deref(), Some("work"));
        assert_eq!(rows[1].is_primary, Some(true));
    }

    #[test]
    fn a_vanished_value_is_emptied_and_an_unchanged_one_left_alone() {
        let old = rows_of(&document(r#"{"title":"Guide","nickName":"Babs"}"#));
        let new = rows_of(&document(r#"{"title":"Guide"}"#));
        let changed = changes(&old, &new);
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0].attribute, AttrId::NickName.code());
        assert!(!changed[0].present);
        assert!(changes(&new, &new).is_empty());
    }
}
