//! What integration tests are made of: a whole server without network, its clients, its database.

mod app;
mod authenticator;
mod call;
mod console;
mod database;
mod district;
mod mapping;
mod own_process;
mod scim_client;
mod smtp;
mod statements;

pub(crate) use app::TestApp;
pub(crate) use authenticator::{Authenticator, totp};
pub(crate) use call::{Answer, Call, percent_encoded};
pub(crate) use console::{Console, ORIGIN, PASSWORD};
pub(crate) use database::TestDatabase;
pub(crate) use district::{District, create as create_organisation, patch, place, put};
pub(crate) use mapping::rule;
pub(crate) use own_process::{OwnProcess, serve};
pub(crate) use scim_client::{ScimClient, group_body, patch_body, user_body};
pub(crate) use smtp::{At, FROM, Received, Setup, SmtpServer};
pub(crate) use statements::Statements;
