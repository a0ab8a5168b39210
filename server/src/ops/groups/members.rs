//! Membership changes on a locked group: sets of ids, whatever the size of the group.

use std::collections::{HashMap, HashSet};

use scim_schema::{
    dialect::{Note, Notes},
    id::{GroupId, UserId},
    patch::MemberChange,
    resource::{MemberRef, ScimError},
    schema::ResourceKind,
};
use uuid::Uuid;

use super::roster::Roster;
use crate::{
    db::{AccountTx, Candidate},
    ops::{OpError, mapping::Moved, provisioner::Provisioner},
};

/// Users named in logs and announcements at most.
const TOUCHED_MAX: usize = 200;

/// What happened to the members.
pub(super) struct Outcome {
    pub(super) members_changed: bool,
    /// Users who came or went, some of them when they are many.
    pub(super) touched: Vec<UserId>,
    /// All of them, and groups that came or went.
    pub(super) moved: Moved,
    /// Rewrites that were needed.
    pub(super) notes: Vec<Note>,
}

/// Ids that a list of changes names, each once.
pub(super) fn named_ids<'c>(changes: impl IntoIterator<Item = &'c MemberChange>) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for change in changes {
        match change {
            MemberChange::Add(members) | MemberChange::Replace(members) => {
                ids.extend(members.iter().filter_map(|member| canonical(&member.value)));
            }
            MemberChange::Remove(values) => {
                ids.extend(values.iter().filter_map(|value| canonical(value)));
            }
            MemberChange::RemoveAll | MemberChange::RemoveWhere(_) => {}
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Ids are case-exact (RFC 7643 section 3.1): only the canonical text of a UUID is one.
fn canonical(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text)
        .ok()
        .filter(|id| id.to_string() == text)
}

/// The changes to one group's members while they are carried out.
pub(super) struct Membership<'t> {
    roster: Roster<'t>,
    users: HashMap<Uuid, Uuid>,
    groups: HashSet<Uuid>,
    is_member: HashMap<Uuid, bool>,
    may_close_circle: bool,
    changed: bool,
    moved: Moved,
    notes: Notes,
}

impl<'t> Membership<'t> {
    /// `candidates` are the users among the ids that `changes` name.
    pub(super) async fn begin(
        tx: &'t AccountTx,
        by: &'t Provisioner,
        group: GroupId,
        candidates: &[Candidate],
        named: &[Uuid],
    ) -> Result<Self, OpError> {
        let users: HashMap<Uuid, Uuid> = candidates
            .iter()
            .map(|candidate| (candidate.scim_id, candidate.user))
            .collect();
        let strangers: Vec<Uuid> = named
            .iter()
            .copied()
            .filter(|id| !users.contains_key(id))
            .collect();
        let roster = Roster { tx, by, group };
        Ok(Self {
            groups: roster.groups_among(&strangers).await?,
            roster,
            users,
            is_member: candidates
                .iter()
                .map(|candidate| (candidate.user, candidate.is_member))
                .collect(),
            may_close_circle: false,
            changed: false,
            moved: Moved::default(),
            notes: Notes::new(),
        })
    }

    /// The same, where groups may become members of each other in a circle of several.
    pub(super) fn closing_circles(mut self, allowed: bool) -> Self {
        self.may_close_circle = allowed;
        self
    }

    /// Carries out one change.
    pub(super) async fn apply(&mut self, change: &MemberChange) -> Result<(), OpError> {
        match change {
            MemberChange::Add(members) => self.add(members).await,
            MemberChange::Remove(values) => self.remove(values).await,
            MemberChange::RemoveAll => self.remove_all().await,
            MemberChange::RemoveWhere(filter) => {
                let (users, groups) = self.roster.matching(filter).await?;
                self.remove_users(&users).await?;
                self.remove_groups(&groups).await
            }
            MemberChange::Replace(members) => self.replace(members).await,
        }
    }

    /// What happened.
    pub(super) fn finish(self) -> Outcome {
        let touched = self.moved.users.iter().take(TOUCHED_MAX);
        Outcome {
            members_changed: self.changed,
            touched: touched.map(|user| UserId(*user)).collect(),
            moved: self.moved,
            notes: self.notes.into_vec(),
        }
    }

    /// The users and groups that are meant; an id that the connection does not have is an error,
    /// or left out where the dialect says so (D18).
    fn resolve(&mut self, members: &[MemberRef]) -> Result<(Vec<Uuid>, Vec<Uuid>), OpError> {
        let (mut users, mut groups) = (Vec::new(), Vec::new());
        for member in members {
            let id = canonical(&member.value);
            let user = id.and_then(|id| self.users.get(&id));
            let group = id.filter(|id| self.groups.contains(id));
            match (user, group, member.kind) {
                (Some(user), _, None | Some(ResourceKind::User)) => users.push(*user),
                (_, Some(group), None | Some(ResourceKind::Group)) => groups.push(group),
                _ if self.roster.by.dialect.accept_unknown_member => self.notes.add(
                    "accept_unknown_member",
                    format!("left out the unknown member {}", member.value),
                ),
                (Some(_), _, Some(_)) => return Err(other_kind(member, ResourceKind::User)),
                (_, Some(_), Some(_)) => return Err(other_kind(member, ResourceKind::Group)),
                _ => {
                    let why = format!(
                        "names '{}', which is no user or group of this connection",
                        member.value
                    );
                    return Err(ScimError::invalid_value("members.value", why).into());
                }
            }
        }
        Ok((users, groups))
    }

