//! The navigation: only pages that exist, and only those the person may see.

use leptos::{html::Nav, prelude::*};
use leptos_router::hooks::use_location;
use scim_schema::permission::Permission;

use super::{Counts, OpenConflicts, account::AccountMenu};
use crate::{
    format,
    pages::{OpenApprovals, connections::OpenAlerts},
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
    let page = |needed, href, label, glyph, count: fn() -> Option<u64>| {
        session
            .may(needed)
            .then(|| view! { <Item href label glyph count=Signal::derive(count) /> }.into_any())
    };
    let plain = |needed, href, label, glyph| page(needed, href, label, glyph, || None);
    let people = [
        page(
            Permission::ReadUsers,
            routes::USERS,
            text::shell::USERS,
            Icon::Users,
            users_in_all,
        ),
        plain(
            Permission::ReadOrganisations,
            routes::ORGANISATIONS,
            text::shell::ORGANISATIONS,
            Icon::Group,
        ),
        page(
            Permission::DecideApprovals,
            routes::APPROVALS,
            text::shell::APPROVALS,
            Icon::Ok,
            OpenApprovals::count,
        ),
    ];
    let provisioning = [
        page(
            Permission::ReadConnections,
            routes::PROVISIONING,
            text::shell::CONNECTIONS,
            Icon::Plug,
            OpenAlerts::count,
        ),
        page(
            Permission::ReadConflicts,
            routes::CONFLICTS,
            text::shell::CONFLICTS,
            Icon::Warn,
            open_conflicts,
        ),
        plain(
            Permission::ReadProvisioningLog,
            routes::LOG,
            text::shell::LOG,
            Icon::Signal,
        ),
        plain(
            Permission::ReadConnections,
            routes::ATTRIBUTES,
            text::shell::ATTRIBUTES,
            Icon::Tag,
        ),
    ];
    let settings = [
        plain(
            Permission::ReadAudit,
            routes::AUDIT,
            text::shell::AUDIT,
            Icon::Clock,
        ),
        plain(
            Permission::ReadPolicies,
            routes::POLICIES,
            text::shell::POLICIES,
            Icon::Shield,
        ),
        plain(
            Permission::ReadMails,
            routes::MAILS,
            text::shell::MAILS,
            Icon::Mail,
        ),
    ];
    let groups = [
        group(text::shell::PEOPLE, people),
        group(text::shell::PROVISIONING, provisioning),
        group(text::shell::ADMINISTRATION, settings),
    ];
    groups.into_iter().flatten().collect_view().into_any()
}

/// A titled list of pages, unless the person may see none of them.
fn group<const N: usize>(title: &'static str, pages: [Option<AnyView>; N]) -> Option<AnyView> {
    let pages: Vec<AnyView> = pages.into_iter().flatten().collect();
    if pages.is_empty() {
        return None;
    }
    let group = view! {
        <div>
            <h2>{title}</h2>
            <ul>{pages}</ul>
        </div>
    };
    Some(group.into_any())
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
