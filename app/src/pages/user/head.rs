//! Name, picture, and what blocks the sign-in.

use leptos::prelude::*;
use scim_schema::{api::users::UserDetail, lifecycle::Status, permission::Permission};

use super::{
    Shown,
    acts::{ActMenu, Acts},
    banner::{Banner, When, banner},
    password_link::PasswordLink,
};
use crate::{
    clock::{self, Clock},
    pages::{
        log::LiveMark,
        status::{is_absent, status_view},
    },
    routes,
    session::Session,
    text::{self, user as words},
    ui::{Avatar, Notice, PageHead, dynamic, optional},
};

/// The head of the page.
#[component]
pub(super) fn Head(
    /// The user.
    user: Shown,
    /// What can be done.
    acts: Acts,
) -> impl IntoView {
    let name = Signal::derive(move || user.with(|user| user.row.name.clone()));
    let off = Signal::derive(move || user.with(is_off));
    let lede = Signal::derive(move || user.with(|user| Some(second_line(user))));
    let avatar = view! { <Avatar name off large=true /> }.into_any();
    // The banner says it where something blocks the sign-in.
    let status = optional(move || {
        user.with(|user| {
            banner(user, &When::untold())
                .is_none()
                .then(|| status_view(user.row.status, &user.row.holds, &user.row.source))
        })
    });
    view! {
        <PageHead title=name lede avatar crumb=(text::users::TITLE, routes::USERS)>
            {status} <LiveMark /> <PasswordLink user /> <ActMenu acts />
        </PageHead>
    }
}

fn is_off(user: &UserDetail) -> bool {
    is_absent(user.row.status) || user.row.status != Status::Active
}

fn second_line(user: &UserDetail) -> String {
    user.row
        .email
        .clone()
        .unwrap_or_else(|| user.row.user_name.clone())
}

/// The banner above the tabs.
#[component]
pub(super) fn Blocked(
    /// The user.
    user: Shown,
) -> impl IntoView {
    dynamic(move || {
        let now = Clock::now();
        let when = When {
            moment: &|at| clock::in_zone(at).short(&now),
            date: &|at| clock::in_zone(at).day(&now),
        };
        let Banner {
            family,
            glyph,
            headline,
            text,
        } = user.with(|user| banner(user, &when))?;
        let id = user.with(|user| user.row.id);
        let why = Session::get().may_now(Permission::ReadAudit).then(|| {
            view! {
                " "
                <a href=routes::user_tab(id, "audit")>{words::WHY_LINK}</a>
            }
        });
        Some(view! {
            <div class="body narrow lead">
                <Notice family glyph>
                    <strong>{headline}</strong>
                    <br />
                    <span class="muted">{text}</span>
                    {why}
                </Notice>
            </div>
        })
    })
}
