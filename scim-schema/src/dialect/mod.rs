//! How a kind of identity provider speaks: switches, and the rewrites they turn on.
//!
//! Behind the rewrites there is one strict reading of the RFCs. Each rewrite is one named function
//! of `quirks`, writes a note of what it did, and cites who needs it.

mod kind;
mod notes;
pub(crate) mod quirks;
mod switch;

pub use self::{
    kind::{ConnectionKind, Dialect},
    notes::{Note, Notes},
    switch::{Switch, Switches},
};
