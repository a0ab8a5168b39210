//! Conditions on users: the link and user row, the value rows, groups and holds.

use scim_schema::{
    attr::{AttrId, AttrType, Returned},
    filter::{AttrRef, CompareOp, TypedFilter, TypedValue},
    schema::{Extension, urn},
    text::fold,
};
use sea_orm::{
    ColumnTrait, IntoSimpleExpr,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::{
    FilterScope, Searchable,
    compare::{
        always, begins_between, compare, compare_id, compare_indexed, concat, constant,
        matches_text, never, present_text,
    },
    condition,
    reach::{Reach, of, of_element, of_row},
};
use crate::db::{
    attribute_values::{Storage, is_looked_up, storage, text_key},
    dialect,
    entity::{group, group_member, hold, scim_link as link, user, user_attribute_value as value},
};

/// Users of a connection, as `scim_links` joined with `users`.
pub(crate) struct Users<'s>(pub(crate) &'s FilterScope);

impl Searchable for Users<'_> {
    fn atom(&self, atom: &TypedFilter) -> Expr {
        match atom {
            TypedFilter::Present(attr) => self.present(*attr),
            TypedFilter::Compare { attr, op, value } => self.compare(*attr, *op, value),
            TypedFilter::Element { attr, filter } => self.element(attr.id, filter),
            other => condition(self, other),
        }
    }
}

