//! Mapping rules of connections, and the memberships that follow from them.

mod linked;
mod nesting;
mod placements;
mod rules;
mod runs;

pub(super) use self::rules::stored_rules;
pub use self::{linked::LinkedPerson, placements::PlacementChange, rules::StoredMapping};
