//! The query of a list or read request. Names are taken in any case; unknown ones are ignored,
//! such as Entra's `aadOptscim062020`.

use axum::{extract::Query, http::Uri};
use scim_schema::{
    dialect::{Dialect, Notes},
    filter::{self, AttrRef, TypedFilter, parse_filter},
    project::Projection,
    resource::{ScimError, ScimType, SearchRequest},
    schema::ResourceType,
};

use crate::{
    db::{Sort, Window},
    http::escapes::is_utf8,
};

/// Resources of a page when the client does not say (scim.md section 1.5).
pub(super) const DEFAULT_COUNT: u64 = 100;
/// Resources of a page at most; more are answered with fewer (D16).
pub(super) const MAX_COUNT: u64 = 1_000;

/// The parameters this server knows, as sent.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    attributes: Option<String>,
    excluded_attributes: Option<String>,
    filter: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
    start_index: Option<String>,
    count: Option<String>,
    cursor: Option<String>,
}

impl Parameters {
    /// Reads the query of an address; `+` stands for a space, an empty value for nothing.
    pub(super) fn of(uri: &Uri) -> Result<Self, ScimError> {
        for pair in uri.query().unwrap_or_default().split('&') {
            if is_utf8(pair) {
                continue;
            }
            let detail = "The query is not valid UTF-8 once it is percent-decoded";
            let name = pair.split('=').next().unwrap_or_default();
            return Err(if name.eq_ignore_ascii_case("filter") {
                ScimError::invalid_filter(detail)
            } else {
                ScimError::invalid_syntax(detail)
            });
        }
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|error| {
            ScimError::invalid_syntax(format!("The query is malformed: {error}"))
        })?;
        let mut parameters = Self::default();
        for (name, value) in pairs.0 {
            let slot = match name.to_ascii_lowercase().as_str() {
                "attributes" => &mut parameters.attributes,
                "excludedattributes" => &mut parameters.excluded_attributes,
                "filter" => &mut parameters.filter,
                "sortby" => &mut parameters.sort_by,
                "sortorder" => &mut parameters.sort_order,
                "startindex" => &mut parameters.start_index,
                "count" => &mut parameters.count,
                // An empty cursor asks for the first page (RFC 9865 section 2).
                "cursor" => {
                    parameters.cursor = Some(value.trim().to_owned());
                    continue;
                }
                _ => continue,
            };
            if !value.trim().is_empty() {
                *slot = Some(value);
            }
        }
        Ok(parameters)
    }

    /// The parameters of a search by POST, whose types JSON tells apart.
    pub(super) fn of_search(search: SearchRequest) -> Self {
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        let list = |names: Option<Vec<String>>| names.map(|names| names.join(","));
        Self {
            attributes: list(search.attributes),
            excluded_attributes: list(search.excluded_attributes),
            filter: search.filter,
            sort_by: search.sort_by,
            sort_order: search.sort_order,
            start_index: number(search.start_index),
            count: number(search.count),
            cursor: search.cursor,
        }
    }

    /// The cursor, empty for the first page; `None` for paging by index, the default
    /// (RFC 9865 section 2.4).
    pub(super) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// What the rows of a list and their order depend on, for the connection and type at hand.
    pub(super) fn identity(&self) -> (Option<&str>, Option<String>, bool) {
        let sort_by = self.sort_by.as_deref().map(str::to_ascii_lowercase);
        let descending = self.sort_order.as_deref().is_some_and(is_descending);
        (self.filter.as_deref(), sort_by, descending)
    }

    /// Which attributes to answer with.
    pub(super) fn projection(&self, rt: &ResourceType) -> Result<Projection, ScimError> {
        Projection::parse(
            rt,
            self.attributes.as_deref(),
            self.excluded_attributes.as_deref(),
        )
    }

    /// The filter, checked against the schema.
    pub(super) fn filter(
        &self,
        rt: &ResourceType,
        dialect: &Dialect,
        notes: &mut Notes,
    ) -> Result<Option<TypedFilter>, ScimError> {
        self.filter
            .as_deref()
            .map(|text| parse_filter(rt, text, dialect, notes))
            .transpose()
    }

    /// The filter of a list over several types, as `rt` understands it.
    pub(super) fn filter_among(
        &self,
        rt: &ResourceType,
        others: &[&ResourceType],
        dialect: &Dialect,
        notes: &mut Notes,
    ) -> Result<Option<TypedFilter>, ScimError> {
        let Some(text) = self.filter.as_deref() else {
            return Ok(None);
        };
        let filter = filter::resolve_among(&filter::parse(text)?, rt, others, dialect, notes)?;
        Ok(Some(filter))
    }

    /// Whether a filter was sent, for endpoints that refuse one.
    pub(super) const fn has_filter(&self) -> bool {
        self.filter.is_some()
    }

    /// Sort key and direction.
    pub(super) fn sort(&self, rt: &ResourceType) -> Result<Option<Sort>, ScimError> {
        let Some(by) = self.sort_by.as_deref() else {
            return Ok(None);
        };
        let descending = match self.sort_order.as_deref() {
            None => false,
            Some(order) if order.eq_ignore_ascii_case("ascending") => false,
            Some(order) if is_descending(order) => true,
            Some(_) => {
                return Err(ScimError::invalid_value(
                    "sortOrder",
                    "must be 'ascending' or 'descending'",
                ));
            }
        };
        Ok(Some(Sort {
            by: AttrRef::sort_by(rt, by)?,
            descending,
        }))
    }

    /// The window and its first index, from 1 (RFC 7644 section 3.4.2.4).
    pub(super) fn window(&self) -> Result<(Window, u64), ScimError> {
        let start = match self.start_index.as_deref() {
            None => 1,
            Some(text) => integer(text)
                .ok_or_else(|| ScimError::invalid_value("startIndex", "must be a whole number"))?,
        };
        let count = match self.count.as_deref() {
            None => DEFAULT_COUNT,
            Some(text) => integer(text).ok_or_else(|| {
                ScimError::of(ScimType::InvalidCount, "count must be a whole number")
            })?,
        };
        let start = start.max(1);
        let window = Window {
            offset: start - 1,
            limit: count.min(MAX_COUNT),
        };
        Ok((window, start))
    }
}

