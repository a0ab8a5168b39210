//! Demonstration data: a school district with people of two identity providers and some of its
//! own, made by the same verbs that requests call. Nobody in it has a password or a usable token.

mod body;
mod chance;
mod district;
mod fates;
mod groups;
mod history;
mod mails;
mod names;
mod people;
mod requests;
mod roster;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::connections::ConnectionMode,
    dialect::{ConnectionKind, Dialect},
    id::{AccountId, ConnectionId, OrganisationId, RequestId, ScimTokenId},
    permission::Reach,
    scope::Scopes,
    text::fold,
};
use serde_json::json;

use crate::{
    clock::Clock,
    ctx::Ctx,
    db::{AuditEntry, Db, Organisation, Written},
    ids::Ids,
    ops::{OpError, connections, provisioner::Provisioner},
};
use district::{NAME, SITES, TIME_ZONE};
use roster::{Origin, Person};

/// Names and kinds of the two connections, and how many days ago each got the token it uses now.
/// That of the second provider runs out in some weeks.
const STAFF: (&str, ConnectionKind, i64) = ("Okta", ConnectionKind::Okta, 96);
const SERVICES: (&str, ConnectionKind, i64) = ("Entra ID", ConnectionKind::Entra, 325);
/// What a first start calls the account; any other name was chosen and stays.
const UNNAMED: &str = "Rollcall";
/// How long ago the district began with all this.
const BEGUN: TimeDelta = TimeDelta::days(620);

/// What a start added; all zero when the demonstration was there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DemoSummary {
    /// Organisations below the root.
    pub organisations: usize,
    /// People.
    pub people: usize,
    /// Groups.
    pub groups: usize,
}

impl DemoSummary {
    /// Whether this start added nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Fills an account with the district "Northfield Unified". `base_url` is the SCIM base URL without
/// a trailing slash. Once the data is complete another call adds nothing, whatever was changed
/// since; a call that was interrupted is completed by the next.
///
/// # Errors
/// [`OpError::Conflict`] with a sentence when the account has people beside its administrators, or a
/// connection of the same name that is not the demonstration's; and those of the database.
pub async fn seed(
    db: &Db,
    clock: &Clock,
    ids: &Ids,
    account: AccountId,
    base_url: &str,
) -> Result<DemoSummary, OpError> {
    let stage = Stage {
        db,
        ids,
        account,
        now: clock.now(),
    };
    let mut summary = DemoSummary::default();
    let existing = db.account(account).organisation_tree().await?;
    let begun = SITES
        .iter()
        .any(|site| of_name(&existing, site.name).is_some());
    if begun && groups::are_complete(&stage, base_url).await? {
        return Ok(summary);
    }
    if !begun {
        stage.refuse_real_people().await?;
        stage.refuse_taken_names(base_url).await?;
    }
    let sites = stage.organisations(&existing, &mut summary).await?;
    let staff = stage.connection(STAFF, base_url, &sites).await?;
    let services = stage.connection(SERVICES, base_url, &sites).await?;
    let plan = Arc::new(Plan {
        roster: roster::roster(),
        sites,
        staff,
        services,
    });
    let placed = people::place(&stage, &plan, &mut summary).await?;
    history::happen(&stage, &plan, &placed).await?;
    mails::recall(&stage, &plan, &placed).await?;
    requests::log(&stage, &plan, &placed).await?;
    // The last group is the mark of completeness, so groups come last.
    groups::form(&stage, &plan, &placed, &mut summary).await?;
    Ok(summary)
}

/// What every part of the data is made with.
struct Plan {
    roster: Vec<Person>,
    /// Organisations in the order of [`SITES`].
    sites: Vec<OrganisationId>,
    staff: Provisioner,
    services: Provisioner,
}

impl Plan {
    /// The connection that a person or group belongs to.
    fn provisioner(&self, origin: Origin) -> Option<&Provisioner> {
        match origin {
            Origin::Staff => Some(&self.staff),
            Origin::Services => Some(&self.services),
            Origin::Local => None,
        }
    }
}

/// Where the data goes.
struct Stage<'d> {
    db: &'d Db,
    ids: &'d Ids,
    account: AccountId,
    now: DateTime<Utc>,
}

