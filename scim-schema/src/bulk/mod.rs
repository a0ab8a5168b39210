//! Bulk requests (RFC 7644 section 3.7): reading them, the references between their operations, the
//! order in which they are carried out, and their answer.

mod order;
mod reference;
mod request;
mod response;

pub use self::{
    order::{Step, steps},
    reference::{resolve, take_out},
    request::{
        BulkCall, BulkMethod, BulkOperation, BulkRequest, BulkTarget, MAX_OPERATIONS, parse_bulk,
    },
    response::{BulkResult, bulk_response},
};
