//! What came of a run, as a figure and a bar.

use leptos::prelude::*;
use scim_schema::api::conformance::{ConformanceRun, Score};

use crate::{
    format,
    text::{conformance as words, providers, user},
    ui::RelativeTime,
};

/// Width of the bar in its own units.
const WIDTH: u32 = 1_000;

/// Figure, bar, and who ran the checks when.
pub(super) fn score(run: &ConformanceRun) -> AnyView {
    let score = run.score;
    let took = format::duration(run.duration_ms.saturating_mul(1_000));
    let who = words::run_by(&user::actor(&run.by), &took);
    view! {
        <section class="score" aria-label=words::SCORE data-testid="score">
            <p class="headline">
                <strong>{score.passed}</strong>
                " "
                <span>{words::of_total(score)}</span>
            </p>
            {bar(score)}
            <p class="small muted">
                {providers::kind(run.kind)} ", " <RelativeTime at=run.at /> ", " {who} ". "
                {words::rest(score)}
            </p>
        </section>
    }
    .into_any()
}

/// The share of what passed; the words beside it say the same.
fn bar(score: Score) -> AnyView {
    let passed = share(score);
    view! {
        <svg class="bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
            <rect class="stop" width=WIDTH height="8" />
            <rect class="ok" width=passed height="8" />
        </svg>
    }
    .into_any()
}

/// How much of the bar is filled: never all of it while a check fails, and never nothing while one
/// passes.
fn share(score: Score) -> u32 {
    match (score.passed, score.total()) {
        (_, 0) => WIDTH,
        (passed, total) if passed == total => WIDTH,
        (0, _) => 0,
        (passed, total) => (passed * WIDTH / total).clamp(5, WIDTH - 5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_shows_however_many_checks_there_are() {
        let of = |passed, failed| {
            share(Score {
                passed,
                failed,
                not_applicable: 0,
            })
        };
        assert_eq!(of(84, 0), 1_000);
        assert_eq!(of(9_999, 1), 995);
        assert_eq!(of(1, 9_999), 5);
        assert_eq!(of(0, 3), 0);
        assert_eq!(of(1, 1), 500);
    }
}
