//! Strings of the audit log.

use scim_schema::{
    api::audit::{AuditChannel, AuditOutcome, AuditVerification, ChainFault, Remedy},
    lifecycle::Lifecycle,
};

use crate::{
    format,
    text::{acts, status},
};

pub(crate) const TITLE: &str = "Audit log";
pub(crate) const LEDE: &str = "Who did what, when and why, and whether the record still holds.";
pub(crate) const LIST: &str = "Acts, newest first";
pub(crate) const ACTS: &str = "Acts";
pub(crate) const FAILED: &str = "The audit log could not be loaded.";
pub(crate) const DETAIL_FAILED: &str = "The details of this act could not be loaded.";
pub(crate) const EMPTY: &str = "Nothing has been recorded";
pub(crate) const EMPTY_WHY: &str = "What people, providers and Rollcall itself do appears here.";
pub(crate) const EMPTY_FILTERED: &str = "Nothing matches";
pub(crate) const EMPTY_FILTERED_WHY: &str = "Change the search or the filters.";
pub(crate) const OLDER: &str = "Show older acts";
pub(crate) const LOADING_OLDER: &str = "Loading older acts";
pub(crate) const OLDER_FAILED: &str = "Older acts could not be loaded.";

pub(crate) const SEARCH: &str = "Search by id";
pub(crate) const SEARCH_HINT: &str = "Id of a request, an act, a person or a thing";
pub(crate) const SEARCH_WRONG: &str =
    "This is no id. Paste one as a page, an answer or a log shows it.";
pub(crate) const FILTER_TITLE: &str = "Filter the audit log";
pub(crate) const ACTION: &str = "Act";
pub(crate) const OUTCOME: &str = "Outcome";
pub(crate) const CHANNEL: &str = "Through";
pub(crate) const ACTOR: &str = "By";
pub(crate) const TARGET: &str = "On";
pub(crate) const SINCE: &str = "From";
pub(crate) const UNTIL: &str = "Until";

pub(crate) const DONE: &str = "Done";
pub(crate) const REFUSED: &str = "Refused";
pub(crate) const ERASED: &str =
    "The details of this act were erased. That it happened, and who did it, stays.";
pub(crate) const NO_DETAILS: &str = "Nothing more was noted.";
pub(crate) const BEFORE: &str = "Before";
pub(crate) const AFTER: &str = "After";
pub(crate) const NOT_SET: &str = "Not set";
pub(crate) const ATTRIBUTE: &str = "Attribute";
pub(crate) const CHANGES_CAPTION: &str = "What changed";
pub(crate) const WHO: &str = "Who";
pub(crate) const WHOM: &str = "On whom or what";
pub(crate) const FROM: &str = "From";
pub(crate) const CLIENT: &str = "Client";
pub(crate) const LINK: &str = "Chain";
pub(crate) const NO_LINK: &str = "Not linked yet";
pub(crate) const REQUEST: &str = "Request id";
pub(crate) const COPY_ID: &str = "Copy request id";
pub(crate) const IN_LOG: &str = "See the request";
pub(crate) const MORE_BY: &str = "More by them";
pub(crate) const MORE_ON: &str = "More about this";

pub(crate) const VERIFY: &str = "Verify the chain";
pub(crate) const VERIFYING: &str = "Verifying";
pub(crate) const VERIFY_FAILED: &str = "The chain could not be verified.";
pub(crate) const EXPORT_CSV: &str = "Export CSV";
pub(crate) const EXPORT_JSON: &str = "Export JSON lines";
pub(crate) const EXPORT_HINT: &str = "What is filtered now. That you export it is recorded.";

pub(crate) const WHY: &str = "Why";
pub(crate) const WHY_FAILED: &str = "Why this person is in this state could not be loaded.";
pub(crate) const NOT_KEPT_OUT: &str = "Nothing keeps this person from signing in.";
pub(crate) const STORY: &str = "What happened";
pub(crate) const SEE_ALL: &str = "Search in the audit log";

/// Word of an outcome.
pub(crate) const fn outcome(outcome: AuditOutcome) -> &'static str {
    match outcome {
        AuditOutcome::Success => DONE,
        AuditOutcome::Refused => REFUSED,
    }
}

/// Through what an act came.
pub(crate) const fn channel(channel: AuditChannel) -> &'static str {
    match channel {
        AuditChannel::Ui => "Console",
        AuditChannel::Api => "API",
        AuditChannel::Scim => "SCIM",
        AuditChannel::Ssf => "Signal",
        AuditChannel::Job => "Rollcall",
        AuditChannel::Cli => "Command",
    }
}

/// What an area of acts is about, for the filter.
pub(crate) fn area(area: &str) -> String {
    match area {
        "access" => "Refused for want of a permission".to_owned(),
        "account" => "The account".to_owned(),
        "alert" => "Alerts".to_owned(),
        "attribute" => "Custom attributes".to_owned(),
        "audit" => "The audit log".to_owned(),
        "conflict" => "Conflicts".to_owned(),
        "connection" => "Connections".to_owned(),
        "domain" => "Domains".to_owned(),
        "group" => "Groups".to_owned(),
        "one_time_link" => "One-time links".to_owned(),
        "organisation" => "Organisations".to_owned(),
        "provisioning_log" => "The provisioning log".to_owned(),
        "retention" => "Retention".to_owned(),
        "session" => "Sign-ins and sign-outs".to_owned(),
        "shadow" => "Shadows of connections".to_owned(),
        "user" => "People".to_owned(),
        other => other.replace('_', " "),
    }
}

