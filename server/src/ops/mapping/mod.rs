//! Mapping rules of a connection: planned on everyone who is linked, stored, applied to everyone in
//! the background, and followed by every write of the provider.

mod apply;
mod change;
mod draft;
mod follow;
mod plan;
mod view;

pub use apply::{apply, regroup};
pub use change::change;
pub use follow::{Moved, after_arrival, after_write, regrouping};
pub use plan::{page, plan, test};
pub use view::view;

use scim_schema::{
    api::events::ChangeKind,
    filter::{Effort, Exhausted},
    id::OrganisationId,
    mapping::{Person, Placement, RuleSet, reconcile},
    resource::{Document, ScimError, ScimType},
};
use serde_json::{Value, json};

use super::{OpError, provisioner::Provisioner};
use crate::db::{
    AccountTx, AuditEntry, Change, ConnectionInfo, LinkedPerson, PlacementChange, Written,
};

/// Queue of [`apply`].
pub const APPLY: &str = "apply_mapping";
/// Queue of [`regroup`].
pub const REGROUP: &str = "map_members";

/// Where a person belongs by the rules.
fn placed(
    rules: &RuleSet,
    default: OrganisationId,
    person: &Person<'_>,
    now: &Placement,
    effort: &mut Effort,
) -> Result<Placement, Exhausted> {
    let grants = rules.evaluate(person, effort)?;
    Ok(reconcile(now, &grants, default))
}

/// The same for one of many, whom nobody is waiting for: whoever has more values or groups than the
/// rules can be asked about stays where they are.
fn placed_or_left(rules: &RuleSet, default: OrganisationId, linked: &LinkedPerson) -> Placement {
    let now = &linked.placement;
    let place = |person| placed(rules, default, &person, now, &mut Effort::default());
    person_of(linked)
        .and_then(place)
        .unwrap_or_else(|exhausted| {
            tracing::warn!(user = %linked.user, "no rule was applied: {exhausted}");
            now.clone()
        })
}

/// That the rules ask for too much, for the provider that is writing.
fn too_much(_: Exhausted) -> OpError {
    let detail = "The mapping rules of this connection take more comparisons than one request may \
                  ask for; send fewer or shorter values, fewer operations at once, or put the \
                  person into fewer groups";
    ScimError::of(ScimType::TooMany, detail).into()
}

fn person_of(linked: &LinkedPerson) -> Result<Person<'_>, Exhausted> {
    Ok(Person {
        document: &linked.document,
        active: linked.active,
        groups: linked.groups.as_deref().ok_or(Exhausted)?,
    })
}

/// Where the rules of its connection place somebody who is in no group yet.
pub(super) fn first_placement(
    tx: &AccountTx,
    by: &Provisioner,
    document: &Document,
    active: bool,
) -> Result<Placement, OpError> {
    let person = Person {
        document,
        active,
        groups: &[],
    };
    let default = by.default_organisation;
    let nowhere = Placement::nowhere(default);
    placed(&by.rules, default, &person, &nowhere, &mut tx.effort()).map_err(too_much)
}

/// Places people whose links are locked, and answers how many moved. Nobody moves while the rules
/// are suspended.
async fn place(
    tx: &AccountTx,
    connection: &ConnectionInfo,
    people: &[LinkedPerson],
) -> Result<Written<usize>, OpError> {
    if connection.rules.is_suspended() {
        return Ok(Written::unchanged(0));
    }
    let moved = |linked: &LinkedPerson| {
        let after = placed_or_left(&connection.rules, connection.default_organisation, linked);
        (after != linked.placement).then(|| PlacementChange {
            user: linked.user,
            before: linked.placement.clone(),
            after,
        })
    };
    let changes: Vec<PlacementChange> = people.iter().filter_map(moved).collect();
    tx.store_placements(&changes).await?;
    let mut written = Written::unchanged(changes.len());
    for change in &changes {
        written.audit.push(moved_entry(&connection.name, change));
        // What a provider reads of the person is as before, and so is the version.
        let seen = Change::updated(ChangeKind::User, change.user, 0);
        written = written.announcing(seen);
    }
    Ok(written)
}

/// That the rules of a connection moved somebody.
fn moved_entry(connection: &str, change: &PlacementChange) -> AuditEntry {
    let details = json!({
        "connection": connection,
        "before": told(&change.before),
        "after": told(&change.after),
    });
    AuditEntry::done("user.map", "user", change.user, details)
}

fn told(placement: &Placement) -> Value {
    let memberships = placement.memberships.iter().map(|held| {
        json!({
            "organisation": held.organisation,
            "source": held.source.to_string(),
            "roles": held.rule_roles,
        })
    });
    json!({ "home": placement.home, "memberships": memberships.collect::<Vec<_>>() })
}