impl Users<'_> {
    fn compare(&self, attr: AttrRef, op: CompareOp, wanted: &TypedValue) -> Expr {
        let backend = self.0.backend;
        match storage(attr.id) {
            Storage::Column => self.compare_column(attr, op, wanted),
            Storage::Row => {
                let test = row_test(self.0, attr, op, wanted);
                self.has_value(attr.id, test, of_row(attr, op, wanted))
            }
            Storage::ElementText(parent) => {
                let test = row_test(self.0, attr, op, wanted);
                self.has_value(parent, test, of_row(attr, op, wanted))
            }
            Storage::ElementType(parent) => {
                let test = compare(backend, &column(value::Column::ElementType), op, wanted);
                self.scan_values(parent, test)
            }
            Storage::ElementPrimary(parent) => {
                let test = compare(backend, &column(value::Column::IsPrimary), op, wanted);
                self.scan_values(parent, test)
            }
            Storage::Derived if attr.id == AttrId::Schemas => self.schemas(op, wanted),
            Storage::Derived => self.derived(
                attr,
                &TypedFilter::Compare {
                    attr,
                    op,
                    value: wanted.clone(),
                },
            ),
        }
    }

    fn compare_column(&self, attr: AttrRef, op: CompareOp, wanted: &TypedValue) -> Expr {
        let backend = self.0.backend;
        match attr.id {
            AttrId::Id => compare_id(backend, column(link::Column::ScimId), op, wanted),
            AttrId::MetaResourceType => constant(matches_text(&in_case("User", attr), op, wanted)),
            AttrId::MetaLastModified => self.changed(op, wanted),
            AttrId::UserName | AttrId::ExternalId => match self.column_of(attr.id) {
                Some(column) => compare_indexed(backend, &column, op, wanted),
                None => never(),
            },
            _ => match self.column_of(attr.id) {
                Some(column) => compare(backend, &column, op, wanted),
                None => never(),
            },
        }
    }

    /// The links of users that changed then: their index leads to them, and not a look at the user
    /// of each link.
    fn changed(&self, op: CompareOp, wanted: &TypedValue) -> Expr {
        let at = Expr::col(("changed", user::Column::UpdatedAt));
        let rows = Query::select()
            .column(("changed", user::Column::Id))
            .from_as(user::Entity, "changed")
            .and_where(Expr::col(("changed", user::Column::AccountId)).eq(self.0.account.0))
            .and_where(compare(self.0.backend, &at, op, wanted))
            .to_owned();
        column(link::Column::UserId).in_subquery(rows)
    }

    /// The column that an attribute without rows is found in.
    fn column_of(&self, id: AttrId) -> Option<Expr> {
        Some(match id {
            AttrId::ExternalId => column(link::Column::ExternalId),
            AttrId::UserName => column(link::Column::UserNameFolded),
            AttrId::NameGivenName => column(user::Column::GivenNameFolded),
            AttrId::NameFamilyName => column(user::Column::FamilyNameFolded),
            AttrId::DisplayName => column(user::Column::DisplayNameFolded),
            AttrId::Active => column(user::Column::IdpActive),
            AttrId::UserStatus => column(user::Column::Status),
            AttrId::UserStatusLifecycle => column(user::Column::Lifecycle),
            AttrId::MetaCreated => column(link::Column::LinkedAt),
            AttrId::MetaLastModified => column(user::Column::UpdatedAt),
            AttrId::MetaVersion => version_text(column(user::Column::Version)),
            AttrId::MetaLocation => concat(
                Expr::val(format!("{}/Users/", self.0.base_url)),
                dialect::uuid_text(self.0.backend, &column(link::Column::ScimId)),
            ),
            _ => return None,
        })
    }

    fn present(&self, attr: AttrRef) -> Expr {
        if attr.attr_type == AttrType::Complex && storage(attr.id) != Storage::Derived {
            return self.any_sub_attribute(attr);
        }
        match storage(attr.id) {
            Storage::Column => match self.column_of(attr.id) {
                Some(column) if attr.attr_type == AttrType::String => present_text(&column),
                Some(column) => column.is_not_null(),
                None => constant(matches!(attr.id, AttrId::Id | AttrId::MetaResourceType)),
            },
            Storage::Row => self.scan_values(attr.id, row_present(attr)),
            Storage::ElementText(parent) => self.scan_values(parent, row_present(attr)),
            Storage::ElementType(parent) => {
                self.scan_values(parent, present_text(&column(value::Column::ElementType)))
            }
            Storage::ElementPrimary(parent) => {
                self.scan_values(parent, column(value::Column::IsPrimary).is_not_null())
            }
            Storage::Derived if attr.id == AttrId::Schemas => always(),
            Storage::Derived => self.derived(attr, &TypedFilter::Present(attr)),
        }
    }

    /// A complex attribute is present when a sub-attribute is, of one element at least.
    fn any_sub_attribute(&self, attr: AttrRef) -> Expr {
        let Some(found) = self.0.users.find_id(attr.id) else {
            return never();
        };
        if attr.id == AttrId::Meta {
            return always();
        }
        let parts = found.attr.sub_attributes.iter().map(|sub| {
            TypedFilter::Present(AttrRef {
                id: sub.id,
                parent: Some(attr.id),
                attr_type: sub.attr_type,
                multi_valued: attr.multi_valued,
                case_exact: sub.case_exact,
            })
        });
        let any = TypedFilter::Or(parts.collect());
        if attr.multi_valued {
            self.element(attr.id, &any)
        } else {
            condition(self, &any)
        }
    }

    /// One element satisfies the whole filter.
    fn element(&self, parent: AttrId, filter: &TypedFilter) -> Expr {
        if storage(parent) == Storage::Derived {
            return match parent {
                AttrId::Groups => self.in_groups(filter),
                AttrId::UserStatusHolds => self.in_holds(filter),
                _ => never(),
            };
        }
        let test = condition(&Element(self.0), filter);
        self.has_value(parent, test, of(filter, &of_element))
    }

    /// The index leads from the value to its people, and the key from a person to the value.
    fn has_value(&self, attribute: AttrId, test: Expr, reach: Reach) -> Expr {
        if reach != Reach::Indexed {
            return self.scan_values(attribute, test);
        }
        column(link::Column::UserId).in_subquery(
            value_rows(self.0)
                .column(value::Column::UserId)
                .and_where(value::Column::AttributeId.eq(attribute.code()))
                .and_where(test)
                .to_owned(),
        )
    }

    fn scan_values(&self, attribute: AttrId, test: Expr) -> Expr {
        let test = value::Column::AttributeId.eq(attribute.code()).and(test);
        self.has_some_value(test)
    }

    fn has_some_value(&self, test: Expr) -> Expr {
        let of_person = column(value::Column::UserId).eq(column(link::Column::UserId));
        Expr::exists(
            value_rows(self.0)
                .expr(Expr::val(1))
                .and_where(of_person)
                .and_where(test)
                .to_owned(),
        )
    }

    fn derived(&self, attr: AttrRef, filter: &TypedFilter) -> Expr {
        match attr.parent.unwrap_or(attr.id) {
            AttrId::Groups => self.in_groups(filter),
            AttrId::UserStatusHolds => self.in_holds(filter),
            _ => never(),
        }
    }

    fn in_groups(&self, filter: &TypedFilter) -> Expr {
        let rows = Query::select()
            .column((group_member::Entity, group_member::Column::UserId))
            .from(group_member::Entity)
            .inner_join(
                group::Entity,
                column(group::Column::AccountId)
                    .equals((group_member::Entity, group_member::Column::AccountId))
                    .and(
                        column(group::Column::Id)
                            .equals((group_member::Entity, group_member::Column::GroupId)),
                    ),
            )
            .and_where(group_member::Column::AccountId.eq(self.0.account.0))
            .and_where(group::Column::ConnectionId.eq(self.0.connection.0))
            .and_where(condition(&OfGroup(self.0), filter))
            .to_owned();
        column(link::Column::UserId).in_subquery(rows)
    }

    fn in_holds(&self, filter: &TypedFilter) -> Expr {
        let rows = Query::select()
            .column(hold::Column::UserId)
            .from(hold::Entity)
            .and_where(hold::Column::AccountId.eq(self.0.account.0))
            .and_where(hold::Column::LiftedAt.is_null())
            .and_where(condition(&OfHold(self.0), filter))
            .to_owned();
        column(link::Column::UserId).in_subquery(rows)
    }

    /// `schemas`: the core schema is always there, an extension when one of its attributes is, our
    /// status never: it is returned on request, and the URN with it.
    fn schemas(&self, op: CompareOp, wanted: &TypedValue) -> Expr {
        let matches =
            |urn: &str| matches_text(urn, op, wanted) || matches_text(&fold(urn), op, wanted);
        if matches(urn::USER) {
            return always();
        }
        let extensions = self.0.users.extensions.iter();
        let named = extensions.filter(|extension| matches(&extension.schema.urn));
        let attributes: Vec<i16> = named.flat_map(written_attributes).collect();
        if attributes.is_empty() {
            return never();
        }
        self.has_some_value(value::Column::AttributeId.is_in(attributes))
    }
}

