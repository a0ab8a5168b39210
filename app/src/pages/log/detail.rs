//! A request with what was rewritten and its bodies.

use std::sync::Arc;

use leptos::prelude::*;
use scim_schema::{
    api::provisioning_log::{LogDetail, LogNote, LogRow},
    id::ProvisioningRequestId,
    permission::Permission,
};

use crate::{
    api, format,
    session::Session,
    text::log as words,
    ui::{CopyButton, Family, Icon, Loaded, Notice, Remote, SkeletonLines},
};

/// What is shown below an opened row.
pub(super) fn request_detail(row: &LogRow) -> AnyView {
    let id = row.id;
    let may_read = Session::get().may_now(Permission::ReadProvisioningBodies);
    let line = words::line(
        &row.method,
        &row.path,
        row.status,
        &format::duration(row.duration_us),
    );
    let scim_type = row.scim_type.clone().map(|keyword| {
        view! { <code class="xs muted">{format!("scimType {keyword}")}</code> }
    });
    let bodies = if may_read {
        view! { <Bodies id /> }.into_any()
    } else {
        view! { <p class="small muted">{words::NO_BODIES_PERMISSION}</p> }.into_any()
    };
    view! {
        <div class="open">
            {notes(&row.notes)} {bodies} <div class="row">
                <CopyButton value=Signal::stored(id.to_string()) label=words::COPY_ID />
                <span class="small muted wrap">{line}</span>
                {scim_type}
            </div>
        </div>
    }
    .into_any()
}

fn notes(notes: &[LogNote]) -> Option<AnyView> {
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
    let detail = Remote::new(move || id, api::log::one);
    let content = |detail: Signal<Arc<LogDetail>>| {
        let detail = detail.get_untracked();
        view! {
            <div class="cols">
                {body(words::REQUEST_BODY, detail.request_body.as_deref())}
                {body(words::RESPONSE_BODY, detail.response_body.as_deref())}
            </div>
            <p class="xs muted">{words::AUDITED}</p>
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

fn body(label: &'static str, body: Option<&str>) -> AnyView {
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
