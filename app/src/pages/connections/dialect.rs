//! How a connection speaks: each function of its dialect with its default, to be turned on or off.

use leptos::prelude::*;
use scim_schema::{
    api::{
        dialects::{ChangeDialect, DialectView, SwitchView},
        events::{ChangeEvent, ChangeKind},
    },
    dialect::Switch,
    id::ConnectionId,
};

use crate::{
    api,
    form::{FormErrors, FormState},
    live::News,
    session::Session,
    text::dialects as words,
    toast::Toasts,
    ui::{
        ErrorSummary, Family, Icon, Loaded, Present, Remote, Show, SkeletonLines, dynamic, lozenge,
    },
};

/// The functions, folded: most connections never need them.
#[component]
pub(super) fn DialectSection(
    /// Whose.
    id: ConnectionId,
    /// Whether the person may change them.
    may_manage: Memo<bool>,
) -> impl IntoView {
    let dialect = Remote::new(move || api::connections::dialect(id));
    dialect.follow(move |news| concerns(news, id));
    let content = move |shown: Present<DialectView>| {
        view! { <Functions id shown dialect may_manage /> }.into_any()
    };
    view! {
        <details class="fold" data-testid="dialect">
            <summary>{words::TITLE}</summary>
            <div class="stack">
                <Loaded
                    remote=dialect
                    what=words::FAILED
                    skeleton=ViewFn::from(|| view! { <SkeletonLines lines=4 /> })
                    content
                />
            </div>
        </details>
    }
}

fn concerns(news: News, only: ConnectionId) -> bool {
    match news {
        News::Resync => true,
        News::Change(ChangeEvent { kind, id, .. }) => {
            kind == ChangeKind::Connection && id == only.0
        }
    }
}

/// What the parts of the table share.
#[derive(Clone, Copy)]
struct Context {
    id: ConnectionId,
    shown: Present<DialectView>,
    dialect: Remote<DialectView>,
    may_manage: Memo<bool>,
    form: FormState,
}

/// The table.
#[component]
fn Functions(
    /// Whose.
    id: ConnectionId,
    /// The dialect.
    shown: Present<DialectView>,
    /// To be fetched again.
    dialect: Remote<DialectView>,
    /// Whether the person may change them.
    may_manage: Memo<bool>,
) -> impl IntoView {
    let context = Context {
        id,
        shown,
        dialect,
        may_manage,
        form: FormState::new(),
    };
    let note = dynamic(move || {
        let changed = |view: &&SwitchView| view.on != view.default;
        shown.with(|shown| words::note(shown.switches.iter().filter(changed).count()))
    });
    let rows = Switch::ALL.map(|switch| row(switch, context));
    view! {
        <ErrorSummary form=context.form />
        <p class="small muted">{note}</p>
        <div class="table-wrap flush" tabindex="0" role="region" aria-label=words::CAPTION>
            <table class="cards functions" role="table">
                <caption class="vh">{words::CAPTION}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col">{words::FUNCTION}</th>
                        <th scope="col">{words::STATE}</th>
                        <Show when=move || may_manage.get()>
                            <th scope="col">
                                <span class="vh">{crate::text::connections::ACT}</span>
                            </th>
                        </Show>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

fn row(switch: Switch, context: Context) -> AnyView {
    let view = Memo::new(move |_| {
        context.shown.with(|shown| {
            let of_switch = shown.switches.iter().find(|view| view.name == switch);
            of_switch.map_or((false, false), |view| (view.on, view.on != view.default))
        })
    });
    let state = dynamic(move || {
        let (on, changed) = view.get();
        let how = if changed {
            lozenge(Family::Arrive, Icon::Info, words::CHANGED)
        } else {
            view! { <span class="faint">{words::BY_DEFAULT}</span> }.into_any()
        };
        view! {
            {words::state(on)}
            " "
            {how}
        }
    });
    let act = move || {
        let (on, changed) = view.get_untracked();
        turn(context, switch, if changed { None } else { Some(!on) });
    };
    let label = move || {
        let (on, changed) = view.get();
        words::act_label(switch, on, changed)
    };
    let word = move || {
        let (on, changed) = view.get();
        words::act(on, changed)
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <code>{switch.as_str()}</code>
                <small class="muted">{words::does(switch)}</small>
            </th>
            <td role="cell" data-l=words::STATE>
                {state}
            </td>
            <Show when=move || context.may_manage.get()>
                <td role="cell" class="num act">
                    <button class="btn" type="button" aria-label=label on:click=move |_| act()>
                        {move || word()}
                    </button>
                </td>
            </Show>
        </tr>
    }
    .into_any()
}

/// Turns a function on or off, or back to its default (`None`).
fn turn(context: Context, switch: Switch, on: Option<bool>) {
    let Context {
        id, dialect, form, ..
    } = context;
    if !form.begin(FormErrors::default()) {
        return;
    }
    let (session, toasts) = (Session::get(), Toasts::get());
    let body = ChangeDialect {
        switches: [(switch, on)].into(),
    };
    session.send(
        api::connections::change_dialect(id, &body),
        move |answer| match answer {
            Ok(changed) => {
                form.succeed();
                dialect.reload();
                let now = changed.switches.iter().find(|view| view.name == switch);
                toasts.success(words::done(switch, now.is_some_and(|view| view.on)));
            }
            Err(error) => form.fail(FormErrors::from_answer(&error, &[])),
        },
    );
}
