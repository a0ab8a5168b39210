//! Reads of the outbox, and of whom mails go to and tell of.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::mails::MailRow,
    id::{MailId, OrganisationId, UserId},
    lifecycle::{HoldKind, Status},
    mail::{MailKind, MailState},
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{MailPerson, StoredMail, from_row};
use crate::db::{
    accounts::Account,
    administrators::{administrators_select, can_be_at_work},
    entity::{account, hold, mail, organisation, user},
    error::DbError,
    fetch, holds,
    scim_user_writes::Profile,
    scope::AccountScope,
    unit::AccountTx,
};

/// Administrators that are told of one thing.
const ADMINISTRATORS: u64 = 50;

/// Which mails are wanted; newest first.
#[derive(Clone, Debug, Default)]
pub struct MailFilter {
    /// Only in this state.
    pub state: Option<MailState>,
    /// Only of this kind.
    pub kind: Option<MailKind>,
    /// Only to this person.
    pub user: Option<UserId>,
    /// Only older ones than this.
    pub before: Option<MailId>,
    /// Rows at most.
    pub limit: u64,
}

/// Who was locked out within a time and still is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeniedPeople {
    /// Names of the first of them.
    pub names: Vec<String>,
    /// How many there are in all.
    pub total: u64,
}

#[derive(FromQueryResult)]
struct PersonRow {
    id: Uuid,
    user_name: String,
    email: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    display_name: Option<String>,
    lifecycle: String,
    invitation: String,
    hold_kinds: String,
}

#[derive(FromQueryResult)]
struct NameRow {
    given_name: Option<String>,
    family_name: Option<String>,
    display_name: Option<String>,
    user_name: String,
}

#[derive(FromQueryResult)]
struct ReceiverRow {
    user_id: Uuid,
    email: String,
}

