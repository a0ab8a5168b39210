//! OAuth clients of a connection: what each may do, adding one, ending one.

use leptos::prelude::*;
use scim_schema::api::connections::{ConnectionView, OAuthClientView};

use super::{new_client::NewClientDialog, one::Shown};
use crate::{
    api,
    form::{FormErrors, FormState},
    session::Session,
    text::{self, connections, oauth as words},
    toast::Toasts,
    ui::{Buttons, Confirm, Icon, LongTime, RelativeTime, Remote, icon},
};

const REVOKE: Buttons = Buttons {
    keep: words::KEEP,
    act: words::REVOKE,
    doing: words::REVOKING,
    class: "danger",
};

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
    let add = move || {
        may_manage.get().then(|| {
            view! {
                <button class="btn" type="button" on:click=move |_| adding.set(true)>
                    {icon(Icon::Plus)}
                    {words::ADD}
                </button>
            }
        })
    };
    let table = move || {
        let may_manage = may_manage.get();
        shown.with(|shown| {
            if shown.oauth_clients.is_empty() {
                return view! { <p class="small muted pad-y">{words::NO_CLIENTS}</p> }.into_any();
            }
            let row = |client: &OAuthClientView| row(client, may_manage, revoking);
            let rows = shown.oauth_clients.iter().map(row).collect_view();
            view! { <Table rows=rows.into_any() may_manage /> }.into_any()
        })
    };
    view! {
        <section class="section">
            <header>
                <h2>{words::CLIENTS}</h2>
                <p>{words::CLIENTS_NOTE}</p>
            </header>
            {table}
            <div class="row">{add}</div>
        </section>
        <NewClientDialog shown connection open=adding />
        <RevokeClientDialog shown connection revoking />
    }
}

/// The frame of the rows.
#[component]
fn Table(
    /// The rows.
    rows: AnyView,
    /// Whether there is a column of acts.
    may_manage: bool,
) -> impl IntoView {
    let act = may_manage.then(|| {
        view! {
            <th scope="col">
                <span class="vh">{connections::ACT}</span>
            </th>
        }
    });
    view! {
        <div class="table-wrap flush" tabindex="0" role="region" aria-label=words::CLIENTS_CAPTION>
            <table class="cards" role="table">
                <caption class="vh">{words::CLIENTS_CAPTION}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col">{words::CLIENT}</th>
                        <th scope="col">{words::PROOF}</th>
                        <th scope="col">{words::MAY}</th>
                        <th scope="col">{words::CREATED}</th>
                        <th scope="col">{words::USED}</th>
                        {act}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

fn row(
    client: &OAuthClientView,
    may_manage: bool,
    revoking: RwSignal<Option<OAuthClientView>>,
) -> AnyView {
    let used = match client.last_used_at {
        Some(at) => view! { <RelativeTime at /> }.into_any(),
        None => view! { <span class="faint">{text::time::NEVER}</span> }.into_any(),
    };
    let act = may_manage.then(|| {
        let client = client.clone();
        view! {
            <td role="cell" class="num act">
                <button
                    class="btn danger-quiet"
                    type="button"
                    aria-label=words::revoke_label(&client.id.to_string())
                    on:click=move |_| revoking.set(Some(client.clone()))
                >
                    {connections::REVOKE}
                </button>
            </td>
        }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <code>{client.id.to_string()}</code>
            </th>
            <td role="cell" data-l=words::PROOF>
                {words::method(client.method)}
                " "
                <code>{client.hint.clone()}</code>
            </td>
            <td role="cell" data-l=words::MAY>
                {words::scopes(client.scopes)}
            </td>
            <td role="cell" data-l=words::CREATED>
                <LongTime at=client.created_at />
            </td>
            <td role="cell" data-l=words::USED>
                {used}
            </td>
            {act}
        </tr>
    }
    .into_any()
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
    let session = Session::get();
    let toasts = Toasts::get();
    let form = FormState::new();
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if revoking.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            revoking.set(None);
        }
    });
    let title = Signal::derive(move || {
        let client = revoking.get();
        client.map_or_else(String::new, |client| {
            words::revoke_title(&client.id.to_string())
        })
    });
    let consequences =
        Signal::derive(move || shown.with(|shown| words::revoke_consequences(&shown.name)));
    let run = Callback::new(move |()| {
        let Some(client) = revoking.get_untracked() else {
            form.succeed();
            return;
        };
        let id = shown.with_untracked(|shown| shown.id);
        leptos::task::spawn_local(async move {
            match session.watch(api::connections::revoke_oauth_client(id, client.id).await) {
                Ok(()) => {
                    form.succeed();
                    open.set(false);
                    toasts.success(words::REVOKED);
                    connection.reload();
                }
                Err(error) => form.fail(FormErrors::from_answer(&error, &[])),
            }
        });
    });
    view! {
        <Confirm
            open
            title_id="revoke-client-title"
            title
            consequences
            buttons=REVOKE
            form
            run
        />
    }
}
