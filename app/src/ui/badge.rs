//! Lozenges and avatars.

use leptos::prelude::*;

use super::icon::{Icon, icon};
use crate::format;

/// A family of colours that says how serious a status is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// In order; has no tint.
    Ok,
    /// On the way in.
    Arrive,
    /// Out of use.
    Rest,
    /// Held for a while.
    Pause,
    /// Held by a safeguard.
    Guard,
    /// Ended, refused, failed.
    Stop,
    /// Held by an identity provider.
    Idp,
}

impl Family {
    /// Its class in the style sheet.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Arrive => "arrive",
            Self::Rest => "rest",
            Self::Pause => "pause",
            Self::Guard => "guard",
            Self::Stop => "stop",
            Self::Idp => "idp",
        }
    }
}

/// An icon and a word: status is never told by colour alone.
pub(crate) fn lozenge(family: Family, glyph: Icon, word: impl Into<String>) -> AnyView {
    let class = format!("loz {}", family.class());
    view! { <span class=class>{icon(glyph)} <span>{word.into()}</span></span> }.into_any()
}

/// Initials in a circle; an outline only when the person cannot sign in.
#[component]
pub(crate) fn Avatar(
    /// Whose initials.
    #[prop(into)]
    name: Signal<String>,
    /// Outline only.
    #[prop(into)]
    off: Signal<bool>,
    /// For the head of a page.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    view! {
        <span class="avatar" class:lg=large class:off=move || off.get() aria-hidden="true">
            {move || format::initials(&name.get())}
        </span>
    }
}
