//! `/mails`: the outbox.

mod letter;
mod query;
mod table;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use scim_schema::{
    api::{
        events::{ChangeEvent, ChangeKind},
        mails::{MailPage, MailQueued},
    },
    id::MailId,
    mail::{MailKind, MailState},
    permission::Permission,
};

use self::{letter::LetterDialog, query::MailView, table::Rows};
use crate::{
    api::{self, Call},
    form::{Act, FormErrors},
    live::News,
    pages::log::{LiveMark, select},
    places::Places,
    session::Session,
    text::{mails as words, users as list_words},
    ui::{
        Family, Icon, Loaded, Navigator, Notice, PageHead, Present, Remote, SkeletonLines, dynamic,
        icon, optional,
    },
};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Context {
    /// What the address says.
    shown: Memo<MailView>,
    /// What is shown.
    mails: Remote<MailPage>,
    /// The mail that is read.
    reading: RwSignal<Option<MailId>>,
    /// Whether the person may send mails.
    may_send: Memo<bool>,
    /// What is sent without a question.
    act: Act,
    navigator: Navigator,
}

impl Context {
    fn change(self, change: impl FnOnce(&mut MailView)) {
        let mut view = self.shown.get_untracked().at(None);
        change(&mut view);
        self.navigator.amend(&view.path(), false);
    }

    /// Puts a mail into the outbox, and says so.
    fn send(self, call: Call<MailQueued>, said: &'static str) {
        if !self.act.form.begin(FormErrors::default()) {
            return;
        }
        self.act.send(call, &[], move |queued: MailQueued| {
            self.mails.reload();
            if queued.has_server {
                said
            } else {
                words::WAITS
            }
        });
    }
}

/// The page.
#[component]
pub(crate) fn MailsPage() -> impl IntoView {
    let session = Session::get();
    let map = use_query_map();
    let read = Memo::new(move |_| {
        map.with(|map| {
            MailView::from_pairs(map.latest_values().map(|(key, value)| (&**key, value)))
        })
    });
    let shown = Memo::new(move |_| read.with(|(view, _)| view.clone()));
    let mails = Remote::new(move || shown.with(|shown| api::mails::list(&shown.api())));
    mails.follow(concerns);
    Places::get().restore_when(move || mails.value().is_some());
    let context = Context {
        shown,
        mails,
        reading: RwSignal::new(None),
        may_send: Memo::new(move |_| session.may(Permission::ManageMails)),
        act: Act::new(RwSignal::new(false)),
        navigator: Navigator::new(),
    };
    let test = optional(move || {
        context.may_send.get().then(|| {
            view! {
                <button
                    class="btn"
                    type="button"
                    on:click=move |_| context.send(api::mails::test(), words::TEST_QUEUED)
                >
                    {icon(Icon::Mail)}
                    {words::TEST}
                </button>
            }
        })
    });
    let failed = dynamic(move || {
        let error = context.act.form.errors().into_iter().next()?;
        Some(view! { <p class="cell-error" role="alert">{icon(Icon::Alert)} {error.message}</p> })
    });
    let content = move |page: Present<MailPage>| view! { <Rows context page /> }.into_any();
    view! {
        <PageHead
            title=Signal::stored(words::TITLE.to_owned())
            lede=Signal::stored(Some(words::LEDE.to_owned()))
        >
            <LiveMark />
            {test}
        </PageHead>
        <div class="body">
            {failed}
            {move || read.with(|(view, ignored)| ignored_view(view, ignored))}
            <NoServer mails />
            <div class="toolbar">
                <Filters context />
            </div>
            <Loaded
                remote=mails
                what=words::FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=5 /> })
                content
            />
        </div>
        <LetterDialog reading=context.reading />
    }
}

/// Whether a live update can change what is shown of mails.
fn concerns(news: News) -> bool {
    match news {
        News::Resync => true,
        News::Change(ChangeEvent { kind, .. }) => kind == ChangeKind::Mail,
    }
}

fn ignored_view(view: &MailView, ignored: &[String]) -> Option<AnyView> {
    if ignored.is_empty() {
        return None;
    }
    let (said, path) = (list_words::ignored(ignored), view.path());
    Some(
        view! {
            <div class="notice-row" role="status">
                <Notice family=Family::Rest glyph=Icon::Info>
                    {said} " " <a href=path>{list_words::IGNORED_DISMISS}</a>
                </Notice>
            </div>
        }
        .into_any(),
    )
}

/// Why nothing leaves.
#[component]
fn NoServer(
    /// What the page fetched.
    mails: Remote<MailPage>,
) -> impl IntoView {
    optional(move || {
        let waits = mails.value().is_some_and(|page| !page.has_server);
        waits.then(|| {
            view! {
                <div class="notice-row">
                    <Notice family=Family::Guard glyph=Icon::Warn>
                        <strong>{words::NO_SERVER}</strong>
                        <br />
                        <span class="muted">{words::NO_SERVER_WHY}</span>
                    </Notice>
                </div>
            }
        })
    })
}

/// One state, one kind.
#[component]
fn Filters(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let state = dynamic(move || {
        let options = MailState::ALL.iter();
        let options = options.map(|one| (one.to_string(), words::state(*one).to_owned()));
        let chosen = context.shown.with(|shown| shown.state);
        let chosen = chosen.map(MailState::as_str).unwrap_or_default();
        let choose = move |value: String| context.change(|view| view.state = value.parse().ok());
        select(
            "mail-state",
            words::STATE,
            options.collect(),
            chosen,
            choose,
        )
    });
    let kind = dynamic(move || {
        let options = MailKind::ALL.iter();
        let options = options.map(|one| (one.to_string(), words::kind(*one).to_owned()));
        let chosen = context.shown.with(|shown| shown.kind);
        let chosen = chosen.map(MailKind::as_str).unwrap_or_default();
        let choose = move |value: String| context.change(|view| view.kind = value.parse().ok());
        select("mail-kind", words::KIND, options.collect(), chosen, choose)
    });
    view! {
        {state}
        {kind}
    }
}
