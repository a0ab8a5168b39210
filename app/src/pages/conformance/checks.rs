//! The checks of a run, by area; each opens to what was sent and answered.

use leptos::prelude::*;
use scim_schema::{
    api::conformance::{CheckResult, Evidence, Verdict},
    id::ConnectionId,
};

use super::view::Area;
use crate::{
    api,
    pages::log::body,
    text::{conformance as words, log as log_words},
    ui::{Family, Icon, Loaded, Notice, Present, Remote, SkeletonLines, icon, lozenge},
};

/// The checks of one area.
pub(super) fn area(id: ConnectionId, area: Area) -> AnyView {
    let rows = area.checks.into_iter();
    let rows = rows.map(|check| view! { <CheckRow id check /> });
    view! {
        <section class="section">
            <header>
                <h2>{words::area(area.area)}</h2>
                <p>{words::area_score(area.score)}</p>
            </header>
            <ol class="log checks">{rows.collect_view()}</ol>
        </section>
    }
    .into_any()
}

fn verdict_view(verdict: Verdict) -> AnyView {
    let (family, glyph) = match verdict {
        Verdict::Passed => (Family::Ok, Icon::Check),
        Verdict::Failed => (Family::Stop, Icon::Warn),
        Verdict::NotApplicable => (Family::Rest, Icon::Dashed),
    };
    lozenge(family, glyph, words::verdict(verdict))
}

/// One check; its evidence is fetched when it is opened first.
#[component]
fn CheckRow(
    /// Whose.
    id: ConnectionId,
    /// The check.
    check: CheckResult,
) -> impl IntoView {
    let opened = RwSignal::new(false);
    let failed = check.verdict == Verdict::Failed;
    let family = if failed { Family::Stop } else { Family::Rest };
    let glyph = if failed { Icon::Warn } else { Icon::Info };
    let reason = check.reason.clone();
    let summary = view! {
        <summary>
            {icon(Icon::Right)}
            <span class="say">
                {check.title.clone()} " " <small class="path">{check.source.clone()}</small>
            </span>
            {verdict_view(check.verdict)}
        </summary>
    };
    let name = check.id.clone();
    let detail = move || {
        let reason = reason.clone();
        let reason = reason.map(|reason| view! { <Notice family glyph>{reason}</Notice> });
        view! {
            <div class="open">
                {reason} <dl class="kv">
                    <dt>{words::MEANING}</dt>
                    <dd>{check.meaning.clone()}</dd>
                    <dt>{words::SOURCE}</dt>
                    <dd>{check.source.clone()}</dd>
                    <dt>{words::NAME}</dt>
                    <dd class="mono">{check.id.clone()}</dd>
                </dl> <EvidenceList id name=name.clone() />
            </div>
        }
    };
    view! {
        <li>
            <details on:toggle=move |_| opened.set(true)>
                {summary} {move || opened.get().then(&detail)}
            </details>
        </li>
    }
}

/// What a check sent and was answered, fetched now.
#[component]
fn EvidenceList(
    /// Whose.
    id: ConnectionId,
    /// Name of the check.
    name: String,
) -> impl IntoView {
    let check = Remote::new(move || api::conformance::check(id, &name));
    let content = |check: Present<CheckResult>| {
        let check = check.get_untracked();
        let failed = check.verdict == Verdict::Failed;
        let last = check.evidence.len();
        let exchanges = check.evidence.iter().zip(1..);
        let exchanges = exchanges.map(|(one, place)| exchange(one, failed && place == last));
        view! { <ol class="stack s6">{exchanges.collect_view()}</ol> }.into_any()
    };
    view! {
        <Loaded
            remote=check
            what=words::EVIDENCE_FAILED
            skeleton=ViewFn::from(|| view! { <SkeletonLines lines=3 /> })
            content
        />
    }
}

/// One request and its answer.
fn exchange(one: &Evidence, disappointed: bool) -> AnyView {
    let line = format!("{} {}", one.method, one.path);
    let headers = one.request_headers.join(", ");
    let sent = (!headers.is_empty()).then(|| fact(words::HEADERS, headers));
    let headers = one.response_headers.join(", ");
    let told = (!headers.is_empty()).then(|| fact(words::HEADERS, headers));
    let mark = disappointed.then(|| lozenge(Family::Stop, Icon::Warn, words::FAILED));
    let request = one.request_body.as_deref();
    let request = request.map(|text| body(log_words::REQUEST_BODY, Some(text)));
    let response = one.response_body.as_deref();
    let response = response.map(|text| body(log_words::RESPONSE_BODY, Some(text)));
    view! {
        <li class="stack s2 exchange">
            <h3 class="row">
                <code class="wrap">{line}</code>
                {mark}
            </h3>
            <dl class="kv">
                {sent} <dt>{words::EXPECTED}</dt>
                <dd>{one.expected.clone()}</dd>
                <dt>{words::ANSWERED}</dt>
                <dd class="mono">{one.status}</dd>
                {told}
            </dl>
            <div class="cols">{request} {response}</div>
        </li>
    }
    .into_any()
}

fn fact(name: &'static str, value: String) -> AnyView {
    view! {
        <dt>{name}</dt>
        <dd class="mono">{value}</dd>
    }
    .into_any()
}
