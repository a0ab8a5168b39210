//! One plain sentence for each request of the provisioning log, made of what the log knows of it.

use scim_schema::api::{
    provisioning_log::{LogAct, LogEffect, LogFacts, LogPerson, LogRow},
    rehearsals::Rehearsed,
};

use crate::format;

/// Names of attributes that a sentence lists; more of them are counted.
const NAMED: usize = 3;

/// What a sentence is made of.
struct Told<'a> {
    by: &'a str,
    method: &'a str,
    path: &'a str,
    status: u16,
    decision: &'a str,
    facts: &'a LogFacts,
    person: Option<&'a LogPerson>,
}

/// "Okta changed title and department of Ada Lovelace."
pub(crate) fn of_row(row: &LogRow) -> String {
    let told = Told {
        by: &row.connection_name,
        method: &row.method,
        path: &row.path,
        status: row.status,
        decision: &row.decision,
        facts: &row.facts,
        person: row.person.as_ref(),
    };
    let rewrites = row.notes.iter().filter(|note| note.is_rewrite());
    let rewrites = match rewrites.count() {
        0 => String::new(),
        1 => " One thing was read more kindly than the standard asks for.".to_owned(),
        n => format!(" {n} things were read more kindly than the standard asks for."),
    };
    format!("{}{rewrites}", told.sentence())
}

/// "Would create Ada Lovelace.", one for each change; "Nothing would change." when there is none.
pub(crate) fn of_rehearsal(rehearsed: &Rehearsed) -> Vec<String> {
    if rehearsed.status >= 400 {
        return vec![format!("Would be refused: {}", closed(&rehearsed.decision))];
    }
    if rehearsed.changes.is_empty() {
        return vec![match rehearsed.facts.found {
            Some(found) => format!("Would find {}. Nothing would change.", found_words(found)),
            None => "Nothing would change.".to_owned(),
        }];
    }
    let person = rehearsed.person.as_ref();
    let changes = rehearsed.changes.iter();
    changes
        .map(|change| {
            let new = change.person.as_deref();
            let who = new.or_else(|| name_of(&change.effect, person));
            format!("Would {}.", phrase(&change.effect, who, Tense::Would))
        })
        .collect()
}

impl Told<'_> {
    fn sentence(&self) -> String {
        let by = self.by;
        match self.status {
            500.. => format!("Rollcall failed to answer {by}: {}", closed(self.decision)),
            429 => format!("{by} was slowed down: {}", closed(self.decision)),
            404 => format!(
                "{by} asked for what is not there: {}",
                closed(self.decision)
            ),
            400.. => format!(
                "{by} was refused{}: {}",
                self.about(),
                closed(self.decision)
            ),
            _ => self.done(),
        }
    }

    /// " about Ada Lovelace", where it is known.
    fn about(&self) -> String {
        self.person
            .map(|person| format!(" about {}", person.name))
            .unwrap_or_default()
    }

    fn done(&self) -> String {
        let by = self.by;
        let effects = &self.facts.effects;
        if self.path == "/Bulk" && effects.len() > 1 {
            return format!("{by} made {} changes in one request.", effects.len());
        }
        if let [first, rest @ ..] = effects.as_slice() {
            let mut said = phrase(first, name_of(first, self.person), Tense::Past);
            if let Some(second) = rest.first() {
                said.push_str(match second.act {
                    LogAct::DisableUser => " and keeps them out",
                    LogAct::EnableUser => " and lets them in again",
                    _ => " and more",
                });
            }
            return format!("{by} {said}.");
        }
        let who = self.person.map(|person| person.name.as_str());
        match (self.facts.found, who) {
            (Some(1), Some(who)) => return format!("{by} looked for {who} and found them."),
            (Some(found), _) => return format!("{by} searched and found {}.", found_words(found)),
            (None, _) => {}
        }
        match (self.method, who) {
            ("GET", Some(who)) if self.path.starts_with("/Users/") => format!("{by} read {who}."),
            ("GET", _) if self.path.starts_with("/Groups/") => format!("{by} read a group."),
            ("GET", _) if is_discovery(self.path) => format!("{by} asked what Rollcall offers."),
            ("PUT" | "PATCH", Some(who)) if self.path.starts_with("/Users/") => {
                format!("{by} sent {who} as they are: nothing changed.")
            }
            ("PUT" | "PATCH", _) if self.path.starts_with("/Groups/") => {
                format!("{by} sent a group as it is: nothing changed.")
            }
            // Rows of before what requests did was kept.
            _ if self.decision.is_empty() => format!("{by} sent a request."),
            _ => format!("{by}: {}", closed(self.decision)),
        }
    }
}

