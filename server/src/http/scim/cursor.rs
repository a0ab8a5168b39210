//! Cursors (RFC 9865): a place in a list as opaque text.
//!
//! The server keeps nothing: a cursor holds the place itself and a hash over the place and the
//! query, so that one that was altered or belongs to another query is found out. The hash needs no
//! secret: whatever a cursor says, only the rows that its bearer may list anyway are answered.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use scim_schema::resource::{ListResponse, ScimError, ScimType};
use sha2::{Digest, Sha256};

use super::{exchange::Exchange, query::Parameters};
use crate::db::Place;

/// Longest cursor that is looked at, in bytes; it must fit into an address.
const LONGEST: usize = 32 * 1024;
/// Bytes of the hash.
const HASH: usize = 12;

/// What decides which rows a list has and in which order, as text.
pub(super) fn identity(exchange: &Exchange, list: &str, parameters: &Parameters) -> String {
    let parts = (
        exchange.ctx.account,
        exchange.by.id,
        list,
        parameters.identity(),
    );
    format!("{parts:?}")
}

/// The cursors of one query.
pub(super) struct Cursors {
    query: String,
}

impl Cursors {
    /// Cursors are bound to account, connection, what is listed, filter and order; the size of a
    /// page may change underway.
    pub(super) fn of(exchange: &Exchange, list: &str, parameters: &Parameters) -> Self {
        Self {
            query: identity(exchange, list, parameters),
        }
    }

    /// The place that a cursor stands for; `None` for the empty one, which is the first page.
    ///
    /// # Errors
    /// 400 `invalidCursor`, the same for every cause.
    pub(super) fn decode(
        &self,
        cursor: &str,
        takes: impl FnOnce(&Place) -> bool,
    ) -> Result<Option<Place>, ScimError> {
        if cursor.is_empty() {
            return Ok(None);
        }
        let place = self.read(cursor).filter(takes);
        place.map(Some).ok_or_else(|| {
            let detail = "The cursor is not one of this query; begin again with an empty cursor";
            ScimError::of(ScimType::InvalidCursor, detail)
        })
    }

    fn read(&self, cursor: &str) -> Option<Place> {
        if cursor.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (hash, place) = bytes.split_at_checked(HASH)?;
        if hash != self.hash(place) {
            return None;
        }
        serde_json::from_slice(place).ok()
    }

    /// A page with the cursors that lead on.
    pub(super) fn page<T>(
        &self,
        total: u64,
        previous: Option<Place>,
        next: Option<Place>,
        resources: Vec<T>,
    ) -> ListResponse<T> {
        let encode = |place: Option<Place>| place.and_then(|place| self.encode(&place));
        ListResponse::by_cursor(Some(total), encode(previous), encode(next), resources)
    }

    fn encode(&self, place: &Place) -> Option<String> {
        let place = serde_json::to_vec(place).ok()?;
        let mut bytes = self.hash(&place).to_vec();
        bytes.extend(place);
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn hash(&self, place: &[u8]) -> [u8; HASH] {
        let mut hasher = Sha256::new();
        hasher.update(self.query.len().to_le_bytes());
        hasher.update(&self.query);
        hasher.update(place);
        let digest = hasher.finalize();
        let mut hash = [0; HASH];
        hash.copy_from_slice(&digest[..HASH]);
        hash
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::db::KeyValue;

    fn cursors(query: &str) -> Cursors {
        Cursors {
            query: query.to_owned(),
        }
    }

    fn place() -> Place {
        Place {
            key: Some(KeyValue::Text("ä?&/".to_owned())),
            id: Uuid::from_u128(7),
            backward: true,
            inclusive: false,
        }
    }

    #[test]
    fn a_cursor_leads_back_to_its_place_and_fits_into_an_address() {
        let cursor = cursors("q").encode(&place()).unwrap();
        let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        assert!(cursor.chars().all(unreserved), "{cursor}");
        let read = cursors("q").decode(&cursor, |_| true).unwrap();
        assert_eq!(read, Some(place()));
        assert_eq!(cursors("q").decode("", |_| true).unwrap(), None);
    }

    #[test]
    fn a_foreign_an_altered_and_an_invented_cursor_are_refused_alike() {
        let cursor = cursors("q").encode(&place()).unwrap();
        let mut altered = cursor.clone();
        altered.replace_range(20..21, if &cursor[20..21] == "A" { "B" } else { "A" });
        let long = "A".repeat(LONGEST + 1);
        let refused = [
            cursors("other").decode(&cursor, |_| true),
            cursors("q").decode(&cursor, |_| false),
            cursors("q").decode(&altered, |_| true),
            cursors("q").decode("forged", |_| true),
            cursors("q").decode("for/ged", |_| true),
            cursors("q").decode(&long, |_| true),
        ];
        let details: Vec<ScimError> = refused.into_iter().map(Result::unwrap_err).collect();
        assert!(details.iter().all(|error| *error == details[0]));
        assert_eq!(details[0].scim_type, Some(ScimType::InvalidCursor));
    }
}
