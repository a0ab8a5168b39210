//! A request with what was rewritten and its bodies.

use leptos::prelude::*;
use scim_schema::{
    api::provisioning_log::{LogDetail, LogNote, LogRow},
    id::ProvisioningRequestId,
    permission::Permission,
};

use crate::{
    api, format,
    pages::rehearsal::Replay,
    routes,
    session::Session,
    text::{conflicts as conflict_words, log as words},
    ui::{CopyButton, Family, Icon, Loaded, Notice, Present, Remote, SkeletonLines},
};

/// What is shown below an opened row.
pub(super) fn request_detail(row: &LogRow) -> AnyView {
    let id = row.id;
    let may_read = Session::get().may_now(Permission::ReadProvisioningBodies);
    let may_manage = Session::get().may_now(Permission::ManageConnections);
    let (connection, then) = (row.connection, row.status);
    let may_see = Session::get().may_now(Permission::ReadConflicts);
    let conflicts = (row.facts.conflict && may_see).then(|| {
        view! {
            <p>
                <a href=routes::conflicts_of(connection)>{conflict_words::SEE_CONFLICTS}</a>
            </p>
        }
    });
    let replay = may_manage.then(|| view! { <Replay id connection then /> });
    let bodies = if may_read {
        view! { <Bodies id /> }.into_any()
    } else {
        view! { <p class="small muted">{words::NO_BODIES_PERMISSION}</p> }.into_any()
    };
    view! {
        <div class="open">
            {notes(&row.notes)} {about(row)} {conflicts} {bodies} {replay}
        </div>
    }
    .into_any()
}

/// What is known of it beside its sentence.
fn about(row: &LogRow) -> AnyView {
    let line = words::line(
        &row.method,
        &row.path,
        row.status,
        &format::duration(row.duration_us),
    );
    let scim_type = row.scim_type.clone();
    let scim_type = scim_type.map(|keyword| fact("scimType", &keyword));
    let effects = row.facts.effects.iter();
    let changed: Vec<&str> = effects
        .flat_map(|effect| effect.attributes.iter().map(String::as_str))
        .collect();
    let changed =
        (!changed.is_empty()).then(|| fact(words::CHANGED_ATTRIBUTES, &changed.join(", ")));
    let person = row.person.as_ref().map(|person| {
        let name = words::people(&person.name, row.people);
        view! {
            <dt>{words::PEOPLE}</dt>
            <dd>
                <a href=routes::user(person.id)>{name}</a>
            </dd>
        }
    });
    let statements = row.statements;
    let statements = statements.map(|count| fact(words::STATEMENTS, &count.to_string()));
    let id = row
        .request
        .map_or(row.id.0, |request| request.0)
        .to_string();
    view! {
        <dl class="kv">
            <dt>{words::CONNECTION}</dt>
            <dd>
                <a href=routes::connection(row.connection)>{row.connection_name.clone()}</a>
            </dd>
            {person} {changed} <dt>{words::ABOUT}</dt>
            <dd class="wrap">{line}</dd>
            {scim_type} {statements} <dt>{words::REQUEST_ID}</dt>
            <dd class="with-copy">
                <span class="mono">{id.clone()}</span>
                <CopyButton value=Signal::stored(id) label=words::COPY_ID bare=true />
            </dd>
        </dl>
    }
    .into_any()
}

fn fact(name: &'static str, value: &str) -> AnyView {
    view! {
        <dt>{name}</dt>
        <dd>{value.to_owned()}</dd>
    }
    .into_any()
}

pub(crate) fn notes(notes: &[LogNote]) -> Option<AnyView> {
    if notes.is_empty() {
        return None;
    }
    let line = |note: &LogNote| {
        view! {
            <li>
                {note.detail.clone()} " " <code class="xs muted">{note.rule.clone()}</code>
            </li>
        }
    };
    let lines = notes.iter().map(line).collect_view();
    Some(
        view! {
            <Notice family=Family::Idp glyph=Icon::Info>
                <strong>{words::NOTES}</strong>
                <ul>{lines}</ul>
            </Notice>
        }
        .into_any(),
    )
}

/// Both bodies, fetched now.
#[component]
fn Bodies(
    /// The request.
    id: ProvisioningRequestId,
) -> impl IntoView {
    let detail = Remote::new(move || api::log::one(id));
    let content = |detail: Present<LogDetail>| {
        let detail = detail.get_untracked();
        view! {
            <div class="stack">
                <div class="cols">
                    {body(words::REQUEST_BODY, detail.request_body.as_deref())}
                    {body(words::RESPONSE_BODY, detail.response_body.as_deref())}
                </div>
                <p class="xs muted">{words::AUDITED}</p>
            </div>
        }
        .into_any()
    };
    view! {
        <Loaded
            remote=detail
            what=words::DETAIL_FAILED
            skeleton=ViewFn::from(|| view! { <SkeletonLines lines=3 /> })
            content
        />
    }
}

pub(crate) fn body(label: &'static str, body: Option<&str>) -> AnyView {
    let Some(body) = body.filter(|body| !body.is_empty()) else {
        return view! {
            <div class="stack s2">
                <h3>{label}</h3>
                <p class="small muted">{words::NO_BODY}</p>
            </div>
        }
        .into_any();
    };
    view! {
        <div class="stack s2">
            <h3>{label}</h3>
            <pre class="pre" tabindex="0" role="region" aria-label=label>
                {indented(body)}
            </pre>
        </div>
    }
    .into_any()
}

/// JSON with two spaces a level; anything else as it came.
fn indented(body: &str) -> String {
    serde_json::from_str::<serde_json::Value>(body)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_indented_in_its_own_order_and_other_text_is_left_alone() {
        assert_eq!(
            indented(r#"{"b":1,"a":[]}"#),
            "{\n  \"b\": 1,\n  \"a\": []\n}"
        );
        assert_eq!(indented("{broken"), "{broken");
    }
}
