//! Writes behind SCIM users: one statement each, so that a request's cost can be counted.

use chrono::{DateTime, Utc};
use scim_schema::{
    id::{ConnectionId, GroupId, LinkId, OrganisationId, UserId},
    lifecycle::Axes,
    text::fold,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, UpdateMany,
    sea_query::{Expr, ExprTrait, Query},
};

use super::{
    entity::{group, group_member, membership, scim_link as link, user},
    error::DbError,
    holds::StatusColumns,
    unit::AccountTx,
};

/// Groups of one statement; SQLite takes 32,766 parameters.
const GROUPS_AT_ONCE: usize = 5_000;

/// What the product works with of a person, as a document or a form gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Sign-in name.
    pub user_name: String,
    /// Primary address.
    pub email: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Display name.
    pub display_name: Option<String>,
    /// BCP 47 language tag.
    pub locale: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
}

impl Profile {
    /// The name to show: display name, else given and family name, else user name; an empty one
    /// is none. `members.display` is computed by the same rule where members are read.
    #[must_use]
    pub fn name(&self) -> String {
        if let Some(name) = self.display_name.as_deref().filter(|name| !name.is_empty()) {
            return name.to_owned();
        }
        let [given, family] =
            [&self.given_name, &self.family_name].map(|part| part.as_deref().unwrap_or_default());
        let both = format!("{given} {family}");
        match both.trim_matches(' ') {
            "" => self.user_name.clone(),
            name => name.to_owned(),
        }
    }

    /// Everything the console's search looks through, folded.
    fn search_text(&self) -> String {
        let parts = [
            self.given_name.as_deref(),
            self.family_name.as_deref(),
            Some(self.user_name.as_str()),
            self.email
                .as_deref()
                .filter(|email| *email != self.user_name),
            self.display_name.as_deref(),
        ];
        fold(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

/// A user to insert.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Its id.
    pub id: UserId,
    /// Who it is.
    pub profile: Profile,
    /// First membership and home.
    pub organisation: OrganisationId,
    /// Lifecycle, holds and invitation.
    pub axes: Axes,
    /// `active` of its connection; true without one.
    pub idp_active: bool,
    /// Local administrator that no identity provider can lock out.
    pub break_glass: bool,
    /// Argon2id in PHC form.
    pub password_hash: Option<String>,
}

/// A live link to insert.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// The SCIM `id`.
    pub scim_id: LinkId,
    /// Whose link.
    pub connection: ConnectionId,
    /// To whom.
    pub user: UserId,
    /// `userName` as the provider sent it.
    pub user_name: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// Registered attributes without `active`.
    pub document: String,
    /// What no definition knows.
    pub unmapped: String,
    /// Made here: its provider does not know of it yet.
    pub prepared: bool,
}

/// What changes of a user.
#[derive(Clone, Debug)]
pub struct UserUpdate {
    /// Which version is changed; the new one is the next.
    pub version: i64,
    /// Who it is now; `None` leaves it.
    pub profile: Option<Profile>,
    /// The axes now; `None` leaves them.
    pub axes: Option<Axes>,
    /// `active` of its connection now, or that it is unassigned; `None` leaves it.
    pub idp_active: Option<Option<bool>>,
    /// Whether sessions and tokens of before are refused from now on.
    pub cut_access: bool,
    /// The hash of a new password, in PHC form; `None` leaves it.
    pub password_hash: Option<String>,
    /// When it is purged, or that it is not; `None` leaves it.
    pub purge_at: Option<Option<DateTime<Utc>>>,
}

impl AccountTx {
    /// Inserts a user.
    ///
    /// # Errors
    /// [`DbError::Unique`] with `UserName`, and those of the database.
    pub async fn insert_user(&self, new: &NewUser) -> Result<(), DbError> {
        user::Entity::insert(self.user_row(new))
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// The row of a new user.
    pub(super) fn user_row(&self, new: &NewUser) -> user::ActiveModel {
        let now = self.ctx().now;
        let status = StatusColumns::of(&new.axes);
        let profile = new.profile.clone();
        user::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(new.id.0),
            kind: Set("person".to_owned()),
            user_name_folded: Set(fold(&profile.user_name)),
            email_folded: Set(profile.email.as_deref().map(fold)),
            given_name_folded: Set(profile.given_name.as_deref().map(fold)),
            family_name_folded: Set(profile.family_name.as_deref().map(fold)),
            display_name_folded: Set(profile.display_name.as_deref().map(fold)),
            name_folded: Set(fold(&profile.name())),
            search_text: Set(profile.search_text()),
            user_name: Set(profile.user_name),
            email: Set(profile.email),
            given_name: Set(profile.given_name),
            family_name: Set(profile.family_name),
            display_name: Set(profile.display_name),
            time_zone: Set(profile.time_zone),
            locale: Set(profile.locale),
            home_organisation_id: Set(new.organisation.0),
            lifecycle: Set(new.axes.lifecycle.as_str().to_owned()),
            invitation: Set(new.axes.invitation.as_str().to_owned()),
            status: Set(status.status.as_str().to_owned()),
            status_rank: Set(status.status_rank),
            hold_kinds: Set(status.hold_kinds),
            idp_active: Set(Some(new.idp_active)),
            break_glass: Set(new.break_glass),
            password_hash: Set(new.password_hash.clone()),
            failed_password_count: Set(0),
            failed_password_at: Set(None),
            last_login_at: Set(None),
            last_active_at: Set(None),
            access_epoch: Set(0),
            purge_at: Set(None),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        }
    }