fn is_discovery(path: &str) -> bool {
    ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"]
        .iter()
        .any(|document| path.starts_with(document))
}

/// The sentence with one full stop at its end.
fn closed(sentence: &str) -> String {
    format!("{}.", sentence.trim_end_matches('.'))
}

fn found_words(found: u64) -> String {
    match found {
        0 => "nothing".to_owned(),
        1 => "one match".to_owned(),
        n => format!("{} matches", format::count(n)),
    }
}

fn name_of<'a>(effect: &'a LogEffect, person: Option<&'a LogPerson>) -> Option<&'a str> {
    let person = person.filter(|person| person.id.0 == effect.id);
    effect
        .name
        .as_deref()
        .or_else(|| person.map(|person| person.name.as_str()))
}

/// Whether it happened.
#[derive(Clone, Copy)]
enum Tense {
    Past,
    Would,
}

fn phrase(effect: &LogEffect, name: Option<&str>, tense: Tense) -> String {
    let verb = |past: &'static str, would: &'static str| match tense {
        Tense::Past => past,
        Tense::Would => would,
    };
    let who = name.unwrap_or("somebody");
    let group = name.map_or_else(|| "a group".to_owned(), |name| format!("the group {name}"));
    match effect.act {
        LogAct::CreateUser => format!("{} {who}", verb("created", "create")),
        LogAct::AdoptUser => format!(
            "{} {who}, who was here already",
            verb("took over", "take over")
        ),
        LogAct::UpdateUser => {
            let what = listed(&effect.attributes);
            format!("{} {what} of {who}", verb("changed", "change"))
        }
        LogAct::EnableUser => format!("{} {who} in again", verb("let", "let")),
        LogAct::DisableUser => format!(
            "{} {who}, which {} sign-in",
            verb("disabled", "disable"),
            verb("blocks", "would block")
        ),
        LogAct::DeleteUser => format!("{} {who}", verb("deleted", "delete")),
        LogAct::CreateGroup => {
            let with = effect.members.map(|n| format!(" with {}", members(n)));
            let with = with.unwrap_or_default();
            format!("{} {group}{with}", verb("created", "create"))
        }
        LogAct::UpdateGroup => group_update(effect, &group, verb("changed", "change")),
        LogAct::DeleteGroup => format!("{} {group}", verb("deleted", "delete")),
    }
}

fn group_update(effect: &LogEffect, group: &str, changed: &str) -> String {
    match (effect.attributes.as_slice(), effect.members) {
        ([], Some(n)) => format!("{changed} {} of {group}", members(n)),
        (attributes, None) => format!("{changed} {} of {group}", listed(attributes)),
        (attributes, Some(n)) => {
            format!(
                "{changed} {} and {} of {group}",
                listed(attributes),
                members(n)
            )
        }
    }
}

fn members(n: u64) -> String {
    match n {
        1 => "one member".to_owned(),
        n => format!("{} members", format::count(n)),
    }
}

