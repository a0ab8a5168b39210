//! What a filter has to look at: what an index finds, or every resource of the connection. Decided
//! from the typed filter alone, so that a search is refused before it is begun (scim.md section 1.4).

#[cfg(test)]
mod tests;

use scim_schema::{
    attr::{AttrId, AttrType},
    filter::{AttrRef, CompareOp, TypedFilter, TypedValue},
    schema::{ResourceKind, urn},
    text::fold,
};

use super::{compare::matches_text, users::in_case};
use crate::db::attribute_values::{Storage, is_looked_up, storage};

/// What a filter has to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It holds for every resource.
    Everything,
    /// It holds for none.
    Nothing,
    /// What an index finds.
    Indexed,
    /// Every resource, because of this attribute.
    Scanned(AttrId),
}

/// The reach of a filter on resources of a type.
pub(crate) fn reach(kind: ResourceKind, filter: &TypedFilter) -> Reach {
    match kind {
        ResourceKind::User => of(filter, &of_user),
        ResourceKind::Group => of(filter, &of_group),
    }
}

/// One indexed part of a conjunction is enough; of a disjunction every part has to be.
pub(super) fn of(filter: &TypedFilter, atom: &dyn Fn(&TypedFilter) -> Reach) -> Reach {
    match filter {
        TypedFilter::And(parts) => parts
            .iter()
            .map(|part| of(part, atom))
            .fold(Reach::Everything, Reach::and),
        TypedFilter::Or(parts) => parts
            .iter()
            .map(|part| of(part, atom))
            .fold(Reach::Nothing, Reach::or),
        TypedFilter::Not(part) => of(part, atom).not(named_in(part)),
        TypedFilter::Compare {
            attr,
            op: CompareOp::Ne,
            value,
        } => atom(&TypedFilter::Compare {
            attr: *attr,
            op: CompareOp::Eq,
            value: value.clone(),
        })
        .not(attr.id),
        other => atom(other),
    }
}

impl Reach {
    const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => Self::Nothing,
            (Self::Everything, reach) | (reach, Self::Everything) => reach,
            (Self::Indexed, _) | (_, Self::Indexed) => Self::Indexed,
            (scanned, Self::Scanned(_)) => scanned,
        }
    }

    const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Everything, _) | (_, Self::Everything) => Self::Everything,
            (Self::Nothing, reach) | (reach, Self::Nothing) => reach,
            (Self::Scanned(attribute), _) | (_, Self::Scanned(attribute)) => {
                Self::Scanned(attribute)
            }
            (Self::Indexed, Self::Indexed) => Self::Indexed,
        }
    }

    /// What an index finds is what the opposite leaves out.
    const fn not(self, attribute: AttrId) -> Self {
        match self {
            Self::Everything => Self::Nothing,
            Self::Nothing => Self::Everything,
            Self::Indexed => Self::Scanned(attribute),
            Self::Scanned(attribute) => Self::Scanned(attribute),
        }
    }

    const fn constant(holds: bool) -> Self {
        if holds {
            Self::Everything
        } else {
            Self::Nothing
        }
    }

    const fn indexed_if(is_indexed: bool, attribute: AttrId) -> Self {
        if is_indexed {
            Self::Indexed
        } else {
            Self::Scanned(attribute)
        }
    }
}

/// An attribute of a filter, to be named to the client.
fn named_in(filter: &TypedFilter) -> AttrId {
    match filter {
        TypedFilter::And(parts) | TypedFilter::Or(parts) => {
            parts.first().map_or(AttrId::Id, named_in)
        }
        TypedFilter::Not(part) => named_in(part),
        TypedFilter::Present(attr)
        | TypedFilter::Compare { attr, .. }
        | TypedFilter::Element { attr, .. } => attr.id,
    }
}

/// Whether an index that is sorted by a value finds what compares so: all but what may be anywhere
/// in a text.
const fn is_ordered(op: CompareOp) -> bool {
    !matches!(op, CompareOp::Co | CompareOp::Ew | CompareOp::Ne)
}

/// Whether an index finds the beginning of a text.
const fn is_beginning(op: CompareOp) -> bool {
    matches!(op, CompareOp::Eq | CompareOp::Sw)
}

fn of_user(atom: &TypedFilter) -> Reach {
    match atom {
        TypedFilter::Present(attr) => Reach::of_presence(*attr, AttrId::UserName),
        TypedFilter::Compare { attr, op, value } => of_user_value(*attr, *op, value),
        TypedFilter::Element { attr, filter } => match attr.id {
            AttrId::Groups => of(filter, &of_group_of_user).some(attr.id),
            AttrId::UserStatusHolds => Reach::Scanned(attr.id),
            _ => of(filter, &of_element).some(attr.id),
        },
        other => of(other, &of_user),
    }
}

