//! The table; under 640 px the style sheet shows each row as a card, which is why the roles of a
//! table are written out.

use std::collections::HashSet;

use leptos::{ev::MouseEvent, html::Table, prelude::*};
use scim_schema::{
    api::users::{Source, UserRow, UserSort},
    id::UserId,
};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    Context, Shown,
    highlight::{marked, words as search_words},
};
use crate::{
    pages::status::{is_absent, status_view},
    routes,
    shortcuts::{Command, Shortcuts},
    text::{self, users as words},
    ui::{Avatar, RelativeTime, SortHeader, dynamic, is_row_click, keyed},
};

/// One page of users.
#[component]
pub(super) fn UsersTable(
    /// What the parts share.
    context: Context,
    /// The page.
    shown: Shown,
    /// Rows that changed a moment ago.
    recent: RwSignal<HashSet<UserId>>,
) -> impl IntoView {
    let query = context.query;
    let table = NodeRef::<Table>::new();
    Shortcuts::get().listen(move |command| match command {
        Command::Next => step(table, 1),
        Command::Previous => step(table, -1),
        Command::Search | Command::Help | Command::GoUsers | Command::GoConnections => false,
    });
    let caption =
        Memo::new(move |_| query.with(|query| words::caption(query.sort, query.descending)));
    let marks = Memo::new(move |_| shown.with(|shown| search_words(&shown.query.q)));
    let ids = move || {
        shown.with(|shown| {
            shown
                .page
                .items
                .iter()
                .map(|row| row.id)
                .collect::<Vec<_>>()
        })
    };
    let row = move |id: UserId| {
        let row = Memo::new(move |_| {
            shown.with(|shown| shown.page.items.iter().find(|row| row.id == id).cloned())
        });
        view! { <Row id row marks recent context /> }
    };
    view! {
        <div
            class="table-wrap full"
            tabindex="-1"
            role="region"
            aria-label=move || caption.get()
        >
            <table class="two cards full rows" role="table" node_ref=table>
                <caption class="vh">{move || caption.get()}</caption>
                <Head context />
                <tbody role="rowgroup">
                    {keyed(ids, |id| id.0.as_u128(), row)}
                </tbody>
            </table>
        </div>
    }
}

/// The column heads.
#[component]
fn Head(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let query = context.query;
    let head = move |label: &'static str, column: UserSort, class: &'static str| {
        let order = Signal::derive(move || query.with(|query| query.order_of(column)));
        let on_sort = Callback::new(move |()| {
            context.show(&query.get_untracked().sorted_by(column), false);
        });
        view! { <SortHeader label order on_sort class /> }
    };
    view! {
        <thead role="rowgroup">
            <tr role="row">
                {head(words::COLUMN_USER, UserSort::Name, "stick-l")}
                {head(words::STATUS, UserSort::Status, "")}
                <th scope="col" class="mid">
                    {words::COLUMN_ORGANISATIONS}
                </th>
                <th scope="col" class="mid">
                    {words::SOURCE}
                </th>
                {head(words::COLUMN_LAST_LOGIN, UserSort::LastLogin, "")}
                {head(words::COLUMN_CREATED, UserSort::Created, "low")}
            </tr>
        </thead>
    }
}

/// One user. The row outlives refreshes, so that focus stays in it.
#[component]
fn Row(
    /// Whose row.
    id: UserId,
    /// What it shows.
    row: Memo<Option<UserRow>>,
    /// What was searched for.
    marks: Memo<Vec<String>>,
    /// Rows that changed a moment ago.
    recent: RwSignal<HashSet<UserId>>,
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let open = move |event: MouseEvent| {
        if is_row_click(&event) {
            context.navigator.open(&routes::user(id));
        }
    };
    let cells = dynamic(move || row.get().map(|row| cells(&row, &marks.get())));
    view! {
        <tr
            role="row"
            class:touched=move || recent.with(|recent| recent.contains(&id))
            on:click=open
        >
            {cells}
        </tr>
    }
}