/// Numbers of the attributes of an extension, and of their sub-attributes, that clients write and
/// answers have.
fn written_attributes(extension: &Extension) -> impl Iterator<Item = i16> {
    let attributes = extension.schema.attributes.iter();
    let shown = attributes.filter(|def| def.is_writable() && def.returned == Returned::Default);
    shown.flat_map(|def| {
        let subs = def.sub_attributes.iter().map(|sub| sub.id.code());
        std::iter::once(def.id.code()).chain(subs)
    })
}

/// One element of a multi-valued attribute: the value row in scope and its siblings.
struct Element<'s>(&'s FilterScope);

impl Searchable for Element<'_> {
    fn atom(&self, atom: &TypedFilter) -> Expr {
        let backend = self.0.backend;
        match atom {
            TypedFilter::Compare {
                attr,
                op,
                value: wanted,
            } => match storage(attr.id) {
                Storage::ElementText(_) => row_test(self.0, *attr, *op, wanted),
                Storage::ElementType(_) => {
                    compare(backend, &column(value::Column::ElementType), *op, wanted)
                }
                Storage::ElementPrimary(_) => {
                    compare(backend, &column(value::Column::IsPrimary), *op, wanted)
                }
                _ => sibling(self.0, attr.id, |row| {
                    compare(backend, &row(value::Column::Text), *op, wanted)
                }),
            },
            TypedFilter::Present(attr) => match storage(attr.id) {
                Storage::ElementText(_) => row_present(*attr),
                Storage::ElementType(_) => present_text(&column(value::Column::ElementType)),
                Storage::ElementPrimary(_) => column(value::Column::IsPrimary).is_not_null(),
                _ => sibling(self.0, attr.id, |row| {
                    present_text(&row(value::Column::Text))
                }),
            },
            other => condition(self, other),
        }
    }
}

/// A group of a user.
struct OfGroup<'s>(&'s FilterScope);

impl Searchable for OfGroup<'_> {
    fn atom(&self, atom: &TypedFilter) -> Expr {
        let backend = self.0.backend;
        let TypedFilter::Compare { attr, op, value } = atom else {
            return match atom {
                TypedFilter::Present(_) => always(),
                other => condition(self, other),
            };
        };
        let id = column(group::Column::Id);
        match attr.id {
            AttrId::GroupsValue => compare_id(backend, id, *op, value),
            AttrId::GroupsDisplay => compare(
                backend,
                &column(group::Column::DisplayNameFolded),
                *op,
                value,
            ),
            AttrId::GroupsType => constant(matches_text("direct", *op, value)),
            AttrId::GroupsRef => {
                let prefix = Expr::val(format!("{}/Groups/", self.0.base_url));
                let location = concat(prefix, dialect::uuid_text(backend, &id));
                compare(backend, &location, *op, value)
            }
            _ => never(),
        }
    }
}

