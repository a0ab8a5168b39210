//! Verbs on groups, as identity providers ask for them.

mod create;
mod delete;
mod members;
mod patch;
mod replace;
mod roster;

pub use create::{create, create_as};
pub use delete::delete;
pub use patch::{GroupPatch, patch};
pub use replace::replace;

use scim_schema::{
    dialect::Note,
    id::{GroupId, UserId},
    resource::Document,
};

use super::{OpError, provisioner::Provisioner};
use crate::db::{DbError, GroupData, ScimGroup};

/// What a write on a group did.
#[derive(Clone, Debug)]
pub struct GroupChanged {
    /// The group.
    pub id: GroupId,
    /// Its version now.
    pub version: i64,
    /// Users who came or went, some of them when they are many.
    pub touched: Vec<UserId>,
    /// Rewrites that were needed.
    pub notes: Vec<Note>,
}

fn data_of(id: GroupId, by: &Provisioner, document: &Document, unmapped: String) -> GroupData {
    GroupData {
        id,
        connection: by.id,
        display_name: document.display_name().unwrap_or_default().to_owned(),
        external_id: document.external_id().map(str::to_owned),
        document: document.to_json_text(),
        unmapped,
    }
}

fn stored_document(group: &ScimGroup) -> Result<Document, OpError> {
    Document::from_json_text(&group.document)
        .map_err(|error| DbError::Corrupt(format!("groups.document: {error}")).into())
}
