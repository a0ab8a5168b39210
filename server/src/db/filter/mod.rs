//! Typed filter → SQL condition, for users and for groups. The filter can hold only comparisons
//! that the schema allows, so this step cannot fail; it uses bound values throughout.

mod compare;
mod groups;
mod order;
mod reach;
mod users;

use std::sync::Arc;

use scim_schema::{
    filter::{CompareOp, TypedFilter},
    id::{AccountId, ConnectionId},
    schema::ResourceType,
};
use sea_orm::{
    DatabaseBackend,
    sea_query::{Expr, ExprTrait},
};

use compare::{always, never};

pub(crate) use groups::{Groups, Member, user_members};
pub(crate) use order::{group_order, is_of_link, user_order};
pub(crate) use reach::{Reach, reach};
pub(crate) use users::Users;

/// Whose resources a filter looks at, and how they are addressed.
#[derive(Clone, Debug)]
pub(crate) struct FilterScope {
    pub(crate) backend: DatabaseBackend,
    pub(crate) account: AccountId,
    pub(crate) connection: ConnectionId,
    /// The SCIM base URL without a trailing slash.
    pub(crate) base_url: String,
    /// What a user is on this connection.
    pub(crate) users: Arc<ResourceType>,
}

/// What a resource type or an element of one knows about its attributes.
pub(crate) trait Searchable {
    /// An atomic part: `Present`, `Compare` (never with `Ne`) or `Element`.
    fn atom(&self, atom: &TypedFilter) -> Expr;
}

/// The condition for a filter.
pub(crate) fn condition(searchable: &dyn Searchable, filter: &TypedFilter) -> Expr {
    match filter {
        TypedFilter::And(parts) => parts
            .iter()
            .map(|part| condition(searchable, part))
            .reduce(ExprTrait::and)
            .unwrap_or_else(always),
        TypedFilter::Or(parts) => parts
            .iter()
            .map(|part| condition(searchable, part))
            .reduce(ExprTrait::or)
            .unwrap_or_else(never),
        TypedFilter::Not(part) => condition(searchable, part).not(),
        TypedFilter::Compare {
            attr,
            op: CompareOp::Ne,
            value,
        } => searchable
            .atom(&TypedFilter::Compare {
                attr: *attr,
                op: CompareOp::Eq,
                value: value.clone(),
            })
            .not(),
        atom => searchable.atom(atom),
    }
}
