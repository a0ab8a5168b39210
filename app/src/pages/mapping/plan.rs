//! The review: what a mapping would do to everybody who is linked, in numbers and person by person.

use std::sync::Arc;

use leptos::prelude::*;
use scim_schema::{
    api::mapping::{
        ChangeMapping, MappingDraft, MappingView, PlanMapping, PlanSummary, PlannedMembership,
        PlannedPerson,
    },
    id::{ConnectionId, LinkId},
};

use crate::{
    api,
    form::{FormErrors, FormState},
    format, routes,
    session::Session,
    text::mapping as words,
    toast::Toasts,
    ui::{Buttons, Confirm, Empty, ErrorSummary, Icon, Show, focus_soon, keyed},
};

const BUTTONS: Buttons = Buttons {
    keep: words::KEEP,
    act: words::APPLY,
    doing: words::APPLYING,
    class: "primary",
};

/// Id of the heading.
const PLAN: &str = "plan-title";

/// A mapping and what it would do.
pub(super) struct Reviewed {
    /// The mapping.
    pub(super) mapping: MappingDraft,
    /// In numbers.
    pub(super) summary: PlanSummary,
    /// The first people.
    pub(super) items: Vec<PlannedPerson>,
    /// Where the next ones begin.
    pub(super) next: Option<LinkId>,
}

/// The plan, and the way to apply it.
#[component]
pub(super) fn Review(
    /// Whose.
    id: ConnectionId,
    /// What is reviewed.
    plan: Arc<Reviewed>,
    /// Name of the connection, to be typed.
    name: Signal<String>,
    /// To go back to the rules.
    reviewed: RwSignal<Option<Arc<Reviewed>>>,
    /// Told once it is stored.
    applied: Callback<MappingView>,
) -> impl IntoView {
    // The button that asked for it is out of sight now.
    focus_soon(format!("#{PLAN}"));
    let open = RwSignal::new(false);
    let form = FormState::new();
    let (session, toasts) = (Session::get(), Toasts::get());
    let title = words::plan_title(plan.summary.changed);
    let consequences = words::consequences(&plan.summary);
    let body = Arc::new(ChangeMapping {
        mapping: plan.mapping.clone(),
        plan: plan.summary.hash.clone(),
    });
    let run = Callback::new(move |()| {
        let body = Arc::clone(&body);
        session.send(
            api::mapping::change(id, &body),
            move |answer| match answer {
                Ok(view) => {
                    form.succeed();
                    open.set(false);
                    toasts.success(words::APPLIED);
                    applied.run(view);
                }
                Err(error) => form.fail(FormErrors::from_answer(&error, &[])),
            },
        );
    });
    let back = move |_| {
        reviewed.set(None);
        focus_soon("main form button[type=submit]".to_owned());
    };
    view! {
        <section class="section">
            <header>
                <h2 id=PLAN tabindex="-1">
                    {title}
                </h2>
                <p>{words::PLAN_NOTE}</p>
            </header>
            {ledger(&plan.summary)}
        </section>
        <People id plan />
        <div class="row">
            <button class="btn primary" type="button" on:click=move |_| open.set(true)>
                {words::APPLY}
            </button>
            <button class="btn" type="button" on:click=back>
                {words::BACK}
            </button>
        </div>
        <Confirm
            open
            title_id="apply-title"
            title=Signal::stored(words::APPLY.to_owned())
            consequences=Signal::stored(consequences)
            buttons=BUTTONS
            typed=Signal::derive(move || Some(name.get()))
            form
            run
        />
    }
}

fn ledger(plan: &PlanSummary) -> AnyView {
    let numbers = [
        (words::LINKED, plan.people),
        (words::CHANGED, plan.changed),
        (words::JOINING, plan.joining),
        (words::LEAVING, plan.leaving),
        (words::HOMES, plan.homes),
    ];
    let one = |(label, number)| {
        view! {
            <div class="stat">
                <dt>{label}</dt>
                <dd>{format::count(number)}</dd>
            </div>
        }
    };
    view! { <dl class="ledger">{numbers.map(one).collect_view()}</dl> }.into_any()
}

/// Person by person, with more on request.
#[component]
fn People(
    /// Whose.
    id: ConnectionId,
    /// What is reviewed.
    plan: Arc<Reviewed>,
) -> impl IntoView {
    let session = Session::get();
    let form = FormState::new();
    let rows = RwSignal::new(plan.items.clone());
    let next = RwSignal::new(plan.next);
    let mapping = StoredValue::new(plan.mapping.clone());
    let more = move |_| {
        let Some(after) = next.get_untracked() else {
            return;
        };
        if !form.begin(FormErrors::default()) {
            return;
        }
        let body = PlanMapping {
            mapping: mapping.get_value(),
            after: Some(after),
        };
        session.send_while_shown(api::mapping::plan(id, &body), move |answer| match answer {
            Ok(page) => {
                form.succeed();
                rows.update(|rows| rows.extend(page.items));
                next.set(page.next);
            }
            Err(error) => form.fail(FormErrors::from_answer(&error, &[])),
        });
    };
    if plan.items.is_empty() {
        return view! { <Empty glyph=Icon::Ok title=words::NOBODY why=words::NOBODY_WHY /> }
            .into_any();
    }
    let label = move || {
        if form.is_pending() {
            words::MORE_LOADING
        } else {
            words::MORE
        }
    };
    view! {
        <section class="section">
            <header>
                <h2>{words::WILL_CHANGE}</h2>
            </header>
            <table class="cards flush" role="table">
                <caption class="vh">{words::CHANGE_CAPTION}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col">{words::PERSON}</th>
                        <th scope="col">{words::BEFORE}</th>
                        <th scope="col">{words::AFTER}</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {keyed(move || rows.get(), |person| person.user.0.as_u128(), row)}
                </tbody>
            </table>
            <ErrorSummary form />
            <Show when=move || next.get().is_some()>
                <div class="row pad-top">
                    <button
                        class="btn"
                        type="button"
                        aria-disabled=move || form.is_pending().to_string()
                        on:click=more
                    >
                        {move || label()}
                    </button>
                </div>
            </Show>
        </section>
    }
    .into_any()
}

fn row(person: PlannedPerson) -> AnyView {
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <a class="plain" href=routes::user(person.user)>
                    {person.name}
                </a>
                <small class="muted">{person.user_name}</small>
            </th>
            <td role="cell" data-l=words::BEFORE>
                {memberships(&person.before, &person.after)}
            </td>
            <td role="cell" data-l=words::AFTER>
                {memberships(&person.after, &person.before)}
            </td>
        </tr>
    }
    .into_any()
}

/// Memberships, those in bold that the other side does not have like this.
fn memberships(these: &[PlannedMembership], others: &[PlannedMembership]) -> AnyView {
    if these.is_empty() {
        return view! { <span class="faint">{words::NOWHERE}</span> }.into_any();
    }
    let one = |held: &PlannedMembership| {
        let home = held.home.then(|| {
            view! {
                " "
                <span class="tag">{words::HOME}</span>
            }
        });
        let roles: Vec<_> = held.roles.iter().map(|role| words::role(*role)).collect();
        let roles =
            (!roles.is_empty()).then(|| view! { <small class="muted">{roles.join(", ")}</small> });
        let name = held.name.clone();
        let name = if others.contains(held) {
            view! { <span class="muted">{name}</span> }.into_any()
        } else {
            view! { <b>{name}</b> }.into_any()
        };
        view! { <li>{name} {home} {roles}</li> }
    };
    view! { <ul class="stack s1">{these.iter().map(one).collect_view()}</ul> }.into_any()
}
