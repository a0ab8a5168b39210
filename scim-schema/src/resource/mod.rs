//! Resources on the wire: what a client sends, what it gets back, and errors.

mod check;
mod document;
mod error;
mod incoming;
mod list;
mod member;
mod meta;
mod normalise;
#[cfg(test)]
mod properties;
mod search;
mod secret;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    check::{check_count, check_primary, check_required},
    document::sort_members,
    error::printable,
    incoming::{
        check_schemas, clear_text, is_undeclared_urn, merge_object, names_password, read_password,
        sort_extension,
    },
    member::parse_members,
    normalise::{At, Members, Normaliser, is_unassigned, says_nothing},
    secret::drop_secrets,
};
pub use self::{
    document::{Document, Leaf},
    error::{ScimError, ScimType},
    incoming::{Incoming, parse_resource, sent_password},
    list::ListResponse,
    member::MemberRef,
    meta::Meta,
    search::{SearchRequest, parse_search},
    secret::{hide_in_path, hide_in_text, mask_secrets, names_secret},
};
