//! Pages of people who are not signed in.

mod art;
mod forgotten;
mod proof;
mod root;
mod second_step;
mod setup;
mod sign_in;
mod step_up;

pub(crate) use forgotten::ForgottenPage;
pub(crate) use root::RootPage;
pub(crate) use setup::SetupPage;
pub(crate) use sign_in::SignInPage;
pub(crate) use step_up::StepUpDialog;

use leptos::prelude::*;

use self::art::Register;
use crate::{
    routes,
    ui::{Brand, ThemeButton, dynamic, use_heading},
};

/// The frame of these pages: a narrow column, and the register beside it.
#[component]
fn Door(
    /// Heading.
    #[prop(into)]
    title: Signal<String>,
    /// A line below the heading.
    #[prop(optional, into)]
    lede: MaybeProp<String>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let heading = use_heading(title);
    let lede = dynamic(move || lede.get().map(|lede| view! { <p class="muted">{lede}</p> }));
    view! {
        <div class="signin">
            <main id="main" tabindex="-1" class="stack s6">
                <div class="row spread">
                    <Brand href=routes::ROOT />
                    <ThemeButton />
                </div>
                <div class="stack s1">
                    <h1 tabindex="-1" node_ref=heading>
                        {move || title.get()}
                    </h1>
                    {lede}
                </div>
                {children()}
            </main>
            <aside aria-hidden="true">
                <Register />
            </aside>
        </div>
    }
}
