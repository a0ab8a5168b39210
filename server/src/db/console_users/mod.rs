//! Users as the console reads them: pages of the table, counts, one person.

mod belonging;
mod deletion;
mod detail;
mod list;
mod order;
mod query;
mod row;

pub use query::{CursorError, UserList, UserListError};
