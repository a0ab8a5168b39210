//! Every route that changes something, or shows what only few may see, with what it leaves in the audit
//! log; and the catalogue of acts against what the server writes.

use std::{collections::BTreeSet, fs, path::Path};

use scim_schema::{
    audit::{ACTIONS, area},
    lifecycle::Transition,
    permission::needed_for,
};
use serde_json::json;

use super::matrix::{Ids, body, declared, populated};
use crate::support::TestApp;

/// What a route leaves when it does what it is for.
const LEAVES: &[(&str, &[&str])] = &[
    // First: what is done to tokens ends alerts.
    ("POST /alerts/{id}/acknowledge", &["alert.acknowledge"]),
    ("POST /sessions", &["session.create"]),
    ("DELETE /sessions/current", &["session.end"]),
    // Only looks.
    ("POST /one-time-links/inspect", &[]),
    (
        "POST /one-time-links/redeem",
        &[
            "one_time_link.redeem",
            "user.create",
            "user.set_password",
            "session.create",
        ],
    ),
    ("POST /idp-connections", &["connection.create"]),
    ("PATCH /idp-connections/{id}", &["connection.change"]),
    (
        "PATCH /idp-connections/{id}/dialect",
        &["connection.dialect"],
    ),
    (
        "POST /idp-connections/{id}/attributes",
        &["attribute.define", "connection.expose_attribute"],
    ),
    (
        "PUT /idp-connections/{id}/attributes/{definition}",
        &["connection.expose_attribute"],
    ),
    (
        "DELETE /idp-connections/{id}/attributes/{definition}",
        &["connection.hide_attribute"],
    ),
    ("POST /attribute-definitions", &["attribute.define"]),
    ("PATCH /attribute-definitions/{id}", &["attribute.change"]),
    ("DELETE /attribute-definitions/{id}", &["attribute.delete"]),
    (
        "PUT /idp-connections/{id}/mapping",
        &["connection.mapping", "user.map"],
    ),
    // Plans change nothing, and show whoever may see people people.
    ("POST /idp-connections/{id}/mapping/plan", &[]),
    ("POST /idp-connections/{id}/mapping/test", &[]),
    (
        "POST /idp-connections/{id}/tokens",
        &["connection.new_token"],
    ),
    (
        "DELETE /idp-connections/{id}/tokens/{token}",
        &["connection.revoke_token"],
    ),
    (
        "POST /idp-connections/{id}/tokens/{token}/rotate",
        &["connection.rotate_token"],
    ),
    (
        "POST /idp-connections/{id}/oauth-clients",
        &["connection.new_oauth_client"],
    ),
    (
        "DELETE /idp-connections/{id}/oauth-clients/{client}",
        &["connection.revoke_oauth_client"],
    ),
    (
        "POST /idp-connections/{id}/shadow",
        &["connection.enter_shadow"],
    ),
    (
        "DELETE /idp-connections/{id}/shadow",
        &["connection.discard_shadow"],
    ),
    (
        "POST /idp-connections/{id}/shadow/go-live",
        &["connection.go_live"],
    ),
    (
        "DELETE /idp-connections/{id}/shadow/go-live",
        &["connection.stop_going_live"],
    ),
    (
        "POST /idp-connections/{id}/conformance",
        &["connection.examine"],
    ),
    (
        "POST /provisioning-log/{id}/rehearsals",
        &["connection.rehearse"],
    ),
    (
        "POST /idp-connections/{id}/rehearsals",
        &["connection.rehearse"],
    ),
    (
        "POST /conflicts/resolve",
        &["conflict.move", "conflict.dismiss", "user.move", "user.map"],
    ),
    (
        "POST /conflicts/{id}/resolve",
        &["conflict.move", "conflict.dismiss", "user.move", "user.map"],
    ),
    ("POST /organisations", &["organisation.create"]),
    ("PATCH /organisations/{id}", &["organisation.change"]),
    (
        "POST /organisations/{id}/archive",
        &["organisation.archive"],
    ),
    (
        "POST /organisations/{id}/unarchive",
        &["organisation.unarchive"],
    ),
    ("PATCH /policies/{id}", &["policy.change", "approval.ask"]),
    (
        "PUT /users/{id}/organisations",
        &["user.organisations", "user.remove"],
    ),
    (
        "DELETE /users/{id}/organisations/{organisation}",
        &["user.remove", "user.delete"],
    ),
    ("PUT /users/{id}/roles", &["user.roles"]),
    ("PUT /users/{id}/password", &["user.assign_password"]),
    (
        "DELETE /users/{id}/second-factors",
        &["second_factor.reset"],
    ),
    ("DELETE /users/{id}/sessions/{session}", &["session.end"]),
    ("POST /users/{id}/revoke-sessions", &["session.end_all"]),
    ("POST /users/{id}/reset-password", &["user.reset_password"]),
    ("POST /password-resets", &["password_reset.request"]),
    ("POST /mails/test", &["mail.test"]),
    ("POST /mails/{id}/send-again", &["mail.send_again"]),
    ("POST /users/{id}/erase", &["approval.ask"]),
    ("POST /users/{id}/purge", &["approval.ask"]),
    ("POST /approvals/{id}/approve", &["approval.approve"]),
    ("POST /approvals/{id}/cancel", &["approval.cancel"]),
    ("POST /sessions/passkey", &[]),
    (
        "POST /sessions/second-factor",
        &["session.create", "session.begin"],
    ),
    ("POST /sessions/current/step-up", &["session.step_up"]),
    // Only begins.
    ("POST /sessions/current/step-up/challenge", &[]),
    ("PATCH /me", &["user.update"]),
    (
        "POST /me/password",
        &["user.set_password", "session.create"],
    ),
    // Only judges, and only begins.
    ("POST /me/password/strength", &[]),
    ("POST /me/second-factors/totp", &[]),
    ("POST /me/second-factors/passkey", &[]),
    (
        "POST /me/second-factors",
        &["second_factor.create", "recovery_codes.create"],
    ),
    ("DELETE /me/second-factors/{id}", &["second_factor.delete"]),
    ("POST /me/recovery-codes", &["recovery_codes.create"]),
    ("DELETE /me/sessions/{id}", &["session.end"]),
    ("POST /domains", &["domain.assert"]),
    ("DELETE /domains/{id}", &["domain.remove"]),
];

