//! `/attributes`: the attributes that the account defines beyond the SCIM schemas.

mod delete;
mod form;

use leptos::prelude::*;
use scim_schema::{
    api::{
        attributes::{AttributeDefinition, Exposure},
        events::{ChangeEvent, ChangeKind},
    },
    permission::Permission,
};

use self::{
    delete::DeleteDialog,
    form::{DefineDialog, EditDialog},
};
use crate::{
    api, format,
    live::News,
    places::Places,
    routes,
    session::Session,
    text::attributes as words,
    ui::{
        Empty, Icon, Loaded, PageHead, Present, Remote, Show, SkeletonLines, dynamic, icon,
        optional,
    },
};

/// What the page fetches.
type Definitions = Remote<Vec<AttributeDefinition>>;

/// What is asked or edited.
#[derive(Clone, Copy)]
struct Acts {
    editing: RwSignal<Option<AttributeDefinition>>,
    deleting: RwSignal<Option<AttributeDefinition>>,
}

/// The page.
#[component]
pub(crate) fn AttributesPage() -> impl IntoView {
    let session = Session::get();
    let definitions = Remote::new(api::attributes::list);
    definitions.follow(concerns);
    Places::get().restore_when(move || definitions.value().is_some());
    let defining = RwSignal::new(false);
    let acts = Acts {
        editing: RwSignal::new(None),
        deleting: RwSignal::new(None),
    };
    let may_manage = Memo::new(move |_| session.may(Permission::ManageConnections));
    let present = move || definitions.value().is_some_and(|all| !all.is_empty());
    let add =
        optional(move || (may_manage.get() && present()).then(|| view! { <AddButton defining /> }));
    let content = move |shown: Present<Vec<AttributeDefinition>>| {
        let empty = Memo::new(move |_| shown.with(|all| all.is_empty()));
        (move || {
            if empty.get() {
                view! { <NoAttributes defining may_manage /> }.into_any()
            } else {
                view! { <Table shown may_manage acts /> }.into_any()
            }
        })
        .into_any()
    };
    view! {
        <PageHead title=Signal::stored(words::TITLE.to_owned()) lede=words::LEDE>
            {add}
        </PageHead>
        <div class="body">
            <Loaded
                remote=definitions
                what=words::FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=4 /> })
                content
            />
        </div>
        <DefineDialog definitions open=defining />
        <EditDialog definitions editing=acts.editing />
        <DeleteDialog definitions deleting=acts.deleting />
    }
}

/// Values come with people, and places with connections.
fn concerns(news: News) -> bool {
    match news {
        News::Resync => true,
        News::Change(ChangeEvent { kind, .. }) => matches!(
            kind,
            ChangeKind::AttributeDefinition | ChangeKind::Connection
        ),
    }
}

/// Opens the dialog.
#[component]
fn AddButton(
    /// Whether it is open.
    defining: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <button class="btn primary" type="button" on:click=move |_| defining.set(true)>
            {icon(Icon::Plus)}
            {words::ADD}
        </button>
    }
}

/// First use.
#[component]
fn NoAttributes(
    /// Whether the dialog is open.
    defining: RwSignal<bool>,
    /// Whether the person may define one.
    may_manage: Memo<bool>,
) -> impl IntoView {
    let act = dynamic(move || {
        if may_manage.get() {
            view! { <AddButton defining /> }.into_any()
        } else {
            view! { <p class="small">{words::EMPTY_ASK}</p> }.into_any()
        }
    });
    view! {
        <Empty glyph=Icon::Tag title=words::EMPTY why=words::EMPTY_WHY>
            {act}
        </Empty>
    }
}

/// The table.
#[component]
fn Table(
    /// The definitions.
    shown: Present<Vec<AttributeDefinition>>,
    /// Whether the person may change them.
    may_manage: Memo<bool>,
    /// What is asked or edited.
    acts: Acts,
) -> impl IntoView {
    let rows = dynamic(move || {
        let may_manage = may_manage.get();
        let row = |definition: &AttributeDefinition| row(definition, may_manage, acts);
        shown.with(|all| all.iter().map(row).collect_view())
    });
    view! {
        <div class="table-wrap full" tabindex="-1" role="region" aria-label=words::CAPTION>
            <table class="cards full attrs" role="table">
                <caption class="vh">{words::CAPTION}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col">{words::NAME}</th>
                        <th scope="col">{words::TYPE}</th>
                        <th scope="col">{words::EXPOSED_ON}</th>
                        <th scope="col" class="num">
                            {words::PEOPLE}
                        </th>
                        <Show when=move || may_manage.get()>
                            <th scope="col">
                                <span class="vh">{words::ACT}</span>
                            </th>
                        </Show>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

fn row(definition: &AttributeDefinition, may_manage: bool, acts: Acts) -> AnyView {
    let description = (!definition.description.is_empty())
        .then(|| view! { <small class="muted">{definition.description.clone()}</small> });
    let kind = definition.attr_type;
    let traits = words::traits(kind, definition.case_exact, definition.returned)
        .map(|traits| view! { <small class="muted">{traits}</small> });
    let act = may_manage.then(|| buttons(definition, acts));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <code>{definition.name.clone()}</code>
                {description}
            </th>
            <td role="cell" data-l=words::TYPE>
                {words::shape(kind, definition.multi_valued)}
                {traits}
            </td>
            <td role="cell" data-l=words::EXPOSED_ON>
                {places(&definition.exposed)}
            </td>
            <td role="cell" class="num" data-l=words::PEOPLE>
                {format::count(definition.people)}
            </td>
            {act}
        </tr>
    }
    .into_any()
}

fn places(exposed: &[Exposure]) -> AnyView {
    if exposed.is_empty() {
        return view! { <span class="faint">{words::NOWHERE}</span> }.into_any();
    }
    let one = |exposure: &Exposure| {
        view! {
            <span class="place">
                <a href=routes::connection(exposure.connection)>
                    {exposure.connection_name.clone()}
                </a>
                <small class="muted">
                    <code>{format!("{}:{}", exposure.urn, exposure.name)}</code>
                </small>
            </span>
        }
    };
    exposed.iter().map(one).collect_view().into_any()
}

fn buttons(definition: &AttributeDefinition, acts: Acts) -> AnyView {
    let name = definition.name.clone();
    let kept = StoredValue::new(definition.clone());
    view! {
        <td role="cell" class="num act">
            <button
                class="btn quiet"
                type="button"
                aria-label=words::act_label(words::EDIT, &name)
                on:click=move |_| acts.editing.set(Some(kept.get_value()))
            >
                {words::EDIT}
            </button>
            <button
                class="btn danger-quiet"
                type="button"
                aria-label=words::act_label(words::DELETE, &name)
                on:click=move |_| acts.deleting.set(Some(kept.get_value()))
            >
                {words::DELETE}
            </button>
        </td>
    }
    .into_any()
}
