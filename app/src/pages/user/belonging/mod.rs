//! Which organisations a person belongs to and what they do there, with what changes that.

mod change;
mod remove;
mod roles;

use leptos::prelude::*;
use scim_schema::{
    api::users::{MembershipView, UserDetail},
    permission::Permission,
};

use self::{change::ChangeDialog, remove::RemoveDialog, roles::RolesDialog};
use super::Shown;
use crate::{
    text::{mapping, organisations as words, user},
    ui::{Family, Icon, Notice, RelativeTime, Remote, dynamic, optional},
};

/// Any of these lets somebody change roles.
const GRANTS: [Permission; 3] = [
    Permission::GrantFunctionalRoles,
    Permission::GrantOrganisationAdministrators,
    Permission::GrantAccountRoles,
];

/// What the parts share.
#[derive(Clone, Copy)]
struct Person {
    user: Shown,
    remote: Remote<UserDetail>,
    changing: RwSignal<bool>,
    granting: RwSignal<bool>,
    removing: RwSignal<Option<MembershipView>>,
}

/// The section.
#[component]
pub(super) fn Belonging(
    /// The user.
    user: Shown,
    /// To be fetched again.
    remote: Remote<UserDetail>,
) -> impl IntoView {
    let person = Person {
        user,
        remote,
        changing: RwSignal::new(false),
        granting: RwSignal::new(false),
        removing: RwSignal::new(None),
    };
    let may = move |permission| user.with(|user| user.permissions.contains(&permission));
    let change =
        move || may(Permission::ManageMemberships).then(|| button(words::CHANGE, person.changing));
    let grant = move || {
        let any = GRANTS.into_iter().any(may);
        any.then(|| button(words::CHANGE_ROLES, person.granting))
    };
    let shared = optional(move || {
        user.with(|user| user.shared).then(|| {
            view! {
                <Notice family=Family::Rest glyph=Icon::Info>
                    <p>{words::SHARED}</p>
                </Notice>
            }
        })
    });
    view! {
        <section class="section">
            <header>
                <h2>{words::MEMBERSHIPS}</h2>
                <div class="row">{optional(change)} {optional(grant)}</div>
            </header>
            {shared}
            {dynamic(move || user.with(|user| list(user, person)))}
        </section>
        <ChangeDialog person />
        <RolesDialog person />
        <RemoveDialog person />
    }
}

fn button(label: &'static str, open: RwSignal<bool>) -> AnyView {
    view! {
        <button class="btn" type="button" on:click=move |_| open.set(true)>
            {label}
        </button>
    }
    .into_any()
}

fn list(user: &UserDetail, person: Person) -> AnyView {
    if user.memberships.is_empty() {
        return view! { <p class="muted small pad-y">{user::NO_ORGANISATIONS}</p> }.into_any();
    }
    let rows = user.memberships.iter().map(|one| row(one, person));
    view! {
        <table class="cards flush" role="table">
            <caption class="vh">{words::MEMBERSHIPS}</caption>
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col">{user::ORGANISATION}</th>
                    <th scope="col">{user::MEMBERSHIP_FROM}</th>
                    <th scope="col">{user::ROLES}</th>
                    <th scope="col">{user::MEMBER_SINCE}</th>
                    <th scope="col">
                        <span class="vh">{words::ACT}</span>
                    </th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn row(one: &MembershipView, person: Person) -> AnyView {
    let home = one.home.then(|| {
        view! {
            " "
            <span class="tag">{user::HOME}</span>
        }
    });
    let kept = StoredValue::new(one.clone());
    let remove = one.removable.then(|| {
        view! {
            <button
                class="btn danger-quiet sm"
                type="button"
                aria-label=words::remove_label(&one.name)
                on:click=move |_| person.removing.set(Some(kept.get_value()))
            >
                {words::REMOVE}
            </button>
        }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                {one.name.clone()}
                {home}
            </th>
            <td role="cell" data-l=user::MEMBERSHIP_FROM>
                {user::origin(&one.origin)}
            </td>
            <td role="cell" data-l=user::ROLES>
                {roles_of(one)}
            </td>
            <td role="cell" data-l=user::MEMBER_SINCE>
                <RelativeTime at=one.joined_at />
            </td>
            <td role="cell" class="num act">
                {remove}
            </td>
        </tr>
    }
    .into_any()
}

/// Roles by hand, and beside them those of rules.
fn roles_of(one: &MembershipView) -> AnyView {
    let administrator = one.administrator.then_some(words::ADMINISTRATOR);
    let by_hand = one.roles.iter().map(|role| mapping::role(*role));
    let by_hand: Vec<&str> = administrator.into_iter().chain(by_hand).collect();
    let by_rules = one.rule_roles.iter().map(|role| mapping::role(*role));
    let by_rules: Vec<&str> = by_rules.collect();
    if by_hand.is_empty() && by_rules.is_empty() {
        return view! { <span class="faint">{user::NONE}</span> }.into_any();
    }
    let by_rules = (!by_rules.is_empty()).then(|| {
        let text = format!("{} ({})", by_rules.join(", "), words::BY_RULES);
        view! { <small class="muted">{text}</small> }
    });
    view! { {by_hand.join(", ")} {by_rules} }.into_any()
}
