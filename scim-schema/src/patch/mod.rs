//! PATCH (RFC 7644 section 3.5.2): reading operations, applying them to a document, and membership
//! as changes to a set.

mod apply;
mod edit;
mod element;
mod membership;
mod op;
mod password;
mod path;
#[cfg(test)]
mod tests;

pub use self::{
    apply::{Applied, apply},
    membership::{MemberChange, PlacedChange, split_membership},
    op::{MAX_OPERATIONS, Op, PatchOp, parse_patch},
    password::patched_password,
    path::PatchPath,
};
