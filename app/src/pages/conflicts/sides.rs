//! What both sides say, attribute by attribute, and in which they differ.

use leptos::prelude::*;
use scim_schema::api::conflicts::ConflictDetail;
use serde_json::Value;

use super::one::Shown;
use crate::{
    text::conflicts as words,
    ui::{Family, Icon, Show, dynamic, lozenge},
};

/// One attribute of both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    name: String,
    here: Option<String>,
    sent: Option<String>,
    differs: bool,
}

/// The comparison.
#[component]
pub(super) fn Sides(
    /// The conflict.
    shown: Shown,
) -> impl IntoView {
    let lines = Memo::new(move |_| shown.with(lines));
    let kept = Memo::new(move |_| shown.with(|shown| !shown.sent.is_empty()));
    let said = dynamic(move || {
        if !kept.get() {
            words::NOT_KEPT
        } else if lines.with(|lines| lines.iter().any(|line| line.differs)) {
            ""
        } else {
            words::NO_DIFFERENCES
        }
    });
    let heading = move || shown.with(|shown| shown.row.connection_name.clone());
    view! {
        <section class="section">
            <header>
                <h2>{words::DIFFERENCES}</h2>
                <p>{said}</p>
            </header>
            <Show when=move || kept.get()>
                <div
                    class="table-wrap full"
                    tabindex="0"
                    role="region"
                    aria-label=words::BOTH_SIDES
                >
                    <table class="cards full attributes sides" role="table">
                        <caption class="vh">{words::BOTH_SIDES}</caption>
                        <thead role="rowgroup">
                            <tr role="row">
                                <th scope="col">{words::ATTRIBUTE}</th>
                                <th scope="col">{words::HERE}</th>
                                <th scope="col">{heading}</th>
                            </tr>
                        </thead>
                        <tbody role="rowgroup">
                            {move || {
                                let by = heading();
                                lines
                                    .with(|lines| {
                                        lines.iter().map(|one| line(one, &by)).collect::<Vec<_>>()
                                    })
                            }}
                        </tbody>
                    </table>
                </div>
            </Show>
        </section>
    }
}

fn line(line: &Line, by: &str) -> AnyView {
    let mark = line
        .differs
        .then(|| lozenge(Family::Arrive, Icon::Alert, words::DIFFERS));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <span class="mono">{line.name.clone()}</span>
                " "
                {mark}
            </th>
            <td role="cell" data-l=words::HERE>
                {value(line.here.clone())}
            </td>
            <td role="cell" data-l=by.to_owned()>
                {value(line.sent.clone())}
            </td>
        </tr>
    }
    .into_any()
}

/// What is known, or that nothing is.
pub(super) fn value(value: Option<String>) -> AnyView {
    match value.filter(|value| !value.is_empty()) {
        Some(value) => view! { <span class="wrap">{value}</span> }.into_any(),
        None => view! { <span class="faint">{words::NOT_SET}</span> }.into_any(),
    }
}

/// Attributes that differ first, then the rest in the order of both sides.
fn lines(shown: &ConflictDetail) -> Vec<Line> {
    let (here, sent) = (&shown.here, &shown.sent);
    let fresh = sent.keys().filter(|name| !here.contains_key(*name));
    let names = here.keys().chain(fresh).filter(|name| *name != "schemas");
    let mut lines: Vec<Line> = names
        .map(|name| Line {
            name: name.clone(),
            here: here.get(name).map(readable),
            sent: sent.get(name).map(readable),
            differs: shown.differences.contains(name),
        })
        .collect();
    lines.sort_by_key(|line| !line.differs);
    lines
}

/// A value as people read it: texts as they are, parts of a value by their names.
fn readable(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(readable).collect::<Vec<_>>().join("; "),
        Value::Object(parts) => parts
            .iter()
            .map(|(name, part)| format!("{name}: {}", readable(part)))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_without_braces() {
        let value = json!([{"value": "a@x.org", "primary": true}, {"value": "b@x.org"}]);
        assert_eq!(
            readable(&value),
            "value: a@x.org, primary: true; value: b@x.org"
        );
        assert_eq!(readable(&json!("Ada")), "Ada");
        assert_eq!(readable(&json!(null)), readable(&json!([])));
    }
}
