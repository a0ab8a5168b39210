//! The address is the state of the users table: reload, Back and a shared link restore it.

use scim_schema::{
    api::users::{UserQuery, UserSort},
    id::{ConnectionId, OrganisationId},
    lifecycle::Status,
};

use crate::{query::QueryString, routes, text::organisations::roles, ui::SortOrder};

const DEFAULT_LIMIT: u32 = 50;
const MAX_WORDS: usize = 200;

/// Where users come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SourceFilter {
    /// Made here.
    Local,
    /// Owned by a connection.
    Connection(ConnectionId),
}

impl SourceFilter {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "local" => Some(Self::Local),
            id => id.parse().ok().map(Self::Connection),
        }
    }

    /// The word in the address and in the API.
    pub(super) fn word(self) -> String {
        match self {
            Self::Local => "local".to_owned(),
            Self::Connection(id) => id.to_string(),
        }
    }
}

/// What the table shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListQuery {
    /// Words to find.
    pub q: String,
    /// Displayed statuses in their order; none means every living one.
    pub statuses: Vec<Status>,
    /// Where from.
    pub source: Option<SourceFilter>,
    /// Where they belong.
    pub org: Option<OrganisationId>,
    /// What they do: the word of a role.
    pub role: Option<&'static str>,
    /// Column that sorts.
    pub sort: UserSort,
    /// Largest first.
    pub descending: bool,
    /// Place in the list.
    pub cursor: Option<String>,
    /// Rows a page.
    pub limit: u32,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            q: String::new(),
            statuses: Vec::new(),
            source: None,
            org: None,
            role: None,
            sort: UserSort::Name,
            descending: false,
            cursor: None,
            limit: DEFAULT_LIMIT,
        }
    }
}

