//! A mapping as the console shows it.

use scim_schema::{
    api::mapping::{MappingView, OrganisationChoice},
    id::{ConnectionId, OrganisationId},
};

use crate::{
    ctx::Ctx,
    db::{Db, Organisation},
    ops::OpError,
};

/// The mapping of a connection with everything that can be chosen in it.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn view(db: &Db, ctx: &Ctx, connection: ConnectionId) -> Result<MappingView, OpError> {
    let account = db.account(ctx.account);
    let stored = account.mapping(connection).await?;
    let stored = stored.ok_or(OpError::NotFound)?;
    Ok(MappingView {
        version: stored.version,
        default_organisation: stored.default_organisation,
        suspended: stored.rules.is_suspended(),
        rules: stored.rules.rules().to_vec(),
        organisations: in_tree_order(&account.organisation_tree().await?),
        people: account.linked_count(connection).await?,
        run: account.mapping_run(connection).await?,
    })
}

/// Each organisation behind its parent, siblings by name.
fn in_tree_order(tree: &[Organisation]) -> Vec<OrganisationChoice> {
    let mut choices = Vec::with_capacity(tree.len());
    let mut open = children(tree, None, 0);
    while let Some((organisation, depth)) = open.pop() {
        choices.push(OrganisationChoice {
            id: organisation.id,
            name: organisation.name.clone(),
            depth,
        });
        open.extend(children(tree, Some(organisation.id), depth + 1));
    }
    choices
}

/// Organisations below another, the first by name last.
fn children(
    tree: &[Organisation],
    parent: Option<OrganisationId>,
    depth: u32,
) -> Vec<(&Organisation, u32)> {
    let mut found: Vec<_> = tree.iter().filter(|one| one.parent == parent).collect();
    found.sort_by(|one, other| (&other.name, other.id).cmp(&(&one.name, one.id)));
    found.into_iter().map(|one| (one, depth)).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn organisation(id: u128, parent: Option<u128>, name: &str) -> Organisation {
        let id_of = |number| OrganisationId(Uuid::from_u128(number));
        Organisation {
            id: id_of(id),
            parent: parent.map(id_of),
            name: name.to_owned(),
        }
    }

    #[test]
    fn children_stand_behind_their_parent_by_name() {
        let tree = [
            organisation(1, None, "District"),
            organisation(2, Some(1), "South"),
            organisation(3, Some(1), "North"),
            organisation(4, Some(3), "Lab"),
        ];
        let choices = in_tree_order(&tree);
        let shown: Vec<_> = choices.iter().map(|one| (&*one.name, one.depth)).collect();
        assert_eq!(
            shown,
            [("District", 0), ("North", 1), ("Lab", 2), ("South", 1)]
        );
    }
}
