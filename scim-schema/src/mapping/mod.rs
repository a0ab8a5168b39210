//! Mapping rules of a connection: who belongs to which organisations, with which roles (domain.md
//! section 1, *`IdP` connection*).
//!
//! A [`Rule`] is a SCIM filter over a person and what it gives. A [`RuleSet`] evaluates the rules
//! of a connection; [`reconcile`] turns what they give into memberships, and touches those only
//! that rules gave before.

mod explain;
mod person;
mod placement;
mod rule;
mod set;
#[cfg(test)]
mod tests;

pub use self::{
    explain::{Explained, Term, explain},
    person::{GroupOfPerson, Person},
    placement::{Held, MembershipSource, Placement, UnknownSource, reconcile},
    rule::{
        CONDITION_MAX, NAME_MAX, ORGANISATIONS_MAX, RULES_MAX, Rule, RuleError, RuleField,
        check_shape,
    },
    set::{Grant, RuleSet},
};

/// Levels of groups in groups that a rule looks through (domain.md section 2, `GroupMember`).
pub const NESTING_MAX: i32 = 10;