/// Reads that are recorded.
const READS: &[(&str, &str)] = &[
    ("GET /users/{id}/sessions", "session.read"),
    ("GET /users/{id}/sign-ins", "sign_ins.read"),
    ("GET /provisioning-log/{id}", "provisioning_log.read"),
    (
        "GET /idp-connections/{id}/shadow/users",
        "connection.read_shadow",
    ),
    ("GET /audit/export.csv", "audit.export"),
    ("GET /audit/export.jsonl", "audit.export"),
];

#[test]
fn every_route_that_changes_something_says_what_it_leaves() {
    let mut known: Vec<&str> = LEAVES.iter().map(|(route, _)| *route).collect();
    known.sort_unstable();
    let all = declared();
    let changing: Vec<&str> = all
        .iter()
        .map(String::as_str)
        .filter(|route| !route.starts_with("GET "))
        .collect();
    assert_eq!(known, changing);
    let named = LEAVES.iter().flat_map(|(_, actions)| actions.iter());
    for action in named.chain(READS.iter().map(|(_, action)| action)) {
        assert!(ACTIONS.contains(action), "{action} is in no catalogue");
    }
    for (route, _) in READS {
        assert!(
            all.iter().any(|known| known == route),
            "{route} is no route"
        );
    }
}

impl Ids {
    /// A template with these ids in the place of its parameters.
    fn path(&self, template: &str) -> String {
        let id = match template.split('/').nth(1) {
            Some("users") => &self.user,
            Some("idp-connections") => &self.connection,
            Some("attribute-definitions") => &self.definition,
            Some("provisioning-log") => &self.log_row,
            Some("conflicts") => &self.conflict,
            Some("domains") => &self.domain,
            Some("alerts") => &self.alert,
            Some("organisations" | "policies") => &self.organisation,
            Some("approvals") => &self.approval,
            Some("mails") => &self.mail,
            Some("me") => &self.factor,
            _ => &self.event,
        };
        template
            .replace("{id}", id)
            .replace("{token}", &self.token)
            .replace("{client}", &self.oauth_client)
            .replace("{definition}", &self.exposed)
            .replace("{check}", &self.check)
            .replace("{organisation}", &self.member_of)
            .replace("{session}", &self.their_session)
    }
}

/// Acts of the console since the last look, in their order.
async fn left(app: &TestApp, seen: &mut usize) -> Vec<String> {
    let sql = "SELECT action FROM audit_events WHERE channel = 'ui' AND action <> 'access.refuse' ORDER BY id";
    let rows = app.rows(sql).await;
    let actions = rows.iter().map(|row| row.try_get_by_index(0).unwrap());
    let actions: Vec<String> = actions.skip(*seen).collect();
    *seen += actions.len();
    actions
}

