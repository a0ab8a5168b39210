//! Every act that the audit log knows: one catalogue for the server, which writes them, and the
//! console, which has a sentence for each.

/// Names of acts, `area.verb`, in the order of the alphabet.
pub const ACTIONS: &[&str] = &[
    "access.refuse",
    "account.create",
    "account.rename",
    "alert.acknowledge",
    "approval.approve",
    "approval.ask",
    "approval.cancel",
    "approval.expire",
    "attribute.change",
    "attribute.define",
    "attribute.delete",
    "attribute.purge",
    "audit.export",
    "conflict.dismiss",
    "conflict.move",
    "conflict.open",
    "connection.change",
    "connection.create",
    "connection.dialect",
    "connection.discard_shadow",
    "connection.enter_shadow",
    "connection.examine",
    "connection.expose_attribute",
    "connection.go_live",
    "connection.grant_token",
    "connection.hide_attribute",
    "connection.leave_in_shadow",
    "connection.mapping",
    "connection.new_oauth_client",
    "connection.new_token",
    "connection.read_shadow",
    "connection.rehearse",
    "connection.reread_attributes",
    "connection.revoke_oauth_client",
    "connection.revoke_token",
    "connection.rotate_token",
    "connection.stop_going_live",
    "connection.went_live",
    "domain.assert",
    "domain.remove",
    "group.create",
    "group.delete",
    "group.update",
    "keys.rotate",
    "mail.send_again",
    "mail.test",
    "one_time_link.create",
    "one_time_link.redeem",
    "organisation.archive",
    "organisation.change",
    "organisation.create",
    "organisation.unarchive",
    "password_reset.request",
    "policy.change",
    "provisioning_log.read",
    "recovery_codes.create",
    "retention.sweep",
    "second_factor.create",
    "second_factor.delete",
    "second_factor.reset",
    "session.begin",
    "session.create",
    "session.end",
    "session.end_all",
    "session.read",
    "session.step_up",
    "shadow.create_group",
    "shadow.create_user",
    "shadow.delete_group",
    "shadow.delete_user",
    "shadow.update_group",
    "shadow.update_user",
    "sign_ins.read",
    "user.act",
    "user.adopt",
    "user.archive",
    "user.assign_password",
    "user.ban",
    "user.create",
    "user.delete",
    "user.deny",
    "user.disable",
    "user.enable",
    "user.hold",
    "user.inactivate",
    "user.map",
    "user.move",
    "user.organisations",
    "user.purge",
    "user.release_reports",
    "user.remove",
    "user.require_reauthentication",
    "user.reset_password",
    "user.restore",
    "user.roles",
    "user.set_password",
    "user.start",
    "user.suspend",
    "user.unarchive",
    "user.unban",
    "user.unlink",
    "user.unlock",
    "user.unsuspend",
    "user.update",
    "user.validate",
];

/// The part of a name before its dot: what the act is about.
#[must_use]
pub fn area(action: &str) -> &str {
    action.split_once('.').map_or(action, |(area, _)| area)
}

/// The acts that a filter means: one by its name, or all of an area by the area's name; none for any
/// other word.
#[must_use]
pub fn actions_of(word: &str) -> Vec<&'static str> {
    let known = ACTIONS.iter().copied();
    known
        .filter(|action| *action == word || area(action) == word)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_in_order_and_has_each_act_once() {
        assert!(ACTIONS.is_sorted_by(|a, b| a < b));
        for action in ACTIONS {
            let (area, verb) = action.split_once('.').unwrap();
            let is_word = |word: &str| {
                !word.is_empty()
                    && word
                        .chars()
                        .all(|character| character.is_ascii_lowercase() || character == '_')
            };
            assert!(is_word(area) && is_word(verb), "{action}");
        }
    }

    #[test]
    fn a_filter_names_an_act_or_an_area() {
        assert_eq!(actions_of("user.ban"), ["user.ban"]);
        assert_eq!(actions_of("domain"), ["domain.assert", "domain.remove"]);
        for nothing in ["", "dom", "domain.", "user.b", "User.ban"] {
            assert!(actions_of(nothing).is_empty(), "{nothing}");
        }
    }
}
