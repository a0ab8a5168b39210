//! The application: contexts, routes, and the frame around signed-in pages.

use leptos::prelude::*;
use leptos_router::{
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    clock::Clock,
    live::Live,
    pages::{
        AttributesPage, ConflictPage, ConflictsPage, ConformancePage, ConnectionPage,
        ConnectionsPage, FreshSecret, LogPage, MappingDrafts, MappingPage, NotFoundPage, RootPage,
        SetupPage, Shell, SignInPage, TesterPage, UserPage, UsersPage,
    },
    places::Places,
    session::Session,
    shortcuts::Shortcuts,
    text,
    theme::Theme,
    toast::Toasts,
    ui::{ToastRegion, Visits, focus, keep_focus},
};

/// The console, to be mounted on the body of the page.
#[component]
pub fn App() -> impl IntoView {
    keep_focus();
    Theme::provide();
    Clock::provide();
    Toasts::provide();
    Shortcuts::provide();
    Visits::provide();
    Places::provide();
    let session = Session::provide();
    FreshSecret::provide(session);
    MappingDrafts::provide(session);
    Live::provide(session);
    view! {
        <a class="btn skip" href="#main" on:click=|event| skip(&event)>
            {text::shell::SKIP}
        </a>
        <Router>
            <Routes fallback=|| view! { <main id="main"><NotFoundPage /></main> }>
                <Route path=path!("/") view=RootPage />
                <Route path=path!("/a/:slug") view=SignInPage />
                <Route path=path!("/setup") view=SetupPage />
                <ParentRoute path=path!("") view=Shell>
                    <Route path=path!("/users") view=UsersPage />
                    <Route path=path!("/users/:id") view=UserPage />
                    <Route path=path!("/provisioning") view=ConnectionsPage />
                    <Route path=path!("/provisioning/:id") view=ConnectionPage />
                    <Route path=path!("/provisioning/:id/tester") view=TesterPage />
                    <Route path=path!("/attributes") view=AttributesPage />
                    <Route path=path!("/conflicts") view=ConflictsPage />
                    <Route path=path!("/conflicts/:id") view=ConflictPage />
                    <Route path=path!("/provisioning/:id/conformance") view=ConformancePage />
                    <Route path=path!("/provisioning/:id/mapping") view=MappingPage />
                    <Route path=path!("/log") view=LogPage />
                    <Route path=path!("/*any") view=NotFoundPage />
                </ParentRoute>
            </Routes>
        </Router>
        <ToastRegion />
    }
}

/// The skip link moves focus itself: a fragment in the address would be a navigation.
fn skip(event: &leptos::ev::MouseEvent) {
    event.prevent_default();
    focus("#main");
}
