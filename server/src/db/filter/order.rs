//! Sort keys of SCIM lists (RFC 7644 section 3.4.2.3): of a multi-valued attribute the primary
//! value or else the first; missing values last when ascending.

use scim_schema::{
    attr::{AttrId, AttrType},
    filter::AttrRef,
};
use sea_orm::{
    ColumnTrait,
    sea_query::{Expr, ExprTrait, Order, Query, SelectStatement},
};

use super::{FilterScope, users::column};
use crate::db::{
    attribute_values::{Storage, storage},
    entity::{group, scim_link as link, user, user_attribute_value as value},
    keyset::{KeyKind, SortKey},
};

/// The key users are sorted by before the id; `None` when that is the id itself.
pub(crate) fn user_order(scope: &FilterScope, attr: AttrRef) -> Option<SortKey> {
    use user::Column as U;
    let first = |id, wanted| first_value(scope, id, wanted);
    Some(match attr.id {
        AttrId::ExternalId => text(column(link::Column::ExternalId)),
        AttrId::UserName => always(text(column(link::Column::UserNameFolded))),
        AttrId::NameGivenName => text(column(U::GivenNameFolded)),
        AttrId::NameFamilyName | AttrId::Name => text(column(U::FamilyNameFolded)),
        AttrId::DisplayName => text(column(U::DisplayNameFolded)),
        AttrId::Active => flag(column(U::IdpActive)),
        AttrId::UserStatus => always(text(column(U::Status))),
        AttrId::UserStatusLifecycle => always(text(column(U::Lifecycle))),
        AttrId::MetaCreated => always(instant(column(link::Column::LinkedAt))),
        AttrId::MetaLastModified | AttrId::Meta => always(instant(column(U::UpdatedAt))),
        AttrId::MetaVersion => always(number(column(U::Version))),
        id => match storage(id) {
            Storage::Row => match attr.attr_type {
                AttrType::Boolean | AttrType::Integer | AttrType::Decimal => {
                    decimal(first(id, value::Column::Number))
                }
                AttrType::DateTime => instant(first(id, value::Column::Instant)),
                _ => text(first(id, value::Column::Text)),
            },
            Storage::ElementText(parent) => text(first(parent, value::Column::Text)),
            Storage::ElementType(parent) => text(first(parent, value::Column::ElementType)),
            Storage::ElementPrimary(parent) => flag(first(parent, value::Column::IsPrimary)),
            Storage::Column | Storage::Derived => return None,
        },
    })
}

/// Whether links alone have the key that users are sorted by.
pub(crate) const fn is_of_link(attr: AttrRef) -> bool {
    use AttrId::{ExternalId, Id, MetaCreated, UserName};
    matches!(attr.id, Id | ExternalId | UserName | MetaCreated)
}

/// The key groups are sorted by before the id; `None` when that is the id itself.
pub(crate) fn group_order(attr: AttrRef) -> Option<SortKey> {
    use group::Column as G;
    Some(match attr.id {
        AttrId::GroupDisplayName => always(text(column(G::DisplayNameFolded))),
        AttrId::ExternalId => text(column(G::ExternalId)),
        AttrId::MetaCreated => always(instant(column(G::CreatedAt))),
        AttrId::MetaLastModified | AttrId::Meta => always(instant(column(G::UpdatedAt))),
        AttrId::MetaVersion => always(number(column(G::Version))),
        _ => return None,
    })
}

/// A key that every row has.
fn always(key: SortKey) -> SortKey {
    SortKey {
        optional: false,
        ..key
    }
}

const fn text(expr: Expr) -> SortKey {
    let kind = KeyKind::Text;
    SortKey {
        expr,
        kind,
        optional: true,
    }
}

const fn flag(expr: Expr) -> SortKey {
    let kind = KeyKind::Flag;
    SortKey {
        expr,
        kind,
        optional: true,
    }
}

const fn number(expr: Expr) -> SortKey {
    let kind = KeyKind::Number;
    SortKey {
        expr,
        kind,
        optional: true,
    }
}

const fn decimal(expr: Expr) -> SortKey {
    let kind = KeyKind::Decimal;
    SortKey {
        expr,
        kind,
        optional: true,
    }
}

const fn instant(expr: Expr) -> SortKey {
    let kind = KeyKind::Instant;
    SortKey {
        expr,
        kind,
        optional: true,
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
