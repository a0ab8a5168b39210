//! One plain sentence for each act of the audit log.

use scim_schema::api::{
    audit::{AuditOutcome, AuditRow},
    users::Actor,
};
use serde_json::Value;

use super::user;

/// Whom or what it was done to, in a sentence.
const WHOM: &str = "{}";

/// "Dana Whitfield suspended Robin Castellanos: On leave."
pub(crate) fn sentence(row: &AuditRow) -> String {
    let by = user::actor(&row.actor);
    let said = match (row.action.as_str(), row.outcome) {
        ("session.create", outcome) => signed_in(row, outcome),
        ("access.refuse", _) => refused_route(row, &by),
        (action, outcome) => {
            let (past, plain) = verb(action).unwrap_or(("did {}", "do {}"));
            let plain_target = target(row);
            match outcome {
                AuditOutcome::Success => format!("{by} {}", past.replace(WHOM, &plain_target)),
                AuditOutcome::Refused => {
                    format!(
                        "{by} was not allowed to {}",
                        plain.replace(WHOM, &plain_target)
                    )
                }
            }
        }
    };
    match reason(row) {
        Some(reason) => format!("{said}: {}", closed(reason)),
        None => format!("{said}."),
    }
}

/// The person or thing; what is gone is said to be so.
fn target(row: &AuditRow) -> String {
    let name = row.target.name.as_deref().filter(|name| !name.is_empty());
    let noted = ["domain", "name", "display_name", "userName"];
    let noted = noted.iter().find_map(|key| text(row, key));
    match (name.or(noted), row.target.kind.as_str()) {
        (Some(name), _) => name.to_owned(),
        (None, "user" | "shadow_user") => "somebody who is no longer here".to_owned(),
        (None, _) => "that is no longer here".to_owned(),
    }
}

fn text<'a>(row: &'a AuditRow, key: &str) -> Option<&'a str> {
    let details = row.details.as_ref()?;
    details
        .get(key)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

/// What people wrote as their reason; the product's own reasons are words for sign-ins only.
fn reason(row: &AuditRow) -> Option<&str> {
    match row.action.as_str() {
        "session.create" | "access.refuse" => None,
        _ => text(row, "reason"),
    }
}

fn signed_in(row: &AuditRow, outcome: AuditOutcome) -> String {
    if outcome == AuditOutcome::Success {
        return format!("{} signed in", target(row));
    }
    let who = match row.target.kind.as_str() {
        "user" => format!("A sign-in as {} was refused", target(row)),
        _ => "A sign-in was refused".to_owned(),
    };
    match text(row, "reason") {
        Some(reason) => format!("{who}: {}", why_refused(reason)),
        None => who,
    }
}

fn why_refused(reason: &str) -> String {
    match reason {
        "wrong_password" => "the password was wrong".to_owned(),
        "unknown_name" => "nobody has this name".to_owned(),
        "not_tried" => "there was no password to compare, or it was too soon".to_owned(),
        "not_started" => "the account has not been started".to_owned(),
        "gone" => "the account is archived or deleted".to_owned(),
        "nothing_here" => "this person has no role that opens the console".to_owned(),
        hold => format!("a hold blocks it ({})", hold.replace('_', " ")),
    }
}

fn refused_route(row: &AuditRow, by: &str) -> String {
    let route = text(row, "route").unwrap_or("a page");
    match text(row, "permission") {
        Some(permission) => format!("{by} was refused {route}, which needs {permission}"),
        None => format!("{by} was refused {route}"),
    }
}

/// The sentence with one full stop at its end.
fn closed(sentence: &str) -> String {
    let sentence = sentence.trim();
    let ended = sentence.ends_with(['.', '!', '?', '…']);
    format!("{sentence}{}", if ended { "" } else { "." })
}

/// What somebody did, and what they would have done who were not allowed to; `None` for an act that
/// the catalogue does not know.
fn verb(action: &str) -> Option<(&'static str, &'static str)> {
    let (area, _) = action.split_once('.')?;
    match area {
        "user" => of_person(action),
        "connection" => of_connection(action),
        "group" | "shadow" => of_group_or_shadow(action),
        _ => of_account(action),
    }
}

