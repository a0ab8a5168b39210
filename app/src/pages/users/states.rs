//! The table's other states: nobody, a page that is gone, an address with strange parts.

use leptos::prelude::*;
use scim_schema::{
    api::{problem::ErrorCode, users::UserCounts},
    lifecycle::Status,
    permission::Permission,
};

use super::{Context, ListQuery};
use crate::{
    pages::Counts,
    routes,
    session::Session,
    text::users as words,
    ui::{Empty, Family, Icon, Notice, Show, dynamic, icon, optional},
};

/// Nobody in this view, or for these words and filters.
#[component]
pub(super) fn NobodyHere(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let query = context.query;
    let counts = use_context::<Counts>();
    let deleted = move || {
        let counts = counts.and_then(|counts| counts.0.value())?;
        let (people, path) = query.with(|query| among_deleted(query, &counts))?;
        Some(view! {
            <a class="btn" href=path>
                {words::search_deleted(people)}
            </a>
        })
    };
    let clear = move |_| context.show(&query.get_untracked().everybody(), false);
    dynamic(move || {
        let (words_searched, in_view) = query.with(|query| {
            let only_view = query.q.is_empty() && !query.narrows_beside();
            (
                query.q.clone(),
                only_view && super::views::is_view(&query.statuses),
            )
        });
        let title = if in_view {
            words::EMPTY_VIEW.to_owned()
        } else {
            words::no_match(&words_searched)
        };
        view! {
            <Empty glyph=Icon::Search title why=words::NO_MATCH_WHY>
                <button class="btn" type="button" on:click=clear>
                    {icon(Icon::X)}
                    {words::CLEAR_SEARCH}
                </button>
                {move || deleted()}
            </Empty>
        }
    })
}

/// How many deleted people a search left out, and the address that searches them.
fn among_deleted(query: &ListQuery, counts: &UserCounts) -> Option<(u64, String)> {
    if query.q.is_empty() || query.statuses.contains(&Status::Deleted) {
        return None;
    }
    let deleted = |(status, _): &&(Status, u64)| *status == Status::Deleted;
    let (_, people) = counts.by_status.iter().find(deleted)?;
    (*people > 0).then(|| (*people, query.with_statuses(&[Status::Deleted]).path()))
}

/// First use, below the table: whoever looks at the list is in it, so it is never quite empty.
#[component]
pub(super) fn FirstUse(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let session = Session::get();
    let counts = use_context::<Counts>();
    let alone = Memo::new(move |_| {
        let counts = counts.and_then(|counts| counts.0.value());
        let connections = context.connections.value();
        counts.is_some_and(|counts| counts.all <= 1)
            && connections.is_some_and(|connections| connections.is_empty())
            && context.query.with(|query| !query.is_narrowed())
    });
    let connect = move || {
        session.may(Permission::ReadConnections).then(|| {
            view! {
                <a class="btn primary" href=routes::PROVISIONING>
                    {icon(Icon::Plug)}
                    {words::CONNECT}
                </a>
            }
        })
    };
    view! {
        <Show when=move || alone.get()>
            <Empty glyph=Icon::Users title=words::EMPTY why=words::EMPTY_WHY>
                {move || connect()}
            </Empty>
        </Show>
    }
}

/// A cursor that no longer fits the list: trying again would not help, the first page does.
#[component]
pub(super) fn StaleCursor(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let stale = Memo::new(move |_| {
        context
            .answer
            .error()
            .is_some_and(|error| error.code() == Some(ErrorCode::InvalidCursor))
    });
    view! {
        <Show when=move || stale.get()>
            <div role="alert">
                <Notice family=Family::Pause glyph=Icon::Warn>
                    <strong>{words::CURSOR_GONE}</strong>
                    " "
                    <a href=move || context.query.with(|query| query.first_page().path())>
                        {words::FIRST_PAGE}
                    </a>
                </Notice>
            </div>
        </Show>
    }
}

/// Parts of the address that mean nothing here.
#[component]
pub(super) fn IgnoredParts(
    /// What the parts share.
    context: Context,
    /// Those parts.
    ignored: Memo<Vec<String>>,
) -> impl IntoView {
    let notice = optional(move || {
        let parts = ignored.get();
        (!parts.is_empty()).then(|| {
            let said = words::ignored(&parts);
            view! {
                    <div class="notice-row" role="status">
                        <Notice family=Family::Rest glyph=Icon::Info>
                            {said} " "
                            <a href=move || context.query.with(ListQuery::path)>
                                {words::IGNORED_DISMISS}
                            </a>
                        </Notice>
                    </div>
            }
        })
    });
    view! { {notice} }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_that_left_deleted_people_out_leads_to_them() {
        let mut counts = UserCounts::default();
        let mut query = ListQuery {
            q: "ada".to_owned(),
            ..ListQuery::default()
        };
        assert_eq!(among_deleted(&query, &counts), None);
        counts.by_status.push((Status::Deleted, 3));
        let found = among_deleted(&query, &counts);
        assert_eq!(found, Some((3, "/users?q=ada&status=deleted".to_owned())));
        query.statuses = vec![Status::Deleted];
        assert_eq!(among_deleted(&query, &counts), None);
        assert_eq!(among_deleted(&ListQuery::default(), &counts), None);
    }
}
