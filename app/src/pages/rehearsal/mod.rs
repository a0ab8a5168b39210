//! Trying requests: a logged one again, or one that is entered. Nothing of it is stored.

mod outcome;
mod replay;
mod tester;

pub(crate) use replay::Replay;
pub(crate) use tester::TesterPage;