impl Stage<'_> {
    /// The context of something that happened `ago`.
    fn ctx(&self, ago: TimeDelta) -> Arc<Ctx> {
        let request = RequestId(self.ids.uuid_v7(self.now));
        Arc::new(Ctx::system(self.account, "demo", request, self.now - ago))
    }

    /// Invented people among real ones could not be told apart or taken away again. Those who
    /// administer this very server may look at the demonstration.
    async fn refuse_real_people(&self) -> Result<(), OpError> {
        const MANY: u64 = 1_000;
        let counts = self
            .db
            .account(self.account)
            .user_counts(&Reach::Account)
            .await?;
        let people: u64 = counts.by_status.iter().map(|(_, number)| number).sum();
        let administrators = self
            .db
            .write::<_, OpError, _>(&self.ctx(TimeDelta::zero()), |tx| {
                Box::pin(
                    async move { Ok(Written::unchanged(tx.system_administrators(MANY).await?)) },
                )
            })
            .await?;
        if people <= u64::try_from(administrators.len()).unwrap_or(MANY) {
            return Ok(());
        }
        Err(OpError::Conflict(
            "This data folder has people already, and the invented ones of the demonstration would mix with them. Give the demonstration a folder of its own with --data, for example --data ./data/demo.".to_owned(),
        ))
    }

    /// A connection of this name that is not ours would get our people.
    async fn refuse_taken_names(&self, base_url: &str) -> Result<(), OpError> {
        for (name, ..) in [STAFF, SERVICES] {
            if self.connection_of_name(name, base_url).await?.is_some() {
                return Err(OpError::Conflict(format!(
                    "The demonstration needs the name {name} for a connection of its own, and this account has one already. Give the demonstration another data folder with --data."
                )));
            }
        }
        Ok(())
    }

    async fn connection_of_name(
        &self,
        name: &str,
        base_url: &str,
    ) -> Result<Option<ConnectionId>, OpError> {
        let connections = self
            .db
            .account(self.account)
            .connections(None, base_url)
            .await?;
        let found = connections
            .into_iter()
            .find(|connection| fold(&connection.name) == fold(name));
        Ok(found.map(|connection| connection.id))
    }

    /// The district's sites below the root, those that are missing made in one unit.
    async fn organisations(
        &self,
        existing: &[Organisation],
        summary: &mut DemoSummary,
    ) -> Result<Vec<OrganisationId>, OpError> {
        let found: Vec<Option<OrganisationId>> = SITES
            .iter()
            .map(|site| of_name(existing, site.name))
            .collect();
        summary.organisations = found.iter().filter(|id| id.is_none()).count();
        let unnamed = existing
            .iter()
            .any(|organisation| organisation.parent.is_none() && organisation.name == UNNAMED);
        self.db
            .write::<_, OpError, _>(&self.ctx(BEGUN), move |tx| {
                let found = found.clone();
                Box::pin(async move {
                    let root = tx.root_organisation().await?;
                    let mut written = Written::unchanged(());
                    if unnamed {
                        tx.rename_account(NAME).await?;
                        let details = json!({ "before": UNNAMED, "after": NAME });
                        let account = tx.account();
                        let entry = AuditEntry::done("account.rename", "account", account, details);
                        written.audit.push(entry);
                    }
                    let mut sites = Vec::with_capacity(SITES.len());
                    for (site, found) in SITES.iter().zip(found) {
                        if let Some(id) = found {
                            sites.push(id);
                            continue;
                        }
                        let id = tx.insert_organisation(root, site.name, TIME_ZONE).await?;
                        let details = json!({ "name": site.name, "parent": root });
                        written.audit.push(AuditEntry::done(
                            "organisation.create",
                            "organisation",
                            id,
                            details,
                        ));
                        sites.push(id);
                    }
                    Ok(written.map(|()| sites))
                })
            })
            .await
    }

    /// The connection of this name, made unless it is there. Its tokens are told to nobody.
    async fn connection(
        &self,
        (name, kind, rotated): (&str, ConnectionKind, i64),
        base_url: &str,
        sites: &[OrganisationId],
    ) -> Result<Provisioner, OpError> {
        let id = match self.connection_of_name(name, base_url).await? {
            Some(id) => id,
            None => {
                let ctx = self.ctx(BEGUN);
                connections::create(self.db, &ctx, self.ids, name, kind)
                    .await?
                    .connection
            }
        };
        self.rotate(id, base_url, TimeDelta::days(rotated)).await?;
        let office = sites.first().copied().ok_or(OpError::NotFound)?;
        Ok(Provisioner {
            id,
            name: name.to_owned(),
            dialect: Dialect::of(kind),
            default_organisation: office,
            adopt_existing: true,
            rules: Arc::default(),
            base_url: base_url.to_owned(),
            mode: ConnectionMode::Live,
        })
    }
}

impl Stage<'_> {
    /// A token works for a year and the district is older: each connection has got another one
    /// since, and the first was revoked.
    async fn rotate(
        &self,
        connection: ConnectionId,
        base_url: &str,
        ago: TimeDelta,
    ) -> Result<(), OpError> {
        let scope = self.db.account(self.account);
        let views = scope.connections(Some(connection), base_url).await?;
        let expired: Vec<ScimTokenId> = views
            .iter()
            .flat_map(|view| &view.tokens)
            .filter(|token| token.expires_at <= self.now)
            .map(|token| token.id)
            .collect();
        if expired.is_empty() {
            return Ok(());
        }
        let ctx = self.ctx(ago);
        connections::new_token(self.db, &ctx, self.ids, connection, Scopes::all()).await?;
        for token in expired {
            connections::revoke_token(self.db, &ctx, None, connection, token).await?;
        }
        Ok(())
    }
}

fn of_name(organisations: &[Organisation], name: &str) -> Option<OrganisationId> {
    organisations
        .iter()
        .find(|organisation| organisation.parent.is_some() && organisation.name == name)
        .map(|organisation| organisation.id)
}

#[cfg(test)]
mod tests;
