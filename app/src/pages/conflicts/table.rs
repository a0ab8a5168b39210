//! The rows of the list, and the way to older ones.

use leptos::{ev::MouseEvent, prelude::*};
use scim_schema::{
    api::conflicts::{ConflictPage, ConflictRow, ConflictState},
    id::ConflictId,
};

use super::{
    kind_view,
    list::{Context, PAGE},
    source_name,
};
use crate::{
    api::{self, ApiError},
    routes,
    session::Session,
    text::{conflicts as words, user::actor},
    ui::{
        Empty, Failure, Icon, Navigator, Present, RelativeTime, Show, dynamic, effect,
        is_row_click, keyed, optional,
    },
};

/// Older rows that were asked for.
#[derive(Clone, Copy)]
struct Older {
    rows: RwSignal<Vec<ConflictRow>>,
    /// Cursor after the last row; the outer `None` means that none was fetched.
    next: RwSignal<Option<Option<String>>>,
    pending: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
}

impl Older {
    fn forget(self) {
        self.rows.set(Vec::new());
        self.next.set(None);
        self.error.set(None);
    }

    fn load(self, session: Session, context: Context, cursor: String) {
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        self.error.set(None);
        let mut query = context
            .shown
            .with_untracked(super::query::ConflictView::api);
        query.cursor = Some(cursor);
        query.limit = Some(PAGE);
        session.send_while_shown(api::conflicts::list(&query), move |result| {
            self.pending.set(false);
            match result {
                Ok(page) => {
                    self.rows.update(|rows| rows.extend(page.items));
                    self.next.set(Some(page.next_cursor));
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }
}

/// The table, or why there is none.
#[component]
pub(super) fn Rows(
    /// What the parts share.
    context: Context,
    /// The first page.
    page: Present<ConflictPage>,
) -> impl IntoView {
    let older = Older {
        rows: RwSignal::new(Vec::new()),
        next: RwSignal::new(None),
        pending: RwSignal::new(false),
        error: RwSignal::new(None),
    };
    // A page that changed may lack what was behind it.
    effect(move || {
        page.track();
        older.forget();
    });
    let rows = Memo::new(move |_| {
        let mut rows = page.with(|page| page.items.clone());
        older.rows.with(|older| rows.extend(older.iter().cloned()));
        rows
    });
    let empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let ids = move || rows.with(|rows| rows.iter().map(|row| row.id).collect::<Vec<_>>());
    let row = move |id: ConflictId| {
        let row =
            Memo::new(move |_| rows.with(|rows| rows.iter().find(|row| row.id == id).cloned()));
        view! { <Row context id row /> }
    };
    dynamic(move || {
        if empty.get() {
            return nothing(context);
        }
        view! {
            <div class="table-wrap full" tabindex="-1" role="region" aria-label=words::CAPTION>
                <table class="two cards full rows" role="table">
                    <caption class="vh">{words::CAPTION}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <Show when=move || context.may_pick.get()>
                                <th scope="col" class="pick">
                                    <span class="vh">{words::COLUMN_SELECT}</span>
                                </th>
                            </Show>
                            <th scope="col">{words::COLUMN_PERSON}</th>
                            <th scope="col">{words::COLUMN_SENT}</th>
                            <th scope="col">{words::COLUMN_WHY}</th>
                            <th scope="col" class="mid">
                                {move || {
                                    let open = context.shown.with(|shown| shown.state);
                                    last_column(open == ConflictState::Open)
                                }}
                            </th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {keyed(ids, |id| id.0.as_u128(), row)}
                    </tbody>
                </table>
            </div>
            <More context page older />
        }
        .into_any()
    })
}

fn nothing(context: Context) -> AnyView {
    let open = context.shown.with(|shown| {
        shown.state == ConflictState::Open && shown.connection.is_none() && shown.kind.is_none()
    });
    if open {
        view! { <Empty glyph=Icon::Ok title=words::EMPTY why=words::EMPTY_WHY /> }.into_any()
    } else {
        view! { <Empty glyph=Icon::Search title=words::EMPTY_OTHER why=words::EMPTY_OTHER_WHY /> }
            .into_any()
    }
}

/// One conflict.
#[component]
fn Row(
    /// What the parts share.
    context: Context,
    /// Which.
    id: ConflictId,
    /// What it shows.
    row: Memo<Option<ConflictRow>>,
) -> impl IntoView {
    let navigator = Navigator::new();
    let open = move |event: MouseEvent| {
        if is_row_click(&event) && !is_on_choice(&event) {
            navigator.open(&routes::conflict(id));
        }
    };
    let pick = optional(move || {
        context
            .may_pick
            .get()
            .then(|| row.get().map(|row| pick_cell(context, &row)))
    });
    view! {
        <tr role="row" on:click=open>
            {pick}
            {move || row.get().map(|row| cells(&row))}
        </tr>
    }
}

/// Whether a click is meant for the box of a row.
fn is_on_choice(event: &MouseEvent) -> bool {
    event
        .target()
        .and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(target).ok())
        .and_then(|element| element.closest("label, input").ok().flatten())
        .is_some()
}

fn pick_cell(context: Context, row: &ConflictRow) -> AnyView {
    let id = row.id;
    let movable = row.movable && row.state == ConflictState::Open;
    let choose = move |event| {
        let on = event_target_checked(&event);
        context.chosen.update(|chosen| {
            if on {
                chosen.insert(id);
            } else {
                chosen.remove(&id);
            }
        });
    };
    view! {
        <td role="cell" class="pick">
            <label class="check">
                <input
                    type="checkbox"
                    disabled=!movable
                    prop:checked=move || context.chosen.with(|chosen| chosen.contains(&id))
                    on:change=choose
                />
                <span class="vh">{words::select(&row.person.name)}</span>
            </label>
        </td>
    }
    .into_any()
}

fn cells(row: &ConflictRow) -> AnyView {
    view! {
        <th scope="row" role="rowheader">
            <span class="who">
                <span>
                    <a class="row-link" href=routes::conflict(row.id)>
                        {row.person.name.clone()}
                    </a>
                    <small>{row.person.user_name.clone()} " · " {source_name(&row.person)}</small>
                </span>
            </span>
        </th>
        <td role="cell" data-l=words::COLUMN_SENT>
            {row.connection_name.clone()}
            <small class="detail">{row.sent_user_name.clone()}</small>
        </td>
        <td role="cell" data-l=words::COLUMN_WHY>
            {kind_view(row.kind)}
        </td>
        <td role="cell" class="mid" data-l=last_column(row.end.is_none())>
            {last_cell(row)}
        </td>
    }
    .into_any()
}

const fn last_column(open: bool) -> &'static str {
    if open {
        words::COLUMN_SEEN
    } else {
        words::COLUMN_ENDED
    }
}

/// When it was asked for last, or how it ended.
fn last_cell(row: &ConflictRow) -> AnyView {
    let (at, said) = match &row.end {
        None => (row.last_seen_at, words::times(row.seen)),
        Some(end) => (end.at, words::ended_by(end.how, &actor(&end.by))),
    };
    view! {
        <RelativeTime at />
        <small>{said}</small>
    }
    .into_any()
}

/// The way to older conflicts.
#[component]
fn More(
    /// What the parts share.
    context: Context,
    /// The first page.
    page: Present<ConflictPage>,
    /// What follows it.
    older: Older,
) -> impl IntoView {
    let session = Session::get();
    dynamic(move || {
        let fetched = older.next.get();
        let cursor = fetched.unwrap_or_else(|| page.with(|page| page.next_cursor.clone()))?;
        let again = cursor.clone();
        let failed = older.error.get().map(|error| {
            let cursor = again.clone();
            let retry = Callback::new(move |()| older.load(session, context, cursor.clone()));
            view! { <Failure what=words::OLDER_FAILED error retry /> }
        });
        let pending = older.pending.get();
        Some(view! {
            {failed}
            <div class="pager">
                <button
                    class="btn"
                    type="button"
                    aria-disabled=pending.then_some("true")
                    on:click=move |_| older.load(session, context, cursor.clone())
                >
                    {if pending { words::LOADING_OLDER } else { words::OLDER }}
                </button>
            </div>
        })
    })
}
