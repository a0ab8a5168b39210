//! What arrived on a connection without a definition, and whether it could be declared.

use std::collections::HashMap;

use scim_schema::{
    api::attributes::{ArrivedAttribute, ConnectionAttributes, ExposedAttribute},
    custom::{Arrived, Place, Shape, arrived, check_name, check_places, check_urn},
    id::ConnectionId,
    text::fold,
};

use super::{attribute_reading::REREAD, error::OpError, unmapped};
use crate::db::AccountScope;

/// People who are looked at: enough to see what a provider sends, in bounded time.
const LOOKED_AT_MOST: u64 = 5_000;
/// People of one statement; each keeps at most 16 KiB aside.
const PAGE: u64 = 500;
/// Attributes that are listed.
const LISTED: usize = 100;

/// What a connection exposes, and what arrived on it without a definition.
///
/// # Errors
/// Those of the database.
pub async fn of_connection(
    scope: &AccountScope<'_>,
    connection: ConnectionId,
) -> Result<ConnectionAttributes, OpError> {
    let exposed = scope.exposed_attributes(connection).await?;
    let mut tally = Tally::default();
    let mut looked_at = 0;
    let mut before = None;
    let more = loop {
        let page = scope.unmapped_of(connection, before, PAGE).await?;
        looked_at += page.len() as u64;
        for (_, text) in &page {
            tally.add(text);
        }
        match page.last() {
            Some((last, _)) if page.len() as u64 == PAGE => before = Some(*last),
            _ => break false,
        }
        if looked_at >= LOOKED_AT_MOST {
            break true;
        }
    };
    let reading = scope.has_open_job(REREAD, &connection.to_string()).await?;
    Ok(ConnectionAttributes {
        arrived: tally.listed(&exposed),
        exposed,
        looked_at,
        more,
        reading,
    })
}

#[derive(Default)]
struct Tally {
    seen: HashMap<(Option<String>, String), Seen>,
}

struct Seen {
    urn: Option<String>,
    name: String,
    people: u64,
    /// `None` once two values fit no definition together.
    shape: Option<Shape>,
}

impl Tally {
    fn add(&mut self, text: &str) {
        for attribute in arrived(&unmapped::stored(text)) {
            let Arrived { urn, name, .. } = attribute;
            let shape = attribute.shape();
            self.seen
                .entry((urn.map(fold), fold(name)))
                .and_modify(|seen| {
                    seen.people += 1;
                    seen.shape = seen.shape.zip(shape).and_then(|(one, other)| one.or(other));
                })
                .or_insert_with(|| Seen {
                    urn: urn.map(str::to_owned),
                    name: name.to_owned(),
                    people: 1,
                    shape,
                });
        }
    }

    fn listed(self, exposed: &[ExposedAttribute]) -> Vec<ArrivedAttribute> {
        let mut all: Vec<_> = self
            .seen
            .into_values()
            .map(|seen| ArrivedAttribute {
                obstacle: obstacle(&seen, exposed),
                attr_type: seen.shape.map(|shape| shape.attr_type),
                multi_valued: seen.shape.is_some_and(|shape| shape.multi_valued),
                urn: seen.urn,
                name: seen.name,
                people: seen.people,
            })
            .collect();
        all.sort_by(|one, other| {
            let key = |it: &ArrivedAttribute| (it.urn.clone(), it.name.clone());
            let by_people = other.people.cmp(&one.people);
            by_people.then_with(|| key(one).cmp(&key(other)))
        });
        all.truncate(LISTED);
        all
    }
}

/// Why an attribute cannot be declared as it arrived.
fn obstacle(seen: &Seen, exposed: &[ExposedAttribute]) -> Option<String> {
    let Some(urn) = seen.urn.as_deref() else {
        return Some(
            "It arrives without a schema URN. Give it one in the provider's attribute mapping."
                .to_owned(),
        );
    };
    let here = Place {
        urn,
        name: &seen.name,
    };
    let same = exposed.iter().find(|it| here.is(place(it)));
    if let Some(declared) = same {
        let list = if declared.multi_valued {
            "a list of "
        } else {
            ""
        };
        return Some(format!(
            "It is exposed as {list}{}, and these values are none.",
            declared.attr_type
        ));
    }
    let sound = check_urn(urn)
        .and_then(|()| check_name(&seen.name))
        .and_then(|()| check_places(here, exposed.iter().map(place)));
    if let Err(why) = sound {
        return Some(why);
    }
    seen.shape.is_none().then(|| {
        "Its values are objects, or of several types. An attribute of an account holds values of one simple type."
            .to_owned()
    })
}

fn place(exposed: &ExposedAttribute) -> Place<'_> {
    Place {
        urn: &exposed.urn,
        name: &exposed.name,
    }
}
