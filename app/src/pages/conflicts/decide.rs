//! What can be done about a conflict.

use leptos::prelude::*;
use scim_schema::{
    api::{
        conflicts::{ConflictAct, ConflictDetail, ConflictState, ResolveConflict},
        users::Source,
    },
    permission::Permission,
};

use super::one::Shown;
use crate::{
    api,
    form::{Act, FormErrors},
    session::Session,
    text::conflicts as words,
    ui::{Buttons, Confirm, Family, Icon, Notice, Remote, Show, TextField, dynamic, effect, icon},
};

const REASON: &str = "reason";

const MOVE: Buttons = Buttons {
    keep: words::KEEP,
    act: words::MOVE,
    doing: words::MOVING,
    class: "primary",
};

const DISMISS: Buttons = Buttons {
    keep: words::KEEP,
    act: words::DISMISS,
    doing: words::DISMISSING,
    class: "primary",
};

/// The acts, or who can act.
#[component]
pub(super) fn Decide(
    /// The conflict.
    shown: Shown,
    /// To be fetched again.
    conflict: Remote<ConflictDetail>,
) -> impl IntoView {
    let session = Session::get();
    let may = Memo::new(move |_| session.may(Permission::ResolveConflicts));
    let state = Memo::new(move |_| shown.with(|shown| shown.row.state));
    let refused = Memo::new(move |_| shown.with(|shown| shown.move_refused.clone()));
    let (moving, dismissing) = (RwSignal::new(false), RwSignal::new(false));
    let acts = dynamic(move || {
        if state.get() == ConflictState::Resolved {
            return ().into_any();
        }
        if !may.get() {
            return view! { <p class="small muted">{words::ONLY_ADMINISTRATORS}</p> }.into_any();
        }
        let refused = refused.get();
        let movable = refused.is_none();
        let refused = refused.map(|sentence| {
            view! {
                <Notice family=Family::Rest glyph=Icon::Info>
                    {sentence}
                </Notice>
            }
        });
        view! {
            {refused}
            <div class="row">
                <Show when=move || movable>
                    <button class="btn primary" type="button" on:click=move |_| moving.set(true)>
                        {icon(Icon::Plug)}
                        {words::MOVE}
                    </button>
                </Show>
                <Show when=move || state.get() == ConflictState::Open>
                    <button class="btn" type="button" on:click=move |_| dismissing.set(true)>
                        {words::DISMISS}
                    </button>
                </Show>
            </div>
        }
        .into_any()
    });
    view! {
        {acts}
        <MoveDialog shown conflict open=moving />
        <DismissDialog shown conflict open=dismissing />
    }
}

fn send(
    act: Act,
    shown: Shown,
    conflict: Remote<ConflictDetail>,
    body: &ResolveConflict,
    said: String,
) {
    let id = shown.with_untracked(|shown| shown.row.id);
    act.send(api::conflicts::resolve(id, body), &[REASON], move |()| {
        conflict.reload();
        said
    });
}

/// Names of the person and of both connections.
fn names(shown: Shown) -> (String, String, Option<String>) {
    shown.with(|shown| {
        let from = match &shown.row.person.source {
            Source::Local => None,
            Source::Connection { name, .. } => Some(name.clone()),
        };
        let row = &shown.row;
        (row.person.name.clone(), row.connection_name.clone(), from)
    })
}

/// Asks and moves.
#[component]
fn MoveDialog(
    /// The conflict.
    shown: Shown,
    /// To be fetched again.
    conflict: Remote<ConflictDetail>,
    /// Whether it asks.
    open: RwSignal<bool>,
) -> impl IntoView {
    let act = Act::new(open);
    let form = act.form;
    let run = Callback::new(move |()| {
        let (name, to, _) = untrack(|| names(shown));
        let body = ResolveConflict {
            act: ConflictAct::Move,
            reason: None,
        };
        let said = words::moved(&name, &to);
        send(act, shown, conflict, &body, said);
    });
    view! {
        <Confirm
            open
            title_id="move-one-title"
            title=Signal::derive(move || {
                let (name, to, _) = names(shown);
                words::move_one_title(&name, &to)
            })
            consequences=Signal::derive(move || {
                let (name, to, from) = names(shown);
                words::move_one_consequences(&name, &to, from.as_deref())
            })
            buttons=MOVE
            form
            run
        />
    }
}

/// Asks why, and keeps apart.
#[component]
fn DismissDialog(
    /// The conflict.
    shown: Shown,
    /// To be fetched again.
    conflict: Remote<ConflictDetail>,
    /// Whether it asks.
    open: RwSignal<bool>,
) -> impl IntoView {
    let act = Act::new(open);
    let form = act.form;
    let reason = RwSignal::new(String::new());
    effect(move || {
        if !open.get() {
            reason.set(String::new());
        }
    });
    let run = Callback::new(move |()| {
        let why = reason.get_untracked().trim().to_owned();
        if why.is_empty() {
            form.fail(FormErrors::default().check(REASON, Err(words::REASON_MISSING)));
            return;
        }
        let (name, _, _) = untrack(|| names(shown));
        let body = ResolveConflict {
            act: ConflictAct::Dismiss,
            reason: Some(why),
        };
        send(act, shown, conflict, &body, words::dismissed(&name));
    });
    view! {
        <Confirm
            open
            title_id="dismiss-title"
            title=Signal::stored(words::DISMISS_TITLE.to_owned())
            consequences=Signal::derive(move || {
                let (_, to, _) = names(shown);
                words::dismiss_consequences(&to)
            })
            buttons=DISMISS
            choices=ViewFn::from(move || {
                view! { <TextField id=REASON label=words::REASON value=reason form /> }
            })
            form
            run
        />
    }
}
