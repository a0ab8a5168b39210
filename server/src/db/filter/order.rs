//! Sort keys of SCIM lists (RFC 7644 section 3.4.2.3): of a multi-valued attribute the primary
//! value or else the first; missing values last when ascending.

use scim_schema::{attr::AttrId, filter::AttrRef};
use sea_orm::{
    ColumnTrait,
    sea_query::{Expr, ExprTrait, Order, Query, SelectStatement},
};

use super::{FilterScope, users::column};
use crate::db::{
    attribute_values::{Storage, storage},
    entity::{group, scim_link as link, user, user_attribute_value as value},
};

/// The key users are sorted by, without the id that breaks ties.
pub(crate) fn user_order(scope: &FilterScope, attr: AttrRef) -> Expr {
    match attr.id {
        AttrId::Id => column(link::Column::ScimId),
        AttrId::ExternalId => column(link::Column::ExternalId),
        AttrId::UserName => column(link::Column::UserNameFolded),
        AttrId::NameGivenName => column(user::Column::GivenNameFolded),
        AttrId::NameFamilyName | AttrId::Name => column(user::Column::FamilyNameFolded),
        AttrId::DisplayName => column(user::Column::DisplayNameFolded),
        AttrId::Active => column(user::Column::IdpActive),
        AttrId::UserStatus => column(user::Column::Status),
        AttrId::UserStatusLifecycle => column(user::Column::Lifecycle),
        AttrId::MetaCreated => column(link::Column::LinkedAt),
        AttrId::MetaLastModified | AttrId::Meta => column(user::Column::UpdatedAt),
        AttrId::MetaVersion => column(user::Column::Version),
        id => match storage(id) {
            Storage::Row => first_value(scope, id, value::Column::Text),
            Storage::ElementText(parent) => first_value(scope, parent, value::Column::Text),
            Storage::ElementType(parent) => first_value(scope, parent, value::Column::ElementType),
            Storage::ElementPrimary(parent) => {
                first_value(scope, parent, value::Column::IsPrimary)
            }
            Storage::Column | Storage::Derived => column(link::Column::ScimId),
        },
    }
}

/// The key groups are sorted by, without the id that breaks ties.
pub(crate) fn group_order(attr: AttrRef) -> Expr {
    match attr.id {
        AttrId::GroupDisplayName => column(group::Column::DisplayNameFolded),
        AttrId::ExternalId => column(group::Column::ExternalId),
        AttrId::MetaCreated => column(group::Column::CreatedAt),
        AttrId::MetaLastModified | AttrId::Meta => column(group::Column::UpdatedAt),
        AttrId::MetaVersion => column(group::Column::Version),
        _ => column(group::Column::Id),
    }
}

fn first_value(scope: &FilterScope, attribute: AttrId, wanted: value::Column) -> Expr {
    let first: SelectStatement = Query::select()
        .column((value::Entity, wanted))
        .from(value::Entity)
        .and_where(value::Column::AccountId.eq(scope.account.0))
        .and_where(column(value::Column::UserId).equals((link::Entity, link::Column::UserId)))
        .and_where(value::Column::AttributeId.eq(attribute.code()))
        .and_where(value::Column::Present.eq(true))
        .order_by_expr(
            Expr::case(column(value::Column::IsPrimary).eq(true), 0)
                .finally(1)
                .into(),
            Order::Asc,
        )
        .order_by((value::Entity, value::Column::Ordinal), Order::Asc)
        .limit(1)
        .to_owned();
    Expr::SubQuery(None, Box::new(first.into()))
}
