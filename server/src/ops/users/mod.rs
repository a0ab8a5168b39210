//! Verbs on users, as identity providers ask for them.

mod adopt;
pub(super) mod arrival;
mod create;
mod delete;
pub(super) mod link_up;
mod password;
mod patch;
mod replace;
pub(in crate::ops) mod reports;
pub(in crate::ops) mod shared;
mod store;

pub(crate) use adopt::sent_user;
pub use create::create;
pub use delete::delete;
pub use password::{HashedPassword, check_password, takes_passwords};
pub use patch::{patch, patched};
pub use replace::replace;
pub use reports::{GoneManager, RELEASE_REPORTS, release_rest};
pub(super) use store::close_sessions;

pub(super) use reports::without_manager;
pub(super) use store::difference;

use scim_schema::{id::LinkId, resource::Document};

use super::{OpError, provisioner::Provisioner, shadow};
use crate::db::{AccountTx, DbError, Profile, ScimUser};

/// One user of a connection, locked until the unit ends.
async fn lock(tx: &AccountTx, by: &Provisioner, id: LinkId) -> Result<ScimUser, OpError> {
    let found = if by.mode.is_shadow() {
        shadow::lock_user(tx, by, id).await?
    } else {
        tx.lock_scim_user(by.id, id).await?
    };
    found.ok_or(OpError::NotFound)
}

/// What the product works with of a document.
pub(super) fn profile_of(document: &Document) -> Profile {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let text = |name: &str| {
        owned(
            document
                .as_map()
                .get(name)
                .and_then(serde_json::Value::as_str),
        )
    };
    Profile {
        user_name: document.user_name().unwrap_or_default().to_owned(),
        email: owned(document.primary_email()),
        given_name: owned(document.name_part("givenName")),
        family_name: owned(document.name_part("familyName")),
        display_name: owned(document.display_name()),
        locale: text("locale"),
        time_zone: text("timezone"),
    }
}

/// The stored document of a user, without `active`.
pub(super) fn stored_document(user: &ScimUser) -> Result<Document, OpError> {
    Document::from_json_text(&user.document)
        .map_err(|error| DbError::Corrupt(format!("scim_links.document: {error}")).into())
}
