//! How a request would be answered, and what would change.

use leptos::prelude::*;
use scim_schema::api::rehearsals::{ChangedAttribute, Rehearsed, RehearsedChange};
use serde_json::{Map, Value};

use crate::{
    api::read,
    format,
    pages::{
        log::{body, notes, outcome_view},
        user::provisioning::document,
    },
    text::{log as log_words, log::rehearsal as words, sentences},
    ui::{Family, Icon, Notice},
};

/// The answer, the changes, the rewrites. `then` is the status of the logged request.
pub(super) fn outcome(rehearsed: &Rehearsed, then: Option<u16>) -> AnyView {
    let says = sentences::of_rehearsal(rehearsed);
    let says = says.into_iter().map(|line| view! { <li>{line}</li> });
    let compared = then.map(|then| {
        if then == rehearsed.status {
            words::SAME.to_owned()
        } else {
            words::differs(then, rehearsed.status)
        }
    });
    let line = log_words::line(
        &rehearsed.method,
        &rehearsed.path,
        rehearsed.status,
        &format::duration(rehearsed.duration_us),
    );
    // A change that changes nothing is not shown as one.
    let tells = rehearsed.status >= 400 || !rehearsed.changes.is_empty();
    let outcome = tells.then(|| outcome_view(&rehearsed.method, rehearsed.status));
    view! {
        <div class="stack" data-testid="rehearsal">
            <div class="row">
                {outcome}
                <span class="small muted wrap">{line}</span>
            </div>
            <ul class="stack s1">{says.collect_view()}</ul>
            {compared.map(|compared| view! { <p class="small">{compared}</p> })}
            {changes(&rehearsed.changes)}
            {notes(&rehearsed.notes)}
            {mapped(rehearsed)}
            {body(words::ANSWER, rehearsed.body.as_deref())}
            <Notice family=Family::Rest glyph=Icon::Info>
                {words::NOTHING_WRITTEN}
            </Notice>
        </div>
    }
    .into_any()
}

/// Attributes before and after.
fn changes(changes: &[RehearsedChange]) -> Option<AnyView> {
    let rows = changes.iter().flat_map(|change| &change.attributes);
    let rows: Vec<AnyView> = rows.map(row).collect();
    if rows.is_empty() {
        return None;
    }
    Some(
        view! {
            <table class="attributes">
                <caption class="vh">{words::WOULD_CHANGE}</caption>
                <thead>
                    <tr>
                        <th scope="col">{words::WOULD_CHANGE}</th>
                        <th scope="col">{words::BEFORE}</th>
                        <th scope="col">{words::AFTER}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any(),
    )
}

fn row(change: &ChangedAttribute) -> AnyView {
    view! {
        <tr>
            <th scope="row">
                <code>{change.path.clone()}</code>
            </th>
            <td>{value(change.before.as_ref())}</td>
            <td>{value(change.after.as_ref())}</td>
        </tr>
    }
    .into_any()
}

fn value(value: Option<&Value>) -> AnyView {
    match value {
        None | Some(Value::Null) => {
            view! { <span class="faint">{words::NOT_SET}</span> }.into_any()
        }
        Some(Value::String(text)) => text.clone().into_any(),
        Some(other) => view! { <code class="wrap">{other.to_string()}</code> }.into_any(),
    }
}

/// The answer as a table, where it is a user.
fn mapped(rehearsed: &Rehearsed) -> Option<AnyView> {
    let user = user_of(rehearsed)?;
    Some(document(words::MAPPED, words::MAPPED_NOTE, &user))
}

fn user_of(rehearsed: &Rehearsed) -> Option<Map<String, Value>> {
    let body = rehearsed.body.as_deref()?;
    let user: Map<String, Value> = read(body)?;
    (rehearsed.status < 300 && user.contains_key("userName")).then_some(user)
}

#[cfg(test)]
mod tests {
    use scim_schema::api::provisioning_log::LogFacts;

    use super::*;

    fn answered(status: u16, body: &str) -> Rehearsed {
        Rehearsed {
            method: "POST".to_owned(),
            path: "/Users".to_owned(),
            status,
            scim_type: None,
            decision: String::new(),
            notes: Vec::new(),
            facts: LogFacts::default(),
            changes: Vec::new(),
            person: None,
            people: 0,
            body: Some(body.to_owned()),
            location: None,
            etag: None,
            duration_us: 1,
            statements: 1,
        }
    }

    #[test]
    fn only_an_answer_that_is_a_user_is_shown_as_a_person() {
        assert!(user_of(&answered(201, r#"{"userName":"ada"}"#)).is_some());
        assert!(user_of(&answered(200, r#"{"Resources":[]}"#)).is_none());
        assert!(user_of(&answered(409, r#"{"userName":"ada"}"#)).is_none());
        assert!(user_of(&answered(200, "[")).is_none());
    }
}
