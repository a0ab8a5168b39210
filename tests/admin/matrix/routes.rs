//! Every route of the API, with what it needs.

use super::organisations;
use crate::admin::mails;

/// What a route needs.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Needs {
    Nothing,
    Session,
}

/// Every route, with ids of the first account in the place of its parameters.
pub(crate) fn routes(ids: &Ids) -> Vec<(&'static str, String, Needs)> {
    use Needs::{Nothing, Session};
    let mut routes = organisations::routes(ids);
    let mails = mails::routes(&ids.mail, &ids.user);
    routes.extend(mails.map(|(method, path)| (method, path, Session)));
    routes.extend([
        ("GET", "/sign-in-options".to_owned(), Nothing),
        ("POST", "/sessions".to_owned(), Nothing),
        ("POST", "/sessions/passkey".to_owned(), Nothing),
        ("POST", "/sessions/second-factor".to_owned(), Nothing),
        ("DELETE", "/sessions/current".to_owned(), Session),
        ("POST", "/sessions/current/step-up".to_owned(), Session),
        (
            "POST",
            "/sessions/current/step-up/challenge".to_owned(),
            Session,
        ),
        ("POST", "/password-resets".to_owned(), Nothing),
        ("POST", "/one-time-links/inspect".to_owned(), Nothing),
        ("POST", "/one-time-links/redeem".to_owned(), Nothing),
        ("GET", "/me".to_owned(), Session),
        ("PATCH", "/me".to_owned(), Session),
        ("POST", "/me/password".to_owned(), Session),
        ("POST", "/me/password/strength".to_owned(), Session),
        ("GET", "/me/sessions".to_owned(), Session),
        ("DELETE", format!("/me/sessions/{}", ids.session), Session),
        ("GET", "/me/sign-ins".to_owned(), Session),
        ("GET", "/me/second-factors".to_owned(), Session),
        ("POST", "/me/second-factors".to_owned(), Session),
        ("POST", "/me/second-factors/totp".to_owned(), Session),
        ("POST", "/me/second-factors/passkey".to_owned(), Session),
        (
            "DELETE",
            format!("/me/second-factors/{}", ids.factor),
            Session,
        ),
        ("POST", "/me/recovery-codes".to_owned(), Session),
        ("GET", "/users".to_owned(), Session),
        ("GET", "/users/counts".to_owned(), Session),
        ("GET", format!("/users/{}", ids.user), Session),
        ("POST", format!("/users/{}/purge", ids.user), Session),
        ("POST", format!("/users/{}/erase", ids.user), Session),
        ("GET", "/approvals".to_owned(), Session),
        ("GET", format!("/approvals/{}", ids.approval), Session),
        (
            "POST",
            format!("/approvals/{}/approve", ids.approval),
            Session,
        ),
        (
            "POST",
            format!("/approvals/{}/cancel", ids.approval),
            Session,
        ),
        ("GET", format!("/users/{}/timeline", ids.user), Session),
        (
            "GET",
            format!("/users/{}/status-explanation", ids.user),
            Session,
        ),
        ("GET", "/audit".to_owned(), Session),
        ("GET", "/audit/head".to_owned(), Session),
        ("GET", "/audit/verify".to_owned(), Session),
        ("GET", "/audit/export.csv".to_owned(), Session),
        ("GET", "/audit/export.jsonl".to_owned(), Session),
        ("GET", format!("/audit/{}", ids.event), Session),
        ("GET", "/policies".to_owned(), Session),
        ("GET", format!("/policies/{}", ids.organisation), Session),
        ("PATCH", format!("/policies/{}", ids.organisation), Session),
        (
            "GET",
            format!("/policies/{}/versions", ids.organisation),
            Session,
        ),
        ("GET", format!("/users/{}/sessions", ids.user), Session),
        (
            "DELETE",
            format!("/users/{}/sessions/{}", ids.user, ids.their_session),
            Session,
        ),
        (
            "POST",
            format!("/users/{}/revoke-sessions", ids.user),
            Session,
        ),
        ("GET", format!("/users/{}/sign-ins", ids.user), Session),
        ("PUT", format!("/users/{}/password", ids.user), Session),
        (
            "DELETE",
            format!("/users/{}/second-factors", ids.user),
            Session,
        ),
        ("GET", "/idp-connections".to_owned(), Session),
        ("POST", "/idp-connections".to_owned(), Session),
        (
            "GET",
            format!("/idp-connections/{}", ids.connection),
            Session,
        ),
        (
            "PATCH",
            format!("/idp-connections/{}", ids.connection),
            Session,
        ),
        ("GET", "/alerts".to_owned(), Session),
        (
            "POST",
            format!("/alerts/{}/acknowledge", ids.alert),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/dialect", ids.connection),
            Session,
        ),
        (
            "PATCH",
            format!("/idp-connections/{}/dialect", ids.connection),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/mapping", ids.connection),
            Session,
        ),
        (
            "PUT",
            format!("/idp-connections/{}/mapping", ids.connection),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/mapping/plan", ids.connection),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/mapping/test", ids.connection),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/tokens", ids.connection),
            Session,
        ),
        (
            "DELETE",
            format!("/idp-connections/{}/tokens/{}", ids.connection, ids.token),
            Session,
        ),
        (
            "POST",
            format!(
                "/idp-connections/{}/tokens/{}/rotate",
                ids.connection, ids.token
            ),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/oauth-clients", ids.connection),
            Session,
        ),
        (
            "DELETE",
            format!(
                "/idp-connections/{}/oauth-clients/{}",
                ids.connection, ids.oauth_client
            ),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/shadow", ids.connection),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/shadow", ids.connection),
            Session,
        ),
        (
            "DELETE",
            format!("/idp-connections/{}/shadow", ids.connection),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/shadow/users", ids.connection),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/shadow/groups", ids.connection),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/shadow/go-live", ids.connection),
            Session,
        ),
        (
            "DELETE",
            format!("/idp-connections/{}/shadow/go-live", ids.connection),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/attributes", ids.connection),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/conformance", ids.connection),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/attributes", ids.connection),
            Session,
        ),
        (
            "PUT",
            format!(
                "/idp-connections/{}/attributes/{}",
                ids.connection, ids.exposed
            ),
            Session,
        ),
        (
            "DELETE",
            format!(
                "/idp-connections/{}/attributes/{}",
                ids.connection, ids.exposed
            ),
            Session,
        ),
        ("GET", "/attribute-definitions".to_owned(), Session),
        ("POST", "/attribute-definitions".to_owned(), Session),
        (
            "GET",
            format!("/attribute-definitions/{}", ids.definition),
            Session,
        ),
        (
            "PATCH",
            format!("/attribute-definitions/{}", ids.definition),
            Session,
        ),
        (
            "DELETE",
            format!("/attribute-definitions/{}", ids.definition),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/conformance", ids.connection),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/conformance/export", ids.connection),
            Session,
        ),
        (
            "GET",
            format!(
                "/idp-connections/{}/conformance/checks/{}",
                ids.connection, ids.check
            ),
            Session,
        ),
        ("GET", "/provisioning-log".to_owned(), Session),
        ("GET", format!("/provisioning-log/{}", ids.log_row), Session),
        (
            "POST",
            format!("/provisioning-log/{}/rehearsals", ids.log_row),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/rehearsals", ids.connection),
            Session,
        ),
        ("GET", "/conflicts".to_owned(), Session),
        ("GET", "/conflicts/counts".to_owned(), Session),
        ("GET", "/conflicts/selection".to_owned(), Session),
        ("POST", "/conflicts/resolve".to_owned(), Session),
        ("GET", format!("/conflicts/{}", ids.conflict), Session),
        (
            "POST",
            format!("/conflicts/{}/resolve", ids.conflict),
            Session,
        ),
        ("GET", "/domains".to_owned(), Session),
        ("POST", "/domains".to_owned(), Session),
        ("DELETE", format!("/domains/{}", ids.domain), Session),
        ("GET", "/events".to_owned(), Session),
    ]);
    routes
}

pub(crate) struct Ids {
    pub(crate) user: String,
    /// A session of the caller, and the same one where it is looked for among somebody else's.
    pub(crate) session: String,
    pub(crate) their_session: String,
    pub(crate) factor: String,
    pub(crate) connection: String,
    pub(crate) token: String,
    pub(crate) oauth_client: String,
    /// A definition, and the same one where a connection exposes it.
    pub(crate) definition: String,
    pub(crate) exposed: String,
    pub(crate) log_row: String,
    pub(crate) conflict: String,
    /// An organisation, and the same one where somebody belongs to it.
    pub(crate) organisation: String,
    pub(crate) member_of: String,
    pub(crate) approval: String,
    pub(crate) mail: String,
    pub(crate) event: String,
    pub(crate) domain: String,
    pub(crate) check: String,
    pub(crate) alert: String,
}
