//! The pages, one folder each.

mod connections;
mod door;
mod log;
mod not_found;
mod shell;
mod status;
mod user;
mod users;

pub(crate) use connections::{ConnectionPage, ConnectionsPage, FreshSecret};
pub(crate) use door::{RootPage, SetupPage, SignInPage};
pub(crate) use not_found::NotFoundPage;
pub(crate) use shell::{Counts, Shell};
pub(crate) use user::UserPage;
pub(crate) use users::UsersPage;
