//! Operations that refer to each other in a circle (RFC 7644 section 3.7.1): one unit of work for
//! all of them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use axum::http::StatusCode;
use scim_schema::{
    bulk::{BulkCall, BulkMethod, BulkOperation, BulkTarget, resolve, take_out},
    resource::ScimError,
    schema::ResourceKind,
    scope::Access,
};

use super::{
    Run,
    chunk::{ids_of, note_created},
    outcome::About,
};
use crate::{
    http::scim::{
        answer::Answer,
        desk::Desk,
        exchange::read_new_resource,
        render::{group_location, user_location},
        scope::require,
    },
    ops::{
        OpError,
        circle::{self, CircleCreated, CircleError, CirclePart},
        precondition::EntityTag,
    },
};

impl Run<'_> {
    /// Creates all resources of a circle or none.
    pub(super) async fn circle(&mut self, operations: Vec<(usize, BulkOperation)>) {
        let mut abouts = Vec::with_capacity(operations.len());
        let mut calls = Vec::with_capacity(operations.len());
        for (index, operation) in operations {
            let target = operation.call.as_ref().ok().map(|call| call.target.clone());
            abouts.push((
                index,
                About {
                    method: operation.method,
                    bulk_id: operation.bulk_id,
                    target,
                },
            ));
            calls.push(operation.call);
        }
        let bulk_ids: Vec<String> = abouts
            .iter()
            .map(|(_, about)| about.bulk_id.clone().unwrap_or_default())
            .collect();
        let kinds: Vec<Option<ResourceKind>> = abouts
            .iter()
            .map(|(_, about)| about.target.as_ref().map(|target| target.kind))
            .collect();
        let mut outcome = self.create_circle(calls, &bulk_ids).await;
        for (position, (index, about)) in abouts.into_iter().enumerate() {
            let kind = kinds.get(position).copied().flatten();
            let result = self.part_of(&mut outcome, position, kind);
            let bulk_id = about.bulk_id.clone().unwrap_or_default();
            note_created(&mut self.created, bulk_id, result.as_ref().ok());
            self.outcomes.add(index, about, result);
        }
    }

    async fn create_circle(
        &mut self,
        calls: Vec<Result<BulkCall, ScimError>>,
        bulk_ids: &[String],
    ) -> Result<Vec<CircleCreated>, CircleError> {
        let mut parts = Vec::with_capacity(calls.len());
        for (position, call) in calls.into_iter().enumerate() {
            let part = match call {
                Ok(call) => self.part(call, bulk_ids).await,
                Err(error) => Err(error.into()),
            };
            parts.push(part.map_err(|error| CircleError {
                part: Some(position),
                error,
            })?);
        }
        let (by, parts) = (Arc::clone(&self.exchange.by), Arc::new(parts));
        let sent = Arc::clone(&parts);
        let created = self
            .exchange
            .write::<_, CircleError, _>(move |tx| {
                let (by, parts) = (Arc::clone(&by), Arc::clone(&parts));
                Box::pin(async move { circle::create(tx, &by, &parts).await })
            })
            .await;
        created.inspect_err(|failed| {
            if let Some(part) = failed.part.and_then(|position| sent.get(position)) {
                self.trace.collided(&failed.error, &part.incoming);
            }
        })
    }

    /// One resource of the circle, without its references into it.
    async fn part(
        &mut self,
        mut call: BulkCall,
        bulk_ids: &[String],
    ) -> Result<CirclePart, OpError> {
        let positions: HashMap<&str, usize> = bulk_ids
            .iter()
            .enumerate()
            .map(|(position, bulk_id)| (bulk_id.as_str(), position))
            .collect();
        let inside: HashSet<&str> = positions.keys().copied().collect();
        let taken = take_out(&mut call.data, &inside);
        call.references
            .retain(|bulk_id| !inside.contains(bulk_id.as_str()));
        let ids = ids_of(&self.created, &call.references)?;
        resolve(BulkMethod::Post, &mut call.data, &ids);
        let BulkTarget { kind, .. } = call.target;
        require(self.exchange.scopes, Access::Change(kind))?;
        let dialect = &self.exchange.by.dialect;
        let rt = dialect.resource_type(kind);
        let incoming = read_new_resource(rt, call.data, dialect, &mut self.trace.notes)?;
        let desk = Desk::own(self.exchange);
        Ok(CirclePart {
            kind,
            password: desk.password(incoming.password.as_deref()).await?,
            incoming,
            refers_to: taken
                .iter()
                .filter_map(|bulk_id| positions.get(bulk_id.as_str()).copied())
                .collect(),
        })
    }

    /// What the outcome of the circle means for one of its operations.
    fn part_of(
        &self,
        outcome: &mut Result<Vec<CircleCreated>, CircleError>,
        position: usize,
        kind: Option<ResourceKind>,
    ) -> Result<Answer, OpError> {
        match outcome {
            Ok(created) => {
                let created = created.get_mut(position).ok_or(OpError::NotFound)?;
                let base_url = &self.exchange.by.base_url;
                let location = match kind {
                    Some(ResourceKind::Group) => group_location(base_url, created.id.into()),
                    _ => user_location(base_url, created.id.into()),
                };
                Ok(Answer::empty(StatusCode::CREATED, "Created the resource")
                    .located(location)
                    .tagged(EntityTag::of(created.version))
                    .touching(std::mem::take(&mut created.touched))
                    .noting(std::mem::take(&mut created.notes)))
            }
            Err(failed) if failed.part == Some(position) || failed.part.is_none() => {
                // The cause is told and logged once.
                let cause = std::mem::replace(&mut failed.error, OpError::Busy);
                failed.part = Some(failed.part.unwrap_or(position));
                Err(cause)
            }
            Err(_) => Err(ScimError::status(
                409,
                "Another operation of the same circle of references failed; nothing of the circle was stored",
            )
            .into()),
        }
    }
}
