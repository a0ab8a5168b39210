//! OAuth clients of a connection: what each may do, adding one, ending one.

use leptos::prelude::*;
use scim_schema::api::connections::{ConnectionView, OAuthClientView};

use super::{new_client::NewClientDialog, one::Shown, question::question};
use crate::{
    api,
    form::Act,
    text::{self, connections, oauth as words},
    ui::{
        Buttons, Column, Icon, LongTime, RelativeTime, Remote, act_cell, cell, dynamic, icon,
        optional, row, table,
    },
};

const REVOKE: Buttons = Buttons {
    keep: words::KEEP,
    act: words::REVOKE,
    doing: words::REVOKING,
    class: "danger",
};

const COLUMNS: [Column; 5] = [
    Column::text(words::CLIENT),
    Column::text(words::PROOF),
    Column::text(words::MAY),
    Column::text(words::CREATED),
    Column::text(words::USED),
];

/// The clients that were not revoked.
#[component]
pub(super) fn OAuthClients(
    /// The connection.
    shown: Shown,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
    /// Whether the person may add and end them.
    may_manage: Memo<bool>,
) -> impl IntoView {
    let adding = RwSignal::new(false);
    let revoking = RwSignal::new(None::<OAuthClientView>);
    let add = optional(move || {
        may_manage.get().then(|| {
            view! {
                <button class="btn" type="button" on:click=move |_| adding.set(true)>
                    {icon(Icon::Plus)}
                    {words::ADD}
                </button>
            }
        })
    });
    let list = dynamic(move || {
        let may_manage = may_manage.get();
        shown.with(|shown| {
            if shown.oauth_clients.is_empty() {
                return view! { <p class="small muted pad-y">{words::NO_CLIENTS}</p> }.into_any();
            }
            let line = |client: &OAuthClientView| line(client, may_manage, revoking);
            let lines = shown.oauth_clients.iter().map(line).collect_view();
            let act = may_manage.then_some(Column::acts(connections::ACT));
            let columns = COLUMNS.into_iter().chain(act);
            table(words::CLIENTS_CAPTION, columns, lines.into_any())
        })
    });
    view! {
        <section class="section">
            <header>
                <h2>{words::CLIENTS}</h2>
                <p>{words::CLIENTS_NOTE}</p>
            </header>
            {list}
            <div class="row pad-top">{add}</div>
        </section>
        <NewClientDialog shown connection open=adding />
        <RevokeClientDialog shown connection revoking />
    }
}

fn line(
    client: &OAuthClientView,
    may_manage: bool,
    revoking: RwSignal<Option<OAuthClientView>>,
) -> AnyView {
    let used = match client.last_used_at {
        Some(at) => view! { <RelativeTime at /> }.into_any(),
        None => view! { <span class="faint">{text::time::NEVER}</span> }.into_any(),
    };
    let proof = view! {
        {words::method(client.method)}
        " "
        <code>{client.hint.clone()}</code>
    };
    let mut cells = vec![
        cell(words::PROOF, proof),
        cell(words::MAY, words::scopes(client.scopes)),
        cell(words::CREATED, view! { <LongTime at=client.created_at /> }),
        cell(words::USED, used),
    ];
    cells.extend(may_manage.then(|| {
        let client = client.clone();
        act_cell(view! {
            <button
                class="btn danger-quiet"
                type="button"
                aria-label=words::revoke_title(client.id)
                on:click=move |_| revoking.set(Some(client.clone()))
            >
                {connections::REVOKE}
            </button>
        })
    }));
    let who = view! {
        {words::client(client.id)}
        <small class="muted">
            <code>{client.id.to_string()}</code>
        </small>
    };
    row(who.into_any(), cells)
}

/// Asks before a client ends.
#[component]
fn RevokeClientDialog(
    /// The connection.
    shown: Shown,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
    /// The client to end.
    revoking: RwSignal<Option<OAuthClientView>>,
) -> impl IntoView {
    let act = Act::on(revoking);
    let title = Signal::derive(move || {
        let client = revoking.get();
        client.map_or_else(String::new, |client| words::revoke_title(client.id))
    });
    let consequences =
        Signal::derive(move || shown.with(|shown| words::revoke_consequences(&shown.name)));
    let run = Callback::new(move |()| {
        let Some(client) = revoking.get_untracked() else {
            act.form.succeed();
            return;
        };
        let id = shown.with_untracked(|shown| shown.id);
        let call = api::connections::revoke_oauth_client(id, client.id);
        act.send(call, &[], move |()| {
            connection.reload();
            words::REVOKED
        });
    });
    question(
        shown,
        act,
        ("revoke-client-title", title),
        consequences,
        REVOKE,
        run,
    )
}
