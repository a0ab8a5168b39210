//! How much may be compared on behalf of one request. It is counted and not timed: the same request
//! ends in the same way on every machine.

use super::TypedFilter;
use crate::resource::{ScimError, ScimType};

/// Steps of one request; in a release build a fifth of a second at most. A filter of ten terms has
/// five values each of some 40,000 people compared with it.
const STEPS: u64 = 200_000_000;

/// What one value costs that a term or another value is compared with, besides its text.
pub(super) const COMPARISON: usize = 50;
/// What a member of a group costs that the database compares with a term.
const ROW: usize = 700;
/// What a member of a group costs that is read in order to be compared.
const READ: usize = 4_000;
/// What a statement costs that compares members.
const STATEMENT: usize = 200_000;
/// What finding an attribute of a resource costs.
pub(super) const LOOK_UP: usize = 100;
/// What a byte costs of a text in which another is looked for.
pub(super) const SEARCHED_BYTE: usize = 3;
/// What a byte costs of a text that is read as a point in time.
pub(super) const PARSED_BYTE: usize = 5;
/// What a byte costs that is folded and not ASCII.
const FOLDED_BYTE: usize = 30;

/// What may still be compared on behalf of one request.
#[derive(Debug)]
pub struct Effort {
    left: u64,
}

/// More would have to be compared than one request may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "This takes more comparisons of values than one request may ask for; use fewer terms in \
     filters, or send fewer operations or values at once"
)]
pub struct Exhausted;

impl Default for Effort {
    fn default() -> Self {
        Self { left: STEPS }
    }
}

impl Effort {
    /// Counts steps.
    ///
    /// # Errors
    /// [`Exhausted`] when there are not so many left.
    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), Exhausted> {
        let left = u64::try_from(steps)
            .ok()
            .and_then(|steps| self.left.checked_sub(steps));
        self.left = left.ok_or(Exhausted)?;
        Ok(())
    }

    /// Counts a search of the database among so many members of a group.
    ///
    /// # Errors
    /// [`Exhausted`] when there are not so many steps left.
    pub fn spend_searching(&mut self, members: u64, filter: &TypedFilter) -> Result<(), Exhausted> {
        let members = usize::try_from(members).unwrap_or(usize::MAX);
        let rows = members.saturating_mul(filter.terms()).saturating_mul(ROW);
        self.spend(rows.saturating_add(STATEMENT))
    }

    /// Counts reading so many members of a group.
    ///
    /// # Errors
    /// [`Exhausted`] when there are not so many steps left.
    pub fn spend_reading(&mut self, members: u64) -> Result<(), Exhausted> {
        let members = usize::try_from(members).unwrap_or(usize::MAX);
        self.spend(members.saturating_mul(READ).saturating_add(STATEMENT))
    }

    /// Counts comparing two texts of which the shorter has so many bytes.
    ///
    /// # Errors
    /// [`Exhausted`] when there are not so many steps left.
    pub(crate) fn spend_comparing(&mut self, length: usize) -> Result<(), Exhausted> {
        self.spend(COMPARISON + length / 4)
    }

    /// Counts the folding of a text (see [`crate::text::fold`]).
    ///
    /// # Errors
    /// [`Exhausted`] when there are not so many steps left.
    pub(crate) fn spend_folding(&mut self, text: &str) -> Result<(), Exhausted> {
        self.spend(text.len().saturating_mul(FOLDED_BYTE))
    }
}

impl From<Exhausted> for ScimError {
    fn from(exhausted: Exhausted) -> Self {
        Self::of(ScimType::TooMany, exhausted.to_string())
    }
}
