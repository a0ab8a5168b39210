//! Pages as a person knows them: what is on them, and what can be done there.

mod connections;
mod door;
mod person;
mod users;

pub(crate) use connections::{ConnectionPage, ConnectionsPage};
pub(crate) use door::{SetupPage, SignInPage};
pub(crate) use person::PersonPage;
pub(crate) use users::UsersPage;
