//! Attributes of a connection beyond the SCIM schemas: what it exposes, and what arrived without a
//! definition.

mod arrived;
mod expose;
mod exposed;

use std::time::Duration;

use leptos::prelude::*;
use scim_schema::{
    api::{
        attributes::ConnectionAttributes,
        events::{ChangeEvent, ChangeKind},
    },
    id::{AttributeDefinitionId, ConnectionId},
};

use self::{
    arrived::Arrived,
    expose::ExposeDialog,
    exposed::{Exposed, HideDialog},
};
use crate::{
    api,
    live::News,
    text::attributes as words,
    ui::{
        Family, Icon, Loaded, Notice, Present, Remote, Show, SkeletonLines, dynamic, effect, icon,
    },
};

/// How often is looked whether values are still being read.
const READING_AGAIN: Duration = Duration::from_secs(2);

/// What the dialog begins with: nothing chosen, or an attribute with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    definition: AttributeDefinitionId,
    defined_name: String,
    urn: String,
    name: String,
}

/// What the parts of the section share.
#[derive(Clone, Copy)]
struct Context {
    id: ConnectionId,
    attributes: Remote<ConnectionAttributes>,
    may_manage: Memo<bool>,
    exposing: RwSignal<bool>,
    /// The attribute that the dialog moves; `None` to expose another one.
    moving: RwSignal<Option<Place>>,
    hiding: RwSignal<Option<Place>>,
}

/// The section.
#[component]
pub(super) fn AttributesSection(
    /// Whose.
    id: ConnectionId,
    /// Whether the person may change them.
    may_manage: Memo<bool>,
) -> impl IntoView {
    let attributes = Remote::new(move || api::attributes::of_connection(id));
    attributes.follow(move |news| concerns(news, id));
    // The end of a job is no change that anybody is told of.
    effect(move || {
        if attributes.value().is_some_and(|shown| shown.reading) {
            attributes.reload_in(READING_AGAIN);
        }
    });
    let context = Context {
        id,
        attributes,
        may_manage,
        exposing: RwSignal::new(false),
        moving: RwSignal::new(None),
        hiding: RwSignal::new(None),
    };
    let content = move |shown: Present<ConnectionAttributes>| {
        view! {
            <Reading shown />
            <Exposed context shown />
            <div class="row">{move || expose_button(context)}</div>
            <Arrived context shown />
        }
        .into_any()
    };
    let note = dynamic(move || {
        let count = attributes.value().map(|shown| shown.exposed.len());
        count.map(words::exposed_note)
    });
    view! {
        <section class="section" data-testid="attributes">
            <header>
                <h2>{words::SECTION}</h2>
                <p>{note}</p>
            </header>
            <Loaded
                remote=attributes
                what=words::SECTION_FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=3 /> })
                content
            />
        </section>
        <ExposeDialog context />
        <HideDialog context />
    }
}

fn expose_button(context: Context) -> Option<AnyView> {
    let open = move |_| {
        context.moving.set(None);
        context.exposing.set(true);
    };
    context.may_manage.get().then(|| {
        view! {
            <button class="btn" type="button" on:click=open>
                {icon(Icon::Plus)}
                {words::EXPOSE}
            </button>
        }
        .into_any()
    })
}

/// People change what arrived; the connection and the account's attributes what is exposed.
fn concerns(news: News, only: ConnectionId) -> bool {
    match news {
        News::Resync => true,
        News::Change(ChangeEvent { kind, id, .. }) => match kind {
            ChangeKind::Connection | ChangeKind::ProvisioningLog => id == only.0,
            ChangeKind::AttributeDefinition => true,
            ChangeKind::User
            | ChangeKind::Group
            | ChangeKind::Conflict
            | ChangeKind::Alert
            | ChangeKind::Mail => false,
        },
    }
}

/// While values follow a change.
#[component]
fn Reading(
    /// The attributes.
    shown: Present<ConnectionAttributes>,
) -> impl IntoView {
    let reading = Memo::new(move |_| shown.with(|shown| shown.reading));
    view! {
        <div role="status">
            <Show when=move || reading.get()>
                <Notice family=Family::Arrive glyph=Icon::Clock>
                    <strong>{words::READING}</strong>
                    <br />
                    {words::READING_WHY}
                </Notice>
            </Show>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_section_follows_its_connection_and_the_definitions() {
        let id = ConnectionId(Uuid::from_u128(1));
        let change = |kind, id| {
            News::Change(ChangeEvent {
                kind,
                id: Uuid::from_u128(id),
                version: 0,
            })
        };
        assert!(concerns(change(ChangeKind::AttributeDefinition, 9), id));
        assert!(concerns(change(ChangeKind::Connection, 1), id));
        assert!(!concerns(change(ChangeKind::Connection, 2), id));
        assert!(!concerns(change(ChangeKind::User, 1), id));
    }
}
