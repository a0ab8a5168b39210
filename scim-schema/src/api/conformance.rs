//! How a connection stands by the protocol: `/idp-connections/{id}/conformance`. The checks run on a
//! throw-away connection in shadow mode that speaks the same dialect; what they sent and were
//! answered is kept as evidence.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::users::Actor;
use crate::dialect::{ConnectionKind, Switches};

/// Answer of `GET /idp-connections/{id}/conformance`; the evidence of a check is at
/// `/idp-connections/{id}/conformance/checks/{check}`, all of it at
/// `/idp-connections/{id}/conformance/export`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConformanceView {
    /// How many checks there are.
    pub available: u32,
    /// The last run; `None` before the first.
    pub last: Option<ConformanceRun>,
}

/// One run of every check. Answer of `POST /idp-connections/{id}/conformance`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConformanceRun {
    /// When it began.
    pub at: DateTime<Utc>,
    /// Who asked for it.
    pub by: Actor,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The dialect that was examined.
    pub kind: ConnectionKind,
    /// Its switches that differ from the kind.
    pub switches: Switches,
    /// What came of them.
    pub score: Score,
    /// Every check, in the order they ran.
    pub checks: Vec<CheckResult>,
}

/// What came of the checks of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// As the protocol says.
    pub passed: u32,
    /// Otherwise.
    pub failed: u32,
    /// Do not concern this connection.
    pub not_applicable: u32,
}

impl Score {
    /// The score of these results.
    #[must_use]
    pub fn of(checks: &[CheckResult]) -> Self {
        checks.iter().fold(Self::default(), |mut score, check| {
            let count = match check.verdict {
                Verdict::Passed => &mut score.passed,
                Verdict::Failed => &mut score.failed,
                Verdict::NotApplicable => &mut score.not_applicable,
            };
            *count += 1;
            score
        })
    }

    /// Checks that concern the connection.
    #[must_use]
    pub const fn total(self) -> u32 {
        self.passed + self.failed
    }
}

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckArea {
    /// What the service tells about itself.
    Discovery,
    /// Users as resources.
    Users,
    /// Groups and their members.
    Groups,
    /// Filters and projections.
    Filters,
    /// Changes by PATCH.
    Patch,
    /// Pages and order of lists.
    Paging,
    /// Several operations in one request.
    Bulk,
    /// Versions of resources.
    Versions,
    /// What is answered to a bad request.
    Errors,
    /// What the provider of this connection sends beside the protocol.
    Dialect,
}

impl CheckArea {
    /// Every area, in the order they are checked.
    pub const ALL: [Self; 10] = [
        Self::Discovery,
        Self::Users,
        Self::Groups,
        Self::Filters,
        Self::Patch,
        Self::Paging,
        Self::Bulk,
        Self::Versions,
        Self::Errors,
        Self::Dialect,
    ];
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every answer was as expected.
    Passed,
    /// An answer was not.
    Failed,
    /// It does not concern this connection.
    NotApplicable,
}

/// One check and its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Its name, which never changes, such as `users.duplicate`.
    pub id: String,
    /// What it is about.
    pub area: CheckArea,
    /// What is to be so, in a sentence.
    pub title: String,
    /// What it means for whoever runs the connection.
    pub meaning: String,
    /// Where it is asked for, such as `RFC 7644 §3.3`.
    pub source: String,
    /// What came of it.
    pub verdict: Verdict,
    /// Why it failed, or why it is not applicable.
    pub reason: Option<String>,
    /// What was sent and answered, in order; the last exchange of a failed check is the one that
    /// was not as expected. Left out of the run as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// One request of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// HTTP method.
    pub method: String,
    /// Path below the base URL, with its query.
    pub path: String,
    /// Headers that matter here, a line each.
    pub request_headers: Vec<String>,
    /// The body as it was sent, cut to [`EVIDENCE_MAX`] characters.
    pub request_body: Option<String>,
    /// What is to be answered.
    pub expected: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// Headers of the answer that the protocol speaks of, a line each.
    pub response_headers: Vec<String>,
    /// The body of the answer, cut likewise.
    pub response_body: Option<String>,
}

/// Characters that are kept of a body.
pub const EVIDENCE_MAX: usize = 3_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_concern_the_connection_does_not_count() {
        let check = |verdict| CheckResult {
            id: String::new(),
            area: CheckArea::Users,
            title: String::new(),
            meaning: String::new(),
            source: String::new(),
            verdict,
            reason: None,
            evidence: Vec::new(),
        };
        let verdicts = [Verdict::Passed, Verdict::Failed, Verdict::NotApplicable];
        let score = Score::of(&verdicts.map(check));
        assert_eq!(
            (
                score.passed,
                score.failed,
                score.not_applicable,
                score.total()
            ),
            (1, 1, 1, 2)
        );
    }
}
