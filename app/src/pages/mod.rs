//! The pages, one folder each.

mod attributes;
mod audit;
mod conflicts;
mod conformance;
mod connections;
mod door;
mod log;
mod mapping;
mod not_found;
mod not_loaded;
mod rehearsal;
mod shell;
mod status;
mod user;
mod users;

pub(crate) use attributes::AttributesPage;
pub(crate) use audit::AuditPage;
pub(crate) use conflicts::{ConflictPage, ConflictsPage};
pub(crate) use conformance::ConformancePage;
pub(crate) use connections::{ConnectionPage, ConnectionsPage, FreshSecret};
pub(crate) use door::{RootPage, SetupPage, SignInPage};
pub(crate) use log::LogPage;
pub(crate) use mapping::{MappingDrafts, MappingPage};
pub(crate) use not_found::NotFoundPage;
pub(crate) use not_loaded::NotLoadedPage;
pub(crate) use rehearsal::TesterPage;
pub(crate) use shell::{Counts, Shell};
pub(crate) use user::UserPage;
pub(crate) use users::UsersPage;
