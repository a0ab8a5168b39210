//! What organisations decide for themselves (features.md section A12, `OrgPolicy`): settings that an
//! organisation hands down to those below it, and floors that none of them may go under.

mod choices;
mod removal;
mod resolve;
mod setting;

pub use choices::{
    Choice, DomainRule, IdpAttributes, ImportMode, InactiveReturn, LicenceOnSuspend,
    LockoutRelease, LockoutScope, MembershipOnInvite, RemovalMode, RemovalPrecondition,
    RoleCardinality, ScimRecreate, SecondFactorRule,
};
pub use removal::Removal;
pub use resolve::{Effective, Layer, Origin, Policy, Settings, TooLow, below_floor};
pub use setting::{Kind, Setting, Stricter, Value};
