//! What can be done with a person: a menu, and the question before what is not trivial to undo.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use scim_schema::{
    api::{acts::ActOnUser, approvals::AskToErase, users::UserDetail},
    lifecycle::{HoldKind, Lifecycle, Transition},
};

use super::Shown;
use crate::{
    api, clock,
    form::{Act, FormErrors, FormState},
    pages::status::provider,
    text::acts as words,
    ui::{Buttons, Confirm, Icon, InputKind, Remote, Show, TextField, dynamic, icon},
};

const MENU_ID: &str = "acts-menu";
const REASON: &str = "reason";
const UNTIL: &str = "until";
const USER_NAME: &str = "user_name";

/// Fewer than this are buttons of their own (console.md E1.10).
const ENOUGH_FOR_A_MENU: usize = 3;

/// What a question is asked about.
const ASKED: [Transition; 7] = [
    Transition::Suspend,
    Transition::Ban,
    Transition::Archive,
    Transition::Unarchive,
    Transition::Delete,
    Transition::Restore,
    Transition::Purge,
];

const fn glyph(act: Transition) -> Icon {
    match act {
        Transition::Suspend => Icon::Pause,
        Transition::Ban => Icon::Ban,
        Transition::Archive => Icon::Archive,
        Transition::Delete | Transition::Purge => Icon::Trash,
        _ => Icon::Ok,
    }
}

/// The person whose acts these are; a handle for every button that acts.
#[derive(Clone, Copy)]
pub(super) struct Acts {
    user: Shown,
    remote: Remote<UserDetail>,
    /// Which question is open.
    questions: [RwSignal<bool>; ASKED.len()],
    /// For what is done without a question.
    plain: Act,
}

impl Acts {
    pub(super) fn new(user: Shown, remote: Remote<UserDetail>) -> Self {
        Self {
            user,
            remote,
            questions: ASKED.map(|_| RwSignal::new(false)),
            plain: Act::new(RwSignal::new(false)),
        }
    }

    /// Asks about it, or does what is trivial to undo.
    fn begin(self, act: Transition) {
        let place = ASKED.iter().position(|asked| *asked == act);
        match place.and_then(|place| self.questions.get(place)) {
            Some(question) => question.set(true),
            None if self.plain.form.begin(FormErrors::default()) => {
                self.send(self.plain, act, &ActOnUser::default());
            }
            None => {}
        }
    }

    fn send(self, with: Act, act: Transition, asked: &ActOnUser) {
        let (id, name) = self
            .user
            .with_untracked(|user| (user.row.id, user.row.name.clone()));
        let Self { remote, .. } = self;
        if act == Transition::Purge {
            let reason = asked.reason.clone();
            let is_deleted = self
                .user
                .with_untracked(|user| user.lifecycle == Lifecycle::Deleted);
            let call = api::users::ask_to_erase(id, is_deleted, &AskToErase { reason });
            return with.send(call, &[REASON], move |_| words::done(act, &name));
        }
        with.send(
            api::users::act(id, act, asked),
            &[REASON, UNTIL, USER_NAME],
            move |_| {
                remote.reload();
                words::done(act, &name)
            },
        );
    }

    /// Whether the person can be asked to be that, tracked.
    fn offers(self, act: Transition) -> bool {
        self.user.with(|user| user.acts.contains(&act))
    }

    /// The button that lifts holds of a kind, for whom it is offered.
    pub(super) fn lifting(self, kind: HoldKind) -> Option<AnyView> {
        let act = match kind {
            HoldKind::Suspended => Transition::Unsuspend,
            HoldKind::Banned => Transition::Unban,
            HoldKind::Denied | HoldKind::Inactive | HoldKind::Security => Transition::Validate,
            HoldKind::IdpDisabled => return None,
        };
        self.offers(act).then(|| {
            view! {
                <button class="btn sm" type="button" on:click=move |_| self.begin(act)>
                    {words::label(act)}
                </button>
            }
            .into_any()
        })
    }
}

/// The acts in the head of the page, with their questions.
#[component]
pub(super) fn ActMenu(
    /// Of whom.
    acts: Acts,
) -> impl IntoView {
    let offered = Memo::new(move |_| acts.user.with(|user| user.acts.clone()));
    let buttons = dynamic(move || {
        let offered = offered.get();
        match offered.len() {
            0 => ().into_any(),
            1..ENOUGH_FOR_A_MENU => buttons(acts, &offered),
            _ => menu(acts, &offered),
        }
    });
    let failed = move || acts.plain.form.errors().into_iter().next();
    let failed = dynamic(move || {
        failed().map(|error| {
            view! { <p class="cell-error" role="alert">{icon(Icon::Alert)} {error.message}</p> }
        })
    });
    let questions = ASKED
        .into_iter()
        .zip(acts.questions)
        .map(|(act, open)| view! { <Question acts act open /> })
        .collect_view();
    view! {
        {failed}
        {buttons}
        {questions}
    }
}

fn buttons(acts: Acts, offered: &[Transition]) -> AnyView {
    let one = |act: &Transition| {
        let act = *act;
        view! {
            <button class="btn" type="button" on:click=move |_| acts.begin(act)>
                {icon(glyph(act))}
                {words::label(act)}
            </button>
        }
    };
    offered.iter().map(one).collect_view().into_any()
}

