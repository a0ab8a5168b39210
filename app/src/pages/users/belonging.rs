//! Filters by where people belong and what they do.

use leptos::prelude::*;
use scim_schema::api::organisations::OrganisationView;

use super::Context;
use crate::{
    text::{
        organisations::{self as words, roles},
        users,
    },
    ui::{Icon, chip, dynamic, icon},
};

const ORGANISATION: &str = "filter-org";
const ROLE: &str = "filter-role";

/// Both choices.
#[component]
pub(super) fn Belonging(
    /// What the parts of the page share.
    context: Context,
) -> impl IntoView {
    let query = context.query;
    let organisations = dynamic(move || {
        let chosen = query.with(|query| query.org);
        let all = context.organisations.value();
        let options = all.iter().flat_map(|all| all.iter()).map(|one| {
            let is_chosen = chosen == Some(one.id);
            option(one.id.to_string(), words::indented(one), is_chosen)
        });
        options.collect_view()
    });
    let choose_organisation = move |event| {
        let org = event_target_value(&event).parse().ok();
        context.show(&query.get_untracked().with_org(org), false);
    };
    let roles_offered = dynamic(move || {
        let chosen = query.with(|query| query.role);
        let options = roles().map(|role| {
            let is_chosen = chosen == Some(role.word);
            option(role.word.to_owned(), role.name.to_owned(), is_chosen)
        });
        options.collect_view()
    });
    let choose_role = move |event| {
        let word = event_target_value(&event);
        let role = roles().find(|role| role.word == word).map(|role| role.word);
        context.show(&query.get_untracked().with_role(role), false);
    };
    let any_organisation = move || query.with(|query| query.org.is_none());
    let any_role = move || query.with(|query| query.role.is_none());
    view! {
        <div class="field">
            <label for=ORGANISATION>{words::ORGANISATION}</label>
            <span class="select wide">
                <select class="input" id=ORGANISATION on:change=choose_organisation>
                    <option value="" selected=any_organisation>
                        {users::ANY_ORGANISATION}
                    </option>
                    {organisations}
                </select>
                {icon(Icon::Down)}
            </span>
        </div>
        <div class="field">
            <label for=ROLE>{words::ROLE}</label>
            <span class="select wide">
                <select class="input" id=ROLE on:change=choose_role>
                    <option value="" selected=any_role>
                        {users::ANY_ROLE}
                    </option>
                    {roles_offered}
                </select>
                {icon(Icon::Down)}
            </span>
        </div>
    }
}

fn option(value: String, label: String, chosen: bool) -> AnyView {
    view! {
        <option value=value selected=chosen>
            {label}
        </option>
    }
    .into_any()
}

/// What is chosen, each with a button that ends it.
pub(super) fn belonging_chips(context: Context) -> Vec<AnyView> {
    let query = context.query;
    let organisation = query.with(|query| query.org).map(|id| {
        let all = context.organisations.value();
        let of_id = |all: &Vec<OrganisationView>| all.iter().find(|one| one.id == id).cloned();
        let name = all.as_deref().and_then(of_id).map(|one| one.name);
        let name = name.unwrap_or_else(|| users::ORGANISATION_UNKNOWN.to_owned());
        chip(words::ORGANISATION, &name, move || {
            context.show(&query.get_untracked().with_org(None), false);
        })
        .into_any()
    });
    let role = query.with(|query| query.role).map(|word| {
        chip(words::ROLE, words::role_name(word), move || {
            context.show(&query.get_untracked().with_role(None), false);
        })
        .into_any()
    });
    organisation.into_iter().chain(role).collect()
}
