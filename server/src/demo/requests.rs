//! What the providers sent lately: the rows of the provisioning log that belong to what happened.

use std::{cmp::Reverse, sync::Arc};

use chrono::TimeDelta;
use scim_schema::{
    api::provisioning_log::{LogAct, LogEffect, LogFacts},
    dialect::ConnectionKind,
    id::{ProvisioningRequestId, ScimTokenId, UserId},
    resource::ScimError,
    schema::urn,
};
use serde_json::{Value, json};

use super::{
    Plan, Stage,
    body::deactivation,
    fates::Fate,
    people::Placed,
    roster::{Origin, Person},
};
use crate::{
    db::{LogFilter, NewLogRow, Written},
    ops::{OpError, provisioner::Provisioner},
};

/// One request and its answer.
struct Request {
    ago: TimeDelta,
    method: &'static str,
    path: String,
    status: u16,
    decision: String,
    error: Option<ScimError>,
    body: Option<Value>,
    users: Vec<UserId>,
    facts: LogFacts,
}

impl Request {
    fn new(ago: TimeDelta, method: &'static str, path: impl Into<String>) -> Self {
        Self {
            ago,
            method,
            path: path.into(),
            status: 200,
            decision: String::new(),
            error: None,
            body: None,
            users: Vec::new(),
            facts: LogFacts::default(),
        }
    }

    fn finding(mut self, found: u64) -> Self {
        self.facts.found = Some(found);
        self
    }

    /// What it did to somebody.
    fn doing(mut self, act: LogAct, placed: Placed) -> Self {
        self.facts.effects.push(LogEffect {
            act,
            id: placed.user.0,
            name: None,
            attributes: Vec::new(),
            members: None,
        });
        self
    }

    fn answered(mut self, status: u16, decision: &str) -> Self {
        self.status = status;
        decision.clone_into(&mut self.decision);
        self
    }

    fn refused(mut self, error: ScimError) -> Self {
        self.status = error.status;
        self.decision.clone_from(&error.detail);
        self.error = Some(error);
        self
    }

