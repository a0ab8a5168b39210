//! Those whom somebody managed who is gone (RFC 7643 section 4.3): `manager` leaves their documents.

use std::sync::Arc;

use scim_schema::{
    api::events::ChangeKind,
    attr::{AttrId, AttrType},
    filter::{AttrRef, CompareOp, TypedFilter, TypedValue},
    id::{ConnectionId, LinkId, UserId},
    resource::Document,
    schema::{ResourceKind, registry, urn},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::stored_document;
use crate::{
    ctx::Ctx,
    db::{
        AccountTx, AuditEntry, Change, Db, NewJob, ReleasedReport, ScimUser, Written,
        attribute_values,
    },
    ops::OpError,
};

/// Queue of [`release_rest`].
pub const RELEASE_REPORTS: &str = "release_reports";

/// People of one unit of work: their documents are read and written whole, and may be large.
const AT_ONCE: u64 = 100;

/// Somebody who is gone, and whom the job of [`RELEASE_REPORTS`] takes out of documents.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct GoneManager {
    /// Whose people they managed.
    pub connection: ConnectionId,
    /// Who.
    pub user: UserId,
    /// What the documents call them.
    pub link: LinkId,
}

/// Whom somebody managed.
#[derive(Default)]
pub(in crate::ops) struct Released {
    /// The people, and their versions now.
    pub(in crate::ops) reports: Vec<(UserId, i64)>,
    /// The job for the others, where there are very many.
    pub(in crate::ops) rest: Option<NewJob>,
}

/// Takes somebody whose link has ended out of the documents of those they managed: at once of as many
/// as one unit of work may touch, of the others soon.
pub(in crate::ops) async fn release_reports(
    tx: &AccountTx,
    connection: ConnectionId,
    (user, link): (UserId, LinkId),
) -> Result<Released, OpError> {
    let gone = GoneManager {
        connection,
        user,
        link,
    };
    let reports = release_some(tx, gone).await?;
    let may_be_more = reports.len() as u64 == AT_ONCE;
    Ok(Released {
        reports,
        rest: may_be_more.then(|| NewJob {
            queue: RELEASE_REPORTS,
            payload: json!(gone),
            run_at: tx.ctx().now,
            dedup_key: Some(link.to_string()),
            max_attempts: 10,
        }),
    })
}

/// Takes somebody out of the documents of all the others they managed, some at a time.
///
/// # Errors
/// Those of the database.
pub async fn release_rest(db: &Db, ctx: &Arc<Ctx>, gone: GoneManager) -> Result<(), OpError> {
    loop {
        let released = db.write::<_, OpError, _>(ctx, move |tx| {
            Box::pin(async move {
                let reports = release_some(tx, gone).await?;
                if reports.is_empty() {
                    return Ok(Written::unchanged(0));
                }
                let users: Vec<UserId> = reports.iter().map(|(user, _)| *user).collect();
                let details = json!({ "connection": gone.connection, "managerOf": users });
                let entry = AuditEntry::done("user.release_reports", "user", gone.user, details);
                let mut written = Written::audited(users.len() as u64, entry);
                let changed = reports.iter();
                written.changes = changed
                    .map(|(user, version)| Change::updated(ChangeKind::User, *user, *version))
                    .collect();
                Ok(written)
            })
        });
        if released.await? < AT_ONCE {
            return Ok(());
        }
    }
}

async fn release_some(tx: &AccountTx, gone: GoneManager) -> Result<Vec<(UserId, i64)>, OpError> {
    let managed = TypedFilter::Compare {
        attr: AttrRef {
            id: AttrId::EnterpriseManagerValue,
            parent: Some(AttrId::EnterpriseManager),
            attr_type: AttrType::String,
            multi_valued: false,
            case_exact: true,
        },
        op: CompareOp::Eq,
        value: TypedValue::String(gone.link.to_string()),
    };
    let reports = tx.lock_reports(gone.connection, &managed, AT_ONCE).await?;
    let mut released = Vec::with_capacity(reports.len());
    for report in &reports {
        released.push(release(report)?);
    }
    tx.store_released(&released).await?;
    let told = reports.iter();
    Ok(told
        .map(|report| (report.user, report.version + 1))
        .collect())
}

fn release(report: &ScimUser) -> Result<ReleasedReport, OpError> {
    let old = stored_document(report)?;
    let document = without_manager(&old)?;
    // Whatever else the connection exposes is the same in both.
    let users = registry().resource_type(ResourceKind::User);
    let values = attribute_values::changes(
        &attribute_values::rows_of(users, &old),
        &attribute_values::rows_of(users, &document),
    );
    Ok(ReleasedReport {
        scim_id: report.scim_id,
        user: report.user,
        document: document.to_json_text(),
        values,
    })
}

/// A document without the manager.
pub(in crate::ops) fn without_manager(document: &Document) -> Result<Document, OpError> {
    let mut members = document.as_map().clone();
    if let Some(Value::Object(extension)) = members.get_mut(urn::ENTERPRISE_USER) {
        extension.shift_remove("manager");
        if extension.is_empty() {
            members.shift_remove(urn::ENTERPRISE_USER);
        }
    }
    let text = Value::Object(members).to_string();
    Document::from_json_text(&text).map_err(|error| {
        crate::db::DbError::Corrupt(format!("scim_links.document: {error}")).into()
    })
}