    /// Inserts a live link.
    ///
    /// # Errors
    /// [`DbError::Unique`] with `LinkExternalId` or `LiveLink`, and those of the database.
    pub async fn insert_link(&self, new: &NewLink) -> Result<(), DbError> {
        let row = link::ActiveModel {
            account_id: Set(self.account().0),
            scim_id: Set(new.scim_id.0),
            connection_id: Set(new.connection.0),
            user_id: Set(Some(new.user.0)),
            user_name_folded: Set(fold(&new.user_name)),
            external_id: Set(new.external_id.clone()),
            document: Set(new.document.clone()),
            unmapped: Set(new.unmapped.clone()),
            state: Set("live".to_owned()),
            linked_at: Set(self.ctx().now),
            ended_at: Set(None),
            last_idp_request_at: Set((!new.prepared).then(|| self.ctx().now)),
            prepared: Set(new.prepared),
        };
        Ok(self.connection.insert(row).await?)
    }

    /// Makes a user a member of an organisation.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_membership(
        &self,
        user: UserId,
        organisation: OrganisationId,
        source: &str,
    ) -> Result<(), DbError> {
        let row = membership::ActiveModel {
            account_id: Set(self.account().0),
            user_id: Set(user.0),
            organisation_id: Set(organisation.0),
            roles: Set("[]".to_owned()),
            parked_roles: Set("[]".to_owned()),
            rule_roles: Set("[]".to_owned()),
            source: Set(source.to_owned()),
            joined_at: Set(self.ctx().now),
        };
        Ok(self.connection.insert(row).await?)
    }

    /// Updates a user that is still at `update.version`; `false` when it is not.
    ///
    /// # Errors
    /// [`DbError::Unique`] with `UserName`, and those of the database.
    pub async fn update_user(&self, user: UserId, update: &UserUpdate) -> Result<bool, DbError> {
        let statement = self.updating(user, update);
        Ok(statement.exec(&self.connection).await?.rows_affected == 1)
    }