fn cells(row: &UserRow, marks: &[String]) -> AnyView {
    let last_login = match row.last_login_at {
        Some(at) => view! { <RelativeTime at /> }.into_any(),
        None => view! { <span class="faint">{text::time::NEVER}</span> }.into_any(),
    };
    view! {
        <th scope="row" role="rowheader" class="stick-l">
            <span class="who">
                <Avatar name=Signal::stored(row.name.clone()) off=is_absent(row.status) />
                <span>
                    <a class="row-link" href=routes::user(row.id)>
                        {marked(&row.name, marks)}
                    </a>
                    <small>{marked(second_line(row), marks)}</small>
                </span>
            </span>
        </th>
        <td role="cell">{status_view(row.status, &row.holds, &row.source)}</td>
        <td role="cell" class="mid" data-l=words::COLUMN_ORGANISATIONS>
            {organisations(row)}
        </td>
        <td role="cell" class="mid nowrap" data-l=words::SOURCE>
            {source(&row.source)}
        </td>
        <td role="cell" class="nowrap" data-l=words::COLUMN_LAST_LOGIN>
            {last_login}
        </td>
        <td role="cell" class="low nowrap muted" data-l=words::COLUMN_CREATED>
            <RelativeTime at=row.created_at />
        </td>
    }
    .into_any()
}

/// E-mail address, else the user name.
fn second_line(row: &UserRow) -> &str {
    row.email.as_deref().unwrap_or(&row.user_name)
}

fn organisations(row: &UserRow) -> AnyView {
    let Some(home) = row.organisations.first().cloned() else {
        return view! { <span class="faint">{text::user::NONE}</span> }.into_any();
    };
    let more = row.organisation_count.saturating_sub(1);
    let more = (more > 0).then(|| {
        view! {
            " "
            <span class="faint" aria-hidden="true">
                {format!("+{more}")}
            </span>
            <span class="vh">{words::more_organisations(more)}</span>
        }
    });
    let all = row.organisations.join(", ");
    view! {
        <span title=all>
            <span class="cut">{home}</span>
            {more}
        </span>
    }
    .into_any()
}

fn source(source: &Source) -> AnyView {
    match source {
        Source::Local => view! { <span class="muted">{words::SOURCE_LOCAL}</span> }.into_any(),
        Source::Connection { name, .. } => view! {
            <span class="cut" title=name.clone()>
                {name.clone()}
            </span>
        }
        .into_any(),
    }
}

/// Moves focus to the row after or before the one that has it.
fn step(table: NodeRef<Table>, by: i32) -> bool {
    let Some(table) = table.get_untracked() else {
        return false;
    };
    let Ok(links) = table.query_selector_all("a.row-link") else {
        return false;
    };
    let links: Vec<HtmlElement> = (0..links.length())
        .filter_map(|index| links.get(index)?.dyn_into().ok())
        .collect();
    let focused = document().active_element();
    let present = links.iter().position(|link| {
        focused
            .as_ref()
            .is_some_and(|focused| focused.is_same_node(Some(link)))
    });
    neighbour(present, by, links.len())
        .and_then(|index| links.get(index))
        .is_some_and(|link| link.focus().is_ok())
}

/// The row to go to; the first one when none has focus, and never beyond the ends.
fn neighbour(present: Option<usize>, by: i32, rows: usize) -> Option<usize> {
    let last = rows.checked_sub(1)?;
    Some(match (present, by > 0) {
        (None, _) => 0,
        (Some(index), true) => (index + 1).min(last),
        (Some(index), false) => index.saturating_sub(1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stepping_starts_at_the_first_row_and_stops_at_the_ends() {
        assert_eq!(neighbour(None, 1, 3), Some(0));
        assert_eq!(neighbour(Some(0), 1, 3), Some(1));
        assert_eq!(neighbour(Some(2), 1, 3), Some(2));
        assert_eq!(neighbour(Some(0), -1, 3), Some(0));
        assert_eq!(neighbour(None, 1, 0), None);
    }
}