/// "title", "title and department", "title, department, locale and 2 more".
fn listed(names: &[String]) -> String {
    let (named, more) = names.split_at(names.len().min(NAMED));
    match (named, more.len()) {
        ([], _) => "attributes".to_owned(),
        ([one], _) => one.clone(),
        ([rest @ .., last], 0) => format!("{} and {last}", rest.join(", ")),
        (named, more) => format!("{} and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use scim_schema::id::{ConnectionId, ProvisioningRequestId, UserId};
    use uuid::Uuid;

    use super::*;

    fn row(method: &str, path: &str, status: u16) -> LogRow {
        LogRow {
            id: ProvisioningRequestId(Uuid::nil()),
            at: chrono::DateTime::UNIX_EPOCH,
            connection: ConnectionId(Uuid::nil()),
            connection_name: "Okta".to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            status,
            scim_type: None,
            decision: "Changed the user".to_owned(),
            duration_us: 1,
            notes: Vec::new(),
            request: None,
            statements: None,
            facts: LogFacts::default(),
            person: Some(LogPerson {
                id: UserId(Uuid::from_u128(1)),
                name: "Ada Lovelace".to_owned(),
            }),
            people: 1,
        }
    }

    fn effect(act: LogAct, attributes: &[&str]) -> LogEffect {
        LogEffect {
            act,
            id: Uuid::from_u128(1),
            name: None,
            attributes: attributes.iter().map(|&name| name.to_owned()).collect(),
            members: None,
        }
    }

    #[test]
    fn a_change_names_who_what_and_whom() {
        let mut row = row("PATCH", "/Users/1", 200);
        row.facts.effects = vec![effect(LogAct::UpdateUser, &["title", "department"])];
        assert_eq!(
            of_row(&row),
            "Okta changed title and department of Ada Lovelace."
        );
        row.facts.effects.push(effect(LogAct::DisableUser, &[]));
        assert_eq!(
            of_row(&row),
            "Okta changed title and department of Ada Lovelace and keeps them out."
        );
    }

    #[test]
    fn a_refusal_says_about_whom_and_why() {
        let mut row = row("POST", "/Users", 409);
        row.decision = "userName is taken by another user of the account".to_owned();
        assert_eq!(
            of_row(&row),
            "Okta was refused about Ada Lovelace: userName is taken by another user of the account."
        );
    }

    #[test]
    fn searches_say_how_much_was_found_and_repetitions_that_nothing_changed() {
        let mut search = row("GET", "/Users", 200);
        search.facts.found = Some(0);
        assert_eq!(of_row(&search), "Okta searched and found nothing.");
        search.facts.found = Some(1);
        assert_eq!(
            of_row(&search),
            "Okta looked for Ada Lovelace and found them."
        );
        search.facts.found = Some(1_284);
        assert_eq!(of_row(&search), "Okta searched and found 1,284 matches.");
        assert_eq!(
            of_row(&row("PUT", "/Users/1", 200)),
            "Okta sent Ada Lovelace as they are: nothing changed."
        );
    }

    #[test]
    fn a_group_is_named_with_the_number_of_its_members_that_changed() {
        let mut row = row("PATCH", "/Groups/1", 204);
        let mut change = effect(LogAct::UpdateGroup, &[]);
        change.name = Some("Year 7".to_owned());
        change.members = Some(12);
        row.facts.effects = vec![change];
        assert_eq!(of_row(&row), "Okta changed 12 members of the group Year 7.");
    }

    #[test]
    fn old_rows_fall_back_on_what_was_decided_and_rewrites_are_counted() {
        use scim_schema::api::provisioning_log::LogNote;
        let mut row = row("DELETE", "/Users/1", 204);
        let note = |rule: &str| LogNote {
            rule: rule.to_owned(),
            detail: "active".to_owned(),
        };
        row.notes = vec![
            note("body_cut"),
            note("boolean_as_string"),
            note("body_left_out"),
        ];
        assert_eq!(
            of_row(&row),
            "Okta: Changed the user. One thing was read more kindly than the standard asks for."
        );
    }

    #[test]
    fn many_attributes_are_counted() {
        let names: Vec<String> = ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        assert_eq!(listed(&names), "a, b, c and 2 more");
        assert_eq!(listed(&names[..3]), "a, b and c");
        assert_eq!(listed(&names[..1]), "a");
    }
}
