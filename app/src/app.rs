//! The application: contexts, routes, and the frame around signed-in pages.

use leptos::prelude::*;
use leptos_router::{
    Lazy,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    areas,
    clock::Clock,
    live::Live,
    pages::{FreshSecret, MappingDrafts, NotFoundPage, RootPage, Shell},
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
                <Route path=path!("/a/:slug") view=areas::SignIn />
                <Route path=path!("/a/:slug/forgot") view=areas::Forgotten />
                <Route path=path!("/setup") view=areas::Setup />
                <ParentRoute path=path!("") view=Shell>
                    <Route path=path!("/me") view={Lazy::<areas::MyAccount>::new()} />
                    <Route path=path!("/users") view={Lazy::<areas::Users>::new()} />
                    <Route path=path!("/users/:id") view={Lazy::<areas::User>::new()} />
                    <Route path=path!("/organisations") view={Lazy::<areas::Organisations>::new()} />
                    <Route path=path!("/provisioning") view={Lazy::<areas::Connections>::new()} />
                    <Route path=path!("/provisioning/:id") view={Lazy::<areas::Connection>::new()} />
                    <Route path=path!("/provisioning/:id/tester") view={Lazy::<areas::Tester>::new()} />
                    <Route path=path!("/attributes") view={Lazy::<areas::Attributes>::new()} />
                    <Route path=path!("/conflicts") view={Lazy::<areas::Conflicts>::new()} />
                    <Route path=path!("/conflicts/:id") view={Lazy::<areas::Conflict>::new()} />
                    <Route path=path!("/provisioning/:id/conformance") view={Lazy::<areas::Conformance>::new()} />
                    <Route path=path!("/provisioning/:id/mapping") view={Lazy::<areas::Mapping>::new()} />
                    <Route path=path!("/approvals") view={Lazy::<areas::Approvals>::new()} />
                    <Route path=path!("/policies") view={Lazy::<areas::Policies>::new()} />
                    <Route path=path!("/policies/:id") view={Lazy::<areas::Policies>::new()} />
                    <Route path=path!("/audit") view={Lazy::<areas::Audit>::new()} />
                    <Route path=path!("/log") view={Lazy::<areas::Log>::new()} />
                    <Route path=path!("/mails") view={Lazy::<areas::Mails>::new()} />
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