/// "No. 1,284, 5f0c…".
pub(crate) fn link(seq: u64, hash: &str) -> String {
    format!("No. {}, {hash}", format::count(seq))
}

/// "412 of 1,284 links verified", while it goes on.
pub(crate) fn progress(done: u64, all: u64) -> String {
    format!(
        "{} of {} links verified.",
        format::count(done),
        format::count(all)
    )
}

/// What a verification found; the numbers are those of the whole walk.
pub(crate) fn verified(last: &AuditVerification, links: u64, erased: u64) -> String {
    let mut said = match (&last.broken, links) {
        (Some(broken), _) => format!(
            "The chain is broken at link {}: {} {} links before it hold.",
            format::count(broken.seq),
            fault(broken.fault),
            format::count(links)
        ),
        (None, 0) => "There is no link yet.".to_owned(),
        (None, links) => format!(
            "The chain is whole: all {} links hold.",
            format::count(links)
        ),
    };
    if erased > 0 {
        said.push_str(&format!(
            " {} of them stand for details that were erased.",
            format::count(erased)
        ));
    }
    if last.pending > 0 {
        said.push_str(&format!(
            " {} not linked yet.",
            format::counted(last.pending, "act is", "acts are")
        ));
    }
    said
}

const fn fault(fault: ChainFault) -> &'static str {
    match fault {
        ChainFault::Gap => "links are missing here.",
        ChainFault::Torn => "it does not carry on from the link before.",
        ChainFault::EventMissing => "the act that it stands for is gone.",
        ChainFault::EventChanged => "the act is not the one that was recorded.",
        ChainFault::DetailsChanged => "the details are not those that were recorded.",
        ChainFault::AnchorDiffers => "it is not the link that was noted on an earlier day.",
        ChainFault::Truncated => "the newest links are missing.",
    }
}

/// "Suspended by Dana Whitfield in the console."
pub(crate) fn cause(what: &str, by: Option<&str>, through: Option<AuditChannel>) -> String {
    let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
    let through = match through {
        Some(AuditChannel::Ui) => " in the console",
        Some(AuditChannel::Api) => " through the API",
        Some(AuditChannel::Scim) => " through SCIM",
        Some(AuditChannel::Ssf) => " by a signal",
        Some(AuditChannel::Cli) => " on the host",
        Some(AuditChannel::Job) | None => "",
    };
    format!("{what}{by}{through}.")
}

/// A lifecycle that keeps somebody out.
pub(crate) const fn lifecycle(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Staged => "Created and not started",
        Lifecycle::Active => "Active",
        Lifecycle::Archived => "Archived",
        Lifecycle::Deleted => "Deleted",
        Lifecycle::Purged => "Erased",
    }
}

/// Who can end a cause, and how.
pub(crate) fn remedy(remedy: &Remedy) -> String {
    let mut ways = Vec::new();
    if let Some(act) = remedy.act {
        let roles: Vec<&str> = remedy
            .roles
            .iter()
            .map(|role| status::role(*role))
            .collect();
        let roles = match roles.as_slice() {
            [] => "an administrator".to_owned(),
            [one] => format!("a {one}"),
            [most @ .., last] => format!("a {} or {last}", most.join(", ")),
        };
        ways.push(format!("{roles}, by \u{201c}{}\u{201d}", acts::label(act)));
    }
    if remedy.connection.is_some() {
        let name = remedy.connection_name.as_deref();
        let name = name.filter(|name| !name.is_empty());
        let name = name.unwrap_or("the identity provider");
        ways.push(format!("{name}, by sending active=true"));
    }
    if remedy.person {
        ways.push("the person, by signing in again through the provider".to_owned());
    }
    match ways.as_slice() {
        [] if remedy.time => String::new(),
        [] => "Nobody can end it here.".to_owned(),
        ways => format!("Who can end it: {}.", ways.join("; or ")),
    }
}

#[cfg(test)]
mod tests {
    use scim_schema::{api::audit::BrokenLink, lifecycle::Transition, permission::AccountRole};

    use super::*;

    fn whole() -> AuditVerification {
        AuditVerification {
            verified: 1_284,
            erased: 0,
            through: 1_284,
            links: 1_284,
            next: None,
            pending: 0,
            pending_since: None,
            broken: None,
        }
    }

    #[test]
    fn a_verification_says_in_words_what_it_found() {
        assert_eq!(
            verified(&whole(), 1_284, 0),
            "The chain is whole: all 1,284 links hold."
        );
        let pending = AuditVerification {
            pending: 1,
            ..whole()
        };
        assert_eq!(
            verified(&pending, 1_284, 2),
            "The chain is whole: all 1,284 links hold. 2 of them stand for details that were erased. 1 act is not linked yet."
        );
        let broken = AuditVerification {
            broken: Some(BrokenLink {
                seq: 7,
                event: None,
                fault: ChainFault::Gap,
            }),
            ..whole()
        };
        assert_eq!(
            verified(&broken, 6, 0),
            "The chain is broken at link 7: links are missing here. 6 links before it hold."
        );
    }

    #[test]
    fn a_remedy_names_everybody_who_can() {
        let remedy_of_suspension = Remedy {
            act: Some(Transition::Unsuspend),
            roles: vec![
                AccountRole::SystemAdministrator,
                AccountRole::ItAdministrator,
            ],
            ..Remedy::default()
        };
        assert_eq!(
            remedy(&remedy_of_suspension),
            "Who can end it: a System Administrator or IT Administrator, by \u{201c}End suspension\u{201d}."
        );
        assert_eq!(remedy(&Remedy::default()), "Nobody can end it here.");
    }
}
