//! The head of a page: title, focus, acts.

use leptos::{html::H1, prelude::*};

use super::{
    button::ThemeButton,
    dynamic::{dynamic, effect},
};
use crate::text;

/// How many pages have been shown since the console was loaded. The first leaves focus where the
/// browser put it; later ones move it to their heading, as a page load would.
#[derive(Clone, Copy)]
pub(crate) struct Visits(StoredValue<u32>);

impl Visits {
    /// Provides the context.
    pub(crate) fn provide() {
        provide_context(Self(StoredValue::new(0)));
    }
}

/// Sets the document's title and, after a change of page, moves focus to the heading.
pub(crate) fn use_heading(title: Signal<String>) -> NodeRef<H1> {
    let heading = NodeRef::<H1>::new();
    let visits = use_context::<Visits>();
    effect(move || document().set_title(&text::shell::page_title(&title.get())));
    Effect::new(move |done: Option<bool>| {
        let Some(heading) = heading.get() else {
            return false;
        };
        if done == Some(true) {
            return true;
        }
        let before = visits.map_or(0, |visits| {
            let before = visits.0.get_value();
            visits.0.set_value(before.saturating_add(1));
            before
        });
        if before > 0 {
            let _focused = heading.focus();
        }
        true
    });
    heading
}

/// The head of a page of the console.
#[component]
pub(crate) fn PageHead(
    /// Heading, also the document's title.
    #[prop(into)]
    title: Signal<String>,
    /// A line below the heading.
    #[prop(optional, into)]
    lede: MaybeProp<String>,
    /// Name and address of the page above this one.
    #[prop(optional)]
    crumb: Option<(&'static str, &'static str)>,
    /// Picture beside the heading.
    #[prop(optional)]
    avatar: Option<AnyView>,
    /// Acts.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let heading = use_heading(title);
    let crumb = crumb.map(|(name, href)| {
        view! {
            <nav class="crumbs" aria-label=text::shell::BREADCRUMB>
                <a href=href>{name}</a>
            </nav>
        }
    });
    let lede = dynamic(move || lede.get().map(|lede| view! { <p class="lede">{lede}</p> }));
    view! {
        <div class="page-head">
            <div class="grow">
                {crumb} <div class="who">
                    {avatar} <div class="grow">
                        <h1 tabindex="-1" node_ref=heading>
                            {move || title.get()}
                        </h1>
                        {lede}
                    </div>
                </div>
            </div>
            <div class="row">{children.map(|acts| acts())} <ThemeButton /></div>
        </div>
    }
}
