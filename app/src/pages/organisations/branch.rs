//! A part of the tree as a list of lists, each of which is shown or hidden by a button.

use std::collections::BTreeSet;

use leptos::prelude::*;
use scim_schema::{api::organisations::OrganisationView, id::OrganisationId, organisation::Act};

use super::Acts;
use crate::{
    routes,
    text::organisations as words,
    ui::{Icon, Present, dynamic, icon},
};

/// Trees of at most so many organisations are open at first.
const OPEN_AT_FIRST: usize = 100;

type Shown = Present<Vec<OrganisationView>>;

/// What is open when the page is: everything of a small tree, the roots of a large one.
pub(super) fn first_open(all: &[OrganisationView]) -> BTreeSet<OrganisationId> {
    let is_small = all.len() <= OPEN_AT_FIRST;
    let open = all.iter().filter(|one| is_small || one.level == 0);
    open.map(|one| one.id).collect()
}

/// Those directly below `parent`, or the roots of what is seen. They come in the order of the tree,
/// each behind what it is below.
fn below(all: &[OrganisationView], parent: Option<OrganisationId>) -> Vec<OrganisationView> {
    let is_here = |one: &&OrganisationView| match parent {
        None => one.level == 0,
        Some(parent) => one.level > 0 && one.parent == Some(parent),
    };
    all.iter().filter(is_here).cloned().collect()
}

/// The organisations below one.
#[component]
pub(super) fn Branch(
    /// All of them.
    shown: Shown,
    /// The one above; `None` for the roots.
    parent: Option<OrganisationId>,
    /// What can be done.
    acts: Acts,
    /// Which are open.
    open: RwSignal<BTreeSet<OrganisationId>>,
) -> AnyView {
    let rows = dynamic(move || {
        let here = shown.with(|all| below(all, parent));
        let rows = here.into_iter().map(|one| {
            let has_more = shown.with(|all| all.iter().any(|other| other.parent == Some(one.id)));
            node(&one, has_more, shown, acts, open)
        });
        rows.collect_view()
    });
    let label = parent.is_none().then_some(words::TREE);
    view! {
        <ul class="tree" aria-label=label>
            {rows}
        </ul>
    }
    .into_any()
}

fn node(
    one: &OrganisationView,
    has_more: bool,
    shown: Shown,
    acts: Acts,
    open: RwSignal<BTreeSet<OrganisationId>>,
) -> AnyView {
    let id = one.id;
    let is_open = Memo::new(move |_| open.with(|open| open.contains(&id)));
    let toggle = has_more.then(|| toggle(one, is_open, open));
    let more = has_more.then(|| {
        dynamic(move || {
            is_open
                .get()
                .then(|| view! { <Branch shown parent=Some(id) acts open /> })
        })
    });
    let archived = one
        .archived_at
        .map(|_| view! { <span class="tag">{words::ARCHIVED}</span> });
    let members = words::members(one.members);
    let label = words::members_label(&one.name, one.members);
    let buttons = one.acts.iter().map(|act| button(*act, one, acts));
    let buttons = buttons.collect_view();
    view! {
        <li>
            <div class="node">
                <span class="toggle">{toggle}</span>
                <span class="name">{one.name.clone()} " " {archived}</span>
                <span class="zone muted small">{one.time_zone.clone()}</span>
                <a class="small" href=routes::users_in(id) aria-label=label>
                    {members}
                </a>
                <span class="acts">{buttons}</span>
            </div>
            {more}
        </li>
    }
    .into_any()
}

fn toggle(
    one: &OrganisationView,
    is_open: Memo<bool>,
    open: RwSignal<BTreeSet<OrganisationId>>,
) -> AnyView {
    let id = one.id;
    let turn = move |_| {
        open.update(|open| {
            if !open.remove(&id) {
                open.insert(id);
            }
        });
    };
    let glyph = dynamic(move || match is_open.get() {
        true => icon(Icon::Down),
        false => icon(Icon::Right),
    });
    view! {
        <button
            class="btn icon quiet sm"
            type="button"
            aria-expanded=move || is_open.get().to_string()
            aria-label=words::toggle(&one.name)
            on:click=turn
        >
            {glyph}
        </button>
    }
    .into_any()
}

fn button(act: Act, one: &OrganisationView, acts: Acts) -> AnyView {
    let class = match act {
        Act::Archive => "btn danger-quiet sm",
        _ => "btn quiet sm",
    };
    let kept = StoredValue::new(one.clone());
    view! {
        <button
            class=class
            type="button"
            aria-label=words::act_label(act, &one.name)
            on:click=move |_| acts.begin(act, kept.get_value())
        >
            {words::act(act)}
        </button>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn organisation(id: u128, parent: Option<u128>, level: u32) -> OrganisationView {
        let id_of = |number| OrganisationId(Uuid::from_u128(number));
        OrganisationView {
            id: id_of(id),
            parent: parent.map(id_of),
            name: id.to_string(),
            time_zone: "UTC".to_owned(),
            level,
            members: 0,
            archived_at: None,
            version: 1,
            acts: Vec::new(),
        }
    }

    #[test]
    fn whoever_sees_a_part_of_the_tree_has_roots_of_their_own() {
        let all = [organisation(3, Some(1), 0), organisation(4, Some(3), 1)];
        let ids = |parent: Option<OrganisationId>| -> Vec<_> {
            below(&all, parent)
                .into_iter()
                .map(|one| one.name)
                .collect()
        };
        assert_eq!(ids(None), ["3"]);
        assert_eq!(ids(Some(all[0].id)), ["4"]);
        assert!(ids(Some(all[1].id)).is_empty());
    }

    #[test]
    fn a_large_tree_is_closed_at_first() {
        let mut all = vec![organisation(1, None, 0)];
        all.extend((2..50).map(|id| organisation(id, Some(1), 1)));
        assert_eq!(first_open(&all).len(), 49);
        all.extend((50..150).map(|id| organisation(id, Some(1), 1)));
        assert_eq!(first_open(&all).len(), 1);
    }
}