fn is_descending(order: &str) -> bool {
    order.eq_ignore_ascii_case("descending")
}

/// A whole number; negative ones count as 0, larger than ours as the largest.
fn integer(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if text.starts_with('-') {
        return Some(0);
    }
    // OFFSET is a signed number in both databases.
    Some(digits.parse().unwrap_or(u64::MAX).min(i64::MAX as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(query: &str) -> Result<(Window, u64), ScimError> {
        let uri = format!("/Users?{query}").parse().expect("a URI");
        Parameters::of(&uri).and_then(|parameters| parameters.window())
    }

    #[test]
    fn index_paging_follows_rfc_7644_section_3_4_2_4() {
        let of = |query| window(query).map(|(window, start)| (window.offset, window.limit, start));
        assert_eq!(of("").ok(), Some((0, 100, 1)));
        assert_eq!(of("startIndex=0&count=-5").ok(), Some((0, 0, 1)));
        assert_eq!(of("startIndex=-7").ok(), Some((0, 100, 1)));
        assert_eq!(of("STARTINDEX=11&Count=5000").ok(), Some((10, 1_000, 11)));
        let huge = of("startIndex=99999999999999999999").ok();
        assert_eq!(huge.map(|(offset, ..)| offset), Some(i64::MAX as u64 - 1));
        assert!(of("startIndex=one").is_err());
    }

    #[test]
    fn a_count_that_is_no_number_is_invalid_count() {
        let error = window("count=ten").expect_err("an error");
        assert_eq!(error.scim_type, Some(ScimType::InvalidCount));
    }
}
