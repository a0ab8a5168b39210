//! One person with everything that the console shows of them.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::users::{
        GroupRef, HoldView, LinkDetail, MembershipOrigin, MembershipView, PendingIdentifier,
        UserDetail,
    },
    id::{ConnectionId, UserId},
    lifecycle::Lifecycle,
    mapping::{MembershipSource, Rule},
    permission::{Reach, capabilities},
    policy::Removal,
    resource::Document,
    schema::ResourceKind,
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::row::{self, Provenance, source_of, user_row};
use crate::{
    ctx::actor_from_columns,
    db::{
        DbError, administrators,
        entity::{
            group, group_member, hold, idp_connection as connection, membership, organisation,
            scim_link as link, user,
        },
        fetch,
        memberships::roles_by_hand,
        organisations::{is_reached, is_within},
        scope::AccountScope,
    },
};

/// Lifted holds shown.
const LIFTED_HOLDS: u64 = 20;
/// Groups named; `group_count` has the number.
const GROUPS: u64 = 200;

#[derive(FromQueryResult)]
struct Extra {
    time_zone: Option<String>,
    locale: Option<String>,
    break_glass: bool,
    updated_at: DateTime<Utc>,
    purge_at: Option<DateTime<Utc>>,
    scim_id: Option<Uuid>,
    external_id: Option<String>,
    linked_at: Option<DateTime<Utc>>,
    last_idp_request_at: Option<DateTime<Utc>>,
    document: Option<String>,
    unmapped: Option<String>,
}

#[derive(FromQueryResult)]
struct MembershipRow {
    organisation_id: Uuid,
    name: String,
    source: String,
    roles: String,
    rule_roles: String,
    joined_at: DateTime<Utc>,
    reached: bool,
}

#[derive(FromQueryResult)]
struct GroupRow {
    id: Uuid,
    display_name: String,
    connection_id: Option<Uuid>,
    connection_name: Option<String>,
}