impl Reach {
    /// What every resource has, or what has to be looked at.
    fn of_presence(attr: AttrRef, name: AttrId) -> Self {
        match attr.id {
            AttrId::Id
            | AttrId::Meta
            | AttrId::MetaResourceType
            | AttrId::MetaCreated
            | AttrId::MetaLastModified
            | AttrId::MetaLocation
            | AttrId::MetaVersion
            | AttrId::Schemas => Self::Everything,
            id if id == name => Self::Everything,
            id => Self::Scanned(id),
        }
    }

    /// The same of resources that have some element: not every one has.
    const fn some(self, attribute: AttrId) -> Self {
        match self {
            Self::Everything => Self::Scanned(attribute),
            other => other,
        }
    }
}

fn of_user_value(attr: AttrRef, op: CompareOp, value: &TypedValue) -> Reach {
    match attr.id {
        AttrId::Id => Reach::indexed_if(op == CompareOp::Eq, attr.id),
        AttrId::UserName | AttrId::ExternalId | AttrId::MetaLastModified => {
            Reach::indexed_if(is_ordered(op), attr.id)
        }
        AttrId::MetaResourceType => {
            Reach::constant(matches_text(&in_case("User", attr), op, value))
        }
        AttrId::Schemas => of_schema(urn::USER, op, value, attr.id),
        _ if attr.parent == Some(AttrId::Groups) => of_group_of_user(&TypedFilter::Compare {
            attr,
            op,
            value: value.clone(),
        }),
        _ => of_row(attr, op, value),
    }
}

/// A URN that every resource of the type has; others are found by looking.
fn of_schema(always: &str, op: CompareOp, value: &TypedValue, attribute: AttrId) -> Reach {
    if matches_text(always, op, value) || matches_text(&fold(always), op, value) {
        Reach::Everything
    } else {
        Reach::Scanned(attribute)
    }
}

/// Texts are in an index by their beginning.
pub(super) fn of_row(attr: AttrRef, op: CompareOp, value: &TypedValue) -> Reach {
    let is_text = matches!(value, TypedValue::String(_)) && attr.attr_type != AttrType::DateTime;
    let has_key = match storage(attr.id) {
        Storage::Row => is_looked_up(attr.id),
        Storage::ElementText(parent) => is_looked_up(parent),
        _ => false,
    };
    Reach::indexed_if(is_text && has_key && is_beginning(op), attr.id)
}

/// Sub-attributes that have a row of their own are looked up from the row of their element.
pub(super) fn of_element(atom: &TypedFilter) -> Reach {
    match atom {
        TypedFilter::Compare { attr, op, value } => match storage(attr.id) {
            Storage::ElementText(_) => of_row(*attr, *op, value),
            _ => Reach::Scanned(attr.id),
        },
        other => Reach::Scanned(named_in(other)),
    }
}

/// Groups of a user are found by their ids and their names, and members by their group.
fn of_group_of_user(atom: &TypedFilter) -> Reach {
    match atom {
        TypedFilter::Compare { attr, op, value } => match attr.id {
            AttrId::GroupsValue => Reach::indexed_if(*op == CompareOp::Eq, attr.id),
            AttrId::GroupsDisplay => Reach::indexed_if(is_beginning(*op), attr.id),
            AttrId::GroupsType if !matches_text("direct", *op, value) => Reach::Nothing,
            id => Reach::Scanned(id),
        },
        other => Reach::Scanned(named_in(other)),
    }
}

fn of_group(atom: &TypedFilter) -> Reach {
    match atom {
        TypedFilter::Present(attr) => Reach::of_presence(*attr, AttrId::GroupDisplayName),
        TypedFilter::Compare { attr, op, value } => match attr.id {
            AttrId::Id | AttrId::GroupMembersValue => {
                Reach::indexed_if(*op == CompareOp::Eq, attr.id)
            }
            AttrId::GroupDisplayName | AttrId::ExternalId | AttrId::MetaLastModified => {
                Reach::indexed_if(is_ordered(*op), attr.id)
            }
            AttrId::MetaResourceType => {
                Reach::constant(matches_text(&in_case("Group", *attr), *op, value))
            }
            AttrId::Schemas => match of_schema(urn::GROUP, *op, value, attr.id) {
                Reach::Everything => Reach::Everything,
                // A group has no other schema.
                _ => Reach::Nothing,
            },
            id => Reach::Scanned(id),
        },
        TypedFilter::Element { attr, filter } => of(filter, &of_group).some(attr.id),
        other => of(other, &of_group),
    }
}
