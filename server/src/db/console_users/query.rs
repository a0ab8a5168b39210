//! What a page of the users table is asked for, read from its query.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use scim_schema::{
    api::users::{ORGANISATION_ADMINISTRATOR, UserQuery, UserSort},
    id::{ConnectionId, OrganisationId},
    lifecycle::Status,
    permission::{AccountRole, FunctionalRole},
    text::fold,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Longest search text, in characters.
const SEARCH_MAX_CHARS: usize = 200;
const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 100;
/// Longest cursor that is looked at; ours are shorter.
const CURSOR_MAX_BYTES: usize = 2_048;
/// What administrators also call *active* (domain.md section 3).
const VALIDATED: &str = "validated";

/// A checked query of the users table.
#[derive(Clone, Debug, PartialEq)]
pub struct UserList {
    pub(super) words: Vec<String>,
    pub(super) statuses: Vec<Status>,
    pub(super) source: Option<SourceFilter>,
    pub(super) organisation: Option<OrganisationId>,
    pub(super) role: Option<RoleFilter>,
    pub(super) sort: UserSort,
    pub(super) descending: bool,
    pub(super) limit: u64,
    pub(super) from: Option<Cursor>,
    fingerprint: String,
}

/// Where the users come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SourceFilter {
    Local,
    Connection(ConnectionId),
}

/// What the users do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RoleFilter {
    Account(AccountRole),
    OrganisationAdministrator,
    Functional(FunctionalRole),
}

/// Where a page begins: a row and on which side of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cursor {
    pub(super) key: Key,
    pub(super) backward: bool,
    /// Whether the row itself belongs to the page.
    pub(super) inclusive: bool,
}

/// The place of a row in the order of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) value: SortValue,
    pub(super) id: Uuid,
}

/// The value that a row is sorted by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SortValue {
    Text(String),
    Rank(i16),
    Instant(DateTime<Utc>),
    /// Nothing to sort by: always last.
    Missing,
}

#[derive(Serialize, Deserialize)]
struct WireCursor {
    query: String,
    key: Key,
    backward: bool,
    inclusive: bool,
}

/// A query that the users table does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserListError {
    /// A parameter is wrong; the sentence says what it takes.
    #[error("{0}: {1}")]
    Parameter(&'static str, String),
    /// See [`CursorError`].
    #[error(transparent)]
    Cursor(#[from] CursorError),
}

/// A cursor that was not issued for this query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor was not issued for this query")]
pub struct CursorError;

impl UserList {
    /// Reads and checks a query.
    ///
    /// # Errors
    /// [`UserListError`] names the parameter, or says that the cursor is foreign.
    pub fn parse(query: &UserQuery) -> Result<Self, UserListError> {
        let search = fold(query.q.as_deref().unwrap_or_default().trim());
        if search.chars().count() > SEARCH_MAX_CHARS {
            let message = format!("Search for at most {SEARCH_MAX_CHARS} characters.");
            return Err(UserListError::Parameter("q", message));
        }
        if search.contains('\0') {
            let message = "Search for text without control characters.".to_owned();
            return Err(UserListError::Parameter("q", message));
        }
        let mut statuses = parse_statuses(query.status.as_deref())?;
        let mut words: Vec<String> = search.split_whitespace().map(ToOwned::to_owned).collect();
        if words == [VALIDATED] {
            words.clear();
            statuses = narrow(&statuses, Status::Active);
        }
        let (sort, descending) = parse_sort(query.sort.as_deref())?;
        let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            let message = format!("Ask for 1 to {LIMIT_MAX} rows.");
            return Err(UserListError::Parameter("limit", message));
        }
        let mut list = Self {
            words,
            statuses,
            source: parse_source(query.source.as_deref())?,
            organisation: parse_organisation(query.org.as_deref())?,
            role: parse_role(query.role.as_deref())?,
            sort,
            descending,
            limit: u64::from(limit),
            from: None,
            fingerprint: String::new(),
        };
        list.fingerprint = list.fingerprint_of();
        list.from = query
            .cursor
            .as_deref()
            .map(|text| list.decode(text))
            .transpose()?;
        Ok(list)
    }

    /// The cursor as text.
    pub(super) fn encode(&self, cursor: Cursor) -> Option<String> {
        let wire = WireCursor {
            query: self.fingerprint.clone(),
            key: cursor.key,
            backward: cursor.backward,
            inclusive: cursor.inclusive,
        };
        let json = serde_json::to_vec(&wire).ok()?;
        Some(URL_SAFE_NO_PAD.encode(json))
    }

    fn decode(&self, text: &str) -> Result<Cursor, CursorError> {
        if text.len() > CURSOR_MAX_BYTES {
            return Err(CursorError);
        }
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let wire: WireCursor = serde_json::from_slice(&json).map_err(|_| CursorError)?;
        if wire.query != self.fingerprint || !self.sorts_by(&wire.key.value) {
            return Err(CursorError);
        }
        Ok(Cursor {
            key: wire.key,
            backward: wire.backward,
            inclusive: wire.inclusive,
        })
    }

    fn sorts_by(&self, value: &SortValue) -> bool {
        match self.sort {
            UserSort::Name => is_storable(value),
            UserSort::Email => is_storable(value) || *value == SortValue::Missing,
            UserSort::Status => matches!(value, SortValue::Rank(_)),
            UserSort::LastLogin => matches!(value, SortValue::Instant(_) | SortValue::Missing),
            UserSort::Created => matches!(value, SortValue::Instant(_)),
        }
    }

    /// Binds cursors to what decides which rows there are and in which order; the size of a page
    /// may change underway.
    fn fingerprint_of(&self) -> String {
        let parts = (
            &self.words,
            &self.statuses,
            match self.source {
                None => String::new(),
                Some(SourceFilter::Local) => "local".to_owned(),
                Some(SourceFilter::Connection(id)) => id.to_string(),
            },
            (self.organisation, self.role),
            self.sort,
            self.descending,
        );
        let text = format!("{parts:?}");
        let digest = Sha256::digest(text.as_bytes());
        URL_SAFE_NO_PAD.encode(&digest[..12])
    }
}

