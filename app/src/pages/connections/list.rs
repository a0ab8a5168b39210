//! The list of connections.

use leptos::{ev::MouseEvent, prelude::*};
use scim_schema::{api::connections::ConnectionView, id::ConnectionId, permission::Permission};

use super::{
    FreshSecret, alerts::AlertList, concerns, create::CreateDialog, expiry::outlook_view,
    request_view, shadow::mode_view,
};
use crate::{
    api, format,
    pages::log::LiveMark,
    places::Places,
    routes,
    session::Session,
    text::{connections as words, providers},
    ui::{
        Empty, Family, Icon, Loaded, Navigator, PageHead, Present, Remote, SkeletonLines, dynamic,
        icon, is_row_click, keyed, lozenge, optional,
    },
};

/// The page.
#[component]
pub(crate) fn ConnectionsPage() -> impl IntoView {
    let session = Session::get();
    let connections = Remote::new(api::connections::list);
    connections.follow(|news| concerns(news, None));
    Places::get().restore_when(move || connections.value().is_some());
    let creating = RwSignal::new(false);
    let may_manage = Memo::new(move |_| session.may(Permission::ManageConnections));
    let present = move || {
        connections
            .value()
            .is_some_and(|connections| !connections.is_empty())
    };
    let add =
        optional(move || (may_manage.get() && present()).then(|| view! { <AddButton creating /> }));
    let content = move |shown: Present<Vec<ConnectionView>>| {
        let empty = Memo::new(move |_| shown.with(|all| all.is_empty()));
        (move || {
            if empty.get() {
                view! { <NoConnections creating may_manage /> }.into_any()
            } else {
                view! {
                    <div class="stack">
                        <AlertList /> <Table shown />
                    </div>
                }
                .into_any()
            }
        })
        .into_any()
    };
    view! {
        <PageHead title=Signal::stored(words::TITLE.to_owned()) lede=words::LEDE>
            <LiveMark />
            {add}
        </PageHead>
        <div class="body">
            <Loaded
                remote=connections
                what=words::FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=4 /> })
                content
            />
        </div>
        <CreateDialog open=creating />
    }
}

/// Opens the dialog.
#[component]
fn AddButton(
    /// Whether it is open.
    creating: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <button class="btn primary" type="button" on:click=move |_| creating.set(true)>
            {icon(Icon::Plus)}
            {words::ADD}
        </button>
    }
}

/// First use.
#[component]
fn NoConnections(
    /// Whether the dialog is open.
    creating: RwSignal<bool>,
    /// Whether the person may add one.
    may_manage: Memo<bool>,
) -> impl IntoView {
    let act = dynamic(move || {
        if may_manage.get() {
            view! { <AddButton creating /> }.into_any()
        } else {
            view! { <p class="small">{words::EMPTY_ASK}</p> }.into_any()
        }
    });
    view! {
        <Empty glyph=Icon::Plug title=words::EMPTY why=words::EMPTY_WHY>
            {act}
        </Empty>
    }
}

/// The table.
#[component]
fn Table(
    /// The connections.
    shown: Present<Vec<ConnectionView>>,
) -> impl IntoView {
    let ids = move || shown.with(|all| all.iter().map(|one| one.id).collect::<Vec<_>>());
    let row = move |id: ConnectionId| {
        let connection =
            Memo::new(move |_| shown.with(|all| all.iter().find(|one| one.id == id).cloned()));
        view! { <Row id connection /> }
    };
    view! {
        <div class="table-wrap full" tabindex="-1" role="region" aria-label=words::CAPTION>
            <table class="two cards full rows" role="table">
                <caption class="vh">{words::CAPTION}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col">{words::COLUMN_CONNECTION}</th>
                        <th scope="col" class="num">
                            {words::COLUMN_USERS}
                        </th>
                        <th scope="col" class="num mid">
                            {words::COLUMN_GROUPS}
                        </th>
                        <th scope="col">{words::COLUMN_LAST_REQUEST}</th>
                        <th scope="col" class="mid">
                            {words::COLUMN_LAST_ERROR}
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {keyed(ids, |id| id.0.as_u128(), row)}
                </tbody>
            </table>
        </div>
    }
}

/// One connection.
#[component]
fn Row(
    /// Which.
    id: ConnectionId,
    /// What it shows.
    connection: Memo<Option<ConnectionView>>,
) -> impl IntoView {
    let navigator = Navigator::new();
    let open = move |event: MouseEvent| {
        if is_row_click(&event) {
            navigator.open(&routes::connection(id));
        }
    };
    let cells = dynamic(move || connection.get().map(|connection| cells(&connection)));
    view! {
        <tr role="row" on:click=open>
            {cells}
        </tr>
    }
}

fn cells(connection: &ConnectionView) -> AnyView {
    let last_request = match &connection.last_request {
        Some(request) => request_view(request),
        None => view! { <span class="faint">{words::NEVER}</span> }.into_any(),
    };
    let last_error = match &connection.last_error {
        Some(error) => {
            let detail = error.detail.as_ref().unwrap_or(&error.path).clone();
            view! {
                {request_view(error)}
                <small class="detail">{detail}</small>
            }
            .into_any()
        }
        None => view! { <span class="faint">{words::NO_ERROR}</span> }.into_any(),
    };
    let id = connection.id;
    let secrets = FreshSecret::get();
    let unstored = optional(move || {
        let kept = secrets.of(id).is_some();
        kept.then(|| lozenge(Family::Arrive, Icon::Key, words::SECRET_WAITS))
    });
    view! {
        <th scope="row" role="rowheader">
            <span class="who">
                <span>
                    <a class="row-link" href=routes::connection(connection.id)>
                        {connection.name.clone()}
                    </a>
                    <small>{providers::kind(connection.kind)}</small>
                </span>
                {mode_view(connection.mode)}
                {outlook_view(&connection.tokens)}
                {unstored}
            </span>
        </th>
        <td role="cell" class="num" data-l=words::COLUMN_USERS>
            {format::count(connection.user_count)}
        </td>
        <td role="cell" class="num mid" data-l=words::COLUMN_GROUPS>
            {format::count(connection.group_count)}
        </td>
        <td role="cell" data-l=words::COLUMN_LAST_REQUEST>
            {last_request}
        </td>
        <td role="cell" class="mid" data-l=words::COLUMN_LAST_ERROR>
            {last_error}
        </td>
    }
    .into_any()
}
