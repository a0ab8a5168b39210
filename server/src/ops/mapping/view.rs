//! A mapping as the console shows it.

use scim_schema::{
    api::mapping::{MappingView, OrganisationChoice},
    id::ConnectionId,
    organisation::{Node, Tree},
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
fn in_tree_order(organisations: &[Organisation]) -> Vec<OrganisationChoice> {
    let nodes: Vec<Node> = organisations.iter().map(Organisation::node).collect();
    let ordered = Tree::new(&nodes).in_order().into_iter();
    let choice = |(node, depth): (&Node, u32)| OrganisationChoice {
        id: node.id,
        name: node.name.clone(),
        depth,
    };
    ordered.map(choice).collect()
}
