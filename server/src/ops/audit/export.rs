//! The audit log as a file: the links of the chain in their order, so a range of the past is the same
//! in every export. It is read in pages while the client takes it, and no transaction stays open.

use std::sync::Arc;

use scim_schema::{
    api::{
        audit::{AuditDetail, AuditLink},
        users::Actor,
    },
    text::cell,
};
use serde_json::json;

use crate::{
    ctx::{Ctx, actor_columns},
    db::{AuditEntry, AuditFilter, Db, Written},
    ops::OpError,
};

/// Links of one page.
const PAGE: u64 = 500;

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, with a line of heads.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// The heads of the table.
const HEADS: [&str; 19] = [
    "seq",
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor",
    "channel",
    "action",
    "target_kind",
    "target_id",
    "target",
    "outcome",
    "request_id",
    "details",
    "erased",
    "source_ip",
    "user_agent",
    "prev_hash",
    "hash",
];

/// An export under way.
pub struct Export {
    db: Db,
    ctx: Arc<Ctx>,
    filter: AuditFilter,
    format: Format,
    after: u64,
    through: u64,
    begun: bool,
}

impl Export {
    /// Begins one of everything that has a link by now and passes the filter. That it was made is
    /// recorded first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin(
        db: &Db,
        ctx: &Arc<Ctx>,
        filter: AuditFilter,
        format: Format,
    ) -> Result<Self, OpError> {
        let head = db.account(ctx.account).chain_head().await?;
        let through = head.map_or(0, |head| head.seq);
        let details = json!({
            "format": format.as_str(),
            "links": through,
            "since": filter.since,
            "until": filter.until,
            "actor": filter.actor,
            "target": filter.target,
            "narrowed": filter.is_narrow(),
        });
        let account = ctx.account;
        db.write::<_, OpError, _>(ctx, move |_| {
            let entry = AuditEntry::done("audit.export", "account", account, details.clone());
            Box::pin(async move { Ok(Written::audited((), entry)) })
        })
        .await?;
        Ok(Self {
            db: db.clone(),
            ctx: Arc::clone(ctx),
            filter,
            format,
            after: 0,
            through,
            begun: false,
        })
    }

    /// The next part of the file; `None` at its end.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, OpError> {
        let mut part = Vec::new();
        if !self.begun {
            self.begun = true;
            if self.format == Format::Csv {
                self.format.write_heads(&mut part)?;
            }
        }
        while self.after < self.through {
            let limit = PAGE.min(self.through - self.after);
            let scope = self.db.account(self.ctx.account);
            let (rows, last) = scope.exported(self.after, limit, &self.filter).await?;
            self.after = last.unwrap_or(self.through);
            self.format.write_rows(&mut part, &rows)?;
            if !part.is_empty() {
                break;
            }
        }
        Ok((!part.is_empty()).then_some(part))
    }
}

impl Format {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    fn write_heads(self, part: &mut Vec<u8>) -> Result<(), OpError> {
        let mut table = csv::Writer::from_writer(part);
        table
            .write_record(HEADS)
            .map_err(|error| unwritten(&error))?;
        table.flush().map_err(|error| unwritten(&error))
    }

    fn write_rows(self, part: &mut Vec<u8>, rows: &[AuditDetail]) -> Result<(), OpError> {
        match self {
            Self::Csv => {
                let mut table = csv::Writer::from_writer(part);
                for row in rows {
                    let cells = cells(row);
                    let cells = cells.iter().map(|text| cell(text).into_owned());
                    table
                        .write_record(cells)
                        .map_err(|error| unwritten(&error))?;
                }
                table.flush().map_err(|error| unwritten(&error))
            }
            Self::JsonLines => {
                for row in rows {
                    serde_json::to_writer(&mut *part, row).map_err(|error| unwritten(&error))?;
                    part.push(b'\n');
                }
                Ok(())
            }
        }
    }
}

/// Memory takes whatever is written, so this is our fault.
fn unwritten(error: &dyn std::error::Error) -> OpError {
    OpError::Internal(format!("a part of an export was not written: {error}"))
}

/// The cells of an act, in the order of [`HEADS`].
fn cells(detail: &AuditDetail) -> [String; 19] {
    let AuditDetail { row, link, .. } = detail;
    let (kind, id, name) = actor_columns(&row.actor);
    let actor = match &row.actor {
        Actor::Operator => String::new(),
        _ => name,
    };
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    let target = row.target.id.map(|id| id.to_string()).unwrap_or_default();
    let details = row.details.as_ref().map(ToString::to_string);
    let of_link = |part: fn(&AuditLink) -> String| link.as_ref().map(part).unwrap_or_default();
    [
        of_link(|link| link.seq.to_string()),
        row.id.to_string(),
        row.at.to_rfc3339(),
        kind.to_owned(),
        id,
        actor,
        row.channel.to_string(),
        row.action.clone(),
        row.target.kind.clone(),
        target,
        row.target.name.clone().unwrap_or_default(),
        row.outcome.to_string(),
        row.request.to_string(),
        details.unwrap_or_default(),
        row.erased.to_string(),
        detail.source_ip.clone().unwrap_or_default(),
        detail.user_agent.clone().unwrap_or_default(),
        of_link(|link| link.prev_hash.clone()),
        of_link(|link| link.hash.clone()),
    ]
}
