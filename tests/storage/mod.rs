//! What the database itself guarantees, on SQLite and on PostgreSQL.

mod append_only;
mod broken_network;
mod budgets;
mod copies;
mod first_unit;
mod growth;
mod large_group;
mod migrations;
mod network;
mod one_reader;
mod page_size;
mod plans;
mod unique;
