//! The built-in conformance checks: each sends real SCIM requests to a service, compares the answers
//! with what the RFCs and the connection's dialect ask for, and keeps both as evidence. It knows the
//! protocol alone, so that it finds out what a provider would.

mod answer;
mod bulk;
mod dialect_words;
mod dialects;
mod discovery;
mod errors;
mod filters;
mod groups;
mod membership;
mod paging;
mod patch;
mod patch_values;
mod probe;
mod user_life;
mod users;
mod versions;

use std::fmt;

use futures_util::future::BoxFuture;
use scim_schema::{
    api::conformance::{CheckArea, CheckResult, Verdict},
    dialect::Dialect,
};

pub use self::probe::ScimService;
use self::probe::{Outcome, Probe, Stop};

/// One check.
pub struct Check {
    /// Its name, which never changes.
    pub id: &'static str,
    /// What it is about.
    pub area: CheckArea,
    /// What is to be so.
    pub title: &'static str,
    /// What it means for whoever runs the connection.
    pub meaning: &'static str,
    /// Where it is asked for.
    pub source: &'static str,
    run: for<'p> fn(&'p mut Probe) -> BoxFuture<'p, Outcome>,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Check").field(&self.id).finish()
    }
}

/// Every check, by area.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    [
        discovery::CHECKS,
        users::CHECKS,
        user_life::CHECKS,
        groups::CHECKS,
        membership::CHECKS,
        filters::CHECKS,
        patch::CHECKS,
        patch_values::CHECKS,
        paging::CHECKS,
        bulk::CHECKS,
        versions::CHECKS,
        errors::CHECKS,
        dialects::CHECKS,
        dialect_words::CHECKS,
    ]
    .into_iter()
    .flatten()
}

/// Runs checks on one service.
pub struct Examiner {
    probe: Probe,
}

impl fmt::Debug for Examiner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Examiner").finish_non_exhaustive()
    }
}

impl Examiner {
    /// An examiner of `service`, which speaks `dialect` and calls itself `base_url`. Names of what
    /// the checks make begin with `tag`, which nothing else in the service does.
    #[must_use]
    pub fn new(service: ScimService, base_url: String, dialect: Dialect, tag: String) -> Self {
        Self {
            probe: Probe::new(service, base_url, dialect, tag),
        }
    }

    /// Runs one check.
    pub async fn examine(&mut self, check: &Check) -> CheckResult {
        let outcome = (check.run)(&mut self.probe).await;
        let evidence = self.probe.take_evidence();
        let (verdict, reason) = match outcome {
            Ok(()) => (Verdict::Passed, None),
            Err(Stop::Failed(why)) => (Verdict::Failed, Some(why)),
            Err(Stop::NotApplicable(why)) => (Verdict::NotApplicable, Some(why)),
        };
        CheckResult {
            id: check.id.to_owned(),
            area: check.area,
            title: check.title.to_owned(),
            meaning: check.meaning.to_owned(),
            source: check.source.to_owned(),
            verdict,
            reason,
            evidence,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn checks_have_names_of_their_own_in_the_order_of_their_areas() {
        let names: HashSet<_> = checks().map(|check| check.id).collect();
        assert_eq!(names.len(), checks().count());
        assert!(checks().map(|check| check.area).is_sorted());
        let areas: HashSet<_> = checks().map(|check| check.area).collect();
        assert_eq!(areas.len(), CheckArea::ALL.len());
    }

    #[test]
    fn each_check_says_what_it_means_and_where_it_is_asked_for() {
        for check in checks() {
            assert!(check.meaning.ends_with('.'), "{}", check.id);
            assert!(check.title.ends_with('.'), "{}", check.id);
            assert!(
                check.source.contains('§') || check.source.contains("docs"),
                "{}",
                check.id
            );
        }
    }
}
