//! Where somebody is signed in, and how they signed in before: one's own, and other people's.

use leptos::prelude::*;
use scim_schema::{
    api::my_account::{SessionView, Sessions, SignInView, SignIns},
    permission::Permission,
};

use crate::{
    api::{self, my_account::Whose},
    form::Act,
    session::Session,
    text::account as words,
    ui::{
        Buttons, Column, Confirm, Family, Icon, Loaded, LongTime, Present, RelativeTime, Remote,
        SkeletonLines, act_cell, cell, dynamic, lozenge, row, table,
    },
};

const END: Buttons = Buttons {
    keep: words::KEEP_SESSION,
    act: words::END_SESSION,
    doing: words::ENDING,
    class: "danger",
};
const SESSION_COLUMNS: [Column; 5] = [
    Column::text(words::DEVICE),
    Column::text(words::FROM),
    Column::text(words::BY),
    Column::text(words::SINCE),
    Column::text(words::SEEN),
];
const SIGN_IN_COLUMNS: [Column; 4] = [
    Column::text(words::AT),
    Column::text(words::OUTCOME),
    Column::text(words::DEVICE),
    Column::text(words::FROM),
];

/// Both lists of one's own account.
#[component]
pub(super) fn SessionLists(
    /// Whose.
    whose: Whose,
) -> impl IntoView {
    let remote = Remote::new(move || api::my_account::sessions(whose));
    let content = move |sessions| view! { <SessionList whose remote sessions /> }.into_any();
    view! {
        <section class="section">
            <header>
                <h2>{words::SESSIONS}</h2>
            </header>
            <Loaded
                remote
                what=words::FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=3 /> })
                content
            />
        </section>
        <SignInList whose />
    }
}

/// Open sessions.
#[component]
pub(in crate::pages) fn SessionList(
    /// Whose.
    whose: Whose,
    /// To be fetched again.
    remote: Remote<Sessions>,
    /// The sessions.
    sessions: Present<Sessions>,
) -> impl IntoView {
    let ending = RwSignal::new(None::<SessionView>);
    let may_end = match whose {
        Whose::Mine => true,
        Whose::Of(_) => Session::get().may_now(Permission::EndSessions),
    };
    let rows = dynamic(move || sessions.with(|sessions| rows(sessions, may_end, ending)));
    let act = Act::on(ending);
    let title = Signal::derive(move || {
        let session = ending.get();
        session.map_or_else(String::new, |session| words::end_title(&session.device))
    });
    let run = Callback::new(move |()| {
        let Some(session) = ending.get_untracked() else {
            act.form.succeed();
            return;
        };
        let call = api::my_account::end_session(whose, session.id);
        act.send(call, &[], move |()| {
            remote.reload();
            words::SESSION_ENDED
        });
    });
    view! {
        {rows}
        <Confirm
            open=act.open
            title_id="end-session-title"
            title
            consequences=Signal::derive(words::end_consequences)
            buttons=END
            form=act.form
            run
        />
    }
}

fn rows(sessions: &Sessions, may_end: bool, ending: RwSignal<Option<SessionView>>) -> AnyView {
    if sessions.items.is_empty() {
        return view! { <p class="small muted">{words::NO_SESSIONS}</p> }.into_any();
    }
    let line = |session: &SessionView| {
        let by = session.method.map(words::signed_in_by);
        let mut cells = vec![
            cell(words::FROM, session.ip.clone()),
            cell(words::BY, by),
            cell(words::SINCE, view! { <LongTime at=session.created_at /> }),
            cell(
                words::SEEN,
                view! { <RelativeTime at=session.last_seen_at /> },
            ),
        ];
        cells.extend(may_end.then(|| act_cell(end_button(session, ending))));
        row(session.device.clone().into_any(), cells)
    };
    let lines = sessions.items.iter().map(line).collect_view();
    let act = may_end.then_some(Column::acts(words::ACT));
    let columns = SESSION_COLUMNS.into_iter().chain(act);
    table(words::SESSIONS_CAPTION, columns, lines.into_any())
}

fn end_button(session: &SessionView, ending: RwSignal<Option<SessionView>>) -> AnyView {
    if session.current {
        return lozenge(Family::Ok, Icon::Check, words::THIS_ONE);
    }
    let asked = session.clone();
    view! {
        <button
            class="btn danger-quiet"
            type="button"
            aria-label=words::end_title(&session.device)
            on:click=move |_| ending.set(Some(asked.clone()))
        >
            {words::END_SESSION}
        </button>
    }
    .into_any()
}

/// Tries to sign in.
#[component]
pub(in crate::pages) fn SignInList(
    /// Whose.
    whose: Whose,
) -> impl IntoView {
    let remote = Remote::new(move || api::my_account::sign_ins(whose));
    let content = move |sign_ins: Present<SignIns>| {
        dynamic(move || sign_ins.with(|sign_ins| tries(&sign_ins.items)))
    };
    view! {
        <section class="section">
            <header>
                <h2>{words::SIGN_INS}</h2>
                <p>{words::SIGN_INS_NOTE}</p>
            </header>
            <Loaded
                remote
                what=words::FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=3 /> })
                content
            />
        </section>
    }
}

fn tries(items: &[SignInView]) -> AnyView {
    if items.is_empty() {
        return view! { <p class="small muted">{words::NO_SIGN_INS}</p> }.into_any();
    }
    let line = |one: &SignInView| {
        let outcome = match one.success {
            true => lozenge(Family::Ok, Icon::Check, words::SIGNED_IN),
            false => lozenge(Family::Stop, Icon::X, words::REFUSED),
        };
        let how = one.how.as_deref().map(words::how);
        let how = how.map(|how| view! { <small>{how}</small> });
        row(
            view! { <LongTime at=one.at /> }.into_any(),
            vec![
                cell(words::OUTCOME, view! { {outcome} {how} }),
                cell(words::DEVICE, one.device.clone()),
                cell(words::FROM, one.ip.clone()),
            ],
        )
    };
    let lines = items.iter().map(line).collect_view();
    table(words::SIGN_INS_CAPTION, SIGN_IN_COLUMNS, lines.into_any())
}
