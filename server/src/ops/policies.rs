//! Policies of organisations: what holds and why, and changing it (features.md section A12).

use std::{collections::BTreeMap, sync::Arc};

use scim_schema::{
    api::{
        approvals::{ApprovalKind, ApprovalPayload},
        events::ChangeKind,
        policies::{
            ChangePolicy, Decider, PolicyDifference, PolicyOverview, PolicyVersion, PolicyVersions,
            PolicyView, SettingView,
        },
        problem::FieldError,
    },
    id::OrganisationId,
    permission::{Permission, Reach},
    policy::{Layer, Policy, Setting, Settings, Value, below_floor},
};
use serde_json::json;

use super::{OpError, approvals, precondition::Precondition, sessions::Identity};
use crate::{
    ctx::Ctx,
    db::{AccountTx, Ancestor, AuditEntry, Change, Db, StoredPolicyVersion, Written},
};

/// Organisations of an overview.
const DECIDERS: u64 = 500;
/// Versions of a history.
const VERSIONS: u64 = 100;

/// What holds in an organisation, for `by`.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn view(
    db: &Db,
    by: &Identity,
    organisation: OrganisationId,
) -> Result<PolicyView, OpError> {
    let account = db.account(by.account.id);
    let line = account.policy_line(organisation).await?;
    let kind = ApprovalKind::LowerRemovalFloor;
    let waiting = account.open_approval(kind, organisation.0).await?;
    let own = line.last().ok_or(OpError::NotFound)?;
    is_reached(by, Permission::ReadPolicies, &line)?;
    let (version, decided) = (own.version, own.layer.clone());
    let deciders = line.iter().map(|ancestor| Decider {
        id: ancestor.layer.organisation,
        name: ancestor.name.clone(),
    });
    Ok(PolicyView {
        organisation,
        version,
        line: deciders.collect(),
        settings: settings(&line, &decided),
        waiting,
        may_decide: is_reached(by, Permission::ManagePolicies, &line).is_ok(),
        may_set_floors: is_reached(by, Permission::SetPolicyFloors, &line).is_ok(),
    })
}

/// Whether a permission covers the last organisation of a line: who reads what is above it sees that it
/// is there, to whom nothing of it is theirs it is not.
fn is_reached(by: &Identity, needed: Permission, line: &[Ancestor]) -> Result<(), OpError> {
    let covers = |permission| match by.standing().reach(permission) {
        None => false,
        Some(Reach::Account) => true,
        Some(Reach::Organisations(own)) => line
            .iter()
            .any(|ancestor| own.contains(&ancestor.layer.organisation)),
    };
    match (covers(needed), covers(Permission::ReadPolicies)) {
        (true, _) => Ok(()),
        (false, true) => Err(OpError::Forbidden),
        (false, false) => Err(OpError::NotFound),
    }
}

/// Where in the account something is decided.
///
/// # Errors
/// [`OpError::NotFound`] of an account without organisations, and those of the database.
pub async fn overview(db: &Db, by: &Identity) -> Result<PolicyOverview, OpError> {
    let found = db.account(by.account.id).policy_deciders(DECIDERS).await?;
    let (root, deciders) = found.ok_or(OpError::NotFound)?;
    Ok(PolicyOverview { root, deciders })
}

fn settings(line: &[Ancestor], own: &Layer) -> Vec<SettingView> {
    let layers: Vec<Layer> = line.iter().map(|ancestor| ancestor.layer.clone()).collect();
    let here = Policy::of(&layers);
    let undecided = Layer {
        values: Settings::new(),
        ..own.clone()
    };
    let above = layers
        .split_last()
        .map(|(_, above)| above)
        .unwrap_or_default();
    let inherited = Policy::of(&[above, &[undecided]].concat());
    let view = |setting: &Setting| {
        let holds = here.effective(*setting);
        let (floor, floor_of) = holds.floor.unzip();
        SettingView {
            setting: *setting,
            value: holds.value,
            origin: holds.origin,
            own: own.values.get(setting).cloned(),
            inherited: inherited.effective(*setting).value,
            floor,
            floor_of,
            own_floor: own.floors.get(setting).cloned(),
        }
    };
    Setting::ALL.iter().map(view).collect()
}

