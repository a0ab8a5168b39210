//! What the audit log says about one person: why they are in their state, and what happened.

use std::sync::Arc;

use leptos::prelude::*;
use scim_schema::{
    api::{
        audit::{CauseKind, StatusCause, StatusExplanation},
        events::{ChangeEvent, ChangeKind},
    },
    id::UserId,
    lifecycle::HoldKind,
};

use super::story::story;
use crate::{
    api,
    live::News,
    pages::status::status_of,
    routes,
    text::{audit as words, status, user as user_words},
    ui::{Icon, Loaded, LongTime, Present, Remote, SkeletonLines, dynamic, icon},
};

/// The Audit tab.
#[component]
pub(crate) fn PersonStory(
    /// Who.
    id: UserId,
) -> impl IntoView {
    let concerns = move |event: ChangeEvent| match event.kind {
        ChangeKind::User => event.id == id.0,
        kind => kind == ChangeKind::ProvisioningLog,
    };
    let fetch = Arc::new(move |cursor: Option<String>| api::audit::timeline(id, cursor.as_deref()));
    let empty = Signal::stored((words::EMPTY, words::EMPTY_WHY));
    view! {
        <div class="stack s8">
            <section class="section">
                <header>
                    <h2>{words::WHY}</h2>
                </header>
                {explanation(id)}
            </section>
            <section class="section">
                <header>
                    <h2>{words::STORY}</h2>
                    <a href=routes::audit_on(id.0)>{words::SEE_ALL}</a>
                </header>
                {story(fetch, concerns, empty)}
            </section>
        </div>
    }
}

fn explanation(id: UserId) -> AnyView {
    let remote = Remote::new(move || api::audit::explanation(id));
    remote.follow(move |news| match news {
        News::Resync => true,
        News::Change(event) => event.kind == ChangeKind::User && event.id == id.0,
    });
    let content = |told: Present<StatusExplanation>| dynamic(move || told.with(causes));
    view! {
        <Loaded
            remote
            what=words::WHY_FAILED
            skeleton=ViewFn::from(|| view! { <SkeletonLines lines=2 /> })
            content
        />
    }
    .into_any()
}

fn causes(told: &StatusExplanation) -> AnyView {
    if told.causes.is_empty() {
        return view! { <p class="calm">{icon(Icon::Ok)} <span>{words::NOT_KEPT_OUT}</span></p> }
            .into_any();
    }
    let causes = told.causes.iter().map(cause).collect_view();
    view! { <ul class="stack">{causes}</ul> }.into_any()
}

/// What, who, through what; why; who can end it; and where it is recorded.
fn cause(cause: &StatusCause) -> AnyView {
    let by = cause.by.as_ref().map(user_words::actor);
    let (what, by) = match (cause.what, by) {
        // The word says by whom.
        (
            CauseKind::Hold {
                hold: HoldKind::IdpDisabled,
                ..
            },
            Some(by),
        ) => (
            status::word(status_of(HoldKind::IdpDisabled), Some(&by)),
            None,
        ),
        (CauseKind::Hold { hold, .. }, by) => (status::plain(status_of(hold)).to_owned(), by),
        (CauseKind::Lifecycle { lifecycle }, by) => (words::lifecycle(lifecycle).to_owned(), by),
    };
    let reason = cause.reason.clone();
    let reason = reason.map(|reason| view! { <p>{reason}</p> });
    let until = cause.until.map(|until| {
        let until = crate::clock::in_zone(until).full();
        view! { <p class="muted">{user_words::until(&until)}</p> }
    });
    let request = cause.request.filter(|_| cause.log.is_some());
    let request = request.map(|request| {
        let request = request.to_string();
        view! { <a href=routes::log_search(&request)>{words::IN_LOG}</a> }
    });
    view! {
        <li>
            <p>
                <b>{words::cause(&what, by.as_deref(), cause.channel)}</b>
                " "
                <span class="muted">
                    <LongTime at=cause.at />
                </span>
            </p>
            {reason}
            {until}
            <p class="muted">{words::remedy(&cause.remedy)} " " {request}</p>
        </li>
    }
    .into_any()
}
