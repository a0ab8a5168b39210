//! POST /Users (T1, T2): a person arrives.

use scim_schema::{
    api::events::ChangeKind,
    id::{LinkId, UserId},
    lifecycle::{Axes, HoldKind, HoldScope, InvitationState, Lifecycle, OpenHold},
    resource::Incoming,
};
use serde_json::json;

use super::profile_of;
use crate::{
    db::{
        AccountTx, AuditEntry, Change, NewHold, NewLink, NewUser, ScimUser, Written,
        attribute_values,
    },
    ops::{OpError, provisioner::Provisioner, unmapped},
};

/// Creates a user with its live link, search values and membership of the connection's default
/// organisation. `active: false` creates a staged user held by the connection.
///
/// # Errors
/// [`OpError::Unique`] when `userName` or `externalId` is taken, and those of the database.
pub async fn create(
    tx: &AccountTx,
    by: &Provisioner,
    incoming: &Incoming,
) -> Result<Written<ScimUser>, OpError> {
    let active = incoming.document.active().unwrap_or(true);
    let document = incoming.document.clone().without_active();
    let user = UserId(tx.new_id());
    let axes = first_axes(active);
    let profile = profile_of(&document);
    tx.insert_user(&NewUser {
        id: user,
        profile: profile.clone(),
        organisation: by.default_organisation,
        axes: axes.clone(),
        idp_active: active,
        break_glass: false,
        password_hash: None,
    })
    .await?;
    let link = NewLink {
        scim_id: LinkId(tx.new_id()),
        connection: by.id,
        user,
        user_name: profile.user_name.clone(),
        external_id: document.external_id().map(str::to_owned),
        document: document.to_json_text(),
        unmapped: unmapped::bounded(incoming.unmapped.clone()),
    };
    tx.insert_link(&link).await?;
    tx.upsert_attribute_values(user, &attribute_values::rows_of(&document))
        .await?;
    tx.insert_membership(user, by.default_organisation, "local")
        .await?;
    if !active {
        tx.insert_hold(user, idp_hold(by)).await?;
    }
    let details = json!({
        "userName": profile.user_name,
        "name": profile.name(),
        "connection": by.name,
        "active": active,
    });
    let created = ScimUser {
        scim_id: link.scim_id,
        user,
        document: link.document,
        unmapped: link.unmapped,
        active,
        axes,
        break_glass: false,
        version: 1,
        created: tx.ctx().now,
        last_modified: tx.ctx().now,
        groups: Vec::new(),
    };
    let entry = AuditEntry::done("user.create", "user", user, details);
    Ok(Written::audited(created, entry).announcing(Change::created(ChangeKind::User, user)))
}

fn first_axes(active: bool) -> Axes {
    let (lifecycle, holds) = if active {
        (Lifecycle::Active, Vec::new())
    } else {
        (Lifecycle::Staged, vec![IDP_DISABLED])
    };
    Axes {
        lifecycle,
        holds,
        invitation: InvitationState::NotSent,
    }
}

/// What `active: false` means here (T9).
pub(super) const IDP_DISABLED: OpenHold = OpenHold {
    kind: HoldKind::IdpDisabled,
    scope: HoldScope::Account,
};

/// The hold of a connection that sent `active: false`.
pub(super) fn idp_hold(by: &Provisioner) -> NewHold {
    NewHold {
        kind: IDP_DISABLED.kind,
        scope: IDP_DISABLED.scope,
        source: by.actor(),
        reason: Some("sent active=false".to_owned()),
        until: None,
    }
}
