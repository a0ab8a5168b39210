//! Where somebody was on a page that they left: Back leads there again, with the scroll position and
//! the focus. The browser alone cannot do it, since the rows of a list arrive later than the page.

use std::collections::HashMap;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, FocusOptions, HtmlElement};

/// The link that stands for a row of a list.
const ROW_LINK: &str = "a.row-link";
/// Where focus goes when no row had it.
const REGION: &str = "main [role='region']";

/// A place on a page.
#[derive(Clone, Debug, Default, PartialEq)]
struct Place {
    /// How far the page was scrolled, in CSS pixels.
    scroll: f64,
    /// Address of the row that was opened.
    link: Option<String>,
}

/// What was left, by address.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    places: HashMap<String, Place>,
    /// The address that the browser went back or forward to.
    returning: Option<String>,
}

impl Known {
    fn leave(&mut self, address: String, place: Place) {
        self.returning = None;
        self.places.insert(address, place);
    }

    /// The place to return to at `address`, once.
    fn take(&mut self, address: &str) -> Option<Place> {
        if self.returning.as_deref() != Some(address) {
            return None;
        }
        self.returning = None;
        self.places.get(address).cloned()
    }
}

/// The places, app-wide; a handle.
#[derive(Clone, Copy)]
pub(crate) struct Places(StoredValue<Known>);

impl Places {
    /// Provides the context. Every click and key may be the last one on a page, so each is noted
    /// before anything else sees it.
    pub(crate) fn provide() {
        let places = Self(StoredValue::new(Known::default()));
        provide_context(places);
        let note = Closure::<dyn FnMut(Event)>::new(move |event: Event| places.note(&event));
        for name in ["click", "keydown"] {
            let _added = window().add_event_listener_with_callback_and_bool(
                name,
                note.as_ref().unchecked_ref(),
                true,
            );
        }
        // The application lives as long as its page.
        note.forget();
        let _always = window_event_listener(leptos::ev::popstate, move |_| {
            places
                .0
                .update_value(|known| known.returning = Some(address()));
        });
    }

    /// The context.
    pub(crate) fn get() -> Self {
        use_context().unwrap_or_else(|| Self(StoredValue::new(Known::default())))
    }

    fn note(self, event: &Event) {
        let place = Place {
            scroll: window().scroll_y().unwrap_or_default(),
            link: row_of(event),
        };
        self.0.update_value(|known| known.leave(address(), place));
    }

    /// Puts scroll position and focus back when somebody has returned to this address, as soon as
    /// `ready` says that the page shows what they left.
    pub(crate) fn restore_when(self, ready: impl Fn() -> bool + 'static) {
        Effect::new(move |_| {
            if !ready() {
                return;
            }
            let place = self.0.try_update_value(|known| known.take(&address()));
            if let Some(place) = place.flatten() {
                // The rows are drawn in this same turn.
                request_animation_frame(move || place.show());
            }
        });
    }
}

impl Place {
    fn show(&self) {
        let row = self.link.as_deref().and_then(link_to);
        if let Some(target) = row.or_else(|| first(REGION)) {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            let _focused = target.focus_with_options(&options);
        }
        window().scroll_to_with_x_and_y(0.0, self.scroll);
    }
}

/// What the address bar shows after the host, without the fragment.
pub(crate) fn address() -> String {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    path + &location.search().unwrap_or_default()
}

/// Address of the row in which something happened.
fn row_of(event: &Event) -> Option<String> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let row = target.closest("tr").ok()??;
    row.query_selector(ROW_LINK).ok()??.get_attribute("href")
}

fn link_to(href: &str) -> Option<HtmlElement> {
    let links = document().query_selector_all(ROW_LINK).ok()?;
    (0..links.length())
        .filter_map(|index| links.get(index)?.dyn_into::<HtmlElement>().ok())
        .find(|link| link.get_attribute("href").as_deref() == Some(href))
}

fn first(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(scroll: f64) -> Place {
        Place {
            scroll,
            link: Some("/users/1".to_owned()),
        }
    }

    #[test]
    fn only_going_back_returns_to_a_place_and_only_once() {
        let mut known = Known::default();
        known.leave("/users".to_owned(), place(400.0));
        assert_eq!(known.take("/users"), None, "came by a link");
        known.returning = Some("/users".to_owned());
        assert_eq!(known.take("/users?q=a"), None, "went on meanwhile");
        assert_eq!(known.take("/users"), Some(place(400.0)));
        assert_eq!(known.take("/users"), None);
    }

    #[test]
    fn whoever_acts_on_a_page_is_not_moved_any_more() {
        let mut known = Known::default();
        known.leave("/users".to_owned(), place(400.0));
        known.returning = Some("/users".to_owned());
        known.leave("/users".to_owned(), place(0.0));
        assert_eq!(known.take("/users"), None);
    }
}
