//! Shapes of what is coming; the style sheet shows them only after a second.

use leptos::prelude::*;

use crate::text;

/// Rows of people.
#[component]
pub(crate) fn SkeletonRows(
    /// How many.
    rows: usize,
) -> impl IntoView {
    let widths = ["w60", "w80", "w40"];
    let row = |index: usize| {
        let name = format!("skeleton {}", widths[index % 3]);
        let cell = format!("skeleton {}", widths[(index + 1) % 3]);
        view! {
            <div class="skeleton-row">
                <span class="skeleton round"></span>
                <span class="stack s2">
                    <span class=name></span>
                    <span class="skeleton w40"></span>
                </span>
                <span class=cell.clone()></span>
                <span class=cell></span>
            </div>
        }
    };
    view! {
        <div class="late" role="status">
            <span class="vh">{text::shell::LOADING}</span>
            <div aria-hidden="true">{(0..rows).map(row).collect_view()}</div>
        </div>
    }
}

/// Lines of text.
#[component]
pub(crate) fn SkeletonLines(
    /// How many.
    lines: usize,
) -> impl IntoView {
    let widths = ["w40", "w80", "w60"];
    let line = |index: usize| {
        let class = format!("skeleton {}", widths[index % 3]);
        view! { <span class=class></span> }
    };
    view! {
        <div class="late" role="status">
            <span class="vh">{text::shell::LOADING}</span>
            <div class="stack skeleton-lines" aria-hidden="true">
                {(0..lines).map(line).collect_view()}
            </div>
        </div>
    }
}
