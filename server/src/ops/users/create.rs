//! POST /Users (T1, T2): a person arrives.

use scim_schema::{
    api::events::ChangeKind,
    id::{LinkId, UserId},
    lifecycle::{Axes, HoldKind, HoldScope, InvitationState, Lifecycle, OpenHold},
    mapping::Placement,
    resource::{Document, Incoming},
};
use serde_json::json;

use super::{
    adopt::{adopt, sent_user, take_up},
    arrival::{Arrival, decide, named},
    password::HashedPassword,
    profile_of, shared,
    store::password_set,
};
use crate::{
    db::{
        AccountTx, AuditEntry, Change, NewHold, NewLink, NewUser, PlacementChange, ScimUser,
        Written, attribute_values,
    },
    ops::{OpError, mapping::first_placement, provisioner::Provisioner, shadow, unmapped},
};

/// Creates a user with its live link, search values and the memberships that the connection's rules
/// give, or that of its default organisation. `active: false` creates a staged user held by the
/// connection. A local user who is meant is adopted instead.
///
/// # Errors
/// [`OpError::Collision`] when somebody is in the way, [`OpError::Unique`] when `externalId` is
/// taken, and those of the database.
pub async fn create(
    tx: &AccountTx,
    by: &Provisioner,
    incoming: &Incoming,
    password: Option<&HashedPassword>,
) -> Result<Written<ScimUser>, OpError> {
    if by.mode.is_shadow() {
        return shadow::create_user(tx, by, incoming).await;
    }
    let password_hash = HashedPassword::stored(password, incoming.password.as_deref())?;
    let active = incoming.document.active().unwrap_or(true);
    let document = incoming.document.clone().without_active();
    let placement = first_placement(tx, by, &document, active)?;
    let new = NewUser {
        id: UserId(tx.new_id()),
        profile: profile_of(&document),
        organisation: placement.home,
        axes: first_axes(active),
        idp_active: active,
        break_glass: false,
        password_hash: password_hash.clone(),
    };
    if tx.insert_arrival(&new, &named(by, &document)).await? {
        return complete(tx, by, incoming, (&document, new, placement)).await;
    }
    match decide(tx, by, &document).await? {
        Arrival::Adopt(user) => adopt(tx, by, user, incoming, password_hash).await,
        Arrival::TakeUp(link) => take_up(tx, by, link, incoming, password_hash).await,
        Arrival::Refused(refusal) => Err(OpError::Collision(refusal.collision())),
        // Whoever was in the way has gone meanwhile.
        Arrival::New => {
            tx.insert_user(&new).await?;
            complete(tx, by, incoming, (&document, new, placement)).await
        }
        Arrival::Shares(with) => {
            tx.insert_user(&new).await?;
            let about = (new.id, &new.profile);
            let flagged = shared::note(tx, by, about, with, sent_user(incoming)).await?;
            let mut written = complete(tx, by, incoming, (&document, new, placement)).await?;
            written.changes.extend(flagged);
            Ok(written)
        }
    }
}

/// The rest of a user whose row was inserted.
async fn complete(
    tx: &AccountTx,
    by: &Provisioner,
    incoming: &Incoming,
    (document, new, placement): (&Document, NewUser, Placement),
) -> Result<Written<ScimUser>, OpError> {
    let NewUser {
        id: user,
        profile,
        axes,
        idp_active: active,
        password_hash,
        ..
    } = new;
    let link = NewLink {
        scim_id: LinkId(tx.new_id()),
        connection: by.id,
        user,
        user_name: profile.user_name.clone(),
        external_id: document.external_id().map(str::to_owned),
        document: document.to_json_text(),
        unmapped: unmapped::bounded(incoming.unmapped.clone()),
        prepared: false,
    };
    tx.insert_link(&link).await?;
    tx.upsert_attribute_values(user, &attribute_values::rows_of(&by.user_type(), document))
        .await?;
    tx.store_placements(&[PlacementChange {
        user,
        before: Placement::nowhere(placement.home),
        after: placement,
    }])
    .await?;
    if !active {
        tx.follow_hold(user, idp_hold(by), true).await?;
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
        active: Some(active),
        axes,
        break_glass: false,
        administrator: false,
        has_signed_in: false,
        version: 1,
        created: tx.ctx().now,
        last_modified: tx.ctx().now,
        groups: Vec::new(),
    };
    let entry = AuditEntry::done("user.create", "user", user, details);
    let mut written = Written::audited(created, entry);
    written
        .audit
        .extend(password_hash.map(|_| password_set(by, user)));
    Ok(written.announcing(Change::created(ChangeKind::User, user)))
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
