//! Conditions on groups: the group's row and its members.

use scim_schema::{
    attr::{AttrId, AttrType},
    filter::{AttrRef, CompareOp, TypedFilter, TypedValue},
    schema::{ResourceKind, urn},
    text::fold,
};
use sea_orm::{
    ColumnTrait,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::{
    FilterScope, Searchable,
    compare::{
        always, compare, compare_id, compare_indexed, concat, constant, matches_text, never,
        present_text,
    },
    condition,
    users::{column, in_case, version_text},
};
use crate::db::{
    dialect,
    entity::{group, group_member, group_subgroup, scim_link as link, user},
    scim_users::is_live,
};

/// Groups of a connection.
pub(crate) struct Groups<'s>(pub(crate) &'s FilterScope);

impl Searchable for Groups<'_> {
    fn atom(&self, atom: &TypedFilter) -> Expr {
        match atom {
            TypedFilter::Present(attr) => self.present(*attr, atom),
            TypedFilter::Compare { attr, op, value } => self.compare(*attr, *op, value, atom),
            TypedFilter::Element { filter, .. } => self.with_member(filter),
            other => condition(self, other),
        }
    }
}

impl Groups<'_> {
    fn compare(
        &self,
        attr: AttrRef,
        op: CompareOp,
        value: &TypedValue,
        atom: &TypedFilter,
    ) -> Expr {
        let backend = self.0.backend;
        match attr.id {
            AttrId::Id => compare_id(backend, column(group::Column::Id), op, value),
            AttrId::MetaResourceType => constant(matches_text(&in_case("Group", attr), op, value)),
            AttrId::Schemas => constant(
                matches_text(urn::GROUP, op, value) || matches_text(&fold(urn::GROUP), op, value),
            ),
            _ if attr.parent == Some(AttrId::GroupMembers) => self.with_member(atom),
            id @ (AttrId::GroupDisplayName | AttrId::ExternalId) => match self.column_of(id) {
                Some(column) => compare_indexed(backend, &column, op, value),
                None => never(),
            },
            id => match self.column_of(id) {
                Some(column) => compare(backend, &column, op, value),
                None => never(),
            },
        }
    }

    fn present(&self, attr: AttrRef, atom: &TypedFilter) -> Expr {
        match attr.id {
            AttrId::Id | AttrId::Meta | AttrId::MetaResourceType | AttrId::Schemas => always(),
            AttrId::GroupMembers => self.with_member(&TypedFilter::And(Vec::new())),
            _ if attr.parent == Some(AttrId::GroupMembers) => self.with_member(atom),
            id => match self.column_of(id) {
                Some(column) if attr.attr_type == AttrType::String => present_text(&column),
                Some(column) => column.is_not_null(),
                None => never(),
            },
        }
    }

    fn column_of(&self, id: AttrId) -> Option<Expr> {
        Some(match id {
            AttrId::ExternalId => column(group::Column::ExternalId),
            AttrId::GroupDisplayName => column(group::Column::DisplayNameFolded),
            AttrId::MetaCreated => column(group::Column::CreatedAt),
            AttrId::MetaLastModified => column(group::Column::UpdatedAt),
            AttrId::MetaVersion => version_text(column(group::Column::Version)),
            AttrId::MetaLocation => concat(
                Expr::val(format!("{}/Groups/", self.0.base_url)),
                dialect::uuid_text(self.0.backend, &column(group::Column::Id)),
            ),
            _ => return None,
        })
    }

    /// Some member, a user or a group, satisfies the filter.
    fn with_member(&self, filter: &TypedFilter) -> Expr {
        let users = user_members(self.0)
            .column((group_member::Entity, group_member::Column::GroupId))
            .and_where(condition(&Member(self.0, ResourceKind::User), filter))
            .to_owned();
        let groups = Query::select()
            .column((group_subgroup::Entity, group_subgroup::Column::GroupId))
            .from(group_subgroup::Entity)
            .inner_join(
                member_group(),
                Expr::col(("member_group", group::Column::AccountId))
                    .equals((group_subgroup::Entity, group_subgroup::Column::AccountId))
                    .and(Expr::col(("member_group", group::Column::Id)).equals((
                        group_subgroup::Entity,
                        group_subgroup::Column::MemberGroupId,
                    ))),
            )
            .and_where(group_subgroup::Column::AccountId.eq(self.0.account.0))
            .and_where(condition(&Member(self.0, ResourceKind::Group), filter))
            .to_owned();
        let id = column(group::Column::Id);
        id.clone().in_subquery(users).or(id.in_subquery(groups))
    }
}

fn member_group() -> sea_orm::sea_query::TableRef {
    use sea_orm::sea_query::IntoTableRef;
    group::Entity.into_table_ref().alias("member_group")
}

/// Members that are users, with their live link in this connection and their row.
pub(crate) fn user_members(scope: &FilterScope) -> SelectStatement {
    Query::select()
        .from(group_member::Entity)
        .inner_join(
            link::Entity,
            column(link::Column::AccountId)
                .equals((group_member::Entity, group_member::Column::AccountId))
                .and(
                    column(link::Column::UserId)
                        .equals((group_member::Entity, group_member::Column::UserId)),
                ),
        )
        .inner_join(
            user::Entity,
            column(user::Column::AccountId)
                .equals((link::Entity, link::Column::AccountId))
                .and(column(user::Column::Id).equals((link::Entity, link::Column::UserId))),
        )
        .and_where(group_member::Column::AccountId.eq(scope.account.0))
        .and_where(link::Column::ConnectionId.eq(scope.connection.0))
        .and_where(is_live())
        .to_owned()
}

/// One member of a group, of either kind.
pub(crate) struct Member<'s>(pub(crate) &'s FilterScope, pub(crate) ResourceKind);

impl Member<'_> {
    fn id(&self) -> Expr {
        match self.1 {
            ResourceKind::User => column(link::Column::ScimId),
            ResourceKind::Group => Expr::col(("member_group", group::Column::Id)),
        }
    }

    fn display(&self) -> Expr {
        match self.1 {
            ResourceKind::User => column(user::Column::NameFolded),
            ResourceKind::Group => Expr::col(("member_group", group::Column::DisplayNameFolded)),
        }
    }
}

impl Searchable for Member<'_> {
    fn atom(&self, atom: &TypedFilter) -> Expr {
        let backend = self.0.backend;
        let TypedFilter::Compare { attr, op, value } = atom else {
            return match atom {
                TypedFilter::Present(attr) if attr.id == AttrId::GroupMembersDisplay => {
                    present_text(&self.display())
                }
                TypedFilter::Present(_) => always(),
                other => condition(self, other),
            };
        };
        match attr.id {
            AttrId::GroupMembersValue => compare_id(backend, self.id(), *op, value),
            AttrId::GroupMembersDisplay => compare(backend, &self.display(), *op, value),
            AttrId::GroupMembersType => {
                constant(matches_text(&in_case(self.1.name(), *attr), *op, value))
            }
            AttrId::GroupMembersRef => {
                let path = match self.1 {
                    ResourceKind::User => "Users",
                    ResourceKind::Group => "Groups",
                };
                let prefix = Expr::val(format!("{}/{path}/", self.0.base_url));
                let location = concat(prefix, dialect::uuid_text(backend, &self.id()));
                compare(backend, &location, *op, value)
            }
            _ => never(),
        }
    }
}
