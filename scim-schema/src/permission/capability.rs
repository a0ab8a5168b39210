//! What roles let people do in connected applications (domain.md section 4, *Functional roles are
//! capabilities*).

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{FunctionalRole, Standing};
use crate::lifecycle::word_enum;

word_enum! {
    /// Something that a connected application lets people do.
    Capability {
        /// Conduct observations.
        ConductObservations = "observations.conduct",
        /// Conduct formal observations.
        ConductFormalObservations = "observations.formal",
        /// Be observed.
        ReceiveObservations = "observations.receive",
        /// Evaluate performance.
        EvaluatePerformance = "performance.evaluate",
        /// Conduct assessments.
        ConductAssessments = "assessments.conduct",
        /// Proctor assessments.
        ProctorAssessments = "assessments.proctor",
        /// Manage assessments.
        ManageAssessments = "assessments.manage",
        /// Read reports.
        ReadReports = "reports.read",
        /// Read analytics.
        ReadAnalytics = "analytics.read",
        /// Create content.
        CreateContent = "content.create",
        /// Edit content.
        EditContent = "content.edit",
        /// Publish content.
        PublishContent = "content.publish",
        /// Manage content.
        ManageContent = "content.manage",
    }
}

impl FunctionalRole {
    /// What it lets people do where they have it.
    #[must_use]
    pub const fn capabilities(self) -> &'static [Capability] {
        use Capability as C;
        match self {
            Self::Observer => &[C::ConductObservations, C::ConductAssessments],
            Self::Evaluator => &[
                C::ConductObservations,
                C::ConductFormalObservations,
                C::EvaluatePerformance,
            ],
            Self::Observable => &[C::ReceiveObservations],
            Self::Reporter => &[C::ReadReports, C::ReadAnalytics],
            Self::Proctor => &[C::ProctorAssessments],
            Self::Publisher => &[C::CreateContent, C::EditContent, C::PublishContent],
        }
    }
}

/// What Organisation Administrators may do beside it, in their own organisations.
const OF_ORGANISATION_ADMINISTRATORS: [Capability; 2] =
    [Capability::ManageContent, Capability::ManageAssessments];

/// What somebody may do who stands so and has these functional roles, in the order of
/// [`Capability::ALL`].
pub fn capabilities(
    standing: Standing<'_>,
    roles: impl IntoIterator<Item = FunctionalRole>,
) -> Vec<Capability> {
    if standing.is_system_administrator() {
        return Capability::ALL.to_vec();
    }
    let roles = roles.into_iter();
    let mut held: BTreeSet<Capability> = roles
        .flat_map(|role| role.capabilities().iter().copied())
        .collect();
    if !standing.organisations.is_empty() {
        held.extend(OF_ORGANISATION_ADMINISTRATORS);
    }
    held.into_iter().collect()
}