    async fn add(&mut self, members: &[MemberRef]) -> Result<(), OpError> {
        let (users, groups) = self.resolve(members)?;
        self.add_users(&users).await?;
        self.add_groups(&groups).await
    }

    async fn add_users(&mut self, users: &[Uuid]) -> Result<(), OpError> {
        let new: Vec<Uuid> = users
            .iter()
            .copied()
            .filter(|user| self.is_member.get(user) != Some(&true))
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        if self.roster.add_users(&new).await? > 0 {
            self.note_touched(&new);
        }
        self.is_member
            .extend(new.into_iter().map(|user| (user, true)));
        Ok(())
    }

    async fn add_groups(&mut self, groups: &[Uuid]) -> Result<(), OpError> {
        if groups.is_empty() {
            return Ok(());
        }
        self.roster.lock_nesting().await?;
        let closes_circle = if self.may_close_circle {
            groups.contains(&self.roster.group.0)
        } else {
            self.roster.is_below(groups).await?
        };
        if closes_circle {
            return Err(ScimError::invalid_value(
                "members.value",
                "would make the group a member of itself",
            )
            .into());
        }
        if self.roster.add_groups(groups).await? > 0 {
            self.changed = true;
            self.moved.groups.extend(groups);
        }
        Ok(())
    }

    /// Ids that are no members are no error: what was asked for is already true.
    async fn remove(&mut self, values: &[String]) -> Result<(), OpError> {
        let ids: Vec<Uuid> = values.iter().filter_map(|value| canonical(value)).collect();
        let users: Vec<Uuid> = ids
            .iter()
            .filter_map(|id| self.users.get(id).copied())
            .collect();
        let groups: Vec<Uuid> = ids
            .into_iter()
            .filter(|id| self.groups.contains(id))
            .collect();
        self.remove_users(&users).await?;
        self.remove_groups(&groups).await
    }

    async fn remove_users(&mut self, users: &[Uuid]) -> Result<(), OpError> {
        let present: Vec<Uuid> = users
            .iter()
            .copied()
            .filter(|user| self.is_member.get(user) != Some(&false))
            .collect();
        if present.is_empty() {
            return Ok(());
        }
        if self.roster.remove_users(&present).await? > 0 {
            self.note_touched(&present);
        }
        self.is_member
            .extend(present.into_iter().map(|user| (user, false)));
        Ok(())
    }

    async fn remove_groups(&mut self, groups: &[Uuid]) -> Result<(), OpError> {
        if !groups.is_empty() && self.roster.remove_groups(groups).await? > 0 {
            self.changed = true;
            self.moved.groups.extend(groups);
        }
        Ok(())
    }

    async fn remove_all(&mut self) -> Result<(), OpError> {
        let users: Vec<Uuid> = self.roster.users().await?.into_iter().collect();
        let groups: Vec<Uuid> = self.roster.groups().await?.into_iter().collect();
        self.remove_users(&users).await?;
        self.remove_groups(&groups).await
    }

    /// Only the difference is written: a full push of an unchanged group changes nothing.
    async fn replace(&mut self, members: &[MemberRef]) -> Result<(), OpError> {
        let (users, groups) = self.resolve(members)?;
        let old_users = self.roster.users().await?;
        let old_groups = self.roster.groups().await?;
        self.is_member
            .extend(old_users.iter().map(|user| (*user, true)));
        let keep: HashSet<Uuid> = users.iter().copied().collect();
        let leaving: Vec<Uuid> = old_users.difference(&keep).copied().collect();
        self.remove_users(&leaving).await?;
        let coming: Vec<Uuid> = users
            .into_iter()
            .filter(|user| !old_users.contains(user))
            .collect();
        self.add_users(&coming).await?;
        let keep: HashSet<Uuid> = groups.iter().copied().collect();
        let leaving: Vec<Uuid> = old_groups.difference(&keep).copied().collect();
        self.remove_groups(&leaving).await?;
        let coming: Vec<Uuid> = groups
            .into_iter()
            .filter(|group| !old_groups.contains(group))
            .collect();
        self.add_groups(&coming).await
    }

    fn note_touched(&mut self, users: &[Uuid]) {
        self.changed = true;
        self.moved.users.extend(users);
    }
}

/// A member that is there, as something else than its `type` says.
fn other_kind(member: &MemberRef, is: ResourceKind) -> OpError {
    let said = member.kind.unwrap_or(is);
    let why = format!(
        "is '{said}', but '{}' is a {is}; send its own type or none",
        member.value
    );
    ScimError::invalid_value("members.type", why).into()
}
