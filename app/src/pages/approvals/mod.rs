//! `/approvals`: what waits for a second person, and what was decided.

use leptos::prelude::*;
use scim_schema::{
    api::{
        approvals::{ApprovalPayload, ApprovalState, ApprovalView},
        events::{ChangeEvent, ChangeKind},
    },
    permission::Permission,
};

use crate::{
    api::{self, Call},
    clock,
    form::{Act, FormErrors},
    live::News,
    places::Places,
    routes,
    session::Session,
    text::approvals as words,
    ui::{
        Buttons, Confirm, Empty, ErrorSummary, Icon, Loaded, PageHead, Present, RelativeTime,
        Remote, SkeletonLines, dynamic, focus,
    },
};

/// What waits, shared by navigation and page.
#[derive(Clone, Copy)]
pub(crate) struct OpenApprovals(Remote<Vec<ApprovalView>>);

impl OpenApprovals {
    /// Fetches them for those who may decide, keeps up with changes and provides the context.
    pub(crate) fn provide() {
        let session = Session::get();
        let may_read = Memo::new(move |_| session.may(Permission::DecideApprovals));
        let approvals = Remote::new(move || match may_read.get() {
            true => api::approvals::list(),
            false => Call::known(Vec::new()),
        });
        approvals.follow(concerns);
        provide_context(Self(approvals));
    }

    /// How many wait, tracked; a zero needs nobody.
    pub(crate) fn count() -> Option<u64> {
        let all = use_context::<Self>()?.0.value()?;
        let open = all.iter().filter(|one| one.state == ApprovalState::Open);
        Some(open.count() as u64).filter(|count| *count > 0)
    }
}

fn concerns(news: News) -> bool {
    match news {
        News::Resync => true,
        News::Change(ChangeEvent { kind, .. }) => kind == ChangeKind::Approval,
    }
}

/// The page.
#[component]
pub(crate) fn ApprovalsPage() -> impl IntoView {
    let remote = expect_context::<OpenApprovals>().0;
    Places::get().restore_when(move || remote.value().is_some());
    let approving = RwSignal::new(None::<ApprovalView>);
    let cancel = Act::new(RwSignal::new(false));
    let content = move |shown: Present<Vec<ApprovalView>>| {
        dynamic(move || shown.with(|all| list(all, approving, cancel, remote))).into_any()
    };
    view! {
        <PageHead title=Signal::stored(words::TITLE.to_owned()) lede=words::LEDE />
        <div class="body narrow">
            <ErrorSummary form=cancel.form />
            <Loaded
                remote
                what=words::FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=4 /> })
                content
            />
        </div>
        <ApproveDialog approving remote />
    }
}

fn list(
    all: &[ApprovalView],
    approving: RwSignal<Option<ApprovalView>>,
    cancel: Act,
    remote: Remote<Vec<ApprovalView>>,
) -> AnyView {
    let (open, decided): (Vec<_>, Vec<_>) =
        all.iter().partition(|one| one.state == ApprovalState::Open);
    let none = open.is_empty().then(|| {
        view! {
            <Empty glyph=Icon::Ok title=words::NONE why=words::NONE_WHY />
        }
    });
    let open = open
        .into_iter()
        .map(|one| waiting(one, approving, cancel, remote))
        .collect_view();
    let decided = (!decided.is_empty()).then(|| {
        view! {
            <section class="section">
                <header>
                    <h2>{words::DECIDED}</h2>
                </header>
                <ol class="history">{decided.into_iter().map(ended).collect_view()}</ol>
            </section>
        }
    });
    view! {
        {none}
        {open}
        {decided}
    }
    .into_any()
}

