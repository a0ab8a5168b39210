//! Lists: walks in both directions, and filters that lead to a few resources.

use sea_orm::DatabaseBackend;

use super::{BY_VALUE, Index, Path, assert_indexed, plan, populated, statements_of};
use crate::support::{TestApp, percent_encoded};

/// The key is in the same order, and as good where an account has one connection.
const LINKS: &[Index] = &[
    Index::Named("ix_scim_links_live"),
    Index::PrimaryKey("scim_links"),
];
const WALK_ON: Path = Path(LINKS, &["account_id", "scim_id >"]);
const WALK_BACK: Path = Path(LINKS, &["account_id", "scim_id <"]);
const GROUPS_ON: Path = Path(
    &[
        Index::Named("ix_groups_connection"),
        Index::PrimaryKey("groups"),
    ],
    &["account_id", "id >"],
);
const BY_TOTAL: Path = Path(
    &[Index::PrimaryKey("resource_totals")],
    &["account_id", "connection_id", "resource"],
);
const BY_GROUP_OF_MEMBER: Path = Path(
    &[
        Index::PrimaryKey("group_members"),
        Index::Named("ix_group_members_user"),
    ],
    &["account_id", "group_id"],
);
const BY_MEMBER_OF_GROUP: Path = Path(
    &[Index::Named("ix_group_members_user")],
    &["account_id", "user_id"],
);
const BY_USER_NAME_FROM: Path = Path(
    &[Index::Named("ix_scim_links_user_name")],
    &["account_id", "connection_id", "user_name_folded >"],
);
const BY_GROUP_NAME_FROM: Path = Path(
    &[Index::Named("ux_groups_display_name")],
    &["account_id", "connection_id", "display_name_folded >"],
);
const BY_VALUE_FROM: Path = Path(
    &[Index::Named("ix_user_attribute_values_text")],
    &["account_id", "attribute_id", "text_key >"],
);
const BY_CHANGE: Path = Path(
    &[Index::Named("ix_users_updated")],
    &["account_id", "updated_at >"],
);
const BY_CHANGE_OF_GROUP: Path = Path(
    &[Index::Named("ix_groups_updated")],
    &["account_id", "connection_id", "updated_at >"],
);

/// Whether rows are put into order after they were found.
fn sorts(app: &TestApp, plan: &str) -> bool {
    plan.lines().any(|line| match app.backend() {
        DatabaseBackend::Sqlite => line.contains("TEMP B-TREE FOR ORDER BY"),
        _ => line.trim_start_matches(['-', '>', ' ']).starts_with("Sort"),
    })
}

#[tokio::test]
async fn a_walk_goes_along_an_index_in_both_directions() {
    let (app, client, _) = populated().await;
    for (list, on) in [
        ("/Users?count=5&excludedAttributes=groups", WALK_ON),
        ("/Groups?count=5&excludedAttributes=members", GROUPS_ON),
    ] {
        let first = client.get(&format!("{list}&cursor")).await.expect(200);
        let next = format!("{list}&cursor={}", first.string("/nextCursor"));
        let second = client.get(&next).await.expect(200);
        let statements = statements_of(client.call("GET", &next), 200).await;
        on.assert_taken(&app, &statements).await;
        BY_TOTAL.assert_taken(&app, &statements).await;
        // The page; whether something is behind it, the first row says that any index finds.
        let plan_of_page = assert_indexed(&app, &statements[0]).await;
        assert!(!sorts(&app, &plan_of_page), "{plan_of_page}");
        if list.starts_with("/Users") {
            let back = format!("{list}&cursor={}", second.string("/previousCursor"));
            let statements = statements_of(client.call("GET", &back), 200).await;
            WALK_BACK.assert_taken(&app, &statements[..1]).await;
            assert!(!sorts(&app, &plan(&app, &statements[0]).await));
        }
        // The same walk by index.
        let begin = format!("{list}&startIndex=1");
        client.get(&begin).await.expect(200);
        let on_page = format!("{list}&startIndex=6");
        let statements = statements_of(client.call("GET", &on_page), 200).await;
        assert_eq!(statements.len(), 1);
        on.assert_taken(&app, &statements).await;
        assert!(!sorts(&app, &plan(&app, &statements[0]).await));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_page_in_the_middle_leaves_rows_out_without_reading_them() {
    let (app, client, _) = populated().await;
    for (list, path) in [
        ("/Users?startIndex=90&count=5", WALK_ON),
        ("/Groups?startIndex=30&count=5", GROUPS_ON),
    ] {
        let statements = statements_of(client.call("GET", list), 200).await;
        let [skip, page] = &statements[..] else {
            panic!("{statements:#?}");
        };
        for read in ["document", "JOIN \"users\"", "group_members"] {
            assert!(!skip.contains(read), "{skip}");
        }
        assert!(!sorts(&app, &plan(&app, skip).await), "{skip}");
        BY_TOTAL
            .assert_taken(&app, std::slice::from_ref(skip))
            .await;
        path.assert_taken(&app, std::slice::from_ref(page)).await;
        assert!(!page.contains("OFFSET"), "{page}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_page_in_the_middle_of_user_names_begins_there() {
    let (app, client, _) = populated().await;
    let list = "/Users?startIndex=90&count=5&sortBy=userName";
    let statements = statements_of(client.call("GET", list), 200).await;
    BY_USER_NAME_FROM.assert_taken(&app, &statements[1..]).await;
    app.finish().await;
}

#[tokio::test]
async fn filters_on_memberships_managers_beginnings_and_changes_go_by_an_index() {
    let (app, client, ids) = populated().await;
    let group = client.filter("/Groups", "displayName eq \"crowd\"").await;
    let group = group.string("/Resources/0/id");
    let manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value";
    let lately = "2026-11-22T07:59:00Z";
    for (endpoint, filter, path) in [
        (
            "/Users",
            format!("groups.value eq \"{group}\""),
            BY_GROUP_OF_MEMBER,
        ),
        (
            "/Groups",
            format!("members.value eq \"{}\"", ids[5]),
            BY_MEMBER_OF_GROUP,
        ),
        ("/Users", format!("{manager} eq \"{}\"", ids[5]), BY_VALUE),
        (
            "/Users",
            "userName sw \"user1\"".to_owned(),
            BY_USER_NAME_FROM,
        ),
        (
            "/Groups",
            "displayName sw \"class 1\"".to_owned(),
            BY_GROUP_NAME_FROM,
        ),
        ("/Users", "emails sw \"user1\"".to_owned(), BY_VALUE_FROM),
        (
            "/Users",
            format!("meta.lastModified gt \"{lately}\""),
            BY_CHANGE,
        ),
        (
            "/Groups",
            format!("meta.lastModified gt \"{lately}\""),
            BY_CHANGE_OF_GROUP,
        ),
    ] {
        let filter = percent_encoded(&filter);
        let address = format!("{endpoint}?count=5&excludedAttributes=members&filter={filter}");
        let statements = statements_of(client.call("GET", &address), 200).await;
        path.assert_taken(&app, &statements).await;
    }
    app.finish().await;
}
