//! Trying requests without storing what they do. What is stored is that somebody tried, because
//! answers show people's data.

use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use scim_schema::{
    api::provisioning_log::LogDetail,
    id::{ConnectionId, ProvisioningRequestId},
};
use serde_json::{Map, Value, json};

use super::OpError;
use crate::{
    ctx::Ctx,
    db::{AuditEntry, Db, Written},
};

/// All but the unreserved characters (RFC 3986 section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What stands in the log in the place of a password or another secret.
pub const REMOVED: &str = "(removed)";

/// A logged request that is to be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Whose request it was.
    pub connection: ConnectionId,
    /// HTTP method.
    pub method: String,
    /// Path below the base URL, with its query.
    pub path: String,
    /// Its body.
    pub body: Option<String>,
}

/// Notes that somebody tries a request of a connection. `replayed` is the row that it is taken
/// from.
///
/// # Errors
/// Those of the database.
pub async fn note(
    db: &Db,
    ctx: &Arc<Ctx>,
    connection: ConnectionId,
    method: &str,
    path: &str,
    replayed: Option<ProvisioningRequestId>,
) -> Result<(), OpError> {
    let details = json!({ "method": method, "path": path, "replayed": replayed });
    db.write(ctx, move |_| {
        let details = details.clone();
        Box::pin(async move {
            let entry = AuditEntry::done("connection.rehearse", "connection", connection, details);
            Ok(Written::audited((), entry))
        })
    })
    .await
}

/// The request of a row, as far as the log has kept it.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Conflict`] when what is kept is not the whole request, and
/// those of the database.
pub async fn logged(db: &Db, ctx: &Arc<Ctx>, id: ProvisioningRequestId) -> Result<Logged, OpError> {
    let detail = db
        .write::<_, OpError, _>(ctx, move |tx| {
            Box::pin(async move {
                let detail = tx.log_detail(id).await?.ok_or(OpError::NotFound)?;
                Ok(Written::unchanged(detail))
            })
        })
        .await?;
    whole(detail)
}

fn whole(detail: LogDetail) -> Result<Logged, OpError> {
    let LogDetail {
        row, request_body, ..
    } = detail;
    let gone = |what: &str| Err(OpError::Conflict(what.to_owned()));
    let is_list = matches!(row.path.as_str(), "" | "/" | "/Users" | "/Groups");
    if row.method == "GET" {
        let Some(kept) = request_body.as_deref().or((!is_list).then_some("{}")) else {
            return gone(
                "The log does not have the query of this search, or no longer has it. Enter it in the tester.",
            );
        };
        let Some(query) = query_of(kept) else {
            return gone("The log has cut the query of this request. Enter it in the tester.");
        };
        return Ok(Logged {
            connection: row.connection,
            method: row.method,
            path: row.path + &query,
            body: None,
        });
    }
    if row.path == "/Bulk" {
        return gone(
            "A Bulk cannot be replayed as a whole, because its operations build on each other.",
        );
    }
    let needs_body = matches!(row.method.as_str(), "POST" | "PUT" | "PATCH");
    let kept = request_body.as_deref().is_some_and(is_json);
    if needs_body && !kept {
        return gone("The log does not have the whole body of this request, or no longer has it.");
    }
    Ok(Logged {
        connection: row.connection,
        method: row.method,
        path: row.path,
        body: request_body,
    })
}

/// The query that the log has kept as a JSON object; `None` when something of it is missing.
fn query_of(kept: &str) -> Option<String> {
    let kept: Map<String, Value> = serde_json::from_str(kept).ok()?;
    let mut query = String::new();
    for (name, value) in &kept {
        let value = value.as_str()?;
        if value.contains(REMOVED) || name.contains(REMOVED) {
            return None;
        }
        query.push(if query.is_empty() { '?' } else { '&' });
        query.extend(utf8_percent_encode(name, ESCAPED));
        query.push('=');
        query.extend(utf8_percent_encode(value, ESCAPED));
    }
    Some(query)
}

/// A body that was cut is no JSON any more.
fn is_json(body: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok()
}

#[cfg(test)]
mod tests {
    use scim_schema::api::provisioning_log::{LogFacts, LogRow};
    use uuid::Uuid;

    use super::*;

    fn detail(method: &str, path: &str, body: Option<&str>) -> LogDetail {
        LogDetail {
            row: LogRow {
                id: Uuid::nil().into(),
                at: chrono::DateTime::UNIX_EPOCH,
                connection: Uuid::nil().into(),
                connection_name: "Okta".to_owned(),
                method: method.to_owned(),
                path: path.to_owned(),
                status: 200,
                scim_type: None,
                decision: String::new(),
                duration_us: 1,
                notes: Vec::new(),
                request: None,
                statements: None,
                facts: LogFacts::default(),
                person: None,
                people: 0,
            },
            request_body: body.map(str::to_owned),
            response_body: None,
        }
    }

    #[test]
    fn a_search_is_replayed_with_its_query() {
        let kept = r#"{"filter":"userName eq \"a&b\"","count":"5"}"#;
        let logged = whole(detail("GET", "/Users", Some(kept))).unwrap();
        assert_eq!(
            logged.path,
            "/Users?filter=userName%20eq%20%22a%26b%22&count=5"
        );
        assert_eq!(logged.body, None);
    }

    #[test]
    fn only_a_request_that_is_kept_whole_is_replayed() {
        for (method, path, body, replayed) in [
            ("GET", "/Users/1", None, true),
            ("GET", "/Users", None, false),
            ("GET", "/Users", Some("{}"), true),
            (
                "GET",
                "/Users",
                Some("{\"filter\":\"password(removed)\"}"),
                false,
            ),
            ("GET", "/Users", Some("{\"filter\":\"userNa"), false),
            ("DELETE", "/Users/1", None, true),
            ("PATCH", "/Users/1", Some("{}"), true),
            ("PATCH", "/Users/1", Some("{\"Operations\": [{"), false),
            ("POST", "/Users", None, false),
            ("POST", "/Users/.search", Some("{}"), true),
            ("POST", "/Bulk", Some("{}"), false),
        ] {
            let answer = whole(detail(method, path, body));
            assert_eq!(answer.is_ok(), replayed, "{method} {path} {body:?}");
        }
    }
}
