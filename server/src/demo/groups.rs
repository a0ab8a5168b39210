//! The providers push their groups.

use std::{collections::HashSet, sync::Arc};

use chrono::TimeDelta;
use scim_schema::{
    dialect::Notes,
    id::ConnectionId,
    resource::{Document, Incoming, parse_resource},
    schema::{ResourceKind, registry, urn},
};
use serde_json::{Map, Value, json};

use super::{
    DemoSummary, Plan, SERVICES, STAFF, Stage,
    district::{self, Team},
    fates::Fate,
    people::{Placed, everybody},
    roster::{self, Origin, Person},
};
use crate::{
    db::DbError,
    ops::{OpError, groups, provisioner::Provisioner},
};

const PUSHED: TimeDelta = TimeDelta::days(34);

/// Whether the last group of all is there.
pub(super) async fn are_complete(stage: &Stage<'_>, base_url: &str) -> Result<bool, OpError> {
    let Some(last) = district::teams(&roster::roster()).pop() else {
        return Ok(true);
    };
    let name = match last.origin {
        Origin::Services => SERVICES.0,
        Origin::Staff | Origin::Local => STAFF.0,
    };
    match stage.connection_of_name(name, base_url).await? {
        Some(connection) => Ok(names(stage, connection).await?.contains(&last.name)),
        None => Ok(false),
    }
}

/// Makes the groups that are missing, in their order.
pub(super) async fn form(
    stage: &Stage<'_>,
    plan: &Arc<Plan>,
    placed: &[Placed],
    summary: &mut DemoSummary,
) -> Result<(), OpError> {
    let mut there = HashSet::new();
    for provisioner in [&plan.staff, &plan.services] {
        there.extend(names(stage, provisioner.id).await?);
    }
    for team in district::teams(&plan.roster) {
        let origin = team.origin;
        let Some(by) = plan.provisioner(origin) else {
            continue;
        };
        if there.contains(&team.name) {
            continue;
        }
        let incoming = Arc::new(incoming(&team, by, &plan.roster, placed)?);
        let plan = Arc::clone(plan);
        stage
            .db
            .write::<_, OpError, _>(&stage.ctx(PUSHED), move |tx| {
                let (plan, incoming) = (Arc::clone(&plan), Arc::clone(&incoming));
                Box::pin(async move {
                    let by = plan.provisioner(origin).ok_or(OpError::NotFound)?;
                    groups::create(tx, by, &incoming).await
                })
            })
            .await?;
        summary.groups += 1;
    }
    Ok(())
}

async fn names(stage: &Stage<'_>, connection: ConnectionId) -> Result<HashSet<String>, OpError> {
    let scope = stage.db.account(stage.account);
    let groups = scope.scim_groups(&everybody(connection), None).await?.items;
    let names = groups.iter().map(|group| {
        let document = Document::from_json_text(&group.document)
            .map_err(|error| DbError::Corrupt(format!("groups.document: {error}")))?;
        Ok(document.display_name().unwrap_or_default().to_owned())
    });
    names.collect()
}

/// What the provider sends.
fn incoming(
    team: &Team,
    by: &Provisioner,
    roster: &[Person],
    placed: &[Placed],
) -> Result<Incoming, OpError> {
    let members: Vec<Value> = team
        .members
        .iter()
        // Whoever was deleted has left every group.
        .filter(|place| roster[**place].fate != Fate::Deleted)
        .filter_map(|place| placed.get(*place)?.link)
        .map(|link| json!({ "value": link }))
        .collect();
    let mut body = Map::new();
    body.insert("schemas".to_owned(), json!([urn::GROUP]));
    body.insert("displayName".to_owned(), team.name.as_str().into());
    body.insert("members".to_owned(), members.into());
    let rt = registry().resource_type(ResourceKind::Group);
    Ok(parse_resource(rt, body, &by.dialect, &mut Notes::new())?)
}
