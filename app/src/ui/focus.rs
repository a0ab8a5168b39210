//! Moving the focus by code, and finding it a place when what had it goes away.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, HtmlElement};

/// Puts the focus on the first element that matches a CSS selector; answers whether there is one.
pub(crate) fn focus(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    let Some(found) = found.and_then(|one| one.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    found.focus().is_ok()
}

/// The same for what is drawn in this same turn.
pub(crate) fn focus_soon(selector: String) {
    request_animation_frame(move || {
        focus(&selector);
    });
}

/// Puts the focus into a field, or on the first choice of a question.
pub(crate) fn focus_field(id: &str) -> bool {
    focus(&format!("#{id}:not(fieldset), fieldset#{id} input"))
}

/// What has the focus, and the section it is in.
type Place = Option<(Element, Option<Element>)>;

/// From now on, when a button goes away with what it acted on, the focus goes to the heading of its
/// section, or of the page; otherwise who uses the keyboard would begin at the top again.
pub(crate) fn keep_focus() {
    let place = StoredValue::new_local(Place::None);
    let _always = window_event_listener(ev::focusin, move |event| {
        let focused = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        place.set_value(focused.map(|it| {
            let section = it.closest("section").ok().flatten();
            (it, section)
        }));
    });
    let _always_too = window_event_listener(ev::focusout, move |event| {
        if event.related_target().is_none() {
            request_animation_frame(move || place.update_value(forget_what_was_left));
        }
    });
    on_every_change(move || {
        let gone = |(focused, _): &(Element, Option<Element>)| !focused.is_connected();
        if place.with_value(|place| place.as_ref().is_some_and(gone)) {
            let section = place.try_update_value(Option::take).flatten();
            // A page or a dialog that opens in this same turn takes the focus itself.
            request_animation_frame(move || settle(section.and_then(|(_, section)| section)));
        }
    });
}

/// Whoever clicked beside what had the focus has left it, unless it went away or the window did.
fn forget_what_was_left(place: &mut Place) {
    let was_left = |(focused, _): &(Element, Option<Element>)| {
        focused.is_connected() && document().active_element().as_ref() != Some(focused)
    };
    if place.as_ref().is_some_and(was_left) {
        *place = None;
    }
}

fn settle(section: Option<Element>) {
    let active = document().active_element();
    if active.is_some_and(|active| active.tag_name() != "BODY") {
        return;
    }
    let section = section.filter(|section| section.is_connected());
    let heading = section.and_then(|section| section.query_selector("h2, h3").ok().flatten());
    match heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
        Some(heading) => {
            let _can_be_focused = heading.set_attribute("tabindex", "-1");
            let _focused = heading.focus();
        }
        None => {
            focus("main h1");
        }
    }
}

/// Calls `run` after every change of the page's elements. There is no binding of `MutationObserver`
/// among those that are compiled already.
fn on_every_change(run: impl FnMut() + 'static) {
    let run = Closure::<dyn FnMut()>::new(run).into_js_value();
    let options = js_sys::Object::new();
    let on = JsValue::TRUE;
    let begun = js_sys::Reflect::set(&options, &"childList".into(), &on)
        .and_then(|_| js_sys::Reflect::set(&options, &"subtree".into(), &on))
        .and_then(|_| js_sys::Reflect::get(&window(), &"MutationObserver".into()))
        .and_then(|observer| {
            let observer: &js_sys::Function = observer.unchecked_ref();
            js_sys::Reflect::construct(observer, &js_sys::Array::of1(&run))
        })
        .and_then(|observer| {
            let observe = js_sys::Reflect::get(&observer, &"observe".into())?;
            let observe: &js_sys::Function = observe.unchecked_ref();
            observe.call2(&observer, &document(), &options)
        });
    // A browser without it leaves the focus where it is.
    let _watched = begun.is_ok();
}
