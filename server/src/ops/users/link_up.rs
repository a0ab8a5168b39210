//! A living person becomes a connection's: by adoption, or because an administrator moves them.

use scim_schema::{
    id::{LinkId, UserId},
    lifecycle::Lifecycle,
    resource::Document,
};

use super::{
    create::idp_hold,
    profile_of,
    shared::{self, new_address},
};
use crate::{
    db::{
        AccountTx, Change, NewLink, Person, Profile, ScimUser, SentUser, UserUpdate,
        attribute_values,
    },
    ops::{OpError, provisioner::Provisioner},
};

/// Somebody who was linked.
pub(crate) struct Linked {
    /// The user as the connection has it.
    pub(crate) user: ScimUser,
    /// What open consoles are told of an address that others have as well.
    pub(crate) flagged: Option<Change>,
}

/// Who made a link, and what came with it.
pub(crate) enum LinkUp {
    /// An administrator: the provider does not know of it yet.
    Prepared,
    /// The provider, with the hash of a password if one is set.
    Adopted(Option<String>),
}

/// Gives a locked person without a live link one of this connection, with everything that the
/// connection sent of them. Memberships, roles and holds of before stay; what an administrator
/// signs in with stays as well, and is pending in the link's document.
///
/// # Errors
/// [`OpError::Unique`] when the user name or `externalId` is taken, and those of the database.
pub(crate) async fn link_up(
    tx: &AccountTx,
    by: &Provisioner,
    person: &Person,
    sent: &SentUser,
    how: LinkUp,
) -> Result<Linked, OpError> {
    let (prepared, password_hash) = match how {
        LinkUp::Prepared => (true, None),
        LinkUp::Adopted(password_hash) => (false, password_hash),
    };
    let document = stored(&sent.document)?;
    let active = sent.active.unwrap_or(true);
    let link = NewLink {
        scim_id: LinkId(tx.new_id()),
        connection: by.id,
        user: person.user,
        user_name: document.user_name().unwrap_or_default().to_owned(),
        external_id: document.external_id().map(str::to_owned),
        document: sent.document.clone(),
        unmapped: sent.unmapped.clone(),
        prepared,
    };
    tx.insert_link(&link).await?;
    if !active && !person.break_glass {
        tx.follow_hold(person.user, idp_hold(by), true).await?;
    }
    let mut axes = person.axes.clone();
    axes.holds = tx.open_holds(person.user).await?;
    if active && axes.lifecycle == Lifecycle::Staged {
        axes.lifecycle = Lifecycle::Active;
    }
    let profile = profile_for(person, &document);
    let update = UserUpdate {
        version: person.version,
        profile: Some(profile.clone()),
        axes: Some(axes.clone()),
        idp_active: Some(Some(active)),
        cut_access: !active || password_hash.is_some(),
        password_hash,
        purge_at: None,
    };
    if !tx.update_user(person.user, &update).await? {
        return Err(OpError::PreconditionFailed);
    }
    let rows = attribute_values::rows_of(&by.user_type(), &document);
    tx.replace_attribute_values(person.user, &rows).await?;
    let linked = ScimUser {
        scim_id: link.scim_id,
        user: person.user,
        document: link.document,
        unmapped: link.unmapped,
        active: Some(active),
        axes,
        break_glass: person.break_glass,
        administrator: person.administrator,
        has_signed_in: person.has_signed_in,
        version: person.version + 1,
        created: tx.ctx().now,
        last_modified: tx.ctx().now,
        groups: Vec::new(),
    };
    let flagged = match new_address(person.email.as_deref(), &profile) {
        Some(_) => shared::flag(tx, by, (person.user, &profile), sent.clone()).await?,
        None => None,
    };
    Ok(Linked {
        user: linked,
        flagged,
    })
}

/// Somebody who is to be linked, locked.
///
/// # Errors
/// [`OpError::NotFound`] when they are not living, and those of the database.
pub(crate) async fn living(tx: &AccountTx, user: UserId) -> Result<Person, OpError> {
    let person = tx.lock_person(user).await?;
    person
        .filter(|person| person.living)
        .ok_or(OpError::NotFound)
}

/// What the product works with of a document; of an administrator without what they sign in with
/// (domain.md section 4, *Administrators and the `IdP`*).
fn profile_for(person: &Person, document: &Document) -> Profile {
    let sent = profile_of(document);
    if !person.administrator {
        return sent;
    }
    Profile {
        user_name: person.user_name.clone(),
        email: person.email.clone(),
        ..sent
    }
}

/// A document as it is stored.
pub(crate) fn stored(text: &str) -> Result<Document, OpError> {
    Document::from_json_text(text)
        .map_err(|error| crate::db::DbError::Corrupt(format!("a document: {error}")).into())
}