/// What an organisation decided before, newest first.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn versions(
    db: &Db,
    by: &Identity,
    organisation: OrganisationId,
) -> Result<PolicyVersions, OpError> {
    let account = db.account(by.account.id);
    let line = account.policy_line(organisation).await?;
    if line.is_empty() {
        return Err(OpError::NotFound);
    }
    is_reached(by, Permission::ReadPolicies, &line)?;
    // One more than shown: what the oldest of them changed.
    let stored = account.policy_versions(organisation, VERSIONS + 1).await?;
    let shown = usize::try_from(VERSIONS).unwrap_or(usize::MAX);
    let items = stored.iter().enumerate().take(shown);
    let items = items.map(|(place, version)| described(version, stored.get(place + 1)));
    Ok(PolicyVersions {
        items: items.collect(),
    })
}

fn described(version: &StoredPolicyVersion, before: Option<&StoredPolicyVersion>) -> PolicyVersion {
    let nothing = Settings::new();
    let (settings, floors) = before.map_or((&nothing, &nothing), |before| {
        (&before.settings, &before.floors)
    });
    let mut differences = differences(settings, &version.settings, false);
    differences.extend(self::differences(floors, &version.floors, true));
    PolicyVersion {
        version: version.version,
        changed_at: version.changed_at,
        changed_by: version.changed_by.clone(),
        differences,
    }
}

fn differences(before: &Settings, after: &Settings, is_floor: bool) -> Vec<PolicyDifference> {
    let all = Setting::ALL.iter();
    let changed = all.filter(|setting| before.get(setting) != after.get(setting));
    changed
        .map(|setting| PolicyDifference {
            setting: *setting,
            is_floor,
            before: before.get(setting).cloned(),
            after: after.get(setting).cloned(),
        })
        .collect()
}

/// Changes what an organisation decided; lowering what is the least when people are removed waits for
/// a second person. What would change nothing leaves no version.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Forbidden`] for a floor without its permission,
/// [`OpError::Fields`], [`OpError::PreconditionFailed`], [`OpError::Conflict`] when such a change waits
/// already, and those of the database.
pub async fn change(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    organisation: OrganisationId,
    (asked, precondition): (ChangePolicy, Precondition),
) -> Result<(), OpError> {
    let needed = match asked.floors.is_empty() {
        true => Permission::ManagePolicies,
        false => Permission::SetPolicyFloors,
    };
    let by = by.clone();
    db.write::<_, OpError, _>(ctx, move |tx| {
        let (asked, precondition, by) = (asked.clone(), precondition.clone(), by.clone());
        Box::pin(async move {
            let line = tx.lock_policy_line(organisation).await?;
            let own = line.last().ok_or(OpError::NotFound)?;
            is_reached(&by, needed, &line)?;
            precondition.check(own.version)?;
            let decided = decide(&line, &asked)?;
            if !lowers_removal(&own.layer.floors, &decided.floors) {
                return store(tx, own, &decided).await;
            }
            let payload = ApprovalPayload::LowerRemovalFloor {
                organisation,
                version: own.version,
                change: asked,
            };
            let waits = approvals::ask(tx, by.user, payload, None).await?;
            Ok(waits.map(|_| ()))
        })
    })
    .await
}

/// Carries a change out that was approved.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::PlanStale`] when the organisation decided something else
/// meanwhile, [`OpError::Fields`], and those of the database.
pub(super) async fn apply(
    tx: &AccountTx,
    organisation: OrganisationId,
    (version, change): (i64, &ChangePolicy),
) -> Result<Written<()>, OpError> {
    let line = tx.lock_policy_line(organisation).await?;
    let own = line.last().ok_or(OpError::NotFound)?;
    if own.version != version {
        return Err(OpError::PlanStale);
    }
    store(tx, own, &decide(&line, change)?).await
}

