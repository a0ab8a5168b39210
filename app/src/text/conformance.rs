//! Strings of the conformance checks.

use scim_schema::api::conformance::{CheckArea, Score, Verdict};

pub(crate) const TITLE: &str = "Conformance";
pub(crate) const LEDE: &str = "Checks of the protocol and of this provider's dialect. They run on a throw-away copy of the connection and leave nothing behind.";
pub(crate) const TO_CONNECTION: &str = "Connection";
pub(crate) const FAILED_TO_LOAD: &str = "The conformance checks could not be loaded.";
pub(crate) const EVIDENCE_FAILED: &str = "The evidence of this check could not be loaded.";

pub(crate) const RUN: &str = "Run checks";
pub(crate) const RUN_AGAIN: &str = "Run again";
pub(crate) const RUNNING: &str = "Running checks";
pub(crate) const RUN_FAILED: &str = "The checks could not be run.";
pub(crate) const EXPORT: &str = "Export as JSON";

pub(crate) const NEVER: &str = "Not run yet";
pub(crate) const SCORE: &str = "Score";
pub(crate) const VIEWS: &str = "Checks by result";
pub(crate) const ALL: &str = "All";
pub(crate) const PASSED: &str = "Passed";
pub(crate) const FAILED: &str = "Failed";
pub(crate) const NOT_APPLICABLE: &str = "Not applicable";
pub(crate) const SEARCH: &str = "Search the checks";
pub(crate) const SEARCH_HINT: &str = "Name, section or words";
pub(crate) const NO_MATCH: &str = "No check matches";
pub(crate) const NO_MATCH_WHY: &str = "Change the search, or choose another result.";
pub(crate) const NONE_FAILED: &str = "No check failed";
pub(crate) const NONE_FAILED_WHY: &str =
    "Everything that concerns this connection is as it should be.";

pub(crate) const MEANING: &str = "What it means";
pub(crate) const SOURCE: &str = "Asked for in";
pub(crate) const NAME: &str = "Name";
pub(crate) const EXPECTED: &str = "Expected";
pub(crate) const ANSWERED: &str = "Answered";
pub(crate) const HEADERS: &str = "Headers";

/// "102 checks wait to be run."
pub(crate) fn never_why(checks: u32) -> String {
    format!("{checks} checks are ready. A run takes a few seconds.")
}

/// "of 84 checks passed".
pub(crate) fn of_total(score: Score) -> String {
    match score.total() {
        1 => "of 1 check passed".to_owned(),
        total => format!("of {total} checks passed"),
    }
}

/// "18 do not concern this connection."
pub(crate) fn rest(score: Score) -> Option<String> {
    match score.not_applicable {
        0 => None,
        1 => Some("1 does not concern this connection.".to_owned()),
        many => Some(format!("{many} do not concern this connection.")),
    }
}

/// "Run by Dana Whitfield in 1.2 s".
pub(crate) fn run_by(who: &str, took: &str) -> String {
    format!("run by {who} in {took}")
}

/// Announced after a run: "84 of 84 checks passed."
pub(crate) fn announced(score: Score) -> String {
    format!("{} {}.", score.passed, of_total(score))
}

/// "17 of 17" in the head of an area.
pub(crate) fn area_score(score: Score) -> String {
    match score.total() {
        0 => NOT_APPLICABLE.to_owned(),
        total => format!("{} of {total}", score.passed),
    }
}

/// The heading of an area.
pub(crate) const fn area(area: CheckArea) -> &'static str {
    match area {
        CheckArea::Discovery => "Discovery",
        CheckArea::Users => "Users",
        CheckArea::Groups => "Groups and members",
        CheckArea::Filters => "Filters",
        CheckArea::Patch => "Changes by PATCH",
        CheckArea::Paging => "Pages and order",
        CheckArea::Bulk => "Bulk",
        CheckArea::Versions => "Versions",
        CheckArea::Errors => "Errors",
        CheckArea::Dialect => "This provider's dialect",
    }
}

/// The word for what came of a check.
pub(crate) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => PASSED,
        Verdict::Failed => FAILED,
        Verdict::NotApplicable => NOT_APPLICABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_agree_with_their_nouns() {
        let score = |passed, failed, not_applicable| Score {
            passed,
            failed,
            not_applicable,
        };
        assert_eq!(announced(score(83, 1, 0)), "83 of 84 checks passed.");
        assert_eq!(announced(score(0, 1, 0)), "0 of 1 check passed.");
        assert_eq!(rest(score(1, 0, 0)), None);
        let one = "1 does not concern this connection.";
        assert_eq!(rest(score(1, 0, 1)).as_deref(), Some(one));
        assert_eq!(area_score(score(0, 0, 3)), "Not applicable");
        assert_eq!(area_score(score(2, 1, 3)), "2 of 3");
    }
}
