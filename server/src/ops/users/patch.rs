//! PATCH /Users/{id} (RFC 7644 section 3.5.2): all operations or none.

use scim_schema::{
    custom::reread,
    dialect::{Note, Notes},
    id::LinkId,
    patch::{PatchOp, apply},
    resource::Document,
    schema::ResourceKind,
};

use super::{
    lock,
    password::HashedPassword,
    store::{Replacement, store},
    stored_document,
};
use crate::{
    db::{AccountTx, ScimUser, SentUser, Written},
    ops::{OpError, precondition::Precondition, provisioner::Provisioner, unmapped},
};

/// Applies operations to a user and answers it with the rewrites that were needed.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::PreconditionFailed`], [`OpError::Unique`], the SCIM errors of
/// the operations, and those of the database.
pub async fn patch(
    tx: &AccountTx,
    by: &Provisioner,
    id: LinkId,
    precondition: &Precondition,
    operations: &[PatchOp],
    password: Option<&HashedPassword>,
) -> Result<Written<(ScimUser, Vec<Note>)>, OpError> {
    let Patched {
        current,
        old,
        mut new,
        notes,
        password: sent,
    } = patched(tx, by, id, precondition, operations).await?;
    new.password_hash = HashedPassword::stored(password, sent.as_deref())?;
    let written = store(tx, by, current, &old, new).await?;
    Ok(written.map(|user| (user, notes)))
}

/// What operations would make of a user.
pub struct Patched {
    /// The user, locked.
    current: ScimUser,
    /// What is stored of it.
    old: Document,
    /// What it becomes.
    new: Replacement,
    /// Rewrites that were needed.
    notes: Vec<Note>,
    /// The password that was sent, in clear text.
    password: Option<String>,
}

impl Patched {
    /// What the user becomes, as a conflict keeps it.
    pub(crate) fn sent(&self) -> SentUser {
        SentUser {
            document: self.new.document.to_json_text(),
            unmapped: self.new.unmapped.clone(),
            active: self.new.active,
        }
    }
}

/// Applies operations to a user without storing anything.
///
/// # Errors
/// Those of [`patch`], but for [`OpError::Unique`].
pub async fn patched(
    tx: &AccountTx,
    by: &Provisioner,
    id: LinkId,
    precondition: &Precondition,
    operations: &[PatchOp],
) -> Result<Patched, OpError> {
    let current = lock(tx, by, id).await?;
    precondition.check(current.version)?;
    let users = by.dialect.resource_type(ResourceKind::User);
    let old = stored_document(&current)?;
    let mut document = old.clone();
    let mut unmapped = unmapped::stored(&current.unmapped);
    // What was declared since the last request is older than these operations.
    reread(users, &mut document, &mut unmapped, &by.dialect);
    if let Some(active) = current.active {
        document.set_active(users, active);
    }
    let before = document.bytes();
    let mut notes = Notes::new();
    let applied = apply(
        users,
        &id.to_string(),
        &mut document,
        operations,
        &by.dialect,
        &mut notes,
        &mut tx.effort(),
    )?;
    document.check_size(before)?;
    let new = Replacement {
        active: document.active(),
        document: document.without_active(),
        unmapped: unmapped::merged(unmapped, &applied.unmapped),
        password_hash: None,
    };
    Ok(Patched {
        current,
        old,
        new,
        notes: notes.into_vec(),
        password: applied.password,
    })
}
