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
    id::OrganisationId,
    mapping::{Person, Placement, RuleSet, reconcile},
};
use serde_json::{Value, json};

use super::OpError;
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
) -> Placement {
    reconcile(now, &rules.evaluate(person), default)
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
        let person = Person {
            document: &linked.document,
            active: linked.active,
            groups: &linked.groups,
        };
        let default = connection.default_organisation;
        let after = placed(&connection.rules, default, &person, &linked.placement);
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