impl AccountScope<'_> {
    /// One person, deleted ones included; `None` when the account has nobody of this id within the
    /// reach. Of whoever is shared with organisations beyond it, what these and the provider know is
    /// left out (domain.md section 4, *People in several organisations*).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn user_detail(
        &self,
        id: UserId,
        reach: &Reach,
    ) -> Result<Option<UserDetail>, DbError> {
        let mut select = row::select_rows(Provenance::WithDeleted);
        with_extra(&mut select);
        select
            .and_where(Expr::col((user::Entity, user::Column::AccountId)).eq(self.account.0))
            .and_where(Expr::col((user::Entity, user::Column::Id)).eq(id.0))
            .and_where_option(is_within(self.account.0, reach));
        let Some(found) = sea_orm::ConnectionTrait::query_one(self.connection, &select).await?
        else {
            return Ok(None);
        };
        let row = row::Row::from_query_result(&found, "")?;
        let extra = Extra::from_query_result(&found, "")?;
        let roles = administrators::roles_of(self.connection, self.account.0, id.0).await?;
        let (memberships, shared) = self.memberships(id, &row, reach).await?;
        let (groups, group_count) = self.groups_of(id).await?;
        let names = memberships.iter().map(|m| m.name.clone()).collect();
        let corrupt = |column| DbError::Corrupt(format!("users.{column}"));
        let lifecycle = row.lifecycle.parse().map_err(|_| corrupt("lifecycle"))?;
        let what_they_do = memberships
            .iter()
            .flat_map(|membership| membership.roles.iter().chain(&membership.rule_roles));
        let capabilities = capabilities(roles.standing(), what_they_do.copied());
        let administrator = roles.standing().is_administrator();
        let (pending_identifiers, link) = match shared {
            true => (Vec::new(), None),
            false => (
                pending(&row, &extra, administrator)?,
                self.link_detail(&row, &extra).await?,
            ),
        };
        let deletion = match lifecycle {
            Lifecycle::Deleted => Some(self.deletion(id, extra.updated_at, extra.purge_at).await?),
            _ => None,
        };
        let policies = self.policies_of_memberships(id).await?;
        Ok(Some(UserDetail {
            removal: Removal::strictest(&policies).into(),
            given_name: row.given_name.clone(),
            family_name: row.family_name.clone(),
            display_name: row.display_name.clone(),
            lifecycle,
            invitation: row.invitation.parse().map_err(|_| corrupt("invitation"))?,
            pending_identifiers,
            roles: roles.account,
            open_holds: self.holds_of(id, true).await?,
            lifted_holds: self.holds_of(id, false).await?,
            link,
            row: user_row(row, names)?,
            time_zone: extra.time_zone,
            locale: extra.locale,
            break_glass: extra.break_glass,
            updated_at: extra.updated_at,
            memberships,
            groups,
            group_count,
            deletion,
            acts: Vec::new(),
            capabilities,
            permissions: Vec::new(),
            shared,
            password_link: false,
        }))
    }

    /// The link with its document as SCIM answers it; what the connection does not expose any more is
    /// among what no definition knows.
    async fn link_detail(
        &self,
        row: &row::Row,
        extra: &Extra,
    ) -> Result<Option<LinkDetail>, DbError> {
        let (Some(scim_id), Some(connection), Some(linked_at)) =
            (extra.scim_id, row.connection_id, extra.linked_at)
        else {
            return Ok(None);
        };
        let connection = ConnectionId(connection);
        let document = extra.document.as_deref().filter(|text| !text.is_empty());
        let document = document.unwrap_or("{}");
        let document = Document::from_json_text(document)
            .map_err(|error| DbError::Corrupt(format!("scim_links.document: {error}")))?;
        let mut unmapped = object("unmapped", extra.unmapped.as_deref())?;
        let dialect = self.connection_dialect(connection).await?;
        let shown = match &dialect {
            Some(dialect) => {
                let users = dialect.resource_type(ResourceKind::User);
                let hidden = Document::default().with_hidden_of(users, &document);
                add_hidden(&mut unmapped, hidden);
                document.without_hidden(users)
            }
            None => document,
        };
        Ok(Some(LinkDetail {
            scim_id: scim_id.into(),
            connection,
            connection_name: row.connection_name.clone().unwrap_or_default(),
            external_id: extra.external_id.clone(),
            linked_at,
            last_idp_request_at: extra.last_idp_request_at,
            attributes: shown.into_map(),
            unmapped,
        }))
    }

    /// Open holds, oldest first, or lifted ones, newest first.
    async fn holds_of(&self, id: UserId, open: bool) -> Result<Vec<HoldView>, DbError> {
        use hold::Column as H;
        let select = hold::Entity::find()
            .filter(H::AccountId.eq(self.account.0))
            .filter(H::UserId.eq(id.0));
        let select = if open {
            select.filter(H::LiftedAt.is_null()).order_by_asc(H::Since)
        } else {
            select
                .filter(H::LiftedAt.is_not_null())
                .order_by_desc(H::LiftedAt)
                .limit(LIFTED_HOLDS)
        };
        let rows = select.order_by_asc(H::Id).all(self.connection).await?;
        rows.into_iter().map(hold_view).collect()
    }

    /// Memberships within the reach, home first, and whether there are others.
    async fn memberships(
        &self,
        id: UserId,
        user: &row::Row,
        reach: &Reach,
    ) -> Result<(Vec<MembershipView>, bool), DbError> {
        use membership::Column as M;
        let reached = is_reached(self.account.0, reach).unwrap_or_else(|| Expr::val(true));
        let select = Query::select()
            .column((membership::Entity, M::OrganisationId))
            .column((membership::Entity, M::Source))
            .column((membership::Entity, M::Roles))
            .column((membership::Entity, M::RuleRoles))
            .expr_as(reached, "reached")
            .column((membership::Entity, M::JoinedAt))
            .column((organisation::Entity, organisation::Column::Name))
            .from(membership::Entity)
            .inner_join(
                organisation::Entity,
                Expr::col((organisation::Entity, organisation::Column::AccountId))
                    .equals((membership::Entity, M::AccountId))
                    .and(
                        Expr::col((organisation::Entity, organisation::Column::Id))
                            .equals((membership::Entity, M::OrganisationId)),
                    ),
            )
            .and_where(Expr::col((membership::Entity, M::AccountId)).eq(self.account.0))
            .and_where(Expr::col((membership::Entity, M::UserId)).eq(id.0))
            .order_by((membership::Entity, M::JoinedAt), Order::Asc)
            .order_by((membership::Entity, M::OrganisationId), Order::Asc)
            .to_owned();
        let rows: Vec<MembershipRow> = fetch::all(self.connection, &select).await?;
        let (rows, beyond): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.reached);
        let rules = match user.connection_id {
            Some(connection) if rows.iter().any(|row| row.source.starts_with("rule:")) => {
                let mapping = self.mapping(ConnectionId(connection)).await?;
                mapping.map_or_else(Vec::new, |mapping| mapping.rules.rules().to_vec())
            }
            _ => Vec::new(),
        };
        let views = rows
            .into_iter()
            .map(|row| membership_view(row, user, &rules));
        let mut memberships = views.collect::<Result<Vec<_>, _>>()?;
        memberships.sort_by_key(|membership| !membership.home);
        Ok((memberships, !beyond.is_empty()))
    }

    /// The first groups of a user by name, and how many there are.
    async fn groups_of(&self, id: UserId) -> Result<(Vec<GroupRef>, u32), DbError> {
        use group::Column as G;
        use group_member::Column as M;
        let select = Query::select()
            .column((group::Entity, G::Id))
            .column((group::Entity, G::DisplayName))
            .column((group::Entity, G::ConnectionId))
            .expr_as(
                Expr::col((connection::Entity, connection::Column::Name)),
                "connection_name",
            )
            .from(group_member::Entity)
            .inner_join(
                group::Entity,
                Expr::col((group::Entity, G::AccountId))
                    .equals((group_member::Entity, M::AccountId))
                    .and(
                        Expr::col((group::Entity, G::Id))
                            .equals((group_member::Entity, M::GroupId)),
                    ),
            )
            .join(
                JoinType::LeftJoin,
                connection::Entity,
                Expr::col((connection::Entity, connection::Column::AccountId))
                    .equals((group::Entity, G::AccountId))
                    .and(
                        Expr::col((connection::Entity, connection::Column::Id))
                            .equals((group::Entity, G::ConnectionId)),
                    ),
            )
            .and_where(Expr::col((group_member::Entity, M::AccountId)).eq(self.account.0))
            .and_where(Expr::col((group_member::Entity, M::UserId)).eq(id.0))
            .order_by((group::Entity, G::DisplayNameFolded), Order::Asc)
            .order_by((group::Entity, G::Id), Order::Asc)
            .limit(GROUPS)
            .to_owned();
        let rows: Vec<GroupRow> = fetch::all(self.connection, &select).await?;
        let mut count = rows.len() as u64;
        if count == GROUPS {
            count = group_member::Entity::find()
                .filter(M::AccountId.eq(self.account.0))
                .filter(M::UserId.eq(id.0))
                .count(self.connection)
                .await?;
        }
        let groups = rows
            .into_iter()
            .map(|row| GroupRef {
                id: row.id.into(),
                display_name: row.display_name,
                source: source_of(row.connection_id, row.connection_name),
            })
            .collect();
        Ok((groups, u32::try_from(count).unwrap_or(u32::MAX)))
    }
}