/// An open hold of a user.
struct OfHold<'s>(&'s FilterScope);

impl Searchable for OfHold<'_> {
    fn atom(&self, atom: &TypedFilter) -> Expr {
        let TypedFilter::Compare { attr, op, value } = atom else {
            return match atom {
                TypedFilter::Present(_) => always(),
                other => condition(self, other),
            };
        };
        let column = match attr.id {
            AttrId::UserStatusHoldsKind => column(hold::Column::Kind),
            AttrId::UserStatusHoldsSince => column(hold::Column::Since),
            AttrId::UserStatusHoldsSource => column(hold::Column::SourceName),
            _ => return never(),
        };
        compare(self.0.backend, &column, *op, value)
    }
}

/// A column with its table's name in front.
pub(super) fn column(column: impl IntoSimpleExpr) -> Expr {
    column.into_simple_expr()
}

/// The text of an ETag (RFC 7644 section 3.14) for a version column.
pub(super) fn version_text(version: Expr) -> Expr {
    let number = version.cast_as("text");
    concat(concat(Expr::val("W/\""), number), Expr::val("\""))
}

/// A constant in the case that the attribute compares in.
pub(super) fn in_case(text: &str, attr: AttrRef) -> String {
    if attr.case_exact {
        text.to_owned()
    } else {
        fold(text)
    }
}

fn value_rows(scope: &FilterScope) -> SelectStatement {
    Query::select()
        .from(value::Entity)
        .and_where(value::Column::AccountId.eq(scope.account.0))
        .and_where(value::Column::Present.eq(true))
        .to_owned()
}

/// A test of the row's value in the column of its type; equality of text goes by the index first.
fn row_test(scope: &FilterScope, attr: AttrRef, op: CompareOp, wanted: &TypedValue) -> Expr {
    match wanted {
        TypedValue::String(text) => {
            let test = compare(scope.backend, &column(value::Column::Text), op, wanted);
            let in_index = match storage(attr.id) {
                Storage::ElementText(parent) => is_looked_up(parent),
                _ => is_looked_up(attr.id),
            };
            match op {
                _ if !in_index => test,
                CompareOp::Eq => column(value::Column::TextKey).eq(text_key(text)).and(test),
                CompareOp::Sw => {
                    let key = text_key(text);
                    begins_between(&column(value::Column::TextKey), &key).and(test)
                }
                _ => test,
            }
        }
        TypedValue::DateTime(_) => {
            compare(scope.backend, &column(value::Column::Instant), op, wanted)
        }
        TypedValue::Boolean(flag) => {
            let number = TypedValue::Decimal(f64::from(u8::from(*flag)));
            compare(scope.backend, &column(value::Column::Number), op, &number)
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "numbers are stored as doubles, as JSON has them"
        )]
        TypedValue::Integer(number) => {
            let number = TypedValue::Decimal(*number as f64);
            compare(scope.backend, &column(value::Column::Number), op, &number)
        }
        TypedValue::Decimal(_) if attr.attr_type == AttrType::DateTime => never(),
        TypedValue::Decimal(_) => {
            compare(scope.backend, &column(value::Column::Number), op, wanted)
        }
    }
}

fn row_present(attr: AttrRef) -> Expr {
    match attr.attr_type {
        AttrType::Boolean | AttrType::Decimal | AttrType::Integer => {
            column(value::Column::Number).is_not_null()
        }
        _ => present_text(&column(value::Column::Text)),
    }
}

/// Another row of the same element.
fn sibling(
    scope: &FilterScope,
    attribute: AttrId,
    test: impl FnOnce(&dyn Fn(value::Column) -> Expr) -> Expr,
) -> Expr {
    let row = |name: value::Column| Expr::col(("sibling", name));
    let rows = Query::select()
        .expr(Expr::val(1))
        .from_as(value::Entity, "sibling")
        .and_where(row(value::Column::AccountId).eq(scope.account.0))
        .and_where(row(value::Column::UserId).equals((value::Entity, value::Column::UserId)))
        .and_where(row(value::Column::Ordinal).equals((value::Entity, value::Column::Ordinal)))
        .and_where(row(value::Column::AttributeId).eq(attribute.code()))
        .and_where(row(value::Column::Present).eq(true))
        .and_where(test(&row))
        .to_owned();
    Expr::exists(rows)
}
