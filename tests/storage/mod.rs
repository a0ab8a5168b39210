//! What the database itself guarantees, on SQLite and on PostgreSQL.

mod append_only;
mod budgets;
mod copies;
mod large_group;
mod lost_commits;
mod migrations;
mod plans;
mod unique;
