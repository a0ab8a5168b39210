//! The Profile tab: every field, with the ones the provider owns marked.

use leptos::prelude::*;
use scim_schema::api::users::UserDetail;
use serde_json::{Map, Value};

use super::{Shown, or_not_set};
use crate::{pages::user::summary::SummaryPanel, text::user as words, ui::dynamic};

/// The fields.
#[component]
pub(super) fn Profile(
    /// The user.
    user: Shown,
) -> impl IntoView {
    let fields =
        dynamic(move || user.with(|user| fields(user).into_iter().map(row).collect_view()));
    view! {
        <div class="split">
            <section class="section">
                <header>
                    <h2>{words::PERSON}</h2>
                </header>
                <dl class="kv">{fields}</dl>
            </section>
            <SummaryPanel user />
        </div>
    }
}

/// One field.
struct Field {
    label: &'static str,
    value: Option<String>,
    /// Name of the provider that owns it.
    owner: Option<String>,
}

fn fields(user: &UserDetail) -> Vec<Field> {
    let field = |label, path: &str, value: Option<&String>| Field {
        label,
        value: value.cloned(),
        owner: user
            .link
            .as_ref()
            .filter(|link| has(&link.attributes, path))
            .map(|link| link.connection_name.clone()),
    };
    vec![
        field(
            words::GIVEN_NAME,
            "name.givenName",
            user.given_name.as_ref(),
        ),
        field(
            words::FAMILY_NAME,
            "name.familyName",
            user.family_name.as_ref(),
        ),
        field(
            words::DISPLAY_NAME,
            "displayName",
            user.display_name.as_ref(),
        ),
        field(words::USER_NAME, "userName", Some(&user.row.user_name)),
        field(words::EMAIL, "emails", user.row.email.as_ref()),
        field(words::TIME_ZONE, "timezone", user.time_zone.as_ref()),
        field(words::LOCALE, "locale", user.locale.as_ref()),
    ]
}

/// Whether the document has a value at a dotted path.
fn has(document: &Map<String, Value>, path: &str) -> bool {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    match (document.get(first), rest) {
        (None | Some(Value::Null), _) => false,
        (Some(_), "") => true,
        (Some(Value::Object(inner)), rest) => has(inner, rest),
        (Some(_), _) => false,
    }
}

fn row(field: Field) -> AnyView {
    let owner = field
        .owner
        .map(|owner| view! { <span class="owner">{words::from(&owner)}</span> });
    view! {
        <dt>{field.label}</dt>
        <dd class="owned">
            <span>{or_not_set(field.value)}</span>
            {owner}
        </dd>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_is_the_provider_s_when_its_document_has_it() {
        let document = json!({"name": {"givenName": "Anna"}, "emails": [], "locale": null});
        let document = document.as_object().expect("an object");
        assert!(has(document, "name.givenName"));
        assert!(!has(document, "name.familyName"));
        assert!(has(document, "emails"));
        assert!(!has(document, "locale"));
        assert!(!has(document, "emails.value"));
    }
}
