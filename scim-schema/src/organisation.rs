//! The tree of an account's organisations (domain.md section 1): what it may look like, and in which
//! order it is shown.

mod belonging;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet},
    fmt,
    str::FromStr,
};

use serde::{Deserialize, Serialize};

pub use belonging::{Belonging, Misfit, Plan, home_after, plan};

use crate::{
    id::OrganisationId,
    lifecycle::word_enum,
    permission::{Permission, Reach, Standing},
    prepare::forbidden_in_name,
    text::fold,
};

/// Longest name, in characters.
pub const NAME_MAX: usize = 100;
/// Levels of a tree, the root's included.
pub const LEVELS_MAX: usize = 10;
/// Organisations of an account, archived ones included: every school of a large state.
pub const ORGANISATIONS_MAX: usize = 10_000;
/// Organisations of one person.
pub const MEMBERSHIPS_MAX: usize = 100;

/// An organisation as far as its place in the tree goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The organisation.
    pub id: OrganisationId,
    /// The one above it; `None` for the root.
    pub parent: Option<OrganisationId>,
    /// For people.
    pub name: String,
    /// Whether it is out of use.
    pub archived: bool,
}

/// Why an organisation does not go to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misplaced {
    /// It is the root: everything else is below it.
    #[error("The root of the account stays where it is.")]
    Root,
    /// There is no such parent.
    #[error("There is no such organisation. Choose another one.")]
    NoParent,
    /// The parent is out of use.
    #[error("This organisation is archived. Choose another one, or take it back first.")]
    ArchivedParent,
    /// The parent is the organisation itself or below it.
    #[error("An organisation cannot be below itself. Choose one that is not below it.")]
    Cycle,
    /// Something would be too far below the root.
    #[error("Organisations are nested at most {LEVELS_MAX} levels deep. Choose one further up.")]
    TooDeep,
}

/// All organisations of an account.
#[derive(Clone, Debug)]
pub struct Tree<'n> {
    nodes: HashMap<OrganisationId, &'n Node>,
    children: HashMap<Option<OrganisationId>, Vec<&'n Node>>,
}

impl<'n> Tree<'n> {
    /// The tree of these; whoever names a parent that is not among them counts as a root.
    #[must_use]
    pub fn new(nodes: &'n [Node]) -> Self {
        let by_id: HashMap<_, _> = nodes.iter().map(|node| (node.id, node)).collect();
        let mut children: HashMap<_, Vec<&Node>> = HashMap::new();
        for node in nodes {
            let parent = node.parent.filter(|parent| by_id.contains_key(parent));
            children.entry(parent).or_default().push(node);
        }
        for siblings in children.values_mut() {
            // The first by name is taken from the end.
            siblings.sort_by_cached_key(|node| std::cmp::Reverse((fold(&node.name), node.id)));
        }
        Self {
            nodes: by_id,
            children,
        }
    }

