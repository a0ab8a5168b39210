//! *Change organisations*: where a person belongs, and which of these is the home.

use std::collections::BTreeSet;

use leptos::{ev::SubmitEvent, prelude::*};
use scim_schema::{
    api::{
        organisations::{ChangeMemberships, Mode, OrganisationView},
        users::{MembershipOrigin, UserDetail},
    },
    id::OrganisationId,
    text::fold,
};

use super::Person;
use crate::{
    api,
    form::{Act, FormErrors},
    pages::organisations::known_organisations,
    text::{self, organisations as words},
    ui::{
        ErrorSummary, Icon, Loaded, Modal, Present, Remote, SkeletonLines, SubmitButton, TextField,
        dynamic, error_line, icon,
    },
};

const TITLE_ID: &str = "change-organisations-title";
const SEARCH: &str = "find-organisation";
const ORGANISATIONS: &str = "organisations";
const HOME: &str = "home";
/// Organisations that are offered at once; others are found by their name.
const OFFERED: usize = 50;

/// The dialog.
#[component]
pub(super) fn ChangeDialog(
    /// Of whom.
    person: Person,
) -> impl IntoView {
    let act = Act::new(person.changing);
    let content = ViewFn::from(move || view! { <Form person act /> });
    view! { <Modal open=act.open title_id=TITLE_ID content /> }
}

/// What is chosen.
#[derive(Clone, Copy)]
struct Chosen {
    /// What stays whatever is chosen.
    mapped: StoredValue<BTreeSet<OrganisationId>>,
    ticked: RwSignal<BTreeSet<OrganisationId>>,
    home: RwSignal<Option<OrganisationId>>,
    search: RwSignal<String>,
}

impl Chosen {
    fn of(user: &UserDetail) -> Self {
        let memberships = user.memberships.iter();
        let by_rule = memberships
            .clone()
            .filter(|one| matches!(one.origin, MembershipOrigin::Rule { .. }));
        let mapped = by_rule.map(|one| one.organisation).collect();
        Self {
            mapped: StoredValue::new(mapped),
            ticked: RwSignal::new(memberships.map(|one| one.organisation).collect()),
            home: RwSignal::new(None),
            search: RwSignal::new(String::new()),
        }
    }

    fn body(self) -> ChangeMemberships {
        ChangeMemberships {
            mode: Some(Mode::Replace),
            organisations: self
                .ticked
                .with_untracked(|all| all.iter().copied().collect()),
            home: self.home.get_untracked(),
        }
    }
}

/// New each time the dialog opens.
#[component]
fn Form(
    /// Of whom.
    person: Person,
    /// The form.
    act: Act,
) -> impl IntoView {
    let form = act.form;
    form.reset();
    let chosen = person.user.with_untracked(Chosen::of);
    let known = known_organisations();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !form.begin(FormErrors::default()) {
            return;
        }
        let id = person.user.with_untracked(|user| user.row.id);
        let call = api::organisations::place(id, &chosen.body());
        act.send(call, &[ORGANISATIONS, HOME], move |_| {
            person.remote.reload();
            words::CHANGED
        });
    };
    let content =
        move |shown: Present<Vec<OrganisationView>>| view! { <Boxes shown chosen /> }.into_any();
    view! {
        <form on:submit=submit novalidate>
            <header>
                <h2 id=TITLE_ID>{words::CHANGE}</h2>
            </header>
            <div class="content">
                <ErrorSummary form />
                <p class="small">{words::CHANGE_HINT}</p>
                <TextField id=SEARCH label=words::FIND value=chosen.search form autofocus=true />
                <fieldset id=ORGANISATIONS>
                    <legend class="legend">{words::AUTHORISED}</legend>
                    {error_line(ORGANISATIONS.into(), form)}
                    <Loaded
                        remote=known
                        what=words::FAILED
                        skeleton=ViewFn::from(|| view! { <SkeletonLines lines=4 /> })
                        content
                    />
                </fieldset>
                <HomeField known chosen />
                {error_line(HOME.into(), form)}
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| act.open.set(false)>
                    {text::form::CANCEL}
                </button>
                <SubmitButton
                    label=words::SAVE
                    doing=words::SAVING
                    pending=Signal::derive(move || form.is_pending())
                />
            </footer>
        </form>
    }
}

/// What is ticked, and what is found by its name.
fn offered(all: &[OrganisationView], words: &str, chosen: Chosen) -> Vec<OrganisationView> {
    let words = fold(words.trim());
    let is_found = |one: &&OrganisationView| {
        let ticked = || {
            chosen
                .ticked
                .with_untracked(|ticked| ticked.contains(&one.id))
        };
        let found = fold(&one.name).contains(&words);
        one.archived_at.is_none() && (found || ticked())
    };
    all.iter().filter(is_found).take(OFFERED).cloned().collect()
}

/// The organisations that can be ticked.
#[component]
fn Boxes(
    /// All of them.
    shown: Present<Vec<OrganisationView>>,
    /// What is chosen.
    chosen: Chosen,
) -> impl IntoView {
    let boxes = dynamic(move || {
        let words = chosen.search.get();
        let offered = shown.with(|all| offered(all, &words, chosen));
        offered.iter().map(|one| tick(one, chosen)).collect_view()
    });
    view! { <div class="choices">{boxes}</div> }
}

fn tick(one: &OrganisationView, chosen: Chosen) -> AnyView {
    let id = one.id;
    let mapped = chosen.mapped.with_value(|mapped| mapped.contains(&id));
    let note = mapped.then(|| view! { <small class="muted">" " {words::GIVEN_BY_RULE}</small> });
    let turn = move |event| {
        let on = event_target_checked(&event);
        chosen.ticked.update(|ticked| {
            if on {
                ticked.insert(id);
            } else {
                ticked.remove(&id);
            }
        });
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                disabled=mapped
                prop:checked=move || chosen.ticked.with(|ticked| ticked.contains(&id))
                on:change=turn
            />
            <span>{words::indented(one)} {note}</span>
        </label>
    }
    .into_any()
}

/// Which of them is the home.
#[component]
fn HomeField(
    /// Their names.
    known: Remote<Vec<OrganisationView>>,
    /// What is chosen.
    chosen: Chosen,
) -> impl IntoView {
    let options = dynamic(move || {
        let all = known.value();
        let ticked = chosen.ticked.get();
        let theirs = all.iter().flat_map(|all| all.iter());
        let theirs = theirs.filter(|one| ticked.contains(&one.id)).map(|one| {
            let id = one.id;
            view! {
                <option value=id.to_string() selected=move || chosen.home.get() == Some(id)>
                    {one.name.clone()}
                </option>
            }
        });
        theirs.collect_view()
    });
    let choose = move |event| chosen.home.set(event_target_value(&event).parse().ok());
    view! {
        <div class="field">
            <label for=HOME>{words::HOME}</label>
            <p class="hint" id="home-hint">
                {words::HOME_HINT}
            </p>
            <span class="select wide">
                <select class="input" id=HOME name=HOME aria-describedby="home-hint" on:change=choose>
                    <option value="">{words::HOME_KEPT}</option>
                    {options}
                </select>
                {icon(Icon::Down)}
            </span>
        </div>
    }
}
