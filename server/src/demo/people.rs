//! People arrive: through their provider, or made here.

use std::{collections::HashMap, ops::Range, sync::Arc};

use scim_schema::{
    api::events::ChangeKind,
    id::{ConnectionId, LinkId, OrganisationId, UserId},
    lifecycle::{Axes, InvitationState, Lifecycle},
    resource::Document,
    schema::{ResourceKind, registry},
};
use serde_json::json;

use super::{
    DemoSummary, Plan, Stage,
    body::incoming,
    district::TIME_ZONE,
    fates::Fate,
    roster::{Origin, Person},
};
use crate::{
    db::{
        AccountTx, AuditEntry, Change, DbError, ListQuery, Members, NewUser, Profile, Window,
        Written,
    },
    ops::{OpError, provisioner::Provisioner, users},
};

/// People of one unit of work.
const CHUNK: usize = 50;
/// More than the people of any connection here.
const EVERYBODY: Window = Window {
    offset: 0,
    limit: 5_000,
};

/// Where somebody of the roster is stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) user: UserId,
    /// The live link; `None` for local people.
    pub(super) link: Option<LinkId>,
}

/// Stores everybody who is not stored yet, and answers where all of them are, in the order of the
/// roster.
pub(super) async fn place(
    stage: &Stage<'_>,
    plan: &Arc<Plan>,
    summary: &mut DemoSummary,
) -> Result<Vec<Placed>, OpError> {
    let mut placed = find(stage, plan).await?;
    for chunk in chunks(&plan.roster) {
        let missing: Vec<usize> = chunk.filter(|place| !placed.contains_key(place)).collect();
        let Some(ago) = missing.first().map(|first| plan.roster[*first].arrived) else {
            continue;
        };
        summary.people += missing.len();
        let (plan, known) = (Arc::clone(plan), Arc::new(placed.clone()));
        let missing = Arc::new(missing);
        let arrived = stage
            .db
            .write::<_, OpError, _>(&stage.ctx(ago), move |tx| {
                let (plan, known) = (Arc::clone(&plan), Arc::clone(&known));
                let missing = Arc::clone(&missing);
                Box::pin(async move { arrive(tx, &plan, &known, &missing).await })
            })
            .await?;
        placed.extend(arrived);
    }
    let mut placed: Vec<(usize, Placed)> = placed.into_iter().collect();
    placed.sort_unstable_by_key(|(place, _)| *place);
    Ok(placed.into_iter().map(|(_, placed)| placed).collect())
}

/// Parts of the roster that arrived together, none larger than a unit of work should be.
fn chunks(roster: &[Person]) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let mut start = 0;
    for together in
        roster.chunk_by(|one, other| (one.origin, one.arrived) == (other.origin, other.arrived))
    {
        let end = start + together.len();
        while start < end {
            let next = end.min(start + CHUNK);
            chunks.push(start..next);
            start = next;
        }
    }
    chunks
}

/// Those of an earlier start that was interrupted.
async fn find(stage: &Stage<'_>, plan: &Plan) -> Result<HashMap<usize, Placed>, OpError> {
    let scope = stage.db.account(stage.account);
    let mut by_name: HashMap<String, Placed> = HashMap::new();
    for provisioner in [&plan.staff, &plan.services] {
        let users = scope.scim_users(&everybody(provisioner.id), None).await?;
        for user in users.items {
            let document = Document::from_json_text(&user.document)
                .map_err(|error| DbError::Corrupt(format!("scim_links.document: {error}")))?;
            let name = document.user_name().unwrap_or_default().to_owned();
            let placed = Placed {
                user: user.user,
                link: Some(user.scim_id),
            };
            by_name.insert(name, placed);
        }
    }
    let mut found = HashMap::new();
    for (place, person) in plan.roster.iter().enumerate() {
        let address = person.address();
        let placed = match person.origin {
            Origin::Local => scope.sign_in_user(&address).await?.map(|user| Placed {
                user: user.id,
                link: None,
            }),
            _ => by_name.get(&address).copied(),
        };
        if let Some(placed) = placed {
            found.insert(place, placed);
        }
    }
    Ok(found)
}

pub(super) fn everybody(connection: ConnectionId) -> ListQuery {
    ListQuery {
        connection,
        base_url: String::new(),
        user_type: Arc::clone(registry().resource_type(ResourceKind::User)),
        filter: None,
        sort: None,
        window: EVERYBODY,
        members: Members::None,
    }
}

async fn arrive(
    tx: &AccountTx,
    plan: &Plan,
    known: &HashMap<usize, Placed>,
    places: &[usize],
) -> Result<Written<Vec<(usize, Placed)>>, OpError> {
    let mut written = Written::unchanged(());
    let mut arrived: Vec<(usize, Placed)> = Vec::with_capacity(places.len());
    for &place in places {
        let person = &plan.roster[place];
        let home = plan.sites[person.site];
        let placed = match plan.provisioner(person.origin) {
            None => written.absorb(make(tx, person, home).await?),
            Some(provisioner) => {
                let manager = person.manager.and_then(|manager| {
                    let here = arrived.iter().find(|(place, _)| *place == manager);
                    here.map(|(_, placed)| *placed)
                        .or_else(|| known.get(&manager).copied())?
                        .link
                });
                let by = Provisioner {
                    default_organisation: home,
                    ..provisioner.clone()
                };
                let incoming = incoming(person, manager, &by)?;
                let user = written.absorb(users::create(tx, &by, &incoming, None).await?);
                Placed {
                    user: user.user,
                    link: Some(user.scim_id),
                }
            }
        };
        if let Some(second) = person.second_site {
            tx.insert_membership(placed.user, plan.sites[second], "local")
                .await?;
        }
        arrived.push((place, placed));
    }
    Ok(written.map(|()| arrived))
}

/// Makes somebody who belongs to no provider.
async fn make(
    tx: &AccountTx,
    person: &Person,
    home: OrganisationId,
) -> Result<Written<Placed>, OpError> {
    let id = UserId(tx.new_id());
    let lifecycle = match person.fate {
        Fate::Staged | Fate::Invited => Lifecycle::Staged,
        _ => Lifecycle::Active,
    };
    let invitation = match person.fate {
        Fate::Invited => InvitationState::Sent,
        _ => InvitationState::NotSent,
    };
    let new = NewUser {
        id,
        profile: Profile {
            user_name: person.address(),
            email: Some(person.address()),
            given_name: Some(person.given.to_owned()),
            family_name: Some(person.family.to_owned()),
            display_name: None,
            locale: Some("en-US".to_owned()),
            time_zone: Some(TIME_ZONE.to_owned()),
        },
        organisation: home,
        axes: Axes {
            lifecycle,
            holds: Vec::new(),
            invitation,
        },
        idp_active: true,
        break_glass: false,
        password_hash: None,
    };
    tx.insert_user(&new).await?;
    tx.insert_membership(id, home, "local").await?;
    let details = json!({ "userName": new.profile.user_name, "name": person.name() });
    let entry = AuditEntry::done("user.create", "user", id, details);
    let placed = Placed {
        user: id,
        link: None,
    };
    Ok(Written::audited(placed, entry).announcing(Change::created(ChangeKind::User, id)))
}
