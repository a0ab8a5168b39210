//! Pages of the users table by cursor: complete and without repeats while people come and go.

use std::collections::BTreeSet;

use scim_schema::dialect::ConnectionKind;

use crate::support::{Answer, Console, ScimClient, TestApp};

async fn crowd(count: usize) -> (TestApp, Console, ScimClient, Vec<String>) {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(client.user(&format!("user{number:02}")).await);
    }
    (app, console, client, ids)
}

fn user_names(page: &Answer) -> Vec<String> {
    page.strings("/items", "/user_name")
}

async fn page(console: &Console, query: &str, cursor: Option<&str>) -> Answer {
    let cursor = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
    console
        .get(&format!("/users?{query}{cursor}"))
        .await
        .expect(200)
}

#[tokio::test]
async fn a_walk_forward_and_back_shows_everybody_once_each_way() {
    let (app, console, _, _) = crowd(11).await;
    for sort in [
        "name",
        "-name",
        "created",
        "-created",
        "email",
        "-email",
        "status",
        "-status",
        "last_login",
        "-last_login",
    ] {
        let query = format!("sort={sort}&limit=3");
        let mut pages = vec![page(&console, &query, None).await];
        assert_eq!(
            pages[0].json["previous_cursor"],
            serde_json::Value::Null,
            "{sort}"
        );
        while let Some(next) = pages.last().unwrap().json["next_cursor"].as_str() {
            let next = page(&console, &query, Some(next)).await;
            assert_eq!(next.json["offset"], pages.len() * 3, "{sort}");
            pages.push(next);
            assert!(pages.len() < 10, "{sort}: the walk has no end");
        }
        let forward: Vec<Vec<String>> = pages.iter().map(user_names).collect();
        let all: BTreeSet<&String> = forward.iter().flatten().collect();
        assert_eq!(forward.iter().flatten().count(), 12, "{sort}");
        assert_eq!(all.len(), 12, "{sort}");
        let mut back = Vec::new();
        let mut current = pages.pop().unwrap();
        while let Some(previous) = current.json["previous_cursor"].as_str() {
            current = page(&console, &query, Some(previous)).await;
            back.push(user_names(&current));
            assert!(back.len() < 10, "{sort}: the walk back has no end");
        }
        back.reverse();
        assert_eq!(back, forward[..forward.len() - 1], "{sort}");
        assert_eq!(current.json["offset"], 0);
    }
    app.finish().await;
}

#[tokio::test]
async fn whoever_stays_is_seen_once_while_others_come_and_go() {
    let (app, console, client, ids) = crowd(20).await;
    let query = "q=user&sort=name&limit=4";
    let mut seen = Vec::new();
    let mut current = page(&console, query, None).await;
    for round in 0.. {
        seen.extend(user_names(&current));
        let Some(next) = current.json["next_cursor"].as_str().map(str::to_owned) else {
            break;
        };
        // One goes that was seen, one that was not, the very row of the cursor too; two come.
        client.delete(&format!("/Users/{}", ids[round * 4])).await;
        client
            .delete(&format!("/Users/{}", ids[round * 4 + 3]))
            .await;
        client.delete(&format!("/Users/{}", ids[19 - round])).await;
        client.user(&format!("user00-{round}")).await;
        client.user(&format!("user99-{round}")).await;
        current = page(&console, query, Some(&next)).await;
        assert!(round < 20, "the walk has no end");
    }
    let distinct: BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len(), "{seen:?}");
    let left = page(&console, "q=user&sort=name&limit=100", None).await;
    for name in user_names(&left) {
        if !name.contains('-') {
            assert!(
                distinct.contains(&name),
                "{name} stayed and was not seen: {seen:?}"
            );
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_page_that_has_become_empty_still_leads_back() {
    let (app, console, client, ids) = crowd(6).await;
    let query = "q=user&limit=3";
    let first = page(&console, query, None).await;
    let next = first.string("/next_cursor");
    for id in &ids[3..] {
        client.delete(&format!("/Users/{id}")).await.expect(204);
    }
    let empty = page(&console, query, Some(&next)).await;
    assert_eq!(user_names(&empty), [""; 0]);
    assert_eq!(empty.json["total"], 3);
    let back = page(&console, query, Some(&empty.string("/previous_cursor"))).await;
    assert_eq!(user_names(&back), user_names(&first));
    app.finish().await;
}

#[tokio::test]
async fn a_cursor_of_another_query_or_none_is_refused() {
    let (app, console, _, _) = crowd(5).await;
    let first = page(&console, "sort=name&limit=2", None).await;
    let cursor = first.string("/next_cursor");
    for query in [
        "sort=-name",
        "sort=created",
        "q=user",
        "status=active",
        "source=local",
    ] {
        let answer = console
            .get(&format!("/users?{query}&cursor={cursor}"))
            .await;
        answer.expect_problem(400, "invalid_cursor");
    }
    // The size of a page is no part of the query.
    page(&console, "sort=name&limit=5", Some(&cursor)).await;
    for made_up in ["x", "e30", "%00", &cursor[1..], &"a".repeat(5_000)] {
        let answer = console.get(&format!("/users?cursor={made_up}")).await;
        answer.expect_problem(400, "invalid_cursor");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_cursor_with_a_character_that_no_database_takes_is_no_fault_of_ours() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let (app, console, _, _) = crowd(5).await;
    let first = page(&console, "sort=name&limit=2", None).await;
    let cursor = URL_SAFE_NO_PAD
        .decode(first.string("/next_cursor"))
        .unwrap();
    let cursor = String::from_utf8(cursor)
        .unwrap()
        .replace("user", "us\\u0000er");
    assert!(cursor.contains("\\u0000"), "{cursor}");
    let forged = URL_SAFE_NO_PAD.encode(cursor);
    let answer = console
        .get(&format!("/users?sort=name&cursor={forged}"))
        .await;
    assert!(answer.status < 500, "{}", answer.text);
    app.finish().await;
}
