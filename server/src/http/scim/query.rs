//! The query of a list or read request. Names are taken in any case; unknown ones are ignored,
//! such as Entra's `aadOptscim062020`.

use axum::{extract::Query, http::Uri};
use scim_schema::{
    dialect::{Dialect, Notes},
    filter::{AttrRef, TypedFilter, parse_filter},
    project::Projection,
    resource::{ScimError, ScimType},
    schema::ResourceType,
};

use crate::db::{Sort, Window};

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
}

impl Parameters {
    /// Reads the query of an address; `+` stands for a space, an empty value for nothing.
    pub(super) fn of(uri: &Uri) -> Result<Self, ScimError> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| ScimError::invalid_syntax(format!("The query is malformed: {error}")))?;
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
                _ => continue,
            };
            if !value.trim().is_empty() {
                *slot = Some(value);
            }
        }
        Ok(parameters)
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
            Some(order) if order.eq_ignore_ascii_case("descending") => true,
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
            Some(text) => integer(text).ok_or_else(|| {
                ScimError::invalid_value("startIndex", "must be a whole number")
            })?,
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
