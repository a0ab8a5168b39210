//! The navigation: only pages that exist, and only those the person may see.

use leptos::{html::Nav, prelude::*};
use leptos_router::hooks::use_location;
use scim_schema::permission::Permission;

use super::{Counts, OpenConflicts, account::AccountMenu};
use crate::{
    format,
    pages::connections::OpenAlerts,
    routes,
    session::Session,
    text,
    ui::{Brand, Icon, ThemeButton, dynamic, icon},
};

const NAV_ID: &str = "nav";

/// Beside the page; an icon rail on narrow screens, a popover on small ones.
#[component]
pub(super) fn Navigation(
    /// Opens the keyboard help.
    help: RwSignal<bool>,
) -> impl IntoView {
    let session = Session::get();
    let nav = NodeRef::<Nav>::new();
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path)
            && let Some(nav) = nav.get_untracked()
        {
            // Not open on wide screens; closing it then is no error that matters.
            let _closed = nav.hide_popover();
        }
        path
    });
    let account = move || {
        session
            .me()
            .map(|me| me.account.name.clone())
            .unwrap_or_default()
    };
    view! {
        <nav class="nav" id=NAV_ID popover="auto" aria-label=text::shell::NAVIGATION node_ref=nav>
            {move || view! { <Brand href=routes::USERS account=account() /> }}
            {move || pages(session)}
            <div class="foot">
                <AccountMenu help />
            </div>
        </nav>
    }
}

/// The pages that the person may see, tracked.
fn pages(session: Session) -> AnyView {
    let users = session.may(Permission::ReadUsers).then(|| {
        view! {
            <Group title=text::shell::PEOPLE>
                <Item
                    href=routes::USERS
                    label=text::shell::USERS
                    glyph=Icon::Users
                    count=Signal::derive(users_in_all)
                />
            </Group>
        }
    });
    let connections = session.may(Permission::ReadConnections).then(|| {
        view! {
            <Item
                href=routes::PROVISIONING
                label=text::shell::CONNECTIONS
                glyph=Icon::Plug
                count=Signal::derive(OpenAlerts::count)
            />
        }
    });
    let attributes = session.may(Permission::ReadConnections).then(|| {
        view! {
            <Item
                href=routes::ATTRIBUTES
                label=text::shell::ATTRIBUTES
                glyph=Icon::Tag
                count=Signal::stored(None)
            />
        }
    });
    let conflicts = session.may(Permission::ReadConflicts).then(|| {
        view! {
            <Item
                href=routes::CONFLICTS
                label=text::shell::CONFLICTS
                glyph=Icon::Warn
                count=Signal::derive(open_conflicts)
            />
        }
    });
    let log = session.may(Permission::ReadProvisioningLog).then(|| {
        view! {
            <Item
                href=routes::LOG
                label=text::shell::LOG
                glyph=Icon::Signal
                count=Signal::stored(None)
            />
        }
    });
    let any = connections.is_some() || conflicts.is_some() || log.is_some();
    let provisioning = any.then(|| {
        view! {
            <Group title=text::shell::PROVISIONING>
                {connections} {conflicts} {log} {attributes}
            </Group>
        }
    });
    let audit = session.may(Permission::ReadAudit).then(|| {
        view! {
            <Group title=text::shell::ADMINISTRATION>
                <Item
                    href=routes::AUDIT
                    label=text::shell::AUDIT
                    glyph=Icon::Shield
                    count=Signal::stored(None)
                />
            </Group>
        }
    });
    view! { {users} {provisioning} {audit} }.into_any()
}

fn users_in_all() -> Option<u64> {
    let counts = use_context::<Counts>()?.0.value()?;
    Some(counts.all)
}

/// Open conflicts, where there are any: a zero needs nobody.
fn open_conflicts() -> Option<u64> {
    let counts = use_context::<OpenConflicts>()?.0.value()?;
    Some(counts.open).filter(|open| *open > 0)
}

/// A titled list of pages.
#[component]
fn Group(
    /// Its title.
    title: &'static str,
    /// Its pages.
    children: Children,
) -> impl IntoView {
    view! {
        <div>
            <h2>{title}</h2>
            <ul>{children()}</ul>
        </div>
    }
}

/// One page.
#[component]
fn Item(
    /// Its address.
    href: &'static str,
    /// Its name.
    label: &'static str,
    /// Its picture.
    glyph: Icon,
    /// How many things are there.
    count: Signal<Option<u64>>,
) -> impl IntoView {
    let path = use_location().pathname;
    let current = move || {
        let path = path.get();
        if path == href {
            Some("page")
        } else {
            path.strip_prefix(href)
                .is_some_and(|rest| rest.starts_with('/'))
                .then_some("true")
        }
    };
    let count = dynamic(move || {
        count
            .get()
            .map(|count| view! { <span class="count">{format::count(count)}</span> })
    });
    view! {
        <li>
            <a class="item" href=href aria-current=current title=label>
                {icon(glyph)}
                <span class="lbl">{label}</span>
                " "
                {count}
            </a>
        </li>
    }
}

/// On small screens: opens the navigation.
#[component]
pub(super) fn TopBar() -> impl IntoView {
    view! {
        <header class="topbar">
            <button
                class="btn icon quiet"
                type="button"
                popovertarget=NAV_ID
                aria-label=text::shell::OPEN_NAVIGATION
            >
                {icon(Icon::Menu)}
            </button>
            <Brand href=routes::USERS />
            <span class="grow"></span>
            <ThemeButton />
        </header>
    }
}
