//! Saved views: named sets of statuses, shown as tabs with their counts.

use scim_schema::{api::users::UserCounts, lifecycle::Status};

use super::query::ListQuery;
use crate::{text::users as words, ui::Tab};

struct View {
    label: &'static str,
    statuses: &'static [Status],
}

const VIEWS: [View; 7] = [
    View {
        label: words::VIEW_ALL,
        statuses: &[],
    },
    View {
        label: words::VIEW_ACTIVE,
        statuses: &[Status::Active],
    },
    View {
        label: words::VIEW_INVITED,
        statuses: &[Status::Invited],
    },
    View {
        label: words::VIEW_REFUSED,
        statuses: &[Status::Banned, Status::Suspended, Status::Denied],
    },
    View {
        label: words::VIEW_IDP,
        statuses: &[Status::IdpDisabled],
    },
    View {
        label: words::VIEW_DORMANT,
        statuses: &[Status::Inactive],
    },
    View {
        label: words::VIEW_ARCHIVED,
        statuses: &[Status::Archived],
    },
];

/// Whether a saved view stands for these statuses, so that no chip has to.
pub(super) fn is_view(statuses: &[Status]) -> bool {
    VIEWS.iter().any(|view| view.statuses == statuses)
}

/// The tabs: a view starts without words and source, in the present order.
pub(super) fn tabs(query: &ListQuery, counts: Option<&UserCounts>) -> Vec<Tab> {
    let tab = |view: &View| Tab {
        label: view.label,
        href: query.everybody().with_statuses(view.statuses).path(),
        open: query.statuses == view.statuses,
        count: counts.map(|counts| count(view, counts)),
    };
    VIEWS.iter().map(tab).collect()
}

fn count(view: &View, counts: &UserCounts) -> u64 {
    if view.statuses.is_empty() {
        return counts.all;
    }
    counts
        .by_status
        .iter()
        .filter(|(status, _)| view.statuses.contains(status))
        .map(|(_, n)| n)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_counts_all_its_statuses() {
        let counts = UserCounts {
            all: 100,
            by_status: vec![
                (Status::Active, 80),
                (Status::Suspended, 4),
                (Status::Banned, 3),
            ],
        };
        let tabs = tabs(&ListQuery::default(), Some(&counts));
        let counted: Vec<_> = tabs.iter().map(|tab| tab.count).collect();
        assert_eq!(counted, [100, 80, 0, 7, 0, 0, 0].map(Some));
    }

    #[test]
    fn the_open_tab_is_the_one_with_the_present_statuses() {
        let query = ListQuery::default().with_statuses(&[
            Status::Denied,
            Status::Suspended,
            Status::Banned,
        ]);
        let tabs = tabs(&query, None);
        let open: Vec<_> = tabs.iter().filter(|tab| tab.open).collect();
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].label, words::VIEW_REFUSED);
        assert_eq!(open[0].href, "/users?status=banned%2Csuspended%2Cdenied");
        assert!(!is_view(&[Status::Staged]));
    }
}
