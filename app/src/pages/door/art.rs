//! The register: ruled lines with names and tally marks, one of which has ended.

use std::fmt::Write;

use leptos::prelude::*;

const ROWS: u32 = 26;
const COLUMNS: u32 = 9;
const ROW_HEIGHT: u32 = 40;
/// The row that ends, and after how many marks.
const ENDED: (u32, u32) = (11, 5);

/// Paths of the drawing; the same at every visit.
struct Drawing {
    rules: String,
    names: Vec<(u32, u32)>,
    ticks: String,
    ended: String,
    absences: Vec<(u32, u32)>,
}

impl Drawing {
    fn new() -> Self {
        let mut drawing = Self {
            rules: String::new(),
            names: Vec::new(),
            ticks: String::new(),
            ended: String::new(),
            absences: Vec::new(),
        };
        let mut seed = 20_261_114_u32;
        for row in 0..ROWS {
            let y = row * ROW_HEIGHT + ROW_HEIGHT / 2;
            let _ = write!(drawing.rules, "M0 {}H720", y + ROW_HEIGHT / 2);
            drawing.names.push((y - 4, 78 + next(&mut seed) % 62));
            for column in 0..COLUMNS {
                drawing.mark(row, column, y, next(&mut seed));
            }
        }
        drawing
    }

    fn mark(&mut self, row: u32, column: u32, y: u32, dice: u32) {
        let x = 367 + column * 38;
        if row == ENDED.0 && column >= ENDED.1 {
            if column == ENDED.1 {
                let _ = write!(self.ended, "M{x} {y}h10");
            }
        } else if dice.is_multiple_of(11) {
            self.absences.push((x + 5, y));
        } else {
            let _ = write!(self.ticks, "M{x} {y}l4 4 8-9");
        }
    }
}

/// A linear congruential step: enough for an uneven pattern, the same everywhere.
fn next(seed: &mut u32) -> u32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *seed >> 16
}

/// Draws it.
#[component]
pub(super) fn Register() -> impl IntoView {
    let Drawing {
        rules,
        names,
        ticks,
        ended,
        absences,
    } = Drawing::new();
    let name = |(y, width): (u32, u32)| {
        view! { <rect x="176" y=y.to_string() width=width.to_string() height="6" rx="3" /> }
    };
    let absence = |(x, y): (u32, u32)| {
        view! { <circle cx=x.to_string() cy=y.to_string() r="1.6" /> }
    };
    view! {
        <svg
            class="register"
            viewBox="0 0 720 1000"
            preserveAspectRatio="xMinYMin slice"
            aria-hidden="true"
        >
            <path class="rule" d=rules />
            <path class="margin" d="M150 0V1040" />
            {names.into_iter().map(name).collect_view()}
            {absences.into_iter().map(absence).collect_view()}
            <path d=ticks />
            <path class="gone" d=ended />
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawing_is_the_same_every_time_and_has_one_ended_row() {
        let (one, two) = (Drawing::new(), Drawing::new());
        assert_eq!(one.ticks, two.ticks);
        assert_eq!(one.ended.matches('M').count(), 1);
        assert_eq!(one.names.len(), 26);
    }
}
