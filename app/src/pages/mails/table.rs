//! The rows of the list, and the ways to other pages.

use leptos::prelude::*;
use scim_schema::{
    api::mails::{MailPage, MailRow},
    mail::MailState,
};

use super::{Context, query::MailView};
use crate::{
    api, routes,
    text::mails as words,
    ui::{
        Column, Empty, Family, Icon, Present, RelativeTime, act_cell, cell, dynamic, lozenge, row,
        table,
    },
};

/// The table, or why there is none.
#[component]
pub(super) fn Rows(
    /// What the parts share.
    context: Context,
    /// What the page fetched.
    page: Present<MailPage>,
) -> impl IntoView {
    dynamic(move || {
        let may_send = context.may_send.get();
        let rows = page.with(|page| {
            let rows = page.items.iter();
            rows.map(|mail| one(context, mail, may_send)).collect_view()
        });
        if page.with(|page| page.items.is_empty()) {
            return nothing(context);
        }
        let columns = [
            Column::text(words::COLUMN_WHOM),
            Column::text(words::COLUMN_WHAT),
            Column::text(words::COLUMN_STATE),
            Column::text(words::COLUMN_WHEN),
            Column::acts(words::COLUMN_ACTS),
        ];
        view! {
            {table(words::CAPTION, columns, rows.into_any())}
            {ways(context, page)}
        }
        .into_any()
    })
}

fn nothing(context: Context) -> AnyView {
    if context.shown.with(MailView::is_all) {
        return view! { <Empty glyph=Icon::Mail title=words::EMPTY why=words::EMPTY_WHY /> }
            .into_any();
    }
    view! {
        <Empty glyph=Icon::Search title=words::EMPTY_OTHER why=words::EMPTY_OTHER_WHY>
            <a class="btn" href=routes::MAILS>
                {words::ALL}
            </a>
        </Empty>
    }
    .into_any()
}

fn one(context: Context, mail: &MailRow, may_send: bool) -> AnyView {
    let head = view! {
        <a href=routes::user(mail.user)>{mail.name.clone()}</a>
        <small class="muted">{mail.address.clone()}</small>
    };
    let what = words::kind(mail.kind);
    let id = mail.id;
    let show = view! {
        <button
            class="btn quiet"
            type="button"
            aria-label=words::act_label(words::SHOW, what, &mail.name)
            on:click=move |_| context.reading.set(Some(id))
        >
            {words::SHOW}
        </button>
    };
    let again = (may_send && mail.state != MailState::Sending).then(|| again(context, mail));
    row(
        head.into_any(),
        vec![
            cell(words::COLUMN_WHAT, what),
            cell(words::COLUMN_STATE, state_view(mail)),
            cell(
                words::COLUMN_WHEN,
                view! { <RelativeTime at=mail.sent_at.unwrap_or(mail.created_at) /> },
            ),
            act_cell(view! { {show} {again} }),
        ],
    )
}

fn again(context: Context, mail: &MailRow) -> AnyView {
    let label = match mail.state {
        MailState::Queued => words::SEND_NOW,
        _ => words::SEND_AGAIN,
    };
    let id = mail.id;
    let call = move |_| context.send(api::mails::send_again(id), words::QUEUED_AGAIN);
    view! {
        <button
            class="btn quiet"
            type="button"
            aria-label=words::act_label(label, words::kind(mail.kind), &mail.name)
            on:click=call
        >
            {label}
        </button>
    }
    .into_any()
}

fn state_view(mail: &MailRow) -> AnyView {
    let (family, glyph) = match mail.state {
        MailState::Queued => (Family::Arrive, Icon::Clock),
        MailState::Sending => (Family::Arrive, Icon::Mail),
        MailState::Sent => (Family::Ok, Icon::Ok),
        MailState::Bounced => (Family::Stop, Icon::Alert),
        MailState::Dead => (Family::Stop, Icon::X),
    };
    let error = mail
        .error
        .clone()
        .map(|error| view! { <small>{error}</small> });
    let next = mail.error.as_ref().and(mail.next_attempt_at).map(|at| {
        view! { <small class="muted">{words::NEXT_TRY} " " <RelativeTime at /></small> }
    });
    view! {
        {lozenge(family, glyph, words::state(mail.state))}
        {error}
        {next}
    }
    .into_any()
}

/// Links to the newest and to older mails.
fn ways(context: Context, page: Present<MailPage>) -> AnyView {
    let (total, next) = page.with(|page| (page.total, page.next_cursor.clone()));
    let shown = context.shown.get();
    let newest = shown.cursor.is_some().then(|| {
        view! { <a class="btn" href=shown.at(None).path()>{words::NEWEST}</a> }
    });
    let older = next.map(|cursor| {
        view! { <a class="btn" href=shown.at(Some(cursor)).path()>{words::OLDER}</a> }
    });
    view! {
        <nav class="pager" aria-label=words::PAGES>
            <span>{words::total(total)}</span>
            <div class="row">{newest} {older}</div>
        </nav>
    }
    .into_any()
}