fn of_person(action: &str) -> Option<(&'static str, &'static str)> {
    Some(match action {
        "user.act" => ("acted on {}", "act on {}"),
        "user.assign_password" => ("assigned a password to {}", "assign a password to {}"),
        "user.organisations" => (
            "changed the organisations of {}",
            "change the organisations of {}",
        ),
        "user.remove" => (
            "took {} out of an organisation",
            "take {} out of an organisation",
        ),
        "user.reset_password" => (
            "had a password link mailed to {}",
            "have a password link mailed to {}",
        ),
        "user.roles" => ("changed the roles of {}", "change the roles of {}"),
        "user.unlink" => ("ended the link of {}, who stays", "end the link of {}"),
        "user.adopt" => ("took over {}, who was here already", "take over {}"),
        "user.archive" => ("archived {}", "archive {}"),
        "user.ban" => ("banned {}", "ban {}"),
        "user.create" => ("created {}", "create {}"),
        "user.delete" => ("deleted {}", "delete {}"),
        "user.deny" => ("locked {} out", "lock {} out"),
        "user.disable" => ("disabled {}, which blocks sign-in", "disable {}"),
        "user.enable" => ("let {} in again", "let {} in again"),
        "user.hold" => ("placed a hold on {}", "place a hold on {}"),
        "user.inactivate" => ("set {} inactive", "set {} inactive"),
        "user.map" => (
            "moved {} to other organisations by its rules",
            "move {} by rules",
        ),
        "user.move" => ("moved {} to another connection", "move {}"),
        "user.purge" => ("erased {}", "erase {}"),
        "user.release_reports" => (
            "took {} out of the entries of those whom they managed",
            "release the reports of {}",
        ),
        "user.require_reauthentication" => (
            "asked for a new sign-in of {}",
            "ask for a new sign-in of {}",
        ),
        "user.restore" => ("restored {}", "restore {}"),
        "user.set_password" => ("set the password of {}", "set the password of {}"),
        "user.start" => ("started the account of {}", "start the account of {}"),
        "user.suspend" => ("suspended {}", "suspend {}"),
        "user.unarchive" => ("took {} out of the archive", "take {} out of the archive"),
        "user.unban" => ("ended the ban of {}", "end the ban of {}"),
        "user.unlock" => ("unlocked {}", "unlock {}"),
        "user.unsuspend" => ("ended the suspension of {}", "end the suspension of {}"),
        "user.update" => ("changed {}", "change {}"),
        "user.validate" => ("let {} in again", "let {} in again"),
        _ => return None,
    })
}

fn of_connection(action: &str) -> Option<(&'static str, &'static str)> {
    Some(match action {
        "connection.change" => (
            "changed the settings of the connection {}",
            "change the connection {}",
        ),
        "connection.create" => ("created the connection {}", "create the connection {}"),
        "connection.dialect" => (
            "changed how the connection {} is spoken with",
            "change how the connection {} is spoken with",
        ),
        "connection.discard_shadow" => (
            "discarded the shadow of the connection {}",
            "discard the shadow of the connection {}",
        ),
        "connection.enter_shadow" => (
            "put the connection {} into shadow mode",
            "put the connection {} into shadow mode",
        ),
        "connection.examine" => (
            "ran the conformance checks of the connection {}",
            "examine the connection {}",
        ),
        "connection.expose_attribute" => (
            "exposed an attribute on the connection {}",
            "expose an attribute on the connection {}",
        ),
        "connection.go_live" => (
            "began to take the connection {} live",
            "take the connection {} live",
        ),
        "connection.grant_token" => (
            "fetched a token of the connection {}",
            "fetch a token of the connection {}",
        ),
        "connection.hide_attribute" => (
            "hid an attribute on the connection {}",
            "hide an attribute on the connection {}",
        ),
        "connection.leave_in_shadow" => (
            "left an entry of the connection {} in its shadow",
            "leave an entry of the connection {} in its shadow",
        ),
        "connection.mapping" => (
            "changed the rules of the connection {}",
            "change the rules of the connection {}",
        ),
        "connection.new_oauth_client" => (
            "added an OAuth client to the connection {}",
            "add an OAuth client to the connection {}",
        ),
        "connection.new_token" => (
            "made a token for the connection {}",
            "make a token for the connection {}",
        ),
        "connection.read_shadow" => (
            "read the shadow of the connection {}",
            "read the shadow of the connection {}",
        ),
        "connection.rehearse" => (
            "tried a request on the connection {}",
            "try a request on the connection {}",
        ),
        "connection.reread_attributes" => (
            "read again what had arrived on the connection {}",
            "read again what had arrived on the connection {}",
        ),
        "connection.revoke_oauth_client" => (
            "revoked an OAuth client of the connection {}",
            "revoke an OAuth client of the connection {}",
        ),
        "connection.revoke_token" => (
            "revoked a token of the connection {}",
            "revoke a token of the connection {}",
        ),
        "connection.rotate_token" => (
            "rotated a token of the connection {}",
            "rotate a token of the connection {}",
        ),
        "connection.stop_going_live" => (
            "stopped taking the connection {} live",
            "stop taking the connection {} live",
        ),
        "connection.went_live" => ("took the connection {} live", "take the connection {} live"),
        _ => return None,
    })
}

