//! The audit log: of the whole account, and what it says about one person.

mod detail;
mod filters;
mod page;
mod person;
mod query;
mod story;
mod verify;

pub(crate) use page::AuditPage;
pub(crate) use person::PersonStory;
