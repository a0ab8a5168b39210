//! The Provisioning tab: the link, the document, what was not mapped, and the requests that touched
//! this person.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use scim_schema::{
    api::{
        provisioning_log::LogQuery,
        users::{LinkDetail, PendingIdentifier, UserDetail},
    },
    id::UserId,
    permission::Permission,
};
use serde_json::{Map, Value};

use super::{
    Shown,
    attributes::{Row, Section, sections},
};
use crate::{
    pages::log::{RequestLog, of_user},
    pages::status::provider,
    routes,
    session::Session,
    text::{self, log as log_words, user as words},
    ui::{CopyButton, Empty, Family, Icon, LongTime, Notice, RelativeTime},
};

/// The link and the requests.
#[component]
pub(super) fn Provisioning(
    /// Who.
    id: UserId,
    /// The user.
    user: Shown,
) -> impl IntoView {
    let may_read_log = Session::get().may_now(Permission::ReadProvisioningLog);
    let query = Signal::stored(LogQuery {
        user: Some(id),
        ..LogQuery::default()
    });
    let begins = Signal::derive(move || user.with(first_request));
    let log = may_read_log.then(|| {
        view! {
            <section class="section">
                <header>
                    <h2>{words::REQUESTS}</h2>
                    <a href=routes::log_of(id)>{log_words::EXPLAIN}</a>
                </header>
                <RequestLog query concerns=of_user begins />
            </section>
        }
    });
    view! {
        <div class="stack s8">
            {move || user.with(link_section)}
            {log}
            {move || user.with(|user| user.link.as_ref().map(documents))}
        </div>
    }
}

fn link_section(user: &UserDetail) -> AnyView {
    match &user.link {
        Some(link) => view! {
            {pending(user)}
            {link_view(link)}
        }
        .into_any(),
        None => {
            let (title, why) = match provider(&user.row.source) {
                Some(provider) => (words::LINK_ENDED, words::link_ended_why(provider)),
                None => (words::NO_LINK, words::NO_LINK_WHY.to_owned()),
            };
            view! { <Empty glyph=Icon::Plug title why /> }.into_any()
        }
    }
}

/// What the provider sent for an administrator and what does not hold here.
fn pending(user: &UserDetail) -> Option<AnyView> {
    if user.pending_identifiers.is_empty() {
        return None;
    }
    let line = |one: &PendingIdentifier| {
        let value =
            |value: &Option<String>| value.clone().unwrap_or_else(|| words::NOT_SET.to_owned());
        let said = words::pending_line(&one.attribute, &value(&one.here), &value(&one.sent));
        view! { <li>{said}</li> }
    };
    let lines = user.pending_identifiers.iter().map(line).collect_view();
    Some(
        view! {
            <Notice family=Family::Guard glyph=Icon::Shield>
                <strong>{words::PENDING}</strong>
                <ul>{lines}</ul>
            </Notice>
        }
        .into_any(),
    )
}

/// When the provider's first request for this person was; `None` for people of our own.
fn first_request(user: &UserDetail) -> Option<DateTime<Utc>> {
    let linked = user.link.as_ref().map(|link| link.linked_at);
    linked.or_else(|| provider(&user.row.source).map(|_| user.row.created_at))
}

fn link_view(link: &LinkDetail) -> AnyView {
    let scim_id = link.scim_id.to_string();
    let last_request = match link.last_idp_request_at {
        Some(at) => view! { <RelativeTime at /> }.into_any(),
        None => view! { <span class="faint">{text::time::NEVER}</span> }.into_any(),
    };
    let external_id = match link.external_id.clone() {
        Some(id) => view! { <span class="mono">{id}</span> }.into_any(),
        None => view! { <span class="faint">{words::NOT_SET}</span> }.into_any(),
    };
    view! {
        <section class="section">
            <header>
                <h2>{words::LINK}</h2>
            </header>
            <dl class="kv two-up">
                <dt>{words::CONNECTION}</dt>
                <dd>
                    <a href=routes::connection(link.connection)>{link.connection_name.clone()}</a>
                </dd>
                <dt>{words::LINKED}</dt>
                <dd>
                    <LongTime at=link.linked_at />
                </dd>
                <dt>{words::SCIM_ID}</dt>
                <dd class="with-copy">
                    <span class="mono">{scim_id.clone()}</span>
                    <CopyButton
                        value=Signal::stored(scim_id)
                        label=words::COPY_SCIM_ID
                        bare=true
                    />
                </dd>
                <dt>{words::EXTERNAL_ID}</dt>
                <dd>{external_id}</dd>
                <dt>{words::LAST_REQUEST}</dt>
                <dd>{last_request}</dd>
            </dl>
        </section>
    }
    .into_any()
}

fn documents(link: &LinkDetail) -> AnyView {
    let unmapped = (!link.unmapped.is_empty())
        .then(|| document(words::UNMAPPED, words::UNMAPPED_NOTE, &link.unmapped));
    view! {
        {document(words::ATTRIBUTES, words::ATTRIBUTES_NOTE, &link.attributes)}
        {unmapped}
    }
    .into_any()
}

pub(crate) fn document(
    title: &'static str,
    note: &'static str,
    document: &Map<String, Value>,
) -> AnyView {
    view! {
        <section class="section">
            <header>
                <h2>{title}</h2>
                <p>{note}</p>
            </header>
            <table class="attributes">
                <caption class="vh">{title}</caption>
                <thead>
                    <tr>
                        <th scope="col">{words::ATTRIBUTE}</th>
                        <th scope="col">{words::VALUE}</th>
                    </tr>
                </thead>
                {sections(document).into_iter().map(body).collect_view()}
            </table>
        </section>
    }
    .into_any()
}

fn body(section: Section) -> AnyView {
    let row = |row: Row| {
        view! {
            <tr>
                <th scope="row">
                    <code>{row.name}</code>
                </th>
                <td>{row.value}</td>
            </tr>
        }
    };
    view! {
        <tbody>
            <tr>
                <th class="group" colspan="2" scope="rowgroup" title=section.urn>
                    {section.title}
                </th>
            </tr>
            {section.rows.into_iter().map(row).collect_view()}
        </tbody>
    }
    .into_any()
}