/// One that waits, with what can be done about it.
fn waiting(
    approval: &ApprovalView,
    approving: RwSignal<Option<ApprovalView>>,
    cancel: Act,
    remote: Remote<Vec<ApprovalView>>,
) -> AnyView {
    let until = clock::in_zone(approval.expires_at).full();
    let alone = approval.alone_at.map(|at| {
        let said = words::alone(&clock::in_zone(at).full());
        view! { <p class="small">{said}</p> }
    });
    let reason = approval
        .reason
        .clone()
        .map(|reason| view! { <blockquote class="small">{reason}</blockquote> });
    let changes = words::changes(&approval.payload);
    let changes = changes.into_iter().map(|line| view! { <li>{line}</li> });
    let (id, kept) = (approval.id, StoredValue::new(approval.clone()));
    let approve = approval.may_approve.then(|| {
        view! {
            <button
                class="btn primary"
                type="button"
                aria-label=words::labelled(words::APPROVE, approval)
                on:click=move |_| approving.set(Some(kept.get_value()))
            >
                {words::APPROVE}
            </button>
        }
    });
    let act = if approval.may_approve {
        words::REFUSE
    } else {
        words::TAKE_BACK
    };
    let take_back = move |_| {
        if cancel.form.begin(FormErrors::default()) {
            cancel.send(api::approvals::cancel(id), &[], move |()| {
                // The buttons go with it.
                focus("main h1");
                remote.reload();
                words::CANCELLED
            });
        }
    };
    view! {
        <section class="section" data-testid="approval">
            <header>
                <h2>{subject(approval)}</h2>
            </header>
            <div class="stack s2 pad-top">
                {reason} <ul class="plain small">{changes.collect_view()}</ul>
                <p class="small muted">{words::asked(approval, &until)}</p> {alone}
                <div class="row">
                    {approve}
                    <button
                        class="btn"
                        type="button"
                        aria-label=words::labelled(act, approval)
                        on:click=take_back
                    >
                        {act}
                    </button>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// What it is, leading to whom it is about.
fn subject(approval: &ApprovalView) -> AnyView {
    let href = match &approval.payload {
        ApprovalPayload::Purge { user } | ApprovalPayload::Erase { user } => routes::user(*user),
        ApprovalPayload::LowerRemovalFloor { organisation, .. } => {
            routes::policies_of(*organisation)
        }
    };
    view! { <a href=href>{words::what(approval)}</a> }.into_any()
}

fn ended(approval: &ApprovalView) -> AnyView {
    let at = approval
        .decided_at
        .map(|at| view! { ", " <RelativeTime at /> });
    view! {
        <li>
            {subject(approval)}
            <p class="small muted">{words::ended(approval)} {at}</p>
        </li>
    }
    .into_any()
}

/// Asks before something is done that cannot be undone.
#[component]
fn ApproveDialog(
    /// What is to be approved.
    approving: RwSignal<Option<ApprovalView>>,
    /// To be fetched again.
    remote: Remote<Vec<ApprovalView>>,
) -> impl IntoView {
    let act = Act::on(approving);
    let run = Callback::new(move |()| {
        let Some(approval) = approving.get_untracked() else {
            return;
        };
        let call = api::approvals::approve(approval.id, &approval.payload_hash);
        act.send(call, &[], move |()| {
            remote.reload();
            words::APPROVED
        });
    });
    let read = move |read: fn(&ApprovalView) -> String| {
        Signal::derive(move || approving.with(|one| one.as_ref().map(read).unwrap_or_default()))
    };
    let consequences = Signal::derive(move || {
        let erases = approving.with(|one| {
            let payload = one.as_ref().map(|one| &one.payload);
            !matches!(payload, Some(ApprovalPayload::LowerRemovalFloor { .. }))
        });
        let mut lines = vec![words::NOW.to_owned()];
        lines.extend(erases.then(|| words::NO_WAY_BACK.to_owned()));
        lines
    });
    let typed = MaybeProp::derive(move || {
        approving.with(|one| one.as_ref().map(|one| one.subject.clone()))
    });
    view! {
        <Confirm
            open=act.open
            title_id="approve-title"
            title=read(words::what)
            consequences
            buttons=Buttons {
                keep: words::KEEP,
                act: words::APPROVE,
                doing: words::APPROVING,
                class: "danger",
            }
            typed
            form=act.form
            run
        />
    }
}
