//! `/provisioning/{id}/mapping`: where the people of a connection belong. Rules are edited, what
//! they would do to everybody is reviewed, and then applied.

mod drafts;
mod edited;
mod plan;
mod rules;
mod section;

use std::sync::Arc;

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_params_map;
use scim_schema::{
    api::{
        events::{ChangeEvent, ChangeKind},
        mapping::{MappingPlan, MappingView, PlanMapping},
    },
    id::ConnectionId,
    permission::Permission,
};

pub(crate) use self::drafts::MappingDrafts;
pub(super) use self::section::MappingSection;
use self::{
    edited::{Edited, field_at},
    plan::{Review, Reviewed},
    rules::Rules,
};
use crate::{
    api,
    form::{FormErrors, FormState},
    live::News,
    pages::NotFoundPage,
    routes,
    session::Session,
    text::{connections, mapping as words},
    ui::{
        Buttons, Confirm, ErrorSummary, Family, Icon, Loaded, Notice, PageHead, Present, Remote,
        Show, SkeletonLines, SubmitButton, dynamic, effect, focus_soon,
    },
};

const DISCARD: Buttons = Buttons {
    keep: words::KEEP_CHANGES,
    act: words::DISCARD,
    doing: words::DISCARD,
    class: "danger",
};

/// The mapping of the connection in the address.
#[component]
pub(crate) fn MappingPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| {
            let id = params.get_str("id")?;
            id.parse::<ConnectionId>().ok()
        })
    });
    dynamic(move || match id.get() {
        Some(id) => view! { <Mapping id /> }.into_any(),
        None => view! { <NotFoundPage /> }.into_any(),
    })
}

/// Whether a change may concern the mapping of a connection.
fn concerns(news: News, only: ConnectionId) -> bool {
    match news {
        News::Resync => true,
        News::Change(ChangeEvent { kind, id, .. }) => {
            kind == ChangeKind::Connection && id == only.0
        }
    }
}

/// Loads the mapping and the connection's name.
#[component]
fn Mapping(
    /// Whose.
    id: ConnectionId,
) -> impl IntoView {
    let connection = Remote::new(move || api::connections::one(id));
    let mapping = Remote::new(move || api::mapping::get(id));
    mapping.follow(move |news| concerns(news, id));
    let name = Signal::derive(move || {
        let shown = connection.value();
        shown.map_or_else(String::new, |shown| shown.name.clone())
    });
    let content =
        move |shown: Present<MappingView>| view! { <Page id shown mapping name /> }.into_any();
    let lede = Signal::derive(move || match name.get().as_str() {
        "" => words::LEDE.to_owned(),
        name => format!("{name}: {}", words::LEDE),
    });
    view! {
        <PageHead
            title=Signal::stored(words::TITLE.to_owned())
            lede
            crumb=(connections::TITLE, routes::PROVISIONING)
        >
            <a class="btn" href=routes::connection(id)>
                {words::TO_CONNECTION}
            </a>
        </PageHead>
        <div class="body narrow">
            <Loaded
                remote=mapping
                what=words::FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=6 /> })
                content
            />
        </div>
    }
}

/// The rules, or the review of what they would do.
#[component]
fn Page(
    /// Whose.
    id: ConnectionId,
    /// The mapping as it is stored.
    shown: Present<MappingView>,
    /// To be fetched again.
    mapping: Remote<MappingView>,
    /// Name of the connection.
    name: Signal<String>,
) -> impl IntoView {
    let may_manage = Session::get().may_now(Permission::ManageConnections);
    let drafts = MappingDrafts::get();
    let edited = Edited::of(&shown.get_untracked(), drafts.of(id));
    effect(move || drafts.keep(id, edited.changed()));
    let reviewed = RwSignal::new(None::<Arc<Reviewed>>);
    let applied = Callback::new(move |view: MappingView| {
        edited.take(&view);
        reviewed.set(None);
        mapping.reload();
    });
    let review = move || {
        let plan = reviewed.get();
        plan.map(|plan| view! { <Review id plan name reviewed applied /> })
    };
    let suspended = Memo::new(move |_| shown.with(|shown| shown.suspended));
    view! {
        <div class="stack s6">
            <Progress shown />
            <Show when=move || suspended.get()>
                <Notice family=Family::Stop glyph=Icon::Alert>
                    {words::SUSPENDED}
                </Notice>
            </Show>
            // What was entered is there again after the review.
            <div hidden=move || reviewed.with(Option::is_some)>
                <Editor id shown edited reviewed may_manage />
            </div>
            {review}
        </div>
    }
}

