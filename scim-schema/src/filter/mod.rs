//! Filters (RFC 7644 section 3.4.2.2): text, syntax tree, typed filter, matcher.
//!
//! [`parse`] knows the grammar only. [`resolve`] ties names to attributes and literals to their
//! types; a [`TypedFilter`] holds only comparisons that the schema allows, so that what comes after
//! cannot fail but for its [`Effort`]. [`matches()`] is the definition of what a typed filter means.

mod ast;
mod display;
mod effort;
mod eval;
mod lexer;
mod parser;
mod resolve;
#[cfg(test)]
mod tests;
mod typed;

pub use self::{
    ast::{CompareOp, Expr, Literal, Name, Offset, Tail, Test},
    effort::{Effort, Exhausted},
    eval::{element_matches, matches},
    parser::{FilterError, MAX_DEPTH, MAX_LENGTH, MAX_NODES, parse},
    resolve::{resolve, resolve_among},
    typed::{AttrRef, TypedFilter, TypedValue},
};
pub(crate) use self::{
    parser::{PathText, parse_path},
    resolve::{resolve_element, seed},
};

use crate::{
    dialect::{Dialect, Notes},
    resource::ScimError,
    schema::ResourceType,
};

/// Reads the filter of a query on one resource type.
///
/// # Errors
/// 400 `invalidFilter` with the attribute and the byte offset.
pub fn parse_filter(
    rt: &ResourceType,
    text: &str,
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<TypedFilter, ScimError> {
    let expr = parse(text)?;
    resolve(&expr, rt, dialect, notes)
}
