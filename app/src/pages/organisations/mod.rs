//! `/organisations`: the tree, and what can be done with each of its nodes.

mod archive;
mod branch;
mod form;

use std::collections::BTreeSet;

use leptos::prelude::*;
use scim_schema::{
    api::{
        events::{ChangeEvent, ChangeKind},
        organisations::OrganisationView,
    },
    id::OrganisationId,
    organisation::Act,
    permission::Permission,
};

use self::{
    archive::ArchiveDialog,
    branch::{Branch, first_open},
    form::{CreateDialog, EditDialog, MoveDialog},
};
use crate::{
    api::{self, Call},
    form::{Act as Sending, FormErrors},
    live::News,
    places::Places,
    session::Session,
    text::organisations as words,
    ui::{Empty, Icon, Loaded, PageHead, Present, Remote, SkeletonLines, dynamic, effect, icon},
};

/// What the page fetches.
type Known = Remote<Vec<OrganisationView>>;

/// What is asked or edited; a handle for every button of the tree.
#[derive(Clone, Copy)]
struct Acts {
    known: Known,
    creating: RwSignal<Option<OrganisationView>>,
    editing: RwSignal<Option<OrganisationView>>,
    moving: RwSignal<Option<OrganisationView>>,
    archiving: RwSignal<Option<OrganisationView>>,
    /// For what is done without a question.
    plain: Sending,
}

impl Acts {
    fn new(known: Known) -> Self {
        Self {
            known,
            creating: RwSignal::new(None),
            editing: RwSignal::new(None),
            moving: RwSignal::new(None),
            archiving: RwSignal::new(None),
            plain: Sending::new(RwSignal::new(false)),
        }
    }

    fn begin(self, act: Act, organisation: OrganisationView) {
        match act {
            Act::CreateBelow => self.creating.set(Some(organisation)),
            Act::Edit => self.editing.set(Some(organisation)),
            Act::Move => self.moving.set(Some(organisation)),
            Act::Archive => self.archiving.set(Some(organisation)),
            Act::Unarchive if self.plain.form.begin(FormErrors::default()) => {
                let call = api::organisations::unarchive(organisation.id);
                self.plain.send(call, &[], move |()| {
                    self.known.reload();
                    words::done(act, &organisation.name)
                });
            }
            Act::Unarchive => {}
        }
    }
}

/// The page.
#[component]
pub(crate) fn OrganisationsPage() -> impl IntoView {
    let known = known_organisations();
    Places::get().restore_when(move || known.value().is_some());
    let acts = Acts::new(known);
    let open = RwSignal::new(BTreeSet::<OrganisationId>::new());
    let seen = StoredValue::new(false);
    effect(move || {
        if let Some(all) = known.value()
            && !seen.get_value()
        {
            seen.set_value(true);
            open.set(first_open(&all));
        }
    });
    let content = move |shown: Present<Vec<OrganisationView>>| {
        let empty = Memo::new(move |_| shown.with(|all| all.is_empty()));
        (move || {
            if empty.get() {
                let (title, why) = (words::EMPTY, words::EMPTY_WHY);
                view! { <Empty glyph=Icon::Group title why /> }.into_any()
            } else {
                view! { <Branch shown parent=None acts open /> }.into_any()
            }
        })
        .into_any()
    };
    let failed = dynamic(move || {
        let failed = acts.plain.form.errors().into_iter().next();
        failed.map(|error| {
            view! { <p class="cell-error" role="alert">{icon(Icon::Alert)} {error.message}</p> }
        })
    });
    view! {
        <PageHead title=Signal::stored(words::TITLE.to_owned()) lede=words::LEDE />
        <div class="body">
            {failed}
            <Loaded
                remote=known
                what=words::FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=6 /> })
                content
            />
        </div>
        <CreateDialog acts />
        <EditDialog acts />
        <MoveDialog acts />
        <ArchiveDialog acts />
    }
}

/// The organisations that the person sees, live; none for whoever may see none.
pub(crate) fn known_organisations() -> Known {
    let session = Session::get();
    let may_read = Memo::new(move |_| session.may(Permission::ReadOrganisations));
    let known = Remote::new(move || match may_read.get() {
        true => api::organisations::list(),
        false => Call::known(Vec::new()),
    });
    known.follow(concerns);
    known
}

fn concerns(news: News) -> bool {
    match news {
        News::Resync => true,
        News::Change(ChangeEvent { kind, .. }) => kind == ChangeKind::Organisation,
    }
}
