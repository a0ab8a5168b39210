//! What a mapping would do, by the function that does it: on everyone who is linked, and on one
//! person with reasons.

use scim_schema::{
    api::mapping::{
        MappingDraft, MappingPlan, MappingTest, PlanSummary, PlannedMembership, PlannedPerson,
        TestMapping, TestedRule, TestedTerm,
    },
    id::{ConnectionId, LinkId},
    mapping::{Held, Placement, explain},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    draft::{Checked, as_stored, check},
    person_of, placed_or_left,
};
use crate::{
    ctx::Ctx,
    db::{AccountScope, Db, LinkedPerson, StoredMapping},
    ops::OpError,
};

/// People of a page of a plan.
const ITEMS: usize = 50;
/// People read at once.
const READ: u64 = 500;

/// The whole plan with its first page.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Invalid`], [`OpError::InvalidRules`], and those of the database.
pub async fn plan(
    db: &Db,
    ctx: &Ctx,
    connection: ConnectionId,
    draft: &MappingDraft,
) -> Result<MappingPlan, OpError> {
    let account = db.account(ctx.account);
    let (stored, checked) = read(account, connection, draft).await?;
    let mut tally = Tally::begin(&stored, draft);
    let mut items = Vec::new();
    let mut last_shown = None;
    let mut after = None;
    loop {
        let people = next(account, connection, after, &checked).await?;
        for linked in &people {
            tally.people += 1;
            let Some(planned) = tally.take(linked, &checked) else {
                continue;
            };
            if items.len() < ITEMS {
                items.push(planned);
                last_shown = Some(linked.scim_id);
            }
        }
        after = people.last().map(|linked| linked.scim_id);
        if after.is_none() {
            break;
        }
    }
    let more = tally.changed > items.len() as u64;
    Ok(MappingPlan {
        items,
        next: last_shown.filter(|_| more),
        summary: Some(tally.end()),
    })
}

/// A further page of a plan.
///
/// # Errors
/// As [`plan`].
pub async fn page(
    db: &Db,
    ctx: &Ctx,
    connection: ConnectionId,
    draft: &MappingDraft,
    after: LinkId,
) -> Result<MappingPlan, OpError> {
    let account = db.account(ctx.account);
    let (_, checked) = read(account, connection, draft).await?;
    let mut items = Vec::new();
    let mut last_shown = None;
    let mut after = Some(after);
    while after.is_some() {
        let people = next(account, connection, after, &checked).await?;
        for linked in &people {
            let to = checked.place(linked);
            if !is_visible(&linked.placement, &to) {
                continue;
            }
            if items.len() == ITEMS {
                return Ok(MappingPlan {
                    summary: None,
                    items,
                    next: last_shown,
                });
            }
            items.push(checked.planned(linked, &to));
            last_shown = Some(linked.scim_id);
        }
        after = people.last().map(|linked| linked.scim_id);
    }
    Ok(MappingPlan {
        summary: None,
        items,
        next: None,
    })
}

/// What a mapping does to one person, and which terms of its conditions hold.
///
/// # Errors
/// As [`plan`], and [`OpError::Invalid`] for a person whom the connection does not have.
pub async fn test(
    db: &Db,
    ctx: &Ctx,
    connection: ConnectionId,
    input: &TestMapping,
) -> Result<MappingTest, OpError> {
    let account = db.account(ctx.account);
    let stored = account.mapping(connection).await?;
    let stored = stored.ok_or(OpError::NotFound)?;
    let own = as_stored(&stored);
    let draft = input.mapping.as_ref().unwrap_or(&own);
    let checked = check(draft, &stored, account.organisation_tree().await?)?;
    let linked = account.linked_person(connection, input.user, true).await?;
    let linked = linked.ok_or_else(|| OpError::Invalid {
        path: "user",
        message: "This connection does not have that person. Choose somebody it has.".to_owned(),
    })?;
    let explained = person_of(&linked)
        .and_then(|person| explain(checked.rules.rules(), &stored.dialect, &person));
    let explained = explained.map_err(|_| OpError::Invalid {
        path: "user",
        message: "This person has more values or groups than the rules can be asked about. Choose somebody \
                  else, or write shorter conditions."
            .to_owned(),
    })?;
    let rules = checked.rules.rules().iter().zip(explained);
    let rules = rules.map(|(rule, told)| TestedRule {
        name: rule.name.clone(),
        fires: told.fires,
        terms: told
            .terms
            .into_iter()
            .map(|term| TestedTerm {
                text: term.text,
                holds: term.holds,
            })
            .collect(),
    });
    Ok(MappingTest {
        rules: rules.collect(),
        person: checked.planned(&linked, &checked.place(&linked)),
    })
}

