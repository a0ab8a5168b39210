//! The Sessions tab: where somebody is signed in, with what they come in, and the end of both.

use leptos::prelude::*;
use scim_schema::{
    api::{
        my_account::{AssignPassword, Sessions},
        second_factors::SecondFactorView,
    },
    id::UserId,
    permission::Permission,
};

use super::{Shown, summary::SummaryPanel};
use crate::{
    api::{self, my_account::Whose},
    form::Act,
    pages::me::sessions::{SessionList, SignInList},
    session::Session,
    text::{self, account as words},
    ui::{
        Buttons, Confirm, Loaded, PasswordField, Present, Remote, SkeletonLines, dynamic, optional,
    },
};

const PASSWORD: &str = "password";

const END_ALL: Buttons = Buttons {
    keep: words::KEEP_SESSIONS,
    act: words::END_ALL,
    doing: words::ENDING,
    class: "danger",
};
const ASSIGN: Buttons = Buttons {
    keep: words::KEEP_PASSWORD,
    act: words::ASSIGN,
    doing: words::ASSIGNING,
    class: "danger",
};
const RESET: Buttons = Buttons {
    keep: words::KEEP_FACTORS,
    act: words::RESET_FACTORS,
    doing: words::RESETTING,
    class: "danger",
};

/// The tab.
#[component]
pub(super) fn SessionsTab(
    /// Who.
    id: UserId,
    /// The user.
    user: Shown,
) -> impl IntoView {
    let whose = Whose::Of(id);
    let remote = Remote::new(move || api::my_account::sessions(whose));
    // What is done here changes the person, and so does what others do.
    remote.follow(move |news| super::concerns(news, id));
    let content = move |sessions| view! { <Door id remote sessions user /> }.into_any();
    view! {
        <div class="split">
            <div class="stack s8">
                <Loaded
                    remote
                    what=words::FAILED
                    skeleton=ViewFn::from(|| view! { <SkeletonLines lines=4 /> })
                    content
                />
                <SignInList whose />
            </div>
            <SummaryPanel user />
        </div>
    }
}

#[component]
fn Door(
    /// Who.
    id: UserId,
    /// To be fetched again.
    remote: Remote<Sessions>,
    /// Where they are signed in.
    sessions: Present<Sessions>,
    /// The user.
    user: Shown,
) -> impl IntoView {
    let session = Session::get();
    let name = Signal::derive(move || user.with(|user| user.row.name.clone()));
    let ending = RwSignal::new(false);
    let assigning = RwSignal::new(false);
    let resetting = RwSignal::new(false);
    let is_other = session.me().is_some_and(|me| me.user_id != id);
    let may = move |permission| is_other && session.may_now(permission);
    let end = (may(Permission::EndSessions)).then(|| {
        opener(words::END_ALL, ending, move || {
            sessions.with(|sessions| !sessions.items.is_empty())
        })
    });
    let assign = (may(Permission::AssignPasswords)).then(|| {
        opener(words::ASSIGN, assigning, move || {
            sessions.with(|sessions| sessions.passwords_here)
        })
    });
    let reset = (may(Permission::ResetSecondFactors)).then(|| {
        opener(words::RESET_FACTORS, resetting, move || {
            sessions.with(|sessions| !sessions.second_factors.is_empty())
        })
    });
    let assigned = optional(move || {
        let is_assigned = sessions.with(|sessions| sessions.password_assigned);
        is_assigned.then(|| view! { <p class="small">{words::ASSIGNED_NOTE}</p> })
    });
    let factors = dynamic(move || sessions.with(|sessions| factors(&sessions.second_factors)));
    view! {
        <section class="section">
            <header>
                <h2>{words::SESSIONS}</h2>
            </header>
            <SessionList whose=Whose::Of(id) remote sessions />
            <div class="row">{end}</div>
        </section>
        <section class="section">
            <header>
                <h2>{words::WAYS_IN}</h2>
            </header>
            {assigned}
            <dl class="kv">
                <dt>{words::FACTORS}</dt>
                <dd>{factors}</dd>
            </dl>
            <div class="row">{assign} {reset}</div>
        </section>
        <EndAll id name remote open=ending />
        <Assign id name remote user open=assigning />
        <Reset id name remote open=resetting />
    }
}