#[tokio::test]
async fn a_route_that_does_something_leaves_what_it_says_and_nothing_else() {
    let (app, dana, ids) = populated().await;
    let mut seen = 0;
    left(&app, &mut seen).await;
    let mut carried_out = 0;
    // Signing out comes last.
    let (last, others): (Vec<_>, Vec<_>) = LEAVES
        .iter()
        .partition(|(route, _)| *route == "DELETE /sessions/current");
    for (route, wanted) in others.into_iter().chain(last) {
        let (method, template) = route.split_once(' ').unwrap();
        let path = ids.path(template);
        // Bodies that change nothing leave nothing.
        let sent = match route {
            "PATCH /idp-connections/{id}" => json!({ "silence_hours": 48 }),
            "PATCH /attribute-definitions/{id}" => json!({ "description": "On badges" }),
            "PATCH /organisations/{id}" => json!({ "name": "Northfield" }),
            "PATCH /policies/{id}" => json!({ "values": { "undo_minutes": 5 } }),
            "PATCH /me" => json!({ "locale": "en" }),
            _ => body(&path),
        };
        let changes_nothing = method == "PUT" || path.ends_with("/dialect");
        let answer = dana.call(method, &path).json(&sent).send().await;
        let actions = left(&app, &mut seen).await;
        let strange: Vec<&String> = actions
            .iter()
            .filter(|action| !wanted.contains(&action.as_str()))
            .collect();
        assert!(strange.is_empty(), "{route} left {strange:?}");
        if answer.status < 300 && !wanted.is_empty() && !changes_nothing {
            assert!(!actions.is_empty(), "{route} left nothing: {}", answer.text);
            carried_out += 1;
        }
    }
    assert!(carried_out >= 12, "only {carried_out} were carried out");
    app.finish().await;
}

#[tokio::test]
async fn reads_of_what_only_few_may_see_are_recorded() {
    let (app, dana, ids) = populated().await;
    let mut seen = 0;
    left(&app, &mut seen).await;
    for (route, action) in READS {
        let path = ids.path(route.strip_prefix("GET ").unwrap());
        let answer = dana.get(&path).await;
        let actions = left(&app, &mut seen).await;
        match answer.status {
            200 => assert_eq!(actions, [*action], "{route}"),
            _ => assert!(path.contains("shadow"), "{route}: {}", answer.text),
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn every_act_on_a_person_leaves_its_own_name() {
    let (app, dana, ids) = populated().await;
    let mut seen = 0;
    left(&app, &mut seen).await;
    for act in [
        "suspend",
        "unsuspend",
        "ban",
        "unban",
        "archive",
        "unarchive",
        "delete",
        "restore",
    ] {
        let path = format!("/users/{}/{act}", ids.user);
        let asked = json!({ "reason": "Said by the test" });
        dana.post(&path, &asked).await.expect(200);
        let wanted = format!("user.{act}");
        assert_eq!(left(&app, &mut seen).await, [wanted], "{act}");
    }
    for act in Transition::ALL {
        if needed_for(*act).is_some() {
            let action = format!("user.{act}");
            assert!(ACTIONS.contains(&action.as_str()), "{action}");
        }
    }
    app.finish().await;
}

/// Every string of the server's sources.
fn literals(folder: &Path, found: &mut Vec<(String, bool)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            literals(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            let code: String = source.split_whitespace().collect();
            for (index, _) in code.match_indices('"') {
                let text = code[index + 1..].split('"').next().unwrap_or_default();
                let is_entry = code[..index].ends_with("AuditEntry::done(");
                found.push((text.to_owned(), is_entry));
            }
        }
    }
}

#[test]
fn the_catalogue_has_every_act_that_the_server_writes_and_no_other() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src");
    let mut found = Vec::new();
    literals(&sources, &mut found);
    let areas: BTreeSet<&str> = ACTIONS.iter().map(|action| area(action)).collect();
    let is_word = |word: &str| {
        let mut letters = word.bytes();
        !word.is_empty() && letters.all(|letter| letter.is_ascii_lowercase() || letter == b'_')
    };
    let mut written = BTreeSet::new();
    for (text, is_entry) in &found {
        let of_area = text
            .split_once('.')
            .is_some_and(|(area, verb)| areas.contains(area) && is_word(verb));
        if *is_entry || of_area {
            written.insert(text.as_str());
        }
    }
    let catalogue: BTreeSet<&str> = ACTIONS.iter().copied().collect();
    let missing: Vec<_> = written.difference(&catalogue).collect();
    assert!(
        missing.is_empty(),
        "say in scim-schema/src/audit.rs: {missing:?}"
    );
    let unused: Vec<_> = catalogue.difference(&written).collect();
    assert!(unused.is_empty(), "nobody writes: {unused:?}");
}