fn menu(acts: Acts, offered: &[Transition]) -> AnyView {
    let one = |act: &Transition| {
        let act = *act;
        view! {
            <button
                type="button"
                popovertarget=MENU_ID
                popovertargetaction="hide"
                on:click=move |_| acts.begin(act)
            >
                {icon(glyph(act))}
                {words::label(act)}
            </button>
        }
    };
    view! {
        <button class="btn" type="button" popovertarget=MENU_ID>
            {words::MORE}
            {icon(Icon::Down)}
        </button>
        <div class="menu below" id=MENU_ID popover="auto">
            {offered.iter().map(one).collect_view()}
        </div>
    }
    .into_any()
}

/// What can be said with an act.
#[derive(Clone, Copy)]
struct Said {
    reason: RwSignal<String>,
    /// As the field for a date and a time has it.
    until: RwSignal<String>,
    suspended: RwSignal<bool>,
    user_name: RwSignal<String>,
}

impl Said {
    fn new() -> Self {
        Self {
            reason: RwSignal::new(String::new()),
            until: RwSignal::new(String::new()),
            suspended: RwSignal::new(false),
            user_name: RwSignal::new(String::new()),
        }
    }

    fn errors(self, act: Transition) -> FormErrors {
        let is_missing = act == Transition::Ban && self.reason.with(|text| text.trim().is_empty());
        let reason = if is_missing {
            Err(words::REASON_MISSING)
        } else {
            Ok(())
        };
        let until = self.until().map(|_| ()).ok_or(words::UNTIL_WRONG);
        FormErrors::default()
            .check(REASON, reason)
            .check(UNTIL, until)
    }

    /// When it ends; `None` for what is no time.
    fn until(self) -> Option<Option<DateTime<Utc>>> {
        let entered = self.until.get_untracked();
        match entered.trim() {
            "" => Some(None),
            entered => clock::from_input(entered).map(Some),
        }
    }

    fn asked(self, act: Transition) -> ActOnUser {
        let entered = |text: RwSignal<String>| {
            let text = text.get_untracked().trim().to_owned();
            Some(text).filter(|text| !text.is_empty())
        };
        let archives = matches!(act, Transition::Archive | Transition::Unarchive);
        ActOnUser {
            reason: entered(self.reason),
            until: self
                .until()
                .flatten()
                .filter(|_| act == Transition::Suspend),
            suspended: archives.then(|| self.suspended.get_untracked()),
            user_name: entered(self.user_name).filter(|_| act == Transition::Restore),
        }
    }
}

/// Asks, and does it.
#[component]
fn Question(
    /// Of whom.
    acts: Acts,
    /// What.
    act: Transition,
    /// Whether it asks.
    open: RwSignal<bool>,
) -> impl IntoView {
    let said = Said::new();
    let with = Act::new(open);
    let form = with.form;
    Effect::new(move |_| {
        if open.get() {
            let now = acts
                .user
                .with_untracked(|user| user.row.holds.contains(&HoldKind::Suspended));
            said.suspended.set(now);
            said.reason.set(String::new());
            said.until.set(String::new());
            said.user_name.set(String::new());
        }
    });
    let run = Callback::new(move |()| {
        let errors = untrack(|| said.errors(act));
        if errors.is_empty() {
            acts.send(with, act, &said.asked(act));
        } else {
            form.fail(errors);
        }
    });
    let ends = !matches!(act, Transition::Unarchive | Transition::Restore);
    let typed = MaybeProp::derive(move || {
        let is_level_three = matches!(act, Transition::Delete | Transition::Purge);
        is_level_three.then(|| acts.user.with(|user| user.row.name.clone()))
    });
    view! {
        <Confirm
            open
            title_id=title_id(act)
            title=Signal::derive(move || {
                acts.user.with(|user| words::title(act, &user.row.name))
            })
            consequences=Signal::derive(move || {
                acts.user.with(|user| {
                    words::consequences(act, provider(&user.row.source), user.removal)
                })
            })
            buttons=Buttons {
                keep: words::KEEP,
                act: words::label(act),
                doing: words::doing(act),
                class: if ends { "danger" } else { "primary" },
            }
            typed
            choices=ViewFn::from(move || view! { <Fields act said form /> })
            form
            run
        />
    }
}

const fn title_id(act: Transition) -> &'static str {
    match act {
        Transition::Suspend => "suspend-title",
        Transition::Ban => "ban-title",
        Transition::Archive => "archive-title",
        Transition::Delete => "delete-title",
        Transition::Restore => "restore-title",
        Transition::Purge => "purge-title",
        _ => "unarchive-title",
    }
}

/// What is said with it.
#[component]
fn Fields(
    /// The act.
    act: Transition,
    /// What is entered.
    said: Said,
    /// State of the form.
    form: FormState,
) -> impl IntoView {
    let archives = matches!(act, Transition::Archive | Transition::Unarchive);
    let label = if act == Transition::Ban {
        words::REASON
    } else {
        words::REASON_OPTIONAL
    };
    view! {
        <TextField id=REASON label value=said.reason form hint=words::REASON_HINT />
        <Show when=move || act == Transition::Suspend>
            <TextField
                id=UNTIL
                label=words::UNTIL
                value=said.until
                form
                hint=words::UNTIL_HINT
                kind=InputKind::Moment
            />
        </Show>
        <Show when=move || act == Transition::Restore>
            <TextField
                id=USER_NAME
                label=words::USER_NAME
                value=said.user_name
                form
                hint=words::USER_NAME_HINT
            />
        </Show>
        <Show when=move || archives>
            <label class="check">
                <input type="checkbox" bind:checked=said.suspended />
                {words::ALSO_SUSPENDED}
            </label>
        </Show>
    }
}
