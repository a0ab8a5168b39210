//! Moving several people at once: a change of provider. They are moved in steps, and each has its
//! own result.

use std::collections::BTreeSet;

use leptos::prelude::*;
use scim_schema::{
    api::conflicts::{ConflictAct, ConflictState, RESOLVED_AT_ONCE, ResolveConflicts},
    id::ConflictId,
};

use super::{list::Context, query::ConflictView};
use crate::{
    api,
    form::FormState,
    session::Session,
    text::conflicts as words,
    ui::{Buttons, Confirm, Family, Icon, Notice, Show},
};

const BUTTONS: Buttons = Buttons {
    keep: words::KEEP,
    act: words::MOVE,
    doing: words::MOVING,
    class: "primary",
};

/// How far it is, and what could not be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Progress {
    of: usize,
    moved: usize,
    failed: Vec<String>,
    finished: bool,
}

/// What is chosen and what to do with it; nothing where nobody can be moved.
#[component]
pub(super) fn BulkBar(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let session = Session::get();
    let asking = RwSignal::new(false);
    let form = FormState::new();
    let progress = RwSignal::new(None::<Progress>);
    let stop = RwSignal::new(false);
    let count = Memo::new(move |_| context.chosen.with(|chosen| chosen.len() as u64));
    let offered = Memo::new(move |_| {
        let open = context
            .shown
            .with(|shown| shown.state == ConflictState::Open);
        let movable = context
            .first
            .value()
            .is_some_and(|page| page.items.iter().any(|row| row.movable));
        context.may_resolve.get() && open && movable
    });
    let select_page = move |_| {
        let page = context.first.value();
        let rows = page.iter().flat_map(|page| page.items.iter());
        let ids: BTreeSet<_> = rows.filter(|row| row.movable).map(|row| row.id).collect();
        context.chosen.set(ids);
    };
    let run = Callback::new(move |()| {
        let ids: Vec<ConflictId> = context.chosen.get_untracked().into_iter().collect();
        form.succeed();
        asking.set(false);
        context.chosen.set(BTreeSet::new());
        stop.set(false);
        move_all(session, context, ids, progress, stop);
    });
    view! {
        <Show when=move || offered.get() && progress.with(Option::is_none)>
            <div class="bulk" role="region" aria-label=words::MOVE>
                <span class="n" role="status">
                    {move || words::selected(count.get())}
                </span>
                <button class="btn" type="button" on:click=select_page>
                    {words::SELECT_PAGE}
                </button>
                <SelectAll context />
                <Show when=move || { count.get() > 0 }>
                    <button
                        class="btn primary"
                        type="button"
                        on:click=move |_| asking.set(true)
                    >
                        {move || words::move_people(count.get())}
                    </button>
                    <button
                        class="btn quiet"
                        type="button"
                        on:click=move |_| context.chosen.set(BTreeSet::new())
                    >
                        {words::CLEAR}
                    </button>
                </Show>
            </div>
        </Show>
        {move || progress.get().map(|now| progress_view(&now, progress, stop))}
        <Confirm
            open=asking
            title_id="move-title"
            title=Signal::derive(move || words::move_title(count.get()))
            consequences=Signal::derive(move || words::move_consequences(count.get()))
            buttons=BUTTONS
            typed=Signal::derive(move || Some(words::move_typed(count.get())))
            form
            run
        />
    }
}

/// Everybody whom the filters name and who can be moved, as it is now.
#[component]
fn SelectAll(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let session = Session::get();
    let failed = RwSignal::new(None::<String>);
    let total = move || context.first.value().map(|page| page.total);
    let more = Memo::new(move |_| {
        let page = context.first.value();
        page.is_some_and(|page| page.next_cursor.is_some())
    });
    let select = move |_| {
        let query = context.shown.with_untracked(ConflictView::api);
        failed.set(None);
        session.send_while_shown(
            api::conflicts::selection(&query),
            move |answer| match answer {
                Ok(found) => context.chosen.set(found.ids.into_iter().collect()),
                Err(error) => failed.set(Some(error.sentence())),
            },
        );
    };
    view! {
        <Show when=move || more.get()>
            <button class="btn" type="button" on:click=select>
                {move || words::select_all(total().unwrap_or_default())}
            </button>
        </Show>
        <span class="small" role="alert">
            {move || failed.get()}
        </span>
    }
}

/// Moves them step by step. It goes on while the page is open.
fn move_all(
    session: Session,
    context: Context,
    ids: Vec<ConflictId>,
    progress: RwSignal<Option<Progress>>,
    stop: RwSignal<bool>,
) {
    progress.set(Some(Progress {
        of: ids.len(),
        ..Progress::default()
    }));
    let tell = move |change: &dyn Fn(&mut Progress)| {
        progress.try_update(|now| now.iter_mut().for_each(change));
    };
    // Not scoped: it outlives the dialog that starts it, and ends with the page's signals.
    leptos::task::spawn_local(async move {
        for chunk in ids.chunks(RESOLVED_AT_ONCE) {
            if stop.try_get_untracked().unwrap_or(true) {
                break;
            }
            let body = ResolveConflicts {
                ids: chunk.to_vec(),
                act: ConflictAct::Move,
                reason: None,
            };
            match session.watch(api::conflicts::resolve_several(&body).answer().await) {
                Ok(results) => tell(&|now| {
                    for one in &results.items {
                        match &one.message {
                            None => now.moved += 1,
                            Some(message) => now.failed.push(message.clone()),
                        }
                    }
                }),
                Err(error) => {
                    tell(&|now| now.failed.push(error.sentence()));
                    break;
                }
            }
        }
        if progress.try_get_untracked().is_some() {
            tell(&|now| now.finished = true);
            context.first.reload();
        }
    });
}

fn progress_view(
    now: &Progress,
    progress: RwSignal<Option<Progress>>,
    stop: RwSignal<bool>,
) -> AnyView {
    let failed = (now.of - now.moved) as u64;
    let moved = now.moved as u64;
    if !now.finished {
        return view! {
            <div class="bulk" role="status">
                <span class="spinner" aria-hidden="true"></span>
                <span class="n">{words::progress(moved, now.of as u64)}</span>
                <button class="btn" type="button" on:click=move |_| stop.set(true)>
                    {words::CANCEL}
                </button>
            </div>
        }
        .into_any();
    }
    let (family, glyph) = match now.failed.is_empty() {
        true => (Family::Ok, Icon::Ok),
        false => (Family::Stop, Icon::Alert),
    };
    let lines = now.failed.iter().cloned();
    let lines = lines.map(|line| view! { <li>{line}</li> }).collect_view();
    view! {
        <div class="notice-row" role="status">
            <Notice family glyph>
                <strong>{words::result(moved, failed)}</strong>
                <ul>{lines}</ul>
                <button class="btn" type="button" on:click=move |_| progress.set(None)>
                    {words::CLOSE_RESULT}
                </button>
            </Notice>
        </div>
    }
    .into_any()
}
