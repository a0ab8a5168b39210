//! Bulk requests (RFC 7644 section 3.7): reading them, the references between their operations, the
//! order in which they are carried out, and their answer.

mod operation;
mod order;
#[cfg(test)]
mod properties;
mod reference;
mod request;
mod response;

pub use self::{
    operation::{BulkCall, BulkMethod, BulkOperation, BulkTarget},
    order::{Step, steps},
    reference::{resolve, take_out},
    request::{BulkRequest, MAX_OPERATIONS, max_operations, parse_bulk},
    response::{BulkResult, bulk_response},
};
