//! The frame around signed-in pages: navigation, account, live connection.

mod account;
mod help;
mod nav;

use leptos::prelude::*;
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_navigate},
};
use scim_schema::{
    api::{
        conflicts::ConflictCounts,
        events::{ChangeEvent, ChangeKind},
        users::UserCounts,
    },
    permission::Permission,
};

use self::{help::HelpDialog, nav::Navigation};
use crate::{
    api::{self, Call},
    live::News,
    pages::{OpenApprovals, StepUpDialog, conflicts::concerns, connections::OpenAlerts},
    routes,
    session::{Exit, Session, State},
    shortcuts::{Command, Shortcuts},
    storage, text,
    ui::{Brand, Failure, Navigator, Opening, Remote, dynamic, effect},
};

/// Users per status, shared by navigation and saved views.
#[derive(Clone, Copy)]
pub(crate) struct Counts(pub Remote<UserCounts>);

/// Conflicts that nobody has decided, for the navigation.
#[derive(Clone, Copy)]
struct OpenConflicts(Remote<ConflictCounts>);

/// Shows its page to signed-in people and sends others to sign in, remembering where they were.
#[component]
pub(crate) fn Shell() -> impl IntoView {
    let session = Session::get();
    let location = use_location();
    let navigate = use_navigate();
    effect(move || {
        let State::SignedOut(exit) = session.state() else {
            return;
        };
        let here = format!(
            "{}{}",
            location.pathname.get_untracked(),
            search(&location.search.get_untracked())
        );
        let next =
            routes::safe_next(&here).filter(|next| exit != Exit::Left && *next != routes::USERS);
        let door = match storage::read(storage::ACCOUNT) {
            Some(account) => routes::sign_in(&account, next),
            None => routes::root(next),
        };
        let options = leptos_router::NavigateOptions {
            replace: true,
            ..leptos_router::NavigateOptions::default()
        };
        navigate(&door, options);
    });
    let path = use_location().pathname;
    let lead = Navigator::new();
    effect(move || {
        // A session that is for something else alone shows where that is done.
        if session.restriction().is_some() && path.get() != routes::ME {
            lead.replace(routes::ME);
        }
    });
    let signed_in = Memo::new(move |_| session.is_signed_in());
    dynamic(move || {
        if signed_in.get() {
            return view! { <Frame /> }.into_any();
        }
        match session.state() {
            State::Unknown(error) => view! {
                <main id="main" tabindex="-1" class="alone stack s6">
                    <Brand href=routes::ROOT />
                    <h1>{text::shell::OPENING_FAILED}</h1>
                    <Failure
                        what=text::shell::SESSION_FAILED
                        error
                        retry=Callback::new(move |()| session.check())
                    />
                </main>
            }
            .into_any(),
            State::Checking => view! { <Opening /> }.into_any(),
            State::SignedIn(_) | State::SignedOut(_) => ().into_any(),
        }
    })
}

/// The search part of an address with its question mark.
fn search(search: &str) -> String {
    match search.trim_start_matches('?') {
        "" => String::new(),
        some => format!("?{some}"),
    }
}

/// Navigation beside the page.
#[component]
fn Frame() -> impl IntoView {
    let session = Session::get();
    let may_read = Memo::new(move |_| session.may(Permission::ReadUsers));
    let counts = Remote::new(move || match may_read.get() {
        true => api::users::counts(),
        false => Call::known(UserCounts::default()),
    });
    counts.follow(concerns_users);
    provide_context(Counts(counts));
    let may_see = Memo::new(move |_| session.may(Permission::ReadConflicts));
    let conflicts = Remote::new(move || match may_see.get() {
        true => api::conflicts::counts(),
        false => Call::known(ConflictCounts::default()),
    });
    conflicts.follow(concerns);
    provide_context(OpenConflicts(conflicts));
    OpenAlerts::provide();
    OpenApprovals::provide();
    let help = RwSignal::new(false);
    let navigator = Navigator::new();
    Shortcuts::get().listen(move |command| match command {
        Command::Help => {
            help.set(true);
            true
        }
        Command::GoUsers => {
            navigator.open(routes::USERS);
            true
        }
        Command::GoConnections => {
            navigator.open(routes::PROVISIONING);
            true
        }
        Command::Search | Command::Next | Command::Previous => false,
    });
    view! {
        <div class="app">
            <Navigation help />
            <div class="main">
                <nav::TopBar />
                <main id="main" tabindex="-1">
                    <Outlet />
                </main>
            </div>
        </div>
        <HelpDialog open=help />
        <StepUpDialog />
    }
}

/// Whether a live update can change lists of users.
pub(super) fn concerns_users(news: News) -> bool {
    matches!(
        news,
        News::Resync
            | News::Change(ChangeEvent {
                kind: ChangeKind::User,
                ..
            })
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_part_keeps_one_question_mark() {
        assert_eq!(search(""), "");
        assert_eq!(search("q=a"), "?q=a");
        assert_eq!(search("?q=a"), "?q=a");
    }
}