    /// The statement of [`Self::update_user`].
    pub(super) fn updating(&self, user: UserId, update: &UserUpdate) -> UpdateMany<user::Entity> {
        use user::Column as C;
        let mut statement = user::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(user.0))
            .filter(C::Version.eq(update.version))
            .col_expr(C::Version, Expr::val(update.version + 1))
            .col_expr(C::UpdatedAt, Expr::val(self.ctx().now));
        if let Some(profile) = &update.profile {
            let columns = [
                (C::UserName, Some(profile.user_name.clone())),
                (C::UserNameFolded, Some(fold(&profile.user_name))),
                (C::Email, profile.email.clone()),
                (C::EmailFolded, profile.email.as_deref().map(fold)),
                (C::GivenName, profile.given_name.clone()),
                (C::GivenNameFolded, profile.given_name.as_deref().map(fold)),
                (C::FamilyName, profile.family_name.clone()),
                (
                    C::FamilyNameFolded,
                    profile.family_name.as_deref().map(fold),
                ),
                (C::DisplayName, profile.display_name.clone()),
                (
                    C::DisplayNameFolded,
                    profile.display_name.as_deref().map(fold),
                ),
                (C::NameFolded, Some(fold(&profile.name()))),
                (C::SearchText, Some(profile.search_text())),
                (C::Locale, profile.locale.clone()),
                (C::TimeZone, profile.time_zone.clone()),
            ];
            for (column, value) in columns {
                statement = statement.col_expr(column, Expr::val(value));
            }
        }
        if let Some(axes) = &update.axes {
            let status = StatusColumns::of(axes);
            statement = statement
                .col_expr(C::Lifecycle, Expr::val(axes.lifecycle.as_str()))
                .col_expr(C::Invitation, Expr::val(axes.invitation.as_str()))
                .col_expr(C::Status, Expr::val(status.status.as_str()))
                .col_expr(C::StatusRank, Expr::val(status.status_rank))
                .col_expr(C::HoldKinds, Expr::val(status.hold_kinds));
        }
        if let Some(active) = update.idp_active {
            statement = statement.col_expr(C::IdpActive, Expr::val(active));
        }
        if update.cut_access {
            statement = statement.col_expr(C::AccessEpoch, Expr::col(C::AccessEpoch).add(1));
        }
        if let Some(hash) = &update.password_hash {
            statement = statement.col_expr(C::PasswordHash, Expr::val(hash.as_str()));
        }
        if let Some(purge_at) = update.purge_at {
            statement = statement.col_expr(C::PurgeAt, Expr::val(purge_at));
        }
        statement
    }

    /// Stores what the provider owns of a user.
    ///
    /// # Errors
    /// [`DbError::Unique`] with `LinkExternalId`, and those of the database.
    pub async fn update_link(&self, new: &NewLink) -> Result<(), DbError> {
        use link::Column as C;
        let update = link::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::ScimId.eq(new.scim_id.0))
            .col_expr(C::UserNameFolded, Expr::val(fold(&new.user_name)))
            .col_expr(C::ExternalId, Expr::val(new.external_id.clone()))
            .col_expr(C::Document, Expr::val(new.document.as_str()))
            .col_expr(C::Unmapped, Expr::val(new.unmapped.as_str()))
            .col_expr(C::LastIdpRequestAt, Expr::val(self.ctx().now))
            .col_expr(C::Prepared, Expr::val(false));
        Ok(self.connection.update(update).await?)
    }

    /// Ends a link: its id answers 404 for ever.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_link(&self, id: LinkId) -> Result<(), DbError> {
        use link::Column as C;
        let update = link::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::ScimId.eq(id.0))
            .col_expr(C::State, Expr::val("ended"))
            .col_expr(C::EndedAt, Expr::val(self.ctx().now));
        Ok(self.connection.update(update).await?)
    }

    /// Takes a user out of every group and answers which those were.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn leave_groups(&self, user: UserId) -> Result<Vec<GroupId>, DbError> {
        use group_member::Column as C;
        // SQLite would look for the user among all members of the account; the groups it finds by
        // the index alone.
        let groups = Query::select()
            .column(C::GroupId)
            .from(group_member::Entity)
            .and_where(C::AccountId.eq(self.account().0))
            .and_where(C::UserId.eq(user.0))
            .to_owned();
        let left = group_member::Entity::delete_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::UserId.eq(user.0))
            .filter(C::GroupId.in_subquery(groups))
            .exec_with_returning(&self.connection)
            .await?;
        let groups: Vec<GroupId> = left.into_iter().map(|row| row.group_id.into()).collect();
        self.touch_groups(&groups).await?;
        Ok(groups)
    }

    /// Raises the versions of groups whose members changed.
    pub(super) async fn touch_groups(&self, groups: &[GroupId]) -> Result<(), DbError> {
        for chunk in groups.chunks(GROUPS_AT_ONCE) {
            let update = group::Entity::update_many()
                .filter(group::Column::AccountId.eq(self.account().0))
                .filter(group::Column::Id.is_in(chunk.iter().map(|group| group.0)))
                .col_expr(
                    group::Column::Version,
                    Expr::col(group::Column::Version).add(1),
                )
                .col_expr(group::Column::UpdatedAt, Expr::val(self.ctx().now));
            self.connection.update(update).await?;
        }
        Ok(())
    }
}