fn membership_view(
    row: MembershipRow,
    user: &row::Row,
    rules: &[Rule],
) -> Result<MembershipView, DbError> {
    let corrupt = |column: &str| DbError::Corrupt(format!("memberships.{column}"));
    let origin = match row.source.parse().map_err(|_| corrupt("source"))? {
        MembershipSource::Local => MembershipOrigin::Local,
        MembershipSource::Invitation => MembershipOrigin::Invitation,
        MembershipSource::Default => MembershipOrigin::Default,
        MembershipSource::Rule(id) => MembershipOrigin::Rule {
            name: rules
                .iter()
                .find(|rule| rule.id == id)
                .map(|rule| rule.name.clone()),
        },
    };
    let (administrator, roles) = roles_by_hand(&row.roles)?;
    Ok(MembershipView {
        organisation: row.organisation_id.into(),
        name: row.name,
        home: row.organisation_id == user.home_organisation_id,
        origin,
        administrator,
        roles,
        rule_roles: serde_json::from_str(&row.rule_roles).map_err(|_| corrupt("rule_roles"))?,
        joined_at: row.joined_at,
        removable: false,
    })
}

fn with_extra(select: &mut SelectStatement) {
    use link::Column as L;
    use user::Column as U;
    for column in [
        U::TimeZone,
        U::Locale,
        U::BreakGlass,
        U::UpdatedAt,
        U::PurgeAt,
    ] {
        select.column((user::Entity, column));
    }
    for column in [
        L::ScimId,
        L::ExternalId,
        L::LinkedAt,
        L::LastIdpRequestAt,
        L::Document,
        L::Unmapped,
    ] {
        select.column((link::Entity, column));
    }
}