impl AccountScope<'_> {
    /// Mails that the filter selects, newest first, and how many there are in all.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mails(&self, filter: &MailFilter) -> Result<(Vec<MailRow>, u64), DbError> {
        use mail::Column as C;
        let mut select = self.selected_mails(filter);
        let total = select.clone().count(self.connection).await?;
        if let Some(before) = filter.before {
            select = select.filter(C::Id.lt(before.0));
        }
        let rows = select
            .order_by_desc(C::Id)
            .limit(filter.limit)
            .all(self.connection)
            .await?;
        let rows: Vec<StoredMail> = rows.into_iter().map(from_row).collect::<Result<_, _>>()?;
        let people = self.mail_people(rows.iter().map(|mail| mail.user)).await?;
        let name = |user: UserId| people.iter().find(|person| person.id == user);
        let rows = rows.iter().map(|mail| {
            let person = name(mail.user);
            mail.row(person.map(|person| person.name.clone()).unwrap_or_default())
        });
        Ok((rows.collect(), total))
    }

    fn selected_mails(&self, filter: &MailFilter) -> sea_orm::Select<mail::Entity> {
        use mail::Column as C;
        let mut select = mail::Entity::find().filter(C::AccountId.eq(self.account.0));
        if let Some(state) = filter.state {
            select = select.filter(C::State.eq(state.as_str()));
        }
        if let Some(kind) = filter.kind {
            select = select.filter(C::Kind.eq(kind.as_str()));
        }
        if let Some(user) = filter.user {
            select = select.filter(C::UserId.eq(user.0));
        }
        select
    }

    /// One mail; `None` when the account has none of this id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mail(&self, id: MailId) -> Result<Option<StoredMail>, DbError> {
        let row = mail::Entity::find()
            .filter(mail::Column::AccountId.eq(self.account.0))
            .filter(mail::Column::Id.eq(id.0))
            .one(self.connection)
            .await?;
        row.map(from_row).transpose()
    }

    /// Mails that should have been tried before `due`, at most `limit`: nobody sends them, since no
    /// mail server was configured or a worker was lost with its job.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn overdue_mails(
        &self,
        due: DateTime<Utc>,
        limit: u64,
    ) -> Result<Vec<MailId>, DbError> {
        use mail::Column as C;
        let open = [MailState::Queued.as_str(), MailState::Sending.as_str()];
        let ids: Vec<Uuid> = mail::Entity::find()
            .select_only()
            .column(C::Id)
            .filter(C::AccountId.eq(self.account.0))
            .filter(C::State.is_in(open))
            .filter(C::NextAttemptAt.lte(due))
            .order_by_asc(C::Id)
            .limit(limit)
            .into_tuple()
            .all(self.connection)
            .await?;
        Ok(ids.into_iter().map(MailId).collect())
    }

    /// The account itself.
    ///
    /// # Errors
    /// [`DbError::Corrupt`] when there is none, and those of the database.
    pub async fn itself(&self) -> Result<Account, DbError> {
        let row = account::Entity::find_by_id(self.account.0)
            .one(self.connection)
            .await?;
        let row = row.ok_or_else(|| DbError::Corrupt("the account is not there".to_owned()))?;
        Ok(Account {
            id: row.id.into(),
            slug: row.slug,
            name: row.name,
        })
    }

    /// Name of an organisation of the account.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn organisation_name(&self, id: OrganisationId) -> Result<Option<String>, DbError> {
        let name = organisation::Entity::find()
            .select_only()
            .column(organisation::Column::Name)
            .filter(organisation::Column::AccountId.eq(self.account.0))
            .filter(organisation::Column::Id.eq(id.0))
            .into_tuple()
            .one(self.connection)
            .await?;
        Ok(name)
    }

    /// Those of these people who are of the account, whatever became of them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mail_people(
        &self,
        ids: impl Iterator<Item = UserId>,
    ) -> Result<Vec<MailPerson>, DbError> {
        use user::Column as C;
        let mut ids: Vec<Uuid> = ids.map(|id| id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let select = Query::select()
            .columns([
                C::Id,
                C::UserName,
                C::Email,
                C::GivenName,
                C::FamilyName,
                C::DisplayName,
                C::Lifecycle,
                C::Invitation,
                C::HoldKinds,
            ])
            .from(user::Entity)
            .and_where(C::AccountId.eq(self.account.0))
            .and_where(C::Id.is_in(ids))
            .to_owned();
        let rows: Vec<PersonRow> = fetch::all(self.connection, &select).await?;
        rows.into_iter().map(person).collect()
    }

    /// Who was locked out from `from` until before `until`, and still is.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn denied_between(
        &self,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
        limit: u64,
    ) -> Result<DeniedPeople, DbError> {
        use user::Column as C;
        let mut select = self.denied(from, until);
        let count = select
            .clone()
            .expr_as(Expr::col((user::Entity, C::Id)).count(), "number")
            .to_owned();
        let total: Option<Counted> = fetch::one(self.connection, &count).await?;
        for column in [C::GivenName, C::FamilyName, C::DisplayName, C::UserName] {
            select.column((user::Entity, column));
        }
        select
            .order_by((user::Entity, C::NameFolded), sea_orm::Order::Asc)
            .limit(limit);
        let rows: Vec<NameRow> = fetch::all(self.connection, &select).await?;
        let names = rows.into_iter().map(|row| {
            let named = Profile {
                user_name: row.user_name,
                given_name: row.given_name,
                family_name: row.family_name,
                display_name: row.display_name,
                ..Profile::default()
            };
            named.name()
        });
        Ok(DeniedPeople {
            names: names.collect(),
            total: total.map_or(0, |total| fetch::unsigned(total.number)),
        })
    }

    fn denied(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> SelectStatement {
        let of = |column| Expr::col((user::Entity, column));
        let held = |column| Expr::col((hold::Entity, column));
        Query::select()
            .from(user::Entity)
            .inner_join(
                hold::Entity,
                held(hold::Column::AccountId)
                    .equals((user::Entity, user::Column::AccountId))
                    .and(held(hold::Column::UserId).equals((user::Entity, user::Column::Id))),
            )
            .and_where(of(user::Column::AccountId).eq(self.account.0))
            .and_where(of(user::Column::Status).eq(Status::Denied.as_str()))
            .and_where(held(hold::Column::Kind).eq(HoldKind::Denied.as_str()))
            .and_where(held(hold::Column::LiftedAt).is_null())
            .and_where(held(hold::Column::Since).gte(from))
            .and_where(held(hold::Column::Since).lt(until))
            .to_owned()
    }
}

#[derive(FromQueryResult)]
struct Counted {
    number: i64,
}

impl AccountTx {
    /// The System Administrators who can sign in, but for `except`, with their addresses; those who
    /// have none are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn administrators_to_tell(
        &self,
        except: Option<UserId>,
    ) -> Result<Vec<(UserId, String)>, DbError> {
        use user::Column as C;
        let mut select = administrators_select(self.account().0, ADMINISTRATORS);
        select
            .column((user::Entity, C::Email))
            .and_where(Expr::col((user::Entity, C::Email)).is_not_null())
            .and_where(can_be_at_work());
        if let Some(except) = except {
            select.and_where(Expr::col((user::Entity, C::Id)).ne(except.0));
        }
        let rows: Vec<ReceiverRow> = fetch::all(&self.connection, &select).await?;
        let rows = rows.into_iter();
        Ok(rows.map(|row| (UserId(row.user_id), row.email)).collect())
    }
}

fn person(row: PersonRow) -> Result<MailPerson, DbError> {
    let named = Profile {
        user_name: row.user_name,
        email: row.email,
        given_name: row.given_name,
        family_name: row.family_name,
        display_name: row.display_name,
        ..Profile::default()
    };
    Ok(MailPerson {
        id: row.id.into(),
        name: named.name(),
        user_name: named.user_name,
        email: named.email,
        axes: holds::axes(&row.lifecycle, &row.invitation, &row.hold_kinds)?,
    })
}