    fn sending(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    fn touching(mut self, placed: Placed) -> Self {
        self.users.push(placed.user);
        self
    }
}

/// Fills the log of each connection that has none yet, and notes when its token was last used.
pub(super) async fn log(stage: &Stage<'_>, plan: &Plan, placed: &[Placed]) -> Result<(), OpError> {
    let scope = stage.db.account(stage.account);
    for origin in [Origin::Staff, Origin::Services] {
        let Some(by) = plan.provisioner(origin) else {
            continue;
        };
        let filter = LogFilter {
            connection: Some(by.id),
            limit: 1,
            ..LogFilter::default()
        };
        if !scope.log_rows(&filter).await?.is_empty() {
            continue;
        }
        let views = scope.connections(Some(by.id), &by.base_url).await?;
        let newest = views.iter().flat_map(|view| &view.tokens).next();
        let Some(token) = newest.map(|token| token.id) else {
            continue;
        };
        let requests = requests(plan, placed, origin, by);
        store(stage, by, token, requests).await?;
    }
    Ok(())
}

async fn store(
    stage: &Stage<'_>,
    by: &Provisioner,
    token: ScimTokenId,
    mut requests: Vec<Request>,
) -> Result<(), OpError> {
    // Ids rise, and the log is read by id: the oldest comes first.
    requests.sort_by_key(|request| Reverse(request.ago));
    let Some(last) = requests.last().map(|request| request.ago) else {
        return Ok(());
    };
    let row = |(place, request)| row(stage, by, token, place, request);
    let rows: Arc<Vec<NewLogRow>> = Arc::new((0_u64..).zip(requests).map(row).collect());
    stage
        .db
        .write::<_, OpError, _>(&stage.ctx(last), move |tx| {
            let rows = Arc::clone(&rows);
            Box::pin(async move {
                tx.insert_log_rows(&rows).await?;
                tx.touch_scim_token(token).await?;
                Ok(Written::bookkeeping(()))
            })
        })
        .await
}

fn row(
    stage: &Stage<'_>,
    by: &Provisioner,
    token: ScimTokenId,
    place: u64,
    request: Request,
) -> NewLogRow {
    let at = stage.now - request.ago;
    let error = request.error.as_ref();
    NewLogRow {
        id: ProvisioningRequestId(stage.ids.uuid_v7(at)),
        connection: by.id,
        token,
        at,
        method: request.method.to_owned(),
        path: request.path,
        status: request.status,
        scim_type: error
            .and_then(|error| error.scim_type)
            .map(|kind| kind.keyword().to_owned()),
        decision: request.decision,
        duration_us: 900 + place * 1_370 % 4_100,
        request: None,
        statements: None,
        facts: request.facts,
        notes: Vec::new(),
        response_body: error.map(|error| error.to_json().to_string()),
        request_body: request.body.map(|body| body.to_string()),
        users: request.users,
        subjects: Vec::new(),
    }
}

/// What the provider sent, in no order.
fn requests(plan: &Plan, placed: &[Placed], origin: Origin, by: &Provisioner) -> Vec<Request> {
    let kind = by.dialect.kind;
    let people = || {
        plan.roster
            .iter()
            .zip(placed.iter().copied())
            .filter(move |(person, _)| person.origin == origin)
    };
    let mut requests: Vec<Request> = people()
        .filter_map(|(person, placed)| fateful(person, placed, kind))
        .collect();
    let at_work: Vec<(&Person, Placed)> = people()
        .filter(|(person, _)| person.fate == Fate::AtWork)
        .collect();
    // Spread over the roster.
    let somebody = |number: usize| at_work[number * 37 % at_work.len()];
    if at_work.is_empty() {
        return requests;
    }
    requests.push(collision(somebody(1), TimeDelta::minutes(1_571)));
    let gone = people().find(|(person, _)| person.fate == Fate::Deleted);
    if let Some((_, placed)) = gone {
        requests.extend(gone_already(placed, TimeDelta::minutes(412)));
    }
    let minutes = [11, 12, 51, 52, 290, 1_490, 1_491, 2_930, 4_372];
    for (number, minutes) in (2..).zip(minutes) {
        requests.push(look_up(somebody(number), TimeDelta::minutes(minutes)));
    }
    requests.push(
        Request::new(TimeDelta::minutes(10), "GET", "/Groups").answered(200, "Listed groups"),
    );
    requests
}

/// The request by which a person's fate came, if it came from the provider.
fn fateful(person: &Person, placed: Placed, kind: ConnectionKind) -> Option<Request> {
    let (ago, link) = (person.befell?, placed.link?);
    let path = format!("/Users/{link}");
    let request = match person.fate {
        Fate::DisabledByIdp | Fate::SuspendedAndDisabled => Request::new(ago, "PATCH", path)
            .answered(200, "Changed the user")
            .doing(LogAct::DisableUser, placed)
            .sending(Value::Object(deactivation(kind))),
        Fate::Deleted => Request::new(ago, "DELETE", path)
            .answered(204, "Deleted the user")
            .doing(LogAct::DeleteUser, placed),
        _ => return None,
    };
    Some(request.touching(placed))
}

/// Providers look somebody up by name before they create or change.
fn look_up((_, placed): (&Person, Placed), ago: TimeDelta) -> Request {
    Request::new(ago, "GET", "/Users")
        .answered(200, "Listed users")
        .finding(1)
        .touching(placed)
}

/// The provider creates somebody who is there.
fn collision((person, placed): (&Person, Placed), ago: TimeDelta) -> Request {
    let taken = ScimError::uniqueness("userName", "is taken by another user of the account");
    let body = json!({
        "schemas": [urn::USER],
        "userName": person.address(),
        "name": { "givenName": person.given, "familyName": person.family },
        "active": true,
    });
    Request::new(ago, "POST", "/Users")
        .refused(taken)
        .sending(body)
        .touching(placed)
}

/// The provider asks for somebody whom it deleted.
fn gone_already(placed: Placed, ago: TimeDelta) -> Option<Request> {
    let error = ScimError::status(404, "This connection has no resource with that id");
    let path = format!("/Users/{}", placed.link?);
    Some(
        Request::new(ago, "GET", path)
            .refused(error)
            .touching(placed),
    )
}
