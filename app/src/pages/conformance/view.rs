//! What of a run is shown; the address carries it.

use scim_schema::{
    api::conformance::{CheckArea, CheckResult, Score, Verdict},
    id::ConnectionId,
};

use crate::{query::QueryString, routes};

/// Characters of a search.
const SEARCH_MAX: usize = 200;

/// Which checks are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CheckView {
    /// Only those with this result.
    pub(super) verdict: Option<Verdict>,
    /// Only those with these words.
    pub(super) q: String,
}

/// The word of a result in the address.
const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::NotApplicable => "not-applicable",
    }
}

/// Results in the order that they are offered in.
pub(super) const VERDICTS: [Verdict; 3] =
    [Verdict::Failed, Verdict::Passed, Verdict::NotApplicable];

impl CheckView {
    /// What an address asks for.
    pub(super) fn of(show: Option<&str>, q: Option<&str>) -> Self {
        Self {
            verdict: VERDICTS.into_iter().find(|one| Some(word(*one)) == show),
            q: q.unwrap_or_default().chars().take(SEARCH_MAX).collect(),
        }
    }

    /// The address of this view.
    pub(super) fn path(&self, id: ConnectionId) -> String {
        let q = (!self.q.is_empty()).then_some(&*self.q);
        QueryString::default()
            .with_some("show", self.verdict.map(word))
            .with_some("q", q)
            .after(&routes::conformance(id))
    }

    /// The same with another result.
    pub(super) fn showing(&self, verdict: Option<Verdict>) -> Self {
        Self {
            verdict,
            ..self.clone()
        }
    }

    fn shows(&self, check: &CheckResult) -> bool {
        let told = [&check.id, &check.title, &check.meaning, &check.source];
        let told = told.map(|text| text.to_lowercase());
        let mut words = self.q.split_whitespace().map(str::to_lowercase);
        self.verdict.is_none_or(|verdict| check.verdict == verdict)
            && words.all(|word| told.iter().any(|text| text.contains(&word)))
    }

    /// The checks that are shown, by area; areas without any are left out.
    pub(super) fn areas(&self, checks: &[CheckResult]) -> Vec<Area> {
        let of_area = |area| {
            let all: Vec<&CheckResult> = checks.iter().filter(|one| one.area == area).collect();
            let score = all.iter().fold(Score::default(), |mut score, check| {
                match check.verdict {
                    Verdict::Passed => score.passed += 1,
                    Verdict::Failed => score.failed += 1,
                    Verdict::NotApplicable => score.not_applicable += 1,
                }
                score
            });
            let shown = all.into_iter().filter(|check| self.shows(check));
            Area {
                area,
                score,
                checks: shown.cloned().collect(),
            }
        };
        let areas = CheckArea::ALL.into_iter().map(of_area);
        areas.filter(|area| !area.checks.is_empty()).collect()
    }
}

/// Checks about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Area {
    /// What they are about.
    pub(super) area: CheckArea,
    /// What came of all of them.
    pub(super) score: Score,
    /// Those that are shown.
    pub(super) checks: Vec<CheckResult>,
}

/// How many checks a result has.
pub(super) const fn count(score: Score, verdict: Option<Verdict>) -> u32 {
    match verdict {
        None => score.passed + score.failed + score.not_applicable,
        Some(Verdict::Passed) => score.passed,
        Some(Verdict::Failed) => score.failed,
        Some(Verdict::NotApplicable) => score.not_applicable,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn check(id: &str, area: CheckArea, verdict: Verdict) -> CheckResult {
        CheckResult {
            id: id.to_owned(),
            area,
            title: "A user is made.".to_owned(),
            meaning: "The provider keeps the id.".to_owned(),
            source: "RFC 7644 §3.3".to_owned(),
            verdict,
            reason: None,
            evidence: Vec::new(),
        }
    }

    #[test]
    fn the_address_carries_the_view() {
        let id = ConnectionId(Uuid::nil());
        let view = CheckView::of(Some("failed"), Some("etag §3.14"));
        let path = format!("/provisioning/{id}/conformance?show=failed&q=etag%20%C2%A73.14");
        assert_eq!(view.path(id), path);
        assert_eq!(CheckView::of(Some("all"), None), CheckView::default());
    }

    #[test]
    fn the_score_of_an_area_counts_what_is_not_shown_as_well() {
        let checks = [
            check("users.create", CheckArea::Users, Verdict::Passed),
            check("users.read", CheckArea::Users, Verdict::Failed),
            check("bulk.limit", CheckArea::Bulk, Verdict::Passed),
        ];
        let areas = CheckView::of(Some("failed"), None).areas(&checks);
        assert_eq!(areas.len(), 1);
        assert_eq!((areas[0].score.passed, areas[0].score.failed), (1, 1));
        assert_eq!(areas[0].checks[0].id, "users.read");
        let found = CheckView::of(None, Some("LIMIT rfc")).areas(&checks);
        assert_eq!(found[0].checks[0].id, "bulk.limit");
        assert!(
            CheckView::of(None, Some("nothing"))
                .areas(&checks)
                .is_empty()
        );
    }
}
