//! Strings of where the people of a connection belong.

use scim_schema::{
    api::mapping::{MappingRun, PlanSummary},
    permission::FunctionalRole,
};

use crate::format;

pub(crate) const TITLE: &str = "Organisations and roles";
pub(crate) const LEDE: &str = "Where the people of this connection belong, and what they do there.";
pub(crate) const FAILED: &str = "The mapping could not be loaded.";
pub(crate) const EDIT: &str = "Change the mapping";
pub(crate) const SEE: &str = "See the mapping";
pub(crate) const TO_CONNECTION: &str = "Back to the connection";
pub(crate) const FORBIDDEN: &str =
    "You can read this mapping. Ask a System Administrator or an IT Administrator to change it.";

pub(crate) const DEFAULT: &str = "Default organisation";
pub(crate) const DEFAULT_HINT: &str =
    "For people whom no rule places. Another choice moves nobody who is there already.";
pub(crate) const RULES: &str = "Rules";
pub(crate) const RULES_NOTE: &str = "Everybody gets what all matching rules give. The first matching rule decides the home organisation.";
pub(crate) const NO_RULES: &str = "No rules";
pub(crate) const NO_RULES_WHY: &str =
    "Everybody whom this connection creates belongs to the default organisation.";
pub(crate) const ADD: &str = "Add rule";
pub(crate) const UP: &str = "Move up";
pub(crate) const DOWN: &str = "Move down";
pub(crate) const REMOVE: &str = "Remove";
pub(crate) const NAME: &str = "Name";
pub(crate) const CONDITION: &str = "Condition";
pub(crate) const CONDITION_HINT: &str = "A SCIM filter over the person, such as userType eq \"Teacher\" or groups.display eq \"Staff\". Groups in groups count.";
pub(crate) const ORGANISATIONS: &str = "Organisations";
pub(crate) const ROLES: &str = "Roles there";
pub(crate) const REVIEW: &str = "Review changes";
pub(crate) const REVIEWING: &str = "Working out the changes";
pub(crate) const DISCARD: &str = "Discard changes";
pub(crate) const DISCARD_WHY: &str =
    "What you entered goes, and the rules are as they are applied now.";
pub(crate) const KEEP_CHANGES: &str = "Keep changes";
pub(crate) const NOT_APPLIED: &str =
    "Not applied yet. Your changes stay here while you look at other pages.";
pub(crate) const SUSPENDED: &str = "These rules are not applied: a condition asks for an attribute that this connection no longer has. Nobody moves until the condition is mended.";

pub(crate) const PLAN_NOTE: &str = "Nothing has changed yet.";
pub(crate) const BACK: &str = "Back to the rules";
pub(crate) const KEEP: &str = "Keep as is";
pub(crate) const APPLY: &str = "Apply the mapping";
pub(crate) const APPLYING: &str = "Applying the mapping";
pub(crate) const APPLIED: &str = "The mapping is saved";
pub(crate) const WILL_CHANGE: &str = "Who changes";
pub(crate) const CHANGE_CAPTION: &str = "Organisations and roles before and after, by person";
pub(crate) const NOBODY: &str = "Nobody moves";
pub(crate) const NOBODY_WHY: &str =
    "Everybody who is linked belongs where these rules put them already.";
pub(crate) const PERSON: &str = "Person";
pub(crate) const BEFORE: &str = "Now";
pub(crate) const AFTER: &str = "Afterwards";
pub(crate) const HOME: &str = "home";
pub(crate) const NOWHERE: &str = "nowhere";
pub(crate) const MORE: &str = "Show more people";
pub(crate) const MORE_LOADING: &str = "Loading";
pub(crate) const LINKED: &str = "Linked people";
pub(crate) const CHANGED: &str = "Will change";
pub(crate) const JOINING: &str = "Memberships that come";
pub(crate) const LEAVING: &str = "Memberships that go";
pub(crate) const HOMES: &str = "New home organisation";

/// Name of a rule in its heading.
pub(crate) fn rule(place: usize, name: &str) -> String {
    match name.trim() {
        "" => format!("Rule {place}"),
        name => format!("{place}. {name}"),
    }
}

/// Name of a button of one rule among those of the others.
pub(crate) fn act(act: &str, place: usize) -> String {
    format!("{act} rule {place}")
}

/// What is said after a rule was moved.
pub(crate) fn moved(place: usize, of: usize) -> String {
    format!("Now rule {place} of {of}")
}

/// What is said after a rule was taken out.
pub(crate) fn removed(place: usize) -> String {
    format!("Removed rule {place}")
}

/// The mapping in one line.
pub(crate) fn summary(default: &str, rules: usize) -> String {
    match rules {
        0 => format!("Everybody belongs to {default}."),
        1 => format!("1 rule. Whom it does not place belongs to {default}."),
        n => format!("{n} rules. Whom none places belongs to {default}."),
    }
}

/// How far applying the rules to everyone has come.
pub(crate) fn run(run: &MappingRun) -> String {
    let total = run.total.max(run.done);
    format!(
        "Applying the rules: {} of {}, {} so far.",
        format::count(run.done),
        format::people(total),
        changed(run.changed)
    )
}

fn changed(n: u64) -> String {
    format!("{} changed", format::count(n))
}

/// Heading of the review.
pub(crate) fn plan_title(changed: u64) -> String {
    match changed {
        0 => "Nobody would change".to_owned(),
        n => format!("{} would change", format::people(n)),
    }
}

/// What follows, one sentence each.
pub(crate) fn consequences(plan: &PlanSummary) -> Vec<String> {
    let mut lines = vec![format!(
        "{} of {} {} organisations or roles.",
        format::count(plan.changed),
        format::people(plan.people),
        if plan.changed == 1 {
            "changes"
        } else {
            "change"
        },
    )];
    match plan.leaving {
        0 => {}
        1 => lines.push("1 membership ends, with the access that it gives.".to_owned()),
        n => lines.push(format!(
            "{} memberships end, with the access that they give.",
            format::count(n)
        )),
    }
    lines.push("What somebody here gave by hand stays.".to_owned());
    lines.push("It begins at once, runs in the background, and is in the audit log.".to_owned());
    lines
}

/// The name of a functional role.
pub(crate) const fn role(role: FunctionalRole) -> &'static str {
    match role {
        FunctionalRole::Observer => "Observer",
        FunctionalRole::Evaluator => "Evaluator",
        FunctionalRole::Observable => "Observable",
        FunctionalRole::Reporter => "Reporter",
        FunctionalRole::Proctor => "Proctor",
        FunctionalRole::Publisher => "Publisher",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_many_are_told_apart() {
        assert_eq!(summary("North", 0), "Everybody belongs to North.");
        assert!(summary("North", 1).starts_with("1 rule."));
        assert_eq!(plan_title(1), "1 person would change");
        assert_eq!(plan_title(1_200), "1,200 people would change");
        assert_eq!(rule(2, " "), "Rule 2");
        assert_eq!(rule(2, "Staff"), "2. Staff");
    }

    #[test]
    fn an_end_of_memberships_is_told() {
        let plan = |leaving| PlanSummary {
            hash: String::new(),
            people: 3,
            changed: 2,
            joining: 1,
            leaving,
            roles: 0,
            homes: 0,
        };
        assert_eq!(consequences(&plan(0)).len(), 3);
        assert!(consequences(&plan(1))[1].starts_with("1 membership ends"));
        assert!(consequences(&plan(2))[1].starts_with("2 memberships end"));
        assert!(consequences(&plan(0))[0].starts_with("2 of 3 people change "));
    }
}
