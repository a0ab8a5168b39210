//! *Change roles*: in the whole account, and in each organisation.

use leptos::{ev::SubmitEvent, prelude::*};
use scim_schema::{
    api::{
        organisations::{ChangeRoles, RolesInOrganisation},
        users::{MembershipView, UserDetail},
    },
    permission::{AccountRole, FunctionalRole, Permission},
};

use super::Person;
use crate::{
    api,
    form::{Act, FormErrors},
    text::{self, mapping, organisations as words, status},
    ui::{ErrorSummary, Modal, SubmitButton, error_line},
};

const TITLE_ID: &str = "change-roles-title";
const ACCOUNT: &str = "account";

/// The dialog.
#[component]
pub(super) fn RolesDialog(
    /// Of whom.
    person: Person,
) -> impl IntoView {
    let act = Act::new(person.granting);
    let content = ViewFn::from(move || view! { <Form person act /> });
    view! { <Modal open=act.open title_id=TITLE_ID content /> }
}

/// What is chosen.
#[derive(Clone, Copy)]
struct Chosen {
    account: RwSignal<Vec<AccountRole>>,
    organisations: RwSignal<Vec<RolesInOrganisation>>,
}

impl Chosen {
    fn of(user: &UserDetail) -> Self {
        let by_hand = user.memberships.iter().map(|one| RolesInOrganisation {
            organisation: one.organisation,
            administrator: one.administrator,
            roles: one.roles.clone(),
        });
        Self {
            account: RwSignal::new(user.roles.clone()),
            organisations: RwSignal::new(by_hand.collect()),
        }
    }

    fn body(self) -> ChangeRoles {
        ChangeRoles {
            account: Some(self.account.get_untracked()),
            organisations: self.organisations.get_untracked(),
        }
    }

    /// Something of the roles at one place of the list, tracked.
    fn reads(self, place: usize, read: impl Fn(&RolesInOrganisation) -> bool) -> bool {
        self.organisations
            .with(|all| all.get(place).is_some_and(read))
    }

    fn change(self, place: usize, change: impl Fn(&mut RolesInOrganisation)) {
        self.organisations.update(|all| {
            if let Some(one) = all.get_mut(place) {
                change(one);
            }
        });
    }
}

fn turn<T: PartialEq>(roles: &mut Vec<T>, role: T, on: bool) {
    roles.retain(|other| *other != role);
    if on {
        roles.push(role);
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
    let user = person.user.get_untracked();
    let chosen = Chosen::of(&user);
    let id = user.row.id;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !form.begin(FormErrors::default()) {
            return;
        }
        let call = api::organisations::grant(id, &chosen.body());
        act.send(call, &[ACCOUNT], move |_| {
            person.remote.reload();
            words::ROLES_CHANGED
        });
    };
    let may = |permission| user.permissions.contains(&permission);
    let account = may(Permission::GrantAccountRoles).then(|| account(chosen));
    let administrators = may(Permission::GrantOrganisationAdministrators);
    let functional = may(Permission::GrantFunctionalRoles);
    let memberships = user.memberships.iter().enumerate();
    let memberships = memberships
        .map(|(place, one)| membership(one, place, (administrators, functional), chosen));
    view! {
        <form on:submit=submit novalidate>
            <header>
                <h2 id=TITLE_ID>{words::CHANGE_ROLES}</h2>
            </header>
            <div class="content">
                <ErrorSummary form />
                <p class="small">{words::ROLES_NOTE}</p>
                {account}
                {error_line(ACCOUNT.into(), form)}
                <div class="stack">{memberships.collect_view()}</div>
            </div>
            <footer>
                <button class="btn" type="button" autofocus on:click=move |_| act.open.set(false)>
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

fn account(chosen: Chosen) -> AnyView {
    let one = move |role: &AccountRole| {
        let role = *role;
        check(
            status::role(role),
            Box::new(move || chosen.account.with(|roles| roles.contains(&role))),
            Box::new(move |on| chosen.account.update(|roles| turn(roles, role, on))),
        )
    };
    view! {
        <fieldset id=ACCOUNT>
            <legend class="legend">{words::ACCOUNT_ROLES}</legend>
            <div class="choices">{AccountRole::ALL.iter().map(one).collect_view()}</div>
        </fieldset>
    }
    .into_any()
}

fn membership(
    one: &MembershipView,
    place: usize,
    (administrators, functional): (bool, bool),
    chosen: Chosen,
) -> AnyView {
    let administrator = administrators.then(|| {
        check(
            words::ADMINISTRATOR,
            Box::new(move || chosen.reads(place, |one| one.administrator)),
            Box::new(move |on| chosen.change(place, |one| one.administrator = on)),
        )
    });
    let role = move |role: &FunctionalRole| {
        let role = *role;
        check(
            mapping::role(role),
            Box::new(move || chosen.reads(place, |one| one.roles.contains(&role))),
            Box::new(move |on| chosen.change(place, |one| turn(&mut one.roles, role, on))),
        )
    };
    let roles = functional.then(|| FunctionalRole::ALL.iter().map(role).collect_view());
    view! {
        <fieldset class="roles-of">
            <legend class="legend">{one.name.clone()}</legend>
            <div class="choices">{administrator} {roles}</div>
        </fieldset>
    }
    .into_any()
}

/// A box, of one type whatever it stands for.
fn check(
    label: &'static str,
    is_on: Box<dyn Fn() -> bool + Send + Sync>,
    set: Box<dyn Fn(bool)>,
) -> AnyView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=is_on
                on:change=move |event| set(event_target_checked(&event))
            />
            {label}
        </label>
    }
    .into_any()
}