/// Whether people can be removed with less than before.
fn lowers_removal(before: &Settings, after: &Settings) -> bool {
    [Setting::RemovalMode, Setting::GraceDays]
        .into_iter()
        .any(|setting| {
            let strictness = |floors: &Settings| {
                let floor = floors.get(&setting)?;
                setting.strictness(floor)
            };
            strictness(after) < strictness(before)
        })
}

async fn store(tx: &AccountTx, own: &Ancestor, decided: &Layer) -> Result<Written<()>, OpError> {
    let mut changed = differences(&own.layer.values, &decided.values, false);
    changed.extend(differences(&own.layer.floors, &decided.floors, true));
    if changed.is_empty() {
        return Ok(Written::unchanged(()));
    }
    let version = own.version + 1;
    tx.insert_policy(decided, version).await?;
    let organisation = decided.organisation;
    let details = json!({ "version": version, "changes": changed });
    let entry = AuditEntry::done("policy.change", "organisation", organisation, details);
    let change = Change::updated(ChangeKind::Policy, organisation, version);
    Ok(Written::audited((), entry).announcing(change))
}

/// What the organisation decides from now on, every field of it checked.
fn decide(line: &[Ancestor], asked: &ChangePolicy) -> Result<Layer, OpError> {
    let (own, above) = line.split_last().ok_or(OpError::NotFound)?;
    let mut problems = Vec::new();
    let mut decided = own.layer.clone();
    merge(&mut decided.values, &asked.values, "values", &mut problems);
    merge(&mut decided.floors, &asked.floors, "floors", &mut problems);
    for (word, floor) in &asked.floors {
        let setting: Option<Setting> = word.parse().ok();
        let without = setting.filter(|setting| {
            floor
                .as_ref()
                .is_some_and(|floor| setting.strictness(floor).is_none())
        });
        if without.is_some() && problems.is_empty() {
            problems.push(FieldError {
                path: format!("floors.{word}"),
                message: "Neither way is the stricter one, so there is no floor of this."
                    .to_owned(),
            });
        }
    }
    let layers: Vec<Layer> = above
        .iter()
        .map(|ancestor| ancestor.layer.clone())
        .collect();
    let layers = [layers, vec![decided.clone()]].concat();
    let named = |id: OrganisationId| {
        let found = line
            .iter()
            .find(|ancestor| ancestor.layer.organisation == id);
        found.map_or_else(String::new, |ancestor| ancestor.name.clone())
    };
    for (word, value) in &asked.values {
        let (Ok(setting), Some(value)) = (word.parse::<Setting>(), value) else {
            continue;
        };
        if let Some(low) = below_floor(setting, value, &layers) {
            problems.push(FieldError {
                path: format!("values.{word}"),
                message: format!(
                    "{} does not allow less than {} here. Choose that or something stricter.",
                    named(low.organisation),
                    shown(&low.floor),
                ),
            });
        }
    }
    match problems.is_empty() {
        true => Ok(decided),
        false => Err(OpError::Fields(problems)),
    }
}

fn merge(
    into: &mut Settings,
    asked: &BTreeMap<String, Option<Value>>,
    part: &str,
    problems: &mut Vec<FieldError>,
) {
    for (word, value) in asked {
        let path = format!("{part}.{word}");
        let Ok(setting) = word.parse::<Setting>() else {
            let message = "There is no such setting.".to_owned();
            problems.push(FieldError { path, message });
            continue;
        };
        let Some(value) = value else {
            into.remove(&setting);
            continue;
        };
        match setting.check(value) {
            Ok(()) => {
                into.insert(setting, value.clone());
            }
            Err(message) => problems.push(FieldError { path, message }),
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Word(word) => word.clone(),
    }
}
