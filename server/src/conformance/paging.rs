//! Pages and order of lists (RFC 7644 sections 3.4.2.3 and 3.4.2.4, RFC 9865).

use scim_schema::api::conformance::CheckArea;
use serde_json::json;

use super::{
    Check,
    answer::{Answer, holds},
    probe::{Call, Outcome, Probe, Stop, encoded},
};

const AREA: CheckArea = CheckArea::Paging;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "paging.index",
        area: AREA,
        title: "Pages by index show everybody once.",
        meaning: "A full import misses nobody and reads nobody twice.",
        source: "RFC 7644 §3.4.2.4",
        run: |p| Box::pin(index(p)),
    },
    Check {
        id: "paging.bounds",
        area: AREA,
        title: "Odd page numbers are read as the RFC says.",
        meaning: "Clients that count from 0 or ask for a number alone get an answer.",
        source: "RFC 7644 §3.4.2.4",
        run: |p| Box::pin(bounds(p)),
    },
    Check {
        id: "paging.cursor",
        area: AREA,
        title: "Pages by cursor show everybody once.",
        meaning: "A walk through many people stays right while people come and go.",
        source: "RFC 9865 §2",
        run: |p| Box::pin(cursor(p)),
    },
    Check {
        id: "paging.bad_cursor",
        area: AREA,
        title: "A cursor that is none is refused by name.",
        meaning: "A client learns that it has to begin again, and does not miss people silently.",
        source: "RFC 9865 §2.1",
        run: |p| Box::pin(bad_cursor(p)),
    },
    Check {
        id: "paging.sort",
        area: AREA,
        title: "Lists are sorted both ways.",
        meaning: "Clients that compare two lists side by side can do so.",
        source: "RFC 7644 §3.4.2.3",
        run: |p| Box::pin(sort(p)),
    },
];

/// Three users in the order of their names: the part of the query that finds them, and their ids.
async fn three(p: &mut Probe) -> Result<(String, [String; 3]), Stop> {
    let mark = p.name("page");
    let mut ids = [const { String::new() }; 3];
    for (id, letter) in ids.iter_mut().zip(["a", "b", "c"]) {
        let more = json!({ "nickName": format!("{mark} {letter}") });
        *id = p.user(more).await?.id()?;
    }
    let query = format!("filter={}", encoded(&format!("nickName sw \"{mark}\"")));
    Ok((query, ids))
}

fn expect_shown(page: &Answer, ids: &[&str]) -> Outcome {
    let resources = page.list("/Resources").iter();
    let found: Vec<&str> = resources.filter_map(|one| one["id"].as_str()).collect();
    holds(
        found == ids,
        format!("The page shows {found:?} and not {ids:?}, in this order."),
    )
}

async fn index(p: &mut Probe) -> Outcome {
    let (query, ids) = three(p).await?;
    let mut seen = Vec::new();
    for start in 1..=3_usize {
        let path = format!("/Users?{query}&startIndex={start}&count=1");
        let page = p
            .send(Call::get(path), "200 with one of three users")
            .await?;
        page.status(200)?;
        page.is("/totalResults", &json!(3))?;
        page.is("/startIndex", &json!(start))?;
        page.is("/itemsPerPage", &json!(1))?;
        seen.push(page.text("/Resources/0/id")?);
    }
    seen.sort_unstable();
    let mut wanted = ids.to_vec();
    wanted.sort_unstable();
    holds(
        seen == wanted,
        "The three pages do not show the three users once each.",
    )
}

async fn bounds(p: &mut Probe) -> Outcome {
    let (query, _) = three(p).await?;
    for (bounds, start, shown) in [
        ("startIndex=0", 1, 3),
        ("startIndex=-5&count=2", 1, 2),
        ("count=0", 1, 0),
        ("count=-1", 1, 0),
        ("startIndex=4", 4, 0),
    ] {
        let call = Call::get(format!("/Users?{query}&{bounds}"));
        let page = p
            .send(call, format!("200 with {shown} of three users"))
            .await?;
        page.status(200)?;
        page.is("/totalResults", &json!(3))?;
        let found = page.list("/Resources").len();
        holds(
            found == shown,
            format!("The page shows {found} users and not {shown}."),
        )?;
        if shown > 0 {
            page.is("/startIndex", &json!(start))?;
        }
    }
    Ok(())
}

async fn cursor(p: &mut Probe) -> Outcome {
    let (query, ids) = three(p).await?;
    let mut next = String::new();
    let mut seen = Vec::new();
    for page in 1..=2 {
        let path = format!("/Users?{query}&count=2&cursor={}", encoded(&next));
        let shown = p
            .send(Call::get(path), format!("200: page {page} of two"))
            .await?;
        shown.status(200)?;
        seen.extend(shown.texts("/Resources", "id"));
        if page == 1 {
            next = shown.text("/nextCursor")?;
        } else {
            shown.lacks("/nextCursor")?;
        }
    }
    seen.sort_unstable();
    let mut wanted = ids.to_vec();
    wanted.sort_unstable();
    holds(
        seen == wanted,
        "The two pages do not show the three users once each.",
    )
}

async fn bad_cursor(p: &mut Probe) -> Outcome {
    let call = Call::get("/Users?cursor=nonsense");
    let said = p.send(call, "400 invalidCursor").await?;
    said.error(400, Some("invalidCursor"))
}

async fn sort(p: &mut Probe) -> Outcome {
    let (query, ids) = three(p).await?;
    let [a, b, c] = ids.each_ref().map(String::as_str);
    for (order, wanted) in [("ascending", [a, b, c]), ("descending", [c, b, a])] {
        let path = format!("/Users?{query}&sortBy=nickName&sortOrder={order}");
        let page = p.send(Call::get(path), format!("200, {order}")).await?;
        page.status(200)?;
        expect_shown(&page, &wanted)?;
    }
    Ok(())
}