/// Text that a database can hold.
fn is_storable(value: &SortValue) -> bool {
    matches!(value, SortValue::Text(text) if !text.contains('\0'))
}

/// Statuses to show, without repeats; every one but deleted and purged when none is named.
fn parse_statuses(text: Option<&str>) -> Result<Vec<Status>, UserListError> {
    let named = text.unwrap_or_default();
    let mut statuses = named
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(|word| {
            word.parse::<Status>().map_err(|_| {
                let message = format!("'{word}' is no status.");
                UserListError::Parameter("status", message)
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    if statuses.is_empty() {
        let hidden = |status: &Status| matches!(status, Status::Deleted | Status::Purged);
        statuses = Status::ALL.iter().copied().filter(|s| !hidden(s)).collect();
    }
    statuses.sort_unstable();
    statuses.dedup();
    Ok(statuses)
}

fn narrow(statuses: &[Status], to: Status) -> Vec<Status> {
    statuses.iter().copied().filter(|s| *s == to).collect()
}

fn parse_source(text: Option<&str>) -> Result<Option<SourceFilter>, UserListError> {
    match text {
        None | Some("") => Ok(None),
        Some("local") => Ok(Some(SourceFilter::Local)),
        Some(id) => match id.parse() {
            Ok(id) => Ok(Some(SourceFilter::Connection(id))),
            Err(_) => {
                let message = "Name 'local' or the id of a connection.".to_owned();
                Err(UserListError::Parameter("source", message))
            }
        },
    }
}

fn parse_organisation(text: Option<&str>) -> Result<Option<OrganisationId>, UserListError> {
    let id = text.filter(|text| !text.is_empty()).map(str::parse);
    id.transpose().map_err(|_| {
        let message = "Name the id of an organisation.".to_owned();
        UserListError::Parameter("org", message)
    })
}

fn parse_role(text: Option<&str>) -> Result<Option<RoleFilter>, UserListError> {
    let Some(word) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if word == ORGANISATION_ADMINISTRATOR {
        return Ok(Some(RoleFilter::OrganisationAdministrator));
    }
    let account = word.parse().map(RoleFilter::Account);
    let role = account.or_else(|_| word.parse().map(RoleFilter::Functional));
    role.map(Some).map_err(|_| {
        let message = format!("'{word}' is no role.");
        UserListError::Parameter("role", message)
    })
}

fn parse_sort(text: Option<&str>) -> Result<(UserSort, bool), UserListError> {
    let text = text.filter(|text| !text.is_empty()).unwrap_or("name");
    let (word, descending) = match text.strip_prefix('-') {
        Some(word) => (word, true),
        None => (text, false),
    };
    word.parse().map(|sort| (sort, descending)).map_err(|_| {
        let message = format!("Users are not sorted by '{word}'.");
        UserListError::Parameter("sort", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(change: impl FnOnce(&mut UserQuery)) -> UserQuery {
        let mut query = UserQuery::default();
        change(&mut query);
        query
    }

    fn parameter(query: &UserQuery) -> &'static str {
        match UserList::parse(query) {
            Err(UserListError::Parameter(name, _)) => name,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn without_parameters_everybody_but_the_deleted_is_listed_by_name() {
        let list = UserList::parse(&UserQuery::default()).unwrap();
        assert!(list.statuses.contains(&Status::Archived));
        assert!(!list.statuses.contains(&Status::Deleted));
        assert!(!list.statuses.contains(&Status::Purged));
        assert_eq!(
            (list.sort, list.descending, list.limit),
            (UserSort::Name, false, 50)
        );
    }

    #[test]
    fn words_are_folded_and_validated_alone_means_active() {
        let list = UserList::parse(&query(|q| q.q = Some("  Anna ÄRMEL ".into()))).unwrap();
        assert_eq!(list.words, ["anna", "ärmel"]);
        let list = UserList::parse(&query(|q| q.q = Some("Validated".into()))).unwrap();
        assert_eq!((list.words.len(), list.statuses), (0, vec![Status::Active]));
        let list = UserList::parse(&query(|q| q.q = Some("validated anna".into()))).unwrap();
        assert_eq!(list.words.len(), 2);
    }

    #[test]
    fn every_role_is_found_by_its_word() {
        let role = |word: &str| {
            let list = UserList::parse(&query(|q| q.role = Some(word.to_owned())));
            list.unwrap().role
        };
        for one in AccountRole::ALL {
            assert_eq!(role(one.as_str()), Some(RoleFilter::Account(*one)));
        }
        for one in FunctionalRole::ALL {
            assert_eq!(role(one.as_str()), Some(RoleFilter::Functional(*one)));
        }
        let administrator = role(ORGANISATION_ADMINISTRATOR);
        assert_eq!(administrator, Some(RoleFilter::OrganisationAdministrator));
        assert_eq!(role(""), None);
    }

    #[test]
    fn wrong_parameters_are_named() {
        assert_eq!(parameter(&query(|q| q.limit = Some(0))), "limit");
        assert_eq!(parameter(&query(|q| q.limit = Some(101))), "limit");
        assert_eq!(
            parameter(&query(|q| q.status = Some("asleep".into()))),
            "status"
        );
        assert_eq!(parameter(&query(|q| q.sort = Some("-shoe".into()))), "sort");
        assert_eq!(
            parameter(&query(|q| q.source = Some("okta".into()))),
            "source"
        );
        assert_eq!(parameter(&query(|q| q.org = Some("north".into()))), "org");
        assert_eq!(parameter(&query(|q| q.role = Some("boss".into()))), "role");
        assert_eq!(parameter(&query(|q| q.q = Some("x".repeat(201)))), "q");
    }

    fn behind_anna() -> Cursor {
        Cursor {
            key: Key {
                value: SortValue::Text("anna".into()),
                id: Uuid::from_u128(1),
            },
            backward: true,
            inclusive: true,
        }
    }

    #[test]
    fn a_cursor_leads_back_into_its_own_query_only() {
        let list = UserList::parse(&UserQuery::default()).unwrap();
        let from = behind_anna();
        let cursor = list.encode(from.clone());
        let again = query(|q| {
            q.cursor.clone_from(&cursor);
            q.limit = Some(10);
        });
        let again = UserList::parse(&again).unwrap();
        assert_eq!(again.from, Some(from));
        for foreign in [
            query(|q| q.sort = Some("-name".into())),
            query(|q| q.status = Some("active".into())),
            query(|q| q.q = Some("anna".into())),
            query(|q| q.role = Some("observer".into())),
            query(|q| q.org = Some(Uuid::from_u128(1).to_string())),
        ] {
            let foreign = UserQuery {
                cursor: cursor.clone(),
                ..foreign
            };
            assert_eq!(UserList::parse(&foreign), Err(CursorError.into()));
        }
    }

    #[test]
    fn an_invented_cursor_is_refused() {
        for text in ["", "abc", "e30", &"A".repeat(5_000)] {
            let invented = query(|q| q.cursor = Some(text.to_owned()));
            assert_eq!(
                UserList::parse(&invented),
                Err(CursorError.into()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_cursor_must_have_the_type_of_its_sort() {
        let list = UserList::parse(&query(|q| q.sort = Some("created".into()))).unwrap();
        let cursor = list.encode(behind_anna()).unwrap();
        assert_eq!(list.decode(&cursor), Err(CursorError));
    }

    #[test]
    fn text_that_no_database_takes_is_refused() {
        assert_eq!(parameter(&query(|q| q.q = Some("a\0".into()))), "q");
        let list = UserList::parse(&UserQuery::default()).unwrap();
        let mut forged = behind_anna();
        forged.key.value = SortValue::Text("a\0".into());
        let cursor = list.encode(forged).unwrap();
        assert_eq!(list.decode(&cursor), Err(CursorError));
    }
}
