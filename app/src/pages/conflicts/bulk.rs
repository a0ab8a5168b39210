//! Moving several people at once: a change of provider. They are moved in steps, and each has its
//! own result.

use std::collections::BTreeSet;

use leptos::prelude::*;
use scim_schema::{
    api::conflicts::{ConflictAct, RESOLVED_AT_ONCE, ResolveConflicts},
    id::ConflictId,
};

use super::{list::Context, query::ConflictView};
use crate::{
    api,
    form::FormState,
    session::Session,
    text::conflicts as words,
    ui::{Buttons, Confirm, Family, Icon, Notice, Show, focus_soon, optional},
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

/// Id of the button that chooses everybody on the page.
const SELECT_PAGE: &str = "select-page";
/// Id of what says how far moving is, and how it ended.
const RESULT: &str = "move-result";

/// Chooses everybody on the page who can be moved; nothing where nobody can.
#[component]
pub(super) fn SelectPage(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let movable = move || {
        let page = context.first.value();
        let rows = page.iter().flat_map(|page| page.items.iter());
        let ids = rows.filter(|row| row.movable).map(|row| row.id);
        ids.collect::<BTreeSet<_>>()
    };
    let offered = move || context.may_pick.get() && !movable().is_empty();
    view! {
        <Show when=offered>
            <button
                class="btn"
                type="button"
                id=SELECT_PAGE
                on:click=move |_| context.chosen.set(untrack(movable))
            >
                {words::SELECT_PAGE}
            </button>
        </Show>
    }
}

/// What is chosen and what to do with it; nothing until somebody is chosen.
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
    let some = Memo::new(move |_| count.get() > 0);
    let run = Callback::new(move |()| {
        let ids: Vec<ConflictId> = context.chosen.get_untracked().into_iter().collect();
        form.succeed();
        asking.set(false);
        context.chosen.set(BTreeSet::new());
        stop.set(false);
        move_all(session, context, ids, progress, stop);
        focus_soon(format!("#{RESULT}"));
    });
    let clear = move |_| {
        context.chosen.set(BTreeSet::new());
        focus_soon(format!("#{SELECT_PAGE}"));
    };
    let class = move || if some.get() { "bulk" } else { "" };
    view! {
        <div class=class role="region" aria-label=words::MOVE>
            <span class="n" role="status">
                {optional(move || some.get().then(|| words::selected(count.get())))}
            </span>
            <Show when=move || some.get()>
                <SelectAll context />
                <button class="btn primary" type="button" on:click=move |_| asking.set(true)>
                    {move || words::move_people(count.get())}
                </button>
                <button class="btn quiet" type="button" on:click=clear>
                    {words::CLEAR}
                </button>
            </Show>
        </div>
        <Outcome progress stop />
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

/// How far it is, and how it ended; it takes the focus, since the button that began it is gone.
#[component]
fn Outcome(
    /// How far it is.
    progress: RwSignal<Option<Progress>>,
    /// Ends it after this step.
    stop: RwSignal<bool>,
) -> impl IntoView {
    let finished = Memo::new(move |_| progress.with(|now| now.as_ref().map(|now| now.finished)));
    let so_far = move || {
        let now = progress.get();
        now.map(|now| words::progress(now.moved as u64, now.of as u64))
    };
    let state = optional(move || {
        if finished.get()? {
            let ended = untrack(|| progress.get())?;
            focus_soon(format!("#{RESULT}"));
            return Some(result(ended, progress));
        }
        Some(
            view! {
                <div class="bulk">
                    <span class="spinner" aria-hidden="true"></span>
                    <span class="n">{optional(so_far)}</span>
                    <button class="btn" type="button" on:click=move |_| stop.set(true)>
                        {words::CANCEL}
                    </button>
                </div>
            }
            .into_any(),
        )
    });
    view! {
        <div id=RESULT role="status" tabindex="-1">
            {state}
        </div>
    }
}

fn result(ended: Progress, progress: RwSignal<Option<Progress>>) -> AnyView {
    let (family, glyph) = match ended.failed.is_empty() {
        true => (Family::Ok, Icon::Ok),
        false => (Family::Stop, Icon::Alert),
    };
    let left = (ended.of - ended.moved) as u64;
    let lines = ended.failed.into_iter();
    let lines = lines.map(|line| view! { <li>{line}</li> }).collect_view();
    view! {
        <div class="notice-row">
            <Notice family glyph>
                <strong>{words::result(ended.moved as u64, left)}</strong>
                <ul>{lines}</ul>
                <button class="btn" type="button" on:click=move |_| progress.set(None)>
                    {words::CLOSE_RESULT}
                </button>
            </Notice>
        </div>
    }
    .into_any()
}
