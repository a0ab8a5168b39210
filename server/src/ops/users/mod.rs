//! Verbs on users, as identity providers ask for them.

mod create;
mod delete;
mod patch;
mod replace;
mod store;

pub use create::create;
pub use delete::delete;
pub use patch::patch;
pub use replace::replace;

use scim_schema::resource::Document;

use super::OpError;
use crate::db::{DbError, Profile, ScimUser};

/// What the product works with of a document.
fn profile_of(document: &Document) -> Profile {
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
fn stored_document(user: &ScimUser) -> Result<Document, OpError> {
    Document::from_json_text(&user.document)
        .map_err(|error| DbError::Corrupt(format!("scim_links.document: {error}")).into())
}
