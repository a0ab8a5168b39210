//! Keyset pages.

use serde::{Deserialize, Serialize};

/// One page of a list; cursors are opaque and bound to the query they came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows, in the order that was asked for.
    pub items: Vec<T>,
    /// Rows that match in all.
    pub total: u64,
    /// Rows before the first of this page; `None` when the server does not know.
    pub offset: Option<u64>,
    /// Leads to the page after this one; `None` on the last page.
    pub next_cursor: Option<String>,
    /// Leads to the page before this one; `None` on the first page.
    pub previous_cursor: Option<String>,
}
