//! One act with everything that is known of it.

use leptos::prelude::*;
use scim_schema::api::{
    audit::{AuditDetail, AuditRow},
    users::Actor,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    api, routes,
    text::{audit as words, deeds, user as user_words},
    ui::{
        Column, CopyButton, Family, Icon, Loaded, Notice, Present, Remote, SkeletonLines, cell,
        row, table,
    },
};

/// What is shown below an opened act, fetched now: lists leave long details out.
pub(super) fn act_detail(row: &AuditRow) -> AnyView {
    let id = row.id;
    let detail = Remote::new(move || api::audit::one(id));
    let content = |detail: Present<AuditDetail>| detail.with_untracked(opened);
    view! {
        <div class="open">
            <Loaded
                remote=detail
                what=words::DETAIL_FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=3 /> })
                content
            />
        </div>
    }
    .into_any()
}

fn opened(detail: &AuditDetail) -> AnyView {
    view! {
        <div class="stack">
            {noted(&detail.row)}
            {facts(detail)}
        </div>
    }
    .into_any()
}

/// What was noted: what changed as a table, everything else by its name.
fn noted(act: &AuditRow) -> AnyView {
    if act.erased {
        return view! {
            <Notice family=Family::Rest glyph=Icon::Info>
                {words::ERASED}
            </Notice>
        }
        .into_any();
    }
    let Some(Value::Object(details)) = &act.details else {
        return view! { <p class="small muted">{words::NO_DETAILS}</p> }.into_any();
    };
    let changes = changes(details);
    let others = details.iter().filter(|(name, value)| {
        !value.is_null() && (changes.is_empty() || !["before", "after"].contains(&name.as_str()))
    });
    let others: Vec<AnyView> = others
        .map(|(name, value)| fact(name.replace('_', " "), shown(value).into_any()))
        .collect();
    let changed = (!changes.is_empty()).then(|| changed(changes));
    let others = (!others.is_empty()).then(|| view! { <dl class="kv">{others}</dl> });
    view! {
        {changed}
        {others}
    }
    .into_any()
}

/// Attributes that differ, with their values before and after.
fn changes(details: &Map<String, Value>) -> Vec<(String, Value, Value)> {
    let part = |name: &str| details.get(name).and_then(Value::as_object);
    let empty = Map::new();
    let (before, after) = (part("before"), part("after"));
    if before.is_none() && after.is_none() {
        return Vec::new();
    }
    let (before, after) = (before.unwrap_or(&empty), after.unwrap_or(&empty));
    let new = after.keys().filter(|name| !before.contains_key(*name));
    let names = before.keys().chain(new);
    let value = |part: &Map<String, Value>, name: &str| part.get(name).cloned().unwrap_or_default();
    names
        .map(|name| (name.clone(), value(before, name), value(after, name)))
        .filter(|(_, before, after)| before != after)
        .collect()
}

fn changed(changes: Vec<(String, Value, Value)>) -> AnyView {
    let line = |(name, before, after): (String, Value, Value)| {
        let cells = vec![
            cell(words::BEFORE, shown(&before)),
            cell(words::AFTER, shown(&after)),
        ];
        row(view! { <code>{name}</code> }.into_any(), cells)
    };
    let columns = [words::ATTRIBUTE, words::BEFORE, words::AFTER];
    let rows = changes.into_iter().map(line).collect_view().into_any();
    table(words::CHANGES_CAPTION, columns.map(Column::text), rows)
}

/// A value as people read it.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => words::NOT_SET.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            items.join(", ")
        }
        other => other.to_string(),
    }
}

fn facts(detail: &AuditDetail) -> AnyView {
    let act = &detail.row;
    let request = act.request.to_string();
    let log = act.log.map(|_| {
        view! {
            " "
            <a href=routes::log_search(&request)>{words::IN_LOG}</a>
        }
    });
    let from = detail.source_ip.clone();
    let from = from.map(|ip| fact(words::FROM.to_owned(), ip.into_any()));
    let client = detail.user_agent.clone();
    let client = client.map(|client| fact(words::CLIENT.to_owned(), client.into_any()));
    let link = match &detail.link {
        Some(link) => words::link(link.seq, &link.hash),
        None => words::NO_LINK.to_owned(),
    };
    let copy = view! {
        <span class="mono">{request.clone()}</span>
        <CopyButton value=Signal::stored(request.clone()) label=words::COPY_ID bare=true />
        {log}
    };
    view! {
        <dl class="kv">
            {fact(words::WHO.to_owned(), actor(&act.actor))}
            {act.target.id.map(|id| fact(words::WHOM.to_owned(), target(act, id)))}
            {fact(words::CHANNEL.to_owned(), words::channel(act.channel).into_any())}
            {from}
            {client}
            {fact(words::REQUEST.to_owned(), copy.into_any())}
            {fact(words::LINK.to_owned(), view! { <span class="mono wrap">{link}</span> }.into_any())}
        </dl>
    }
    .into_any()
}

fn fact(name: String, value: AnyView) -> AnyView {
    view! {
        <dt>{name}</dt>
        <dd class="wrap">{value}</dd>
    }
    .into_any()
}

/// Who, with the way to their page and to what else they did.
fn actor(actor: &Actor) -> AnyView {
    let name = user_words::actor(actor);
    let (page, id) = match actor {
        Actor::User { id, .. } => (routes::user(*id), id.0),
        Actor::Connection { id, .. } => (routes::connection(*id), id.0),
        Actor::System { .. } | Actor::Operator => return name.into_any(),
    };
    let more = deeds::is_traceable(actor)
        .then(|| view! { <a href=routes::audit_by(id)>{words::MORE_BY}</a> });
    view! { <a class="plain" href=page>{name}</a> " " {more} }.into_any()
}

/// What it was done to, with the way to its page and to what else was done to it.
fn target(act: &AuditRow, id: Uuid) -> AnyView {
    let name = act.target.name.clone();
    let name = name.unwrap_or_else(|| format!("{} {id}", act.target.kind.replace('_', " ")));
    let page = match act.target.kind.as_str() {
        "user" => Some(routes::user(id.into())),
        "connection" => Some(routes::connection(id.into())),
        "conflict" => Some(routes::conflict(id.into())),
        _ => None,
    };
    let name = match page {
        Some(page) => view! { <a class="plain" href=page>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    view! { {name} " " <a href=routes::audit_on(id)>{words::MORE_ON}</a> }.into_any()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_a_change() {
        let details = json!({
            "before": { "title": "Teacher", "locale": "en", "nickName": "A" },
            "after": { "title": "Head", "locale": "en", "department": "Arts" },
        });
        let changes = changes(details.as_object().unwrap());
        let names: Vec<&str> = changes.iter().map(|change| change.0.as_str()).collect();
        assert_eq!(names, ["title", "nickName", "department"]);
        assert_eq!(changes[1].2, Value::Null);
        assert!(super::changes(&Map::new()).is_empty());
    }

    #[test]
    fn values_read_as_words() {
        assert_eq!(shown(&json!(["read", "users"])), "read, users");
        assert_eq!(shown(&Value::Null), "Not set");
        assert_eq!(shown(&json!(12)), "12");
    }
}
