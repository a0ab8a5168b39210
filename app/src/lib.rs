//! The Rollcall console: a client-rendered Leptos application.
//!
//! Dependencies point one way: `pages` use `ui`, `form`, `api` and `scim_schema`; `ui` knows no
//! domain type except by its props; `api` knows no component. What can be decided without a browser
//! is in plain structs and functions with tests on the host.

mod api;
mod app;
mod areas;
mod clock;
mod form;
mod format;
mod live;
mod pages;
mod passkeys;
mod places;
mod query;
mod routes;
mod session;
mod shortcuts;
mod storage;
mod text;
mod theme;
mod toast;
mod ui;

pub use app::App;