fn of_group_or_shadow(action: &str) -> Option<(&'static str, &'static str)> {
    Some(match action {
        "group.create" => ("created the group {}", "create the group {}"),
        "group.delete" => ("deleted the group {}", "delete the group {}"),
        "group.update" => ("changed the group {}", "change the group {}"),
        "shadow.create_group" => ("would have created a group", "create a group in shadow"),
        "shadow.create_user" => ("would have created a person", "create a person in shadow"),
        "shadow.delete_group" => ("would have deleted a group", "delete a group in shadow"),
        "shadow.delete_user" => ("would have deleted a person", "delete a person in shadow"),
        "shadow.update_group" => ("would have changed a group", "change a group in shadow"),
        "shadow.update_user" => ("would have changed a person", "change a person in shadow"),
        _ => return None,
    })
}

fn of_account(action: &str) -> Option<(&'static str, &'static str)> {
    Some(match action {
        // These two have sentences of their own.
        "access.refuse" => ("was refused", "go there"),
        "session.create" => ("signed in", "sign in"),
        "account.create" => ("created this account", "create this account"),
        "account.rename" => ("renamed this account", "rename this account"),
        "alert.acknowledge" => ("acknowledged an alert", "acknowledge an alert"),
        "attribute.change" => ("changed the attribute {}", "change the attribute {}"),
        "attribute.define" => ("defined the attribute {}", "define the attribute {}"),
        "attribute.delete" => ("deleted the attribute {}", "delete the attribute {}"),
        "attribute.purge" => (
            "erased the values of a deleted attribute",
            "erase the values of an attribute",
        ),
        "audit.export" => ("exported the audit log", "export the audit log"),
        "conflict.dismiss" => ("dismissed a conflict", "dismiss a conflict"),
        "conflict.move" => (
            "resolved a conflict by moving a person",
            "resolve a conflict",
        ),
        "conflict.open" => ("came upon somebody who is here already", "open a conflict"),
        "domain.assert" => ("vouched for the domain {}", "vouch for the domain {}"),
        "domain.remove" => ("removed the domain {}", "remove the domain {}"),
        "one_time_link.create" => ("made a one-time link", "make a one-time link"),
        "one_time_link.redeem" => ("used a one-time link", "use a one-time link"),
        "organisation.create" => ("created the organisation {}", "create the organisation {}"),
        "provisioning_log.read" => ("read what a provider sent", "read what a provider sent"),
        "retention.sweep" => (
            "removed what is kept for a limited time only",
            "remove what is kept for a limited time",
        ),
        "approval.approve" => (
            "approved what another administrator asked for",
            "approve what was asked for",
        ),
        "approval.ask" => (
            "asked for what needs a second person",
            "ask for what needs a second person",
        ),
        "approval.cancel" => (
            "took back or refused what needs a second person",
            "take back what needs a second person",
        ),
        "approval.expire" => (
            "ended what nobody approved in time",
            "end what nobody approved",
        ),
        "keys.rotate" => (
            "sealed stored secrets with another key",
            "seal stored secrets with another key",
        ),
        "mail.send_again" => ("sent a mail again", "send a mail again"),
        "mail.test" => ("sent a test mail", "send a test mail"),
        "organisation.archive" => (
            "archived the organisation {}",
            "archive the organisation {}",
        ),
        "organisation.change" => ("changed the organisation {}", "change the organisation {}"),
        "organisation.unarchive" => (
            "took the organisation {} out of the archive",
            "take the organisation {} out of the archive",
        ),
        "password_reset.request" => ("asked for a new password", "ask for a new password"),
        "policy.change" => ("changed the policy of {}", "change the policy of {}"),
        "recovery_codes.create" => ("made new recovery codes", "make new recovery codes"),
        "second_factor.create" => ("set up a second factor", "set up a second factor"),
        "second_factor.delete" => ("removed a second factor", "remove a second factor"),
        "second_factor.reset" => (
            "took the second factors of {} away",
            "take the second factors of {} away",
        ),
        "session.begin" => ("began to sign in", "begin to sign in"),
        "session.read" => ("looked where {} is signed in", "look where {} is signed in"),
        "session.step_up" => ("proved again who they are", "prove again who they are"),
        "sign_ins.read" => ("looked how {} signed in", "look how {} signed in"),
        "session.end" => ("ended a session", "end a session"),
        "session.end_all" => ("closed the sessions of {}", "close the sessions of {}"),
        _ => return None,
    })
}