    /// The organisation of this id.
    #[must_use]
    pub fn node(&self, id: OrganisationId) -> Option<&'n Node> {
        self.nodes.get(&id).copied()
    }

    /// Each organisation behind its parent with its level from 0, siblings by name.
    #[must_use]
    pub fn in_order(&self) -> Vec<(&'n Node, u32)> {
        let mut ordered = Vec::with_capacity(self.nodes.len());
        let mut open = self.below(None, 0);
        while let Some((node, level)) = open.pop() {
            ordered.push((node, level));
            open.extend(self.below(Some(node.id), level + 1));
        }
        ordered
    }

    fn below(&self, parent: Option<OrganisationId>, level: u32) -> Vec<(&'n Node, u32)> {
        let children = self.children.get(&parent).map_or(&[][..], Vec::as_slice);
        children.iter().map(|node| (*node, level)).collect()
    }

    /// Whether `one` is `above` or below it.
    #[must_use]
    pub fn is_within(&self, one: OrganisationId, above: OrganisationId) -> bool {
        self.upwards(one).any(|node| node.id == above)
    }

    /// From an organisation up to its root, itself first.
    fn upwards(&self, from: OrganisationId) -> impl Iterator<Item = &'n Node> {
        let mut seen = HashSet::new();
        let mut next = self.node(from);
        std::iter::from_fn(move || {
            let node = next.filter(|node| seen.insert(node.id))?;
            next = node.parent.and_then(|parent| self.node(parent));
            Some(node)
        })
    }

    /// Levels from an organisation down to the last one below it, its own included.
    fn height(&self, of: OrganisationId) -> usize {
        let mut height = 0;
        let mut level = vec![of];
        while !level.is_empty() && height <= LEVELS_MAX {
            height += 1;
            let below = level
                .iter()
                .filter_map(|id| self.children.get(&Some(*id)))
                .flatten();
            level = below.map(|node| node.id).collect();
        }
        height
    }

    /// Whether a new organisation, or the one that `moved` names, can be below `parent`.
    ///
    /// # Errors
    /// Why not.
    pub fn place(
        &self,
        moved: Option<OrganisationId>,
        parent: OrganisationId,
    ) -> Result<(), Misplaced> {
        let moved = moved.and_then(|id| self.node(id));
        if moved.is_some_and(|node| node.parent.is_none()) {
            return Err(Misplaced::Root);
        }
        let above = self.node(parent).ok_or(Misplaced::NoParent)?;
        if above.archived {
            return Err(Misplaced::ArchivedParent);
        }
        if moved.is_some_and(|node| self.is_within(parent, node.id)) {
            return Err(Misplaced::Cycle);
        }
        let height = moved.map_or(1, |node| self.height(node.id));
        match self.upwards(parent).count() + height > LEVELS_MAX {
            true => Err(Misplaced::TooDeep),
            false => Ok(()),
        }
    }

    /// Whether a living organisation below `parent` has this name, `but` one.
    #[must_use]
    pub fn is_taken(
        &self,
        parent: Option<OrganisationId>,
        name: &str,
        but: Option<OrganisationId>,
    ) -> bool {
        let name = fold(name);
        let siblings = self.children.get(&parent).map_or(&[][..], Vec::as_slice);
        let mut others = siblings
            .iter()
            .filter(|node| Some(node.id) != but && !node.archived);
        others.any(|node| fold(&node.name) == name)
    }

    /// Living organisations directly below one, by name.
    #[must_use]
    pub fn living_below(&self, parent: OrganisationId) -> Vec<&'n Node> {
        let below = self.below(Some(parent), 0).into_iter().rev();
        below
            .map(|(node, _)| node)
            .filter(|node| !node.archived)
            .collect()
    }
}

/// Whether an organisation may have this name.
///
/// # Errors
/// What is wrong and what to do, as a sentence.
pub fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("Enter a name.".to_owned());
    }
    if name.chars().count() > NAME_MAX {
        return Err(format!("Use at most {NAME_MAX} characters."));
    }
    match forbidden_in_name(name) {
        Some(_) => Err("Use no control characters and nothing that is invisible.".to_owned()),
        None => Ok(()),
    }
}

word_enum! {
    /// What can be done with an organisation.
    Act {
        /// Create one below it.
        CreateBelow = "create_below",
        /// Change its name or time zone.
        Edit = "edit",
        /// Put it below another one.
        Move = "move",
        /// Take it out of use.
        Archive = "archive",
        /// Take it back into use.
        Unarchive = "unarchive",
    }
}

/// What somebody may do with an organisation that they see, `level` levels below the root.
#[must_use]
pub fn offered(standing: Standing<'_>, node: &Node, level: u32) -> Vec<Act> {
    let manages = standing.reach(Permission::ManageOrganisations) == Some(Reach::Account);
    // The root has the name of the account.
    let is_root = node.parent.is_none();
    let edits = standing.reach(Permission::EditOrganisations).is_some() && (manages || !is_root);
    let has_room = usize::try_from(level).is_ok_and(|level| level + 1 < LEVELS_MAX);
    let is_offered = |act: &Act| match act {
        Act::CreateBelow => manages && !node.archived && has_room,
        Act::Edit => edits && !node.archived,
        Act::Move | Act::Archive => manages && !node.archived && !is_root,
        Act::Unarchive => manages && node.archived,
    };
    Act::ALL.iter().copied().filter(is_offered).collect()
}
