//! What handlers take from a request besides their own parameters.

pub mod caller;
pub mod cookie;
mod if_match;
pub mod json;
pub mod path;
pub mod query;
pub mod scim_caller;
mod serde_words;
pub mod visitor;

pub use caller::{Caller, Entrant};
pub use if_match::if_match;
pub use scim_caller::ScimCaller;
