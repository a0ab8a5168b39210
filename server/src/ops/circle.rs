//! Resources that refer to each other in a circle (RFC 7644 section 3.7.1): created without the
//! references that do not exist yet, then completed, in one unit of work. They stand and fall
//! together.

use scim_schema::{
    dialect::{Note, Notes},
    id::{GroupId, LinkId, UserId},
    patch::{MemberChange, parse_patch},
    resource::{Incoming, MemberRef},
    schema::{ResourceKind, urn},
};
use serde_json::{Map, json};
use uuid::Uuid;

use super::{
    OpError, groups,
    groups::{GroupChanged, GroupPatch},
    precondition::Precondition,
    provisioner::Provisioner,
    users::{self, HashedPassword},
};
use crate::db::{AccountTx, DbError, UnitError, Written};

/// One resource of a circle.
#[derive(Clone)]
pub struct CirclePart {
    /// What it is.
    pub kind: ResourceKind,
    /// The resource without its references into the circle.
    pub incoming: Incoming,
    /// The password of a user.
    pub password: Option<HashedPassword>,
    /// Positions in the circle of those that it refers to: members of a group, the manager of a
    /// user.
    pub refers_to: Vec<usize>,
}

/// What became of one resource of a circle.
#[derive(Clone, Debug)]
pub struct CircleCreated {
    /// Its SCIM `id`.
    pub id: Uuid,
    /// Its version after it was completed.
    pub version: i64,
    /// Users whom it touched.
    pub touched: Vec<UserId>,
    /// Rewrites that were needed.
    pub notes: Vec<Note>,
}

/// Why a circle was not stored.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct CircleError {
    /// The position in the circle of the resource that failed; `None` when it was none of them.
    pub part: Option<usize>,
    /// What is wrong with it.
    #[source]
    pub error: OpError,
}

impl From<DbError> for CircleError {
    fn from(error: DbError) -> Self {
        Self {
            part: None,
            error: error.into(),
        }
    }
}

impl UnitError for CircleError {
    fn database(&self) -> Option<&DbError> {
        self.error.database()
    }
}

/// Creates every resource of a circle, in the order of `parts`.
///
/// # Errors
/// [`CircleError`] with what creating or completing a resource of its own ends with.
pub async fn create(
    tx: &AccountTx,
    by: &Provisioner,
    parts: &[CirclePart],
) -> Result<Written<Vec<CircleCreated>>, CircleError> {
    let mut trace = Written::unchanged(());
    let mut created = Vec::with_capacity(parts.len());
    for (position, part) in parts.iter().enumerate() {
        let result = create_part(tx, by, part, &mut trace).await;
        created.push(result.map_err(at(position))?);
    }
    let ids: Vec<Uuid> = created.iter().map(|created| created.id).collect();
    for (position, (part, created)) in parts.iter().zip(&mut created).enumerate() {
        let targets = part.refers_to.iter();
        let targets: Vec<Uuid> = targets
            .filter_map(|other| ids.get(*other).copied())
            .collect();
        complete(tx, by, part.kind, created, &targets, &mut trace)
            .await
            .map_err(at(position))?;
    }
    Ok(trace.map(|()| created))
}

fn at(position: usize) -> impl FnOnce(OpError) -> CircleError {
    move |error| CircleError {
        part: Some(position),
        error,
    }
}

async fn create_part(
    tx: &AccountTx,
    by: &Provisioner,
    part: &CirclePart,
    trace: &mut Written<()>,
) -> Result<CircleCreated, OpError> {
    if part.kind == ResourceKind::Group {
        let created = trace.absorb(groups::create(tx, by, &part.incoming).await?);
        tx.settle().await?;
        return Ok(CircleCreated {
            id: created.id.0,
            version: created.version,
            touched: created.touched,
            notes: created.notes,
        });
    }
    let created =
        trace.absorb(users::create(tx, by, &part.incoming, part.password.as_ref()).await?);
    tx.settle().await?;
    Ok(CircleCreated {
        id: created.scim_id.0,
        version: created.version,
        touched: vec![created.user],
        notes: Vec::new(),
    })
}

async fn complete(
    tx: &AccountTx,
    by: &Provisioner,
    kind: ResourceKind,
    created: &mut CircleCreated,
    targets: &[Uuid],
    trace: &mut Written<()>,
) -> Result<(), OpError> {
    let (version, mut notes) = match kind {
        ResourceKind::Group => {
            let changed = add_members(tx, by, created.id.into(), targets).await?;
            let changed = trace.absorb(changed);
            (changed.version, changed.notes)
        }
        ResourceKind::User => set_manager(tx, by, created.id.into(), targets, trace).await?,
    };
    created.version = version;
    created.notes.append(&mut notes);
    Ok(())
}

async fn add_members(
    tx: &AccountTx,
    by: &Provisioner,
    id: GroupId,
    targets: &[Uuid],
) -> Result<Written<GroupChanged>, OpError> {
    let members = targets
        .iter()
        .map(|target| MemberRef {
            value: target.to_string(),
            kind: None,
        })
        .collect();
    let patch = GroupPatch {
        operations: Vec::new(),
        members: vec![(0, MemberChange::Add(members))],
        completes_circle: true,
    };
    groups::patch(tx, by, id, &Precondition::NONE, &patch).await
}

async fn set_manager(
    tx: &AccountTx,
    by: &Provisioner,
    id: LinkId,
    targets: &[Uuid],
    trace: &mut Written<()>,
) -> Result<(i64, Vec<Note>), OpError> {
    let operations: Vec<_> = targets
        .iter()
        .map(|target| {
            json!({
                "op": "add",
                "path": format!("{}:manager.value", urn::ENTERPRISE_USER),
                "value": target,
            })
        })
        .collect();
    let body = Map::from_iter([
        ("schemas".to_owned(), json!([urn::PATCH_OP])),
        ("Operations".to_owned(), operations.into()),
    ]);
    let rt = by.dialect.resource_type(ResourceKind::User);
    let operations = parse_patch(rt, body, &by.dialect, &mut Notes::new())?;
    let patched = users::patch(tx, by, id, &Precondition::NONE, &operations, None).await?;
    let (user, notes) = trace.absorb(patched);
    Ok((user.version, notes))
}