/// Whether somebody of whom more can be shown did it.
pub(crate) const fn is_traceable(actor: &Actor) -> bool {
    matches!(actor, Actor::User { .. } | Actor::Connection { .. })
}

#[cfg(test)]
mod tests {
    use scim_schema::{
        api::audit::{AuditChannel, AuditTarget},
        audit::ACTIONS,
        id::{AuditEventId, RequestId, UserId},
    };
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn row(action: &str, outcome: AuditOutcome, details: Value) -> AuditRow {
        AuditRow {
            id: AuditEventId(Uuid::nil()),
            at: chrono::DateTime::UNIX_EPOCH,
            actor: Actor::User {
                id: UserId(Uuid::from_u128(1)),
                name: "Dana Whitfield".to_owned(),
            },
            channel: AuditChannel::Ui,
            action: action.to_owned(),
            target: AuditTarget {
                kind: "user".to_owned(),
                id: Some(Uuid::from_u128(2)),
                name: Some("Anna Novak".to_owned()),
            },
            outcome,
            request: RequestId(Uuid::nil()),
            log: None,
            details: Some(details),
            erased: false,
        }
    }

    #[test]
    fn every_act_of_the_catalogue_has_a_sentence() {
        for action in ACTIONS {
            assert!(verb(action).is_some(), "{action} has no sentence");
        }
        assert_eq!(verb("user.vanish"), None);
    }

    #[test]
    fn a_sentence_says_who_did_what_to_whom_and_why() {
        let done = AuditOutcome::Success;
        let suspended = row("user.suspend", done, json!({ "reason": "On leave" }));
        assert_eq!(
            sentence(&suspended),
            "Dana Whitfield suspended Anna Novak: On leave."
        );
        let banned = row("user.ban", AuditOutcome::Refused, json!({}));
        assert_eq!(
            sentence(&banned),
            "Dana Whitfield was not allowed to ban Anna Novak."
        );
        assert_eq!(
            sentence(&row("session.create", done, json!({}))),
            "Anna Novak signed in."
        );
        let wrong = json!({ "reason": "wrong_password" });
        assert_eq!(
            sentence(&row("session.create", AuditOutcome::Refused, wrong)),
            "A sign-in as Anna Novak was refused: the password was wrong."
        );
        let route = json!({ "route": "POST /api/v1/domains", "permission": "domains.manage" });
        assert_eq!(
            sentence(&row("access.refuse", AuditOutcome::Refused, route)),
            "Dana Whitfield was refused POST /api/v1/domains, which needs domains.manage."
        );
    }

    #[test]
    fn what_is_gone_is_called_by_what_was_noted_of_it() {
        let mut removed = row(
            "domain.remove",
            AuditOutcome::Success,
            json!({ "domain": "example.org" }),
        );
        removed.target.name = None;
        removed.target.kind = "domain".to_owned();
        assert_eq!(
            sentence(&removed),
            "Dana Whitfield removed the domain example.org."
        );
        removed.details = None;
        assert_eq!(
            sentence(&removed),
            "Dana Whitfield removed the domain that is no longer here."
        );
    }
}