impl ListQuery {
    /// Reads an address; what it cannot read is ignored and listed.
    pub(super) fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Self, Vec<String>) {
        let mut query = Self::default();
        let mut ignored = Vec::new();
        for (key, value) in pairs {
            if !query.read(key, value) {
                ignored.push(format!("{key}={value}"));
            }
        }
        query.statuses.sort_unstable();
        query.statuses.dedup();
        (query, ignored)
    }

    fn read(&mut self, key: &str, value: &str) -> bool {
        match key {
            "q" => self.q = value.trim().chars().take(MAX_WORDS).collect(),
            "status" => match value.split(',').map(str::parse).collect() {
                Ok(statuses) => self.statuses = statuses,
                Err(_) => return false,
            },
            "source" => match SourceFilter::parse(value) {
                Some(source) => self.source = Some(source),
                None => return false,
            },
            "org" => match value.parse() {
                Ok(org) => self.org = Some(org),
                Err(_) => return false,
            },
            "role" => match roles().find(|role| role.word == value) {
                Some(role) => self.role = Some(role.word),
                None => return false,
            },
            "sort" => {
                let word = value.strip_prefix('-').unwrap_or(value);
                let Ok(sort) = word.parse() else { return false };
                self.sort = sort;
                self.descending = word.len() < value.len();
            }
            "cursor" => self.cursor = Some(value.to_owned()),
            "limit" => match value.parse() {
                Ok(limit @ (25 | 50 | 100)) => self.limit = limit,
                _ => return false,
            },
            _ => return false,
        }
        true
    }

    /// Its address.
    pub(super) fn path(&self) -> String {
        let api = self.api();
        let limit = (self.limit != DEFAULT_LIMIT).then(|| self.limit.to_string());
        QueryString::default()
            .with_some("q", api.q.as_deref())
            .with_some("status", api.status.as_deref())
            .with_some("source", api.source.as_deref())
            .with_some("org", api.org.as_deref())
            .with_some("role", api.role.as_deref())
            .with_some("sort", api.sort.as_deref())
            .with_some("limit", limit.as_deref())
            .with_some("cursor", api.cursor.as_deref())
            .after(routes::USERS)
    }

    /// What is asked of the server.
    pub(super) fn api(&self) -> UserQuery {
        let statuses: Vec<_> = self.statuses.iter().map(|status| status.as_str()).collect();
        UserQuery {
            q: (!self.q.is_empty()).then(|| self.q.clone()),
            status: (!statuses.is_empty()).then(|| statuses.join(",")),
            source: self.source.map(SourceFilter::word),
            org: self.org.map(|org| org.to_string()),
            role: self.role.map(str::to_owned),
            sort: self.sort_word(),
            cursor: self.cursor.clone(),
            limit: Some(self.limit),
        }
    }

    fn sort_word(&self) -> Option<String> {
        match (self.sort, self.descending) {
            (UserSort::Name, false) => None,
            (sort, false) => Some(sort.to_string()),
            (sort, true) => Some(format!("-{sort}")),
        }
    }

    /// Whether anything narrows the list.
    pub(super) fn is_narrowed(&self) -> bool {
        !self.q.is_empty() || !self.statuses.is_empty() || self.narrows_beside()
    }

    /// Whether something beside words and statuses narrows the list.
    pub(super) fn narrows_beside(&self) -> bool {
        self.source.is_some() || self.org.is_some() || self.role.is_some()
    }

    /// How `column` is sorted, if it is.
    pub(super) fn order_of(&self, column: UserSort) -> Option<SortOrder> {
        (self.sort == column).then_some(if self.descending {
            SortOrder::Descending
        } else {
            SortOrder::Ascending
        })
    }

    /// The next of a column's three states: ascending, descending, and back to the list's own order.
    pub(super) fn sorted_by(&self, column: UserSort) -> Self {
        let (sort, descending) = match self.order_of(column) {
            None => (column, false),
            Some(SortOrder::Ascending) => (column, true),
            Some(SortOrder::Descending) => (UserSort::Name, false),
        };
        Self {
            sort,
            descending,
            ..self.first_page()
        }
    }

    /// With other words.
    pub(super) fn searching(&self, q: &str) -> Self {
        Self {
            q: q.trim().to_owned(),
            ..self.first_page()
        }
    }

    /// With these statuses.
    pub(super) fn with_statuses(&self, statuses: &[Status]) -> Self {
        let mut statuses = statuses.to_vec();
        statuses.sort_unstable();
        Self {
            statuses,
            ..self.first_page()
        }
    }

    /// With one status more or less.
    pub(super) fn toggling(&self, status: Status) -> Self {
        let mut statuses = self.statuses.clone();
        match statuses.iter().position(|other| *other == status) {
            Some(index) => {
                statuses.remove(index);
            }
            None => statuses.push(status),
        }
        self.with_statuses(&statuses)
    }

    /// From elsewhere.
    pub(super) fn with_source(&self, source: Option<SourceFilter>) -> Self {
        Self {
            source,
            ..self.first_page()
        }
    }

    /// Of one organisation, or of any.
    pub(super) fn with_org(&self, org: Option<OrganisationId>) -> Self {
        Self {
            org,
            ..self.first_page()
        }
    }

    /// With one role, or with any.
    pub(super) fn with_role(&self, role: Option<&'static str>) -> Self {
        Self {
            role,
            ..self.first_page()
        }
    }

    /// Without filters; the words stay.
    pub(super) fn unfiltered(&self) -> Self {
        Self {
            statuses: Vec::new(),
            source: None,
            org: None,
            role: None,
            ..self.first_page()
        }
    }

    /// Everybody in the same order.
    pub(super) fn everybody(&self) -> Self {
        Self {
            q: String::new(),
            ..self.unfiltered()
        }
    }

    /// With pages of another size.
    pub(super) fn sized(&self, limit: u32) -> Self {
        Self {
            limit,
            ..self.first_page()
        }
    }

    /// At another place.
    pub(super) fn at(&self, cursor: String) -> Self {
        Self {
            cursor: Some(cursor),
            ..self.clone()
        }
    }

    /// Whether it is the same list as `other` at another place.
    pub(super) fn is_other_page_of(&self, other: &Self) -> bool {
        self.cursor != other.cursor && self.first_page() == other.first_page()
    }

    /// At the beginning; a cursor is bound to the query it came from.
    pub(super) fn first_page(&self) -> Self {
        Self {
            cursor: None,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &'static str)]) -> (ListQuery, Vec<String>) {
        ListQuery::from_pairs(pairs.iter().copied())
    }

    const CONNECTION: &str = "0192f5a0-0000-7000-8000-000000000001";

    #[test]
    fn an_address_is_read_and_written_again() {
        let (query, ignored) = read(&[
            ("q", " anna "),
            ("status", "suspended,banned"),
            ("source", CONNECTION),
            ("org", CONNECTION),
            ("role", "observer"),
            ("sort", "-last_login"),
            ("limit", "100"),
            ("cursor", "abc"),
        ]);
        assert!(ignored.is_empty());
        assert_eq!(
            query.path(),
            format!(
                "/users?q=anna&status=banned%2Csuspended&source={CONNECTION}&org={CONNECTION}&role=observer&sort=-last_login&limit=100&cursor=abc"
            )
        );
        assert_eq!(
            query.order_of(UserSort::LastLogin),
            Some(SortOrder::Descending)
        );
    }

    #[test]
    fn defaults_leave_no_trace_in_the_address() {
        assert_eq!(ListQuery::default().path(), "/users");
        let (query, _) = read(&[("sort", "name"), ("limit", "50"), ("q", "")]);
        assert_eq!(query.path(), "/users");
    }

    #[test]
    fn what_cannot_be_read_is_ignored_and_named() {
        let (query, ignored) = read(&[
            ("utm", "x"),
            ("status", "suspended,odd"),
            ("source", "nowhere"),
            ("org", "north"),
            ("role", "boss"),
            ("sort", "height"),
            ("limit", "1000"),
            ("q", "anna"),
        ]);
        assert_eq!(ignored.len(), 7);
        assert_eq!(ignored[0], "utm=x");
        assert_eq!(query.path(), "/users?q=anna");
    }

    #[test]
    fn a_column_has_three_states() {
        let query = ListQuery::default();
        let once = query.sorted_by(UserSort::Status);
        assert_eq!(once.order_of(UserSort::Status), Some(SortOrder::Ascending));
        assert_eq!(once.order_of(UserSort::Name), None);
        let twice = once.sorted_by(UserSort::Status);
        assert_eq!(
            twice.order_of(UserSort::Status),
            Some(SortOrder::Descending)
        );
        assert_eq!(twice.sorted_by(UserSort::Status), query);
    }

    #[test]
    fn every_change_but_paging_returns_to_the_first_page() {
        let paged = ListQuery::default().at("next".to_owned());
        for changed in [
            paged.searching("a"),
            paged.toggling(Status::Active),
            paged.with_source(Some(SourceFilter::Local)),
            paged.with_role(Some("observer")),
            paged.with_org(None),
            paged.sorted_by(UserSort::Email),
            paged.sized(25),
            paged.unfiltered(),
        ] {
            assert_eq!(changed.cursor, None);
        }
    }

    #[test]
    fn only_the_cursor_makes_another_page_of_the_same_list() {
        let first = ListQuery::default();
        let second = first.at("next".to_owned());
        assert!(second.is_other_page_of(&first));
        assert!(first.is_other_page_of(&second));
        assert!(!second.is_other_page_of(&second));
        assert!(!second.searching("a").is_other_page_of(&second));
    }

    #[test]
    fn a_status_is_turned_on_and_off() {
        let on = ListQuery::default().toggling(Status::Active);
        assert_eq!(on.statuses, [Status::Active]);
        assert!(on.is_narrowed());
        assert!(on.toggling(Status::Active).statuses.is_empty());
    }
}