/// A button that opens a question, as long as there is something to ask about.
fn opener(
    label: &'static str,
    open: RwSignal<bool>,
    is_offered: impl Fn() -> bool + Send + Sync + 'static,
) -> AnyView {
    optional(move || {
        is_offered().then(|| {
            view! {
                <button class="btn" type="button" on:click=move |_| open.set(true)>
                    {label}
                </button>
            }
        })
    })
}

fn factors(factors: &[SecondFactorView]) -> String {
    let names = factors.iter().map(|factor| {
        let kind = words::kind(factor.kind);
        format!("{} ({kind})", factor.label)
    });
    match names.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => text::user::NOT_SET.to_owned(),
        some => some,
    }
}

/// Asks before every session ends.
#[component]
fn EndAll(
    /// Whose.
    id: UserId,
    /// Their name.
    name: Signal<String>,
    /// To be fetched again.
    remote: Remote<Sessions>,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let act = Act::new(open);
    let run = Callback::new(move |()| {
        act.send(api::my_account::end_sessions(id), &[], move |done| {
            remote.reload();
            words::ended(done.ended)
        });
    });
    view! {
        <Confirm
            open
            title_id="end-all-title"
            title=Signal::derive(move || words::end_all_title(&name.get()))
            consequences=Signal::derive(words::end_all_consequences)
            buttons=END_ALL
            form=act.form
            run
        />
    }
}

/// Asks for the password to assign.
#[component]
fn Assign(
    /// Whose.
    id: UserId,
    /// Their name.
    name: Signal<String>,
    /// To be fetched again.
    remote: Remote<Sessions>,
    /// Whether they are locked out.
    user: Shown,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let act = Act::new(open);
    let password = RwSignal::new(String::new());
    let validate = RwSignal::new(false);
    Effect::new(move |_| {
        if !open.get() {
            password.set(String::new());
            validate.set(false);
        }
    });
    let run = Callback::new(move |()| {
        let body = AssignPassword {
            password: password.get_untracked(),
            validate: validate.get_untracked(),
        };
        let call = api::my_account::assign_password(id, &body);
        act.send(call, &[PASSWORD], move |()| {
            remote.reload();
            words::ASSIGNED
        });
    });
    let fields = ViewFn::from(move || {
        let is_denied = user.with_untracked(|user| {
            let mut holds = user.open_holds.iter();
            holds.any(|hold| hold.kind == scim_schema::lifecycle::HoldKind::Denied)
        });
        let also = is_denied.then(|| {
            view! {
                <label class="check">
                    <input type="checkbox" bind:checked=validate />
                    {words::ALSO_VALIDATE}
                </label>
            }
        });
        view! {
            <PasswordField
                id=PASSWORD
                label=words::ASSIGN_PASSWORD
                value=password
                form=act.form
                hint=text::door::PASSWORD_HINT
                autocomplete="new-password"
            />
            {also}
        }
    });
    view! {
        <Confirm
            open
            title_id="assign-title"
            title=Signal::derive(move || words::assign_title(&name.get()))
            consequences=Signal::derive(words::assign_consequences)
            buttons=ASSIGN
            choices=fields
            form=act.form
            run
        />
    }
}

/// Asks before second factors go.
#[component]
fn Reset(
    /// Whose.
    id: UserId,
    /// Their name.
    name: Signal<String>,
    /// To be fetched again.
    remote: Remote<Sessions>,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let act = Act::new(open);
    let run = Callback::new(move |()| {
        act.send(api::my_account::reset_factors(id), &[], move |()| {
            remote.reload();
            words::FACTORS_RESET
        });
    });
    view! {
        <Confirm
            open
            title_id="reset-title"
            title=Signal::derive(move || words::reset_title(&name.get()))
            consequences=Signal::derive(words::reset_consequences)
            buttons=RESET
            form=act.form
            run
        />
    }
}
