//! Parts of a page that follow signals.
//!
//! A closure is a type of its own, and so is almost every view. What is drawn by a closure with a
//! name goes through here and becomes one type, so that all of Leptos that draws it is compiled
//! once instead of once for each.

use std::sync::{Arc, Mutex};

use leptos::{prelude::*, tachys::reactive_graph::SharedReactiveFunction};

/// Draws again whenever a signal that `draw` reads changes.
pub(crate) fn dynamic<V: IntoView + 'static>(
    mut draw: impl FnMut() -> V + Send + 'static,
) -> AnyView {
    erased(Arc::new(Mutex::new(move || draw().into_any())))
}

/// The same for what may be absent.
pub(crate) fn optional<V: IntoView + 'static>(
    mut draw: impl FnMut() -> Option<V> + Send + 'static,
) -> AnyView {
    erased(Arc::new(Mutex::new(move || match draw() {
        Some(view) => view.into_any(),
        None => ().into_any(),
    })))
}

fn erased(draw: SharedReactiveFunction<AnyView>) -> AnyView {
    draw.into_any()
}

/// Runs `run` soon, and again whenever a signal that it reads changes.
pub(crate) fn effect(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}

/// Whether something is shown.
pub(crate) struct Condition(Box<dyn Fn() -> bool + Send + Sync>);

impl<F: Fn() -> bool + Send + Sync + 'static> From<F> for Condition {
    fn from(condition: F) -> Self {
        Self(Box::new(condition))
    }
}

/// Shows its children as long as `when` says so. They are drawn anew only when that changes.
#[component]
pub(crate) fn Show(
    /// Whether they are shown.
    #[prop(into)]
    when: Condition,
    /// What is shown.
    children: ChildrenFn,
) -> impl IntoView {
    let shown = Memo::new(move |_| (when.0)());
    optional(move || shown.get().then(|| children()))
}

/// One row of a list: what tells it from the others, and what draws it.
struct Row {
    key: u128,
    draw: Box<dyn FnOnce() -> AnyView + Send>,
}

/// Rows that follow a list: each is drawn once and kept as long as its key is in the list, so that
/// focus and what is unfolded outlive a change of the others.
pub(crate) fn keyed<T, V>(
    items: impl Fn() -> Vec<T> + Send + 'static,
    key: fn(&T) -> u128,
    draw: impl Fn(T) -> V + Clone + Send + 'static,
) -> AnyView
where
    T: Send + 'static,
    V: IntoView + 'static,
{
    let row = move |item: T| {
        let (key, draw) = (key(&item), draw.clone());
        Row {
            key,
            draw: Box::new(move || draw(item).into_any()),
        }
    };
    erased_rows(Box::new(move || items().into_iter().map(&row).collect()))
}

fn erased_rows(each: Box<dyn Fn() -> Vec<Row> + Send>) -> AnyView {
    let draw = |row: Row| (row.draw)();
    view! { <For each key=|row| row.key children=draw /> }.into_any()
}