/// How far applying the rules has come, while it runs.
#[component]
fn Progress(
    /// The mapping.
    shown: Present<MappingView>,
) -> impl IntoView {
    let run = Memo::new(move |_| {
        let run = shown.with(|shown| shown.run.clone());
        run.filter(|run| run.finished_at.is_none())
    });
    let told = dynamic(move || {
        run.get().map(|run| {
            let total = run.total.max(run.done).max(1);
            view! {
                <Notice family=Family::Arrive glyph=Icon::Clock>
                    <span>{words::run(&run)}</span>
                    <progress
                        aria-label=words::APPLYING
                        max=total.to_string()
                        value=run.done.to_string()
                    ></progress>
                </Notice>
            }
        })
    });
    view! { <div role="status">{told}</div> }
}

/// The form.
#[component]
fn Editor(
    /// Whose.
    id: ConnectionId,
    /// The mapping as it is stored.
    shown: Present<MappingView>,
    /// What is entered.
    edited: Edited,
    /// Where the plan goes.
    reviewed: RwSignal<Option<Arc<Reviewed>>>,
    /// Whether the person may change it.
    may_manage: bool,
) -> impl IntoView {
    let session = Session::get();
    let form = FormState::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !may_manage || !form.begin(FormErrors::default()) {
            return;
        }
        let body = PlanMapping {
            mapping: untrack(|| edited.draft()),
            after: None,
        };
        let rules = edited.rules.get_untracked();
        let keys: Vec<u32> = rules.iter().map(|rule| rule.key).collect();
        let call = api::mapping::plan(id, &body);
        session.send_while_shown(call, move |answer| match answer {
            Ok(plan) => {
                form.succeed();
                reviewed.set(review(body, plan));
            }
            Err(error) => form.fail(FormErrors::by_path(&error, &|path| field_at(path, &keys))),
        });
    };
    let discarding = RwSignal::new(false);
    let changed = Memo::new(move |_| edited.changed().is_some());
    let act = may_manage.then(|| {
        view! {
            <div class="row">
                <SubmitButton
                    label=words::REVIEW
                    doing=words::REVIEWING
                    pending=Signal::derive(move || form.is_pending())
                />
                <Show when=move || changed.get()>
                    <button class="btn" type="button" on:click=move |_| discarding.set(true)>
                        {words::DISCARD}
                    </button>
                    <span class="small muted">{words::NOT_APPLIED}</span>
                </Show>
            </div>
        }
    });
    let forbidden = (!may_manage).then(|| {
        view! {
            <Notice family=Family::Rest glyph=Icon::Lock>
                {words::FORBIDDEN}
            </Notice>
        }
    });
    view! {
        <form class="stack s6" on:submit=submit novalidate>
            {forbidden}
            <ErrorSummary form />
            <fieldset class="stack s6" disabled=!may_manage>
                <Rules shown edited form />
            </fieldset>
            {act}
        </form>
        <DiscardDialog edited form open=discarding />
    }
}

/// Asks before what was entered goes.
#[component]
fn DiscardDialog(
    /// What is entered.
    edited: Edited,
    /// The form it was entered in.
    form: FormState,
    /// Whether it asks.
    open: RwSignal<bool>,
) -> impl IntoView {
    let asking = FormState::new();
    let run = Callback::new(move |()| {
        asking.succeed();
        open.set(false);
        form.reset();
        edited.discard();
        focus_soon("main h1".to_owned());
    });
    view! {
        <Confirm
            open
            title_id="discard-title"
            title=Signal::stored(words::DISCARD.to_owned())
            consequences=Signal::derive(|| vec![words::DISCARD_WHY.to_owned()])
            buttons=DISCARD
            form=asking
            run
        />
    }
}

fn review(body: PlanMapping, plan: MappingPlan) -> Option<Arc<Reviewed>> {
    let summary = plan.summary?;
    Some(Arc::new(Reviewed {
        mapping: body.mapping,
        summary,
        items: plan.items,
        next: plan.next,
    }))
}