/// What is hidden stands beside what the provider sent since.
fn add_hidden(unmapped: &mut Map<String, Value>, hidden: Document) {
    for (urn, value) in hidden.into_map() {
        match (unmapped.get_mut(&urn), value) {
            (Some(Value::Object(newer)), Value::Object(older)) => {
                for (name, value) in older {
                    newer.entry(name).or_insert(value);
                }
            }
            (None, value) => {
                unmapped.insert(urn, value);
            }
            (Some(_), _) => {}
        }
    }
}

/// What the live link's document says of an administrator and does not hold here.
fn pending(
    row: &row::Row,
    extra: &Extra,
    has_role: bool,
) -> Result<Vec<PendingIdentifier>, DbError> {
    let document = extra.document.as_deref();
    let Some(text) = document.filter(|_| has_role || extra.break_glass) else {
        return Ok(Vec::new());
    };
    let document = Document::from_json_text(text)
        .map_err(|error| DbError::Corrupt(format!("scim_links.document: {error}")))?;
    let sent = [
        (
            "userName",
            Some(row.user_name.clone()),
            document.user_name(),
        ),
        ("emails", row.email.clone(), document.primary_email()),
    ];
    let pending = sent.into_iter().filter_map(|(attribute, here, sent)| {
        (here.as_deref() != sent).then(|| PendingIdentifier {
            attribute: attribute.to_owned(),
            here,
            sent: sent.map(str::to_owned),
        })
    });
    Ok(pending.collect())
}

fn object(column: &str, text: Option<&str>) -> Result<Map<String, Value>, DbError> {
    match text {
        None | Some("") => Ok(Map::new()),
        Some(text) => serde_json::from_str(text)
            .map_err(|error| DbError::Corrupt(format!("scim_links.{column}: {error}"))),
    }
}

fn hold_view(row: hold::Model) -> Result<HoldView, DbError> {
    let corrupt = |column| DbError::Corrupt(format!("holds.{column}"));
    let lifted_by = row.lifted_by_kind.map(|kind| {
        let name = row.lifted_by_name.unwrap_or_default();
        actor_from_columns(&kind, row.lifted_by_id, name)
    });
    Ok(HoldView {
        id: row.id.into(),
        kind: row.kind.parse().map_err(|_| corrupt("kind"))?,
        scope: row.scope.parse().map_err(|_| corrupt("scope"))?,
        placed_by: actor_from_columns(&row.source_kind, Some(row.source_id), row.source_name),
        reason: row.reason,
        since: row.since,
        until: row.until,
        lifted_at: row.lifted_at,
        lifted_by,
    })
}
