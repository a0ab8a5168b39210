//! `/conflicts`: people whom a connection sent and who are here already, and one of them.

mod bulk;
mod decide;
mod list;
mod one;
mod query;
mod sides;
mod table;

pub(crate) use list::ConflictsPage;
pub(crate) use one::ConflictPage;

use leptos::prelude::*;
use scim_schema::api::{
    conflicts::{ConflictKind, ConflictPerson},
    events::{ChangeEvent, ChangeKind},
    users::Source,
};

use crate::{
    live::News,
    text::conflicts as words,
    ui::{Family, Icon, lozenge},
};

/// Whether a live update can change what is shown of conflicts.
pub(crate) fn concerns(news: News) -> bool {
    match news {
        News::Resync => true,
        News::Change(ChangeEvent { kind, .. }) => kind == ChangeKind::Conflict,
    }
}

fn kind_view(kind: ConflictKind) -> AnyView {
    let (family, glyph) = match kind {
        ConflictKind::UserName => (Family::Guard, Icon::Warn),
        ConflictKind::Adoption => (Family::Arrive, Icon::User),
        ConflictKind::SamePerson => (Family::Idp, Icon::Users),
        ConflictKind::EmailShared => (Family::Rest, Icon::Mail),
    };
    lozenge(family, glyph, words::kind(kind))
}

/// Where somebody who is here comes from.
fn source_name(person: &ConflictPerson) -> String {
    match &person.source {
        Source::Local => words::LOCAL.to_owned(),
        Source::Connection { name, .. } => name.clone(),
    }
}
