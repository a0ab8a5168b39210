//! The table of targets: what was wanted, what was measured, and the ratio to the floor.

use std::fmt::Write as _;

/// Whether a target was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Met,
    Missed,
    /// Measured and not judged.
    Reported,
}

/// One row.
#[derive(Debug)]
struct Line {
    target: &'static str,
    database: &'static str,
    workload: String,
    wanted: String,
    measured: String,
    verdict: Verdict,
}

/// All rows so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    lines: Vec<Line>,
}

/// What a row is about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) target: &'static str,
    pub(super) database: &'static str,
    pub(super) workload: &'a str,
}

impl Report {
    /// A figure that may not be above `most`.
    pub(super) fn at_most(&mut self, about: About<'_>, measured: f64, most: f64, unit: &str) {
        let wanted = format!("≤ {}", shown(most, unit));
        self.judge(about, wanted, shown(measured, unit), measured <= most);
    }

    /// A figure that may not be below `least`.
    pub(super) fn at_least(&mut self, about: About<'_>, measured: f64, least: f64, unit: &str) {
        let wanted = format!("≥ {}", shown(least, unit));
        self.judge(about, wanted, shown(measured, unit), measured >= least);
    }

    /// A figure that may be so many times its floor.
    pub(super) fn times_floor(
        &mut self,
        about: About<'_>,
        measured: f64,
        floor: f64,
        most: f64,
        unit: &str,
    ) {
        let ratio = ratio(measured, floor);
        self.judge(
            about,
            format!("≤ {most} × floor {}", shown(floor, unit)),
            format!("{} = {ratio:.2} × floor", shown(measured, unit)),
            ratio <= most,
        );
    }

    /// A rate that has to reach this part of its floor.
    pub(super) fn part_of_floor(
        &mut self,
        about: About<'_>,
        measured: f64,
        floor: f64,
        least: f64,
    ) {
        let ratio = ratio(measured, floor);
        self.judge(
            about,
            format!("≥ {least} × floor {}", shown(floor, "/s")),
            format!("{} = {ratio:.2} × floor", shown(measured, "/s")),
            ratio >= least,
        );
    }

    /// A figure that is told and not judged.
    pub(super) fn tell(&mut self, about: About<'_>, measured: String) {
        self.add(about, "reported".to_owned(), measured, Verdict::Reported);
    }

    fn judge(&mut self, about: About<'_>, wanted: String, measured: String, met: bool) {
        let verdict = if met { Verdict::Met } else { Verdict::Missed };
        self.add(about, wanted, measured, verdict);
    }

    fn add(&mut self, about: About<'_>, wanted: String, measured: String, verdict: Verdict) {
        let line = Line {
            target: about.target,
            database: about.database,
            workload: about.workload.to_owned(),
            wanted,
            measured,
            verdict,
        };
        println!("  {}", line.cells().join("  "));
        self.lines.push(line);
    }

    /// The table in Markdown, by target and database.
    pub(super) fn table(&self) -> String {
        let mut lines: Vec<&Line> = self.lines.iter().collect();
        lines.sort_by_key(|line| {
            line.target
                .trim_start_matches('T')
                .parse::<u8>()
                .unwrap_or(0)
        });
        let mut text = String::from(
            "| # | Database | Workload | Target | Measured | |\n|---|---|---|---|---|---|\n",
        );
        for line in lines {
            let _infallible = writeln!(text, "| {} |", line.cells().join(" | "));
        }
        text
    }

    /// How many targets were met and how many missed.
    pub(super) fn verdict(&self) -> String {
        let count = |verdict| {
            self.lines
                .iter()
                .filter(|line| line.verdict == verdict)
                .count()
        };
        let (met, missed) = (count(Verdict::Met), count(Verdict::Missed));
        format!("{met} of {} judged figures met their target", met + missed)
    }
}

impl Line {
    fn cells(&self) -> [&str; 6] {
        [
            self.target,
            self.database,
            &self.workload,
            &self.wanted,
            &self.measured,
            match self.verdict {
                Verdict::Met => "met",
                Verdict::Missed => "**missed**",
                Verdict::Reported => "",
            },
        ]
    }
}

fn ratio(measured: f64, floor: f64) -> f64 {
    measured / floor.max(f64::EPSILON)
}

/// A figure with as many digits as it is worth.
fn shown(figure: f64, unit: &str) -> String {
    let gap = if unit == "×" || unit == "/s" {
        ""
    } else {
        " "
    };
    match figure {
        0.0..1.0 => format!("{figure:.3}{gap}{unit}"),
        ..100.0 => format!("{figure:.2}{gap}{unit}"),
        _ => format!("{figure:.0}{gap}{unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: About<'_> = About {
        target: "T1",
        database: "SQLite",
        workload: "create",
    };

    #[test]
    fn a_figure_is_judged_by_its_ratio_to_the_floor() {
        let mut report = Report::default();
        report.times_floor(ABOUT, 0.30, 0.20, 1.7, "ms");
        report.part_of_floor(ABOUT, 400.0, 1_000.0, 0.45);
        report.tell(ABOUT, "48 MB".to_owned());
        let table = report.table();
        assert!(
            table.contains("| ≤ 1.7 × floor 0.200 ms | 0.300 ms = 1.50 × floor | met |"),
            "{table}"
        );
        assert!(
            table.contains("| 400/s = 0.40 × floor | **missed** |"),
            "{table}"
        );
        assert_eq!(report.verdict(), "1 of 2 judged figures met their target");
    }

    #[test]
    fn rows_stand_in_the_order_of_the_targets() {
        let mut report = Report::default();
        for target in ["T10", "T2"] {
            report.at_most(About { target, ..ABOUT }, 2.0, 1.0, "ms");
        }
        let table = report.table();
        assert!(table.find("T2") < table.find("T10"));
    }
}