async fn read(
    account: AccountScope<'_>,
    connection: ConnectionId,
    draft: &MappingDraft,
) -> Result<(StoredMapping, Checked), OpError> {
    let stored = account.mapping(connection).await?;
    let stored = stored.ok_or(OpError::NotFound)?;
    let checked = check(draft, &stored, account.organisation_tree().await?)?;
    Ok((stored, checked))
}

async fn next(
    account: AccountScope<'_>,
    connection: ConnectionId,
    after: Option<LinkId>,
    checked: &Checked,
) -> Result<Vec<LinkedPerson>, OpError> {
    let with_groups = checked.rules.reads_groups();
    let people = account.linked_people(connection, after, READ, with_groups);
    Ok(people.await?)
}

impl Checked {
    fn place(&self, linked: &LinkedPerson) -> Placement {
        placed_or_left(&self.rules, self.default_organisation, linked)
    }

    fn planned(&self, linked: &LinkedPerson, to: &Placement) -> PlannedPerson {
        PlannedPerson {
            user: linked.user,
            name: linked.name.clone(),
            user_name: linked.user_name.clone(),
            before: self.memberships(&linked.placement),
            after: self.memberships(to),
        }
    }

    fn memberships(&self, placement: &Placement) -> Vec<PlannedMembership> {
        let one = |held: &Held| PlannedMembership {
            organisation: held.organisation,
            name: self
                .names
                .get(&held.organisation)
                .cloned()
                .unwrap_or_default(),
            home: held.organisation == placement.home,
            roles: held.rule_roles.iter().copied().collect(),
        };
        placement.memberships.iter().map(one).collect()
    }
}

/// Whether anybody would notice: which rule gave something is no change by itself.
fn is_visible(before: &Placement, after: &Placement) -> bool {
    facts(before) != facts(after)
}

fn facts(placement: &Placement) -> Value {
    let mut held: Vec<&Held> = placement.memberships.iter().collect();
    held.sort_unstable_by_key(|held| held.organisation);
    let held = held
        .iter()
        .map(|held| json!([held.organisation, held.rule_roles]));
    json!([placement.home, held.collect::<Vec<_>>()])
}

/// A plan while it is counted.
struct Tally {
    hash: Sha256,
    people: u64,
    changed: u64,
    joining: u64,
    leaving: u64,
    roles: u64,
    homes: u64,
}

impl Tally {
    fn begin(stored: &StoredMapping, draft: &MappingDraft) -> Self {
        let mut hash = Sha256::new();
        hash.update(json!([stored.version, draft]).to_string());
        Self {
            hash,
            people: 0,
            changed: 0,
            joining: 0,
            leaving: 0,
            roles: 0,
            homes: 0,
        }
    }

    /// Counts a person, if the mapping would change anything.
    fn take(&mut self, linked: &LinkedPerson, checked: &Checked) -> Option<PlannedPerson> {
        let (before, after) = (&linked.placement, checked.place(linked));
        if !is_visible(before, &after) {
            return None;
        }
        let line = json!([linked.user, facts(before), facts(&after)]);
        self.hash.update(line.to_string());
        self.changed += 1;
        self.homes += u64::from(before.home != after.home);
        for held in &after.memberships {
            match before.of(held.organisation) {
                None => self.joining += 1,
                Some(old) => self.roles += u64::from(old.rule_roles != held.rule_roles),
            }
        }
        let gone = |held: &&Held| after.of(held.organisation).is_none();
        self.leaving += before.memberships.iter().filter(gone).count() as u64;
        Some(checked.planned(linked, &after))
    }

    fn end(self) -> PlanSummary {
        PlanSummary {
            hash: hex(&self.hash.finalize()),
            people: self.people,
            changed: self.changed,
            joining: self.joining,
            leaving: self.leaving,
            roles: self.roles,
            homes: self.homes,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
