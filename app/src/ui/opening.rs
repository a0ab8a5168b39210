//! What is shown while nothing is known yet, not even who is there.

use leptos::prelude::*;

use super::{icon::Brand, skeleton::SkeletonLines};
use crate::{routes, text};

/// A whole page that says that it is being opened; the style sheet shows it only after a second.
#[component]
pub(crate) fn Opening() -> impl IntoView {
    view! {
        <main id="main" tabindex="-1" class="alone stack s6 late" aria-busy="true">
            <Brand href=routes::ROOT />
            <h1>{text::shell::OPENING}</h1>
            <SkeletonLines lines=4 />
        </main>
    }
}
