//! `/users/{id}`: one person, live; deleted people too.

mod access;
mod acts;
pub(crate) mod attributes;
mod banner;
mod belonging;
mod groups;
mod head;
mod password_link;
mod profile;
pub(crate) mod provisioning;
mod sessions;
mod summary;

use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use leptos_router::hooks::{use_params_map, use_query_map};
use scim_schema::{
    api::{
        events::{ChangeEvent, ChangeKind},
        users::UserDetail,
    },
    id::UserId,
    permission::Permission,
};

use self::{
    acts::Acts,
    head::{Blocked, Head},
};
use super::{audit::PersonStory, not_found::NotFoundPage};
use crate::{
    api,
    live::News,
    routes,
    session::Session,
    text::{self, user as words},
    ui::{Loaded, PageHead, Present, Remote, SkeletonLines, Tab, Tabs, dynamic, later},
};

/// The user that everything on the page shows; renewed by live updates.
type Shown = Present<UserDetail>;

/// The tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Profile,
    Access,
    Groups,
    Sessions,
    Provisioning,
    Audit,
}

impl Part {
    const ALL: [Self; 6] = [
        Self::Profile,
        Self::Access,
        Self::Groups,
        Self::Sessions,
        Self::Provisioning,
        Self::Audit,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Access => "access",
            Self::Groups => "groups",
            Self::Sessions => "sessions",
            Self::Provisioning => "provisioning",
            Self::Audit => "audit",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Profile => words::TAB_PROFILE,
            Self::Access => words::TAB_ACCESS,
            Self::Groups => words::TAB_GROUPS,
            Self::Sessions => text::account::SESSIONS,
            Self::Provisioning => words::TAB_PROVISIONING,
            Self::Audit => words::TAB_AUDIT,
        }
    }

    /// Whether the person may open it, tracked.
    fn is_for(self, session: Session) -> bool {
        match self {
            Self::Sessions => session.may(Permission::ReadSessions),
            Self::Audit => session.may(Permission::ReadAudit),
            _ => true,
        }
    }

    /// The tab of this word; the first for any other.
    fn parse(word: Option<&str>) -> Self {
        Self::ALL
            .into_iter()
            .find(|part| Some(part.word()) == word)
            .unwrap_or(Self::Profile)
    }

    const fn count(self, user: &UserDetail) -> Option<u64> {
        match self {
            Self::Access if !user.open_holds.is_empty() => Some(user.open_holds.len() as u64),
            Self::Groups => Some(user.group_count as u64),
            Self::Profile | Self::Access | Self::Sessions | Self::Provisioning | Self::Audit => {
                None
            }
        }
    }
}

/// The page of the user in the address.
#[component]
pub(crate) fn UserPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| {
            params
                .get_str("id")
                .and_then(|id| id.parse::<UserId>().ok())
        })
    });
    dynamic(move || match id.get() {
        Some(id) => view! { <OneUser id /> }.into_any(),
        None => view! { <NotFoundPage /> }.into_any(),
    })
}

/// Loads one user and keeps up with changes.
#[component]
fn OneUser(
    /// Who.
    id: UserId,
) -> impl IntoView {
    let remote = Remote::new(move || api::users::one(id));
    remote.follow(move |news| concerns(news, id));
    let content = move |user: Shown| view! { <Page id remote user /> }.into_any();
    view! {
        <Loaded
            remote
            what=words::FAILED
            skeleton=ViewFn::from(|| view! { <SkeletonLines lines=8 /> })
            head=ViewFn::from(|| {
                view! {
                    <PageHead
                        title=Signal::stored(words::USER.to_owned())
                        crumb=(crate::text::users::TITLE, routes::USERS)
                    />
                }
            })
            back=(text::shell::GO_TO_USERS, routes::USERS)
            content
        />
    }
}

fn concerns(news: News, id: UserId) -> bool {
    match news {
        News::Resync => true,
        News::Change(ChangeEvent {
            kind, id: changed, ..
        }) => {
            // A group's change can be this person's membership.
            (kind == ChangeKind::User && changed == id.0) || kind == ChangeKind::Group
        }
    }
}

/// Head, banner, tabs and the open tab.
#[component]
fn Page(
    /// Who.
    id: UserId,
    /// To be fetched again.
    remote: Remote<UserDetail>,
    /// The user.
    user: Shown,
) -> impl IntoView {
    let acts = Acts::new(user, remote);
    let query = use_query_map();
    let open = Memo::new(move |_| query.with(|query| Part::parse(query.get_str("tab"))));
    let session = Session::get();
    let tabs = Signal::derive(move || {
        user.with(|user| {
            let tab = |part: Part| Tab {
                label: part.label(),
                href: routes::user_tab(id, part.word()),
                open: part == open.get(),
                count: part.count(user),
            };
            let shown = Part::ALL.into_iter().filter(|part| part.is_for(session));
            shown.map(tab).collect()
        })
    });
    let part = dynamic(move || match open.get() {
        Part::Profile => view! { <profile::Profile user /> }.into_any(),
        Part::Access => view! { <access::Access user acts /> }.into_any(),
        Part::Groups => later(belonging(user, remote)),
        Part::Sessions => later(door(id, user)),
        Part::Provisioning => later(trace(id, user)),
        Part::Audit => later(story(id)),
    });
    view! {
        <Head user acts />
        <Blocked user />
        <Tabs label=Signal::derive(move || user.with(|user| user.row.name.clone())) tabs />
        <div class="body narrow below-tabs">{part}</div>
    }
}

/// The tab of groups and organisations, with their dialogs.
#[wasm_split(person_belonging, wasm_split_path = ::leptos::wasm_split, fallible)]
fn belonging(user: Shown, remote: Remote<UserDetail>) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <groups::Groups user remote /> }.into_any())
}

/// The tab of sessions, with the acts at the person's door.
#[wasm_split(account, wasm_split_path = ::leptos::wasm_split, fallible)]
fn door(id: UserId, user: Shown) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <sessions::SessionsTab id user /> }.into_any())
}

/// The tab of what the provider knows and sent.
#[wasm_split(person_trace, wasm_split_path = ::leptos::wasm_split, fallible)]
fn trace(id: UserId, user: Shown) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <provisioning::Provisioning id user /> }.into_any())
}

/// The tab of what happened to the person.
#[wasm_split(person_story, wasm_split_path = ::leptos::wasm_split, fallible)]
fn story(id: UserId) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <PersonStory id /> }.into_any())
}

/// A field that is empty says so.
fn or_not_set(value: Option<String>) -> AnyView {
    match value.filter(|value| !value.is_empty()) {
        Some(value) => value.into_any(),
        None => view! { <span class="faint">{words::NOT_SET}</span> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn unknown_tabs_open_the_first() {
        for part in Part::ALL {
            assert_eq!(Part::parse(Some(part.word())), part);
        }
        assert_eq!(Part::parse(Some("licences")), Part::Profile);
        assert_eq!(Part::parse(None), Part::Profile);
    }

    #[test]
    fn the_page_fetches_again_for_its_person_and_for_groups() {
        let id = UserId(Uuid::from_u128(1));
        let change = |kind, id| {
            News::Change(ChangeEvent {
                kind,
                id: Uuid::from_u128(id),
                version: 2,
            })
        };
        assert!(concerns(change(ChangeKind::User, 1), id));
        assert!(!concerns(change(ChangeKind::User, 2), id));
        assert!(concerns(change(ChangeKind::Group, 9), id));
        assert!(!concerns(change(ChangeKind::ProvisioningLog, 1), id));
        assert!(concerns(News::Resync, id));
    }
}
