//! The audit log as people read it: its chain, its exports, and why somebody is in the state they are
//! in.

pub mod chain;
pub mod explanation;
pub mod export;
pub mod refusals;
pub mod verification;
