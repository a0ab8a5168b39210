//! The reach of an Organisation Administrator: down the tree by an index, to people by the key of
//! their memberships.

use sea_orm::DatabaseBackend;

use super::plan;
use crate::support::{District, Statements};

#[tokio::test]
async fn a_reach_reads_no_table_whole() {
    let district = District::new().await;
    district.person("anna", &[&district.north]).await;
    let id = district.person("lars", &[&district.lab]).await;
    let north = &district.north;
    let (_, olga) = district.administrator_of(north, "olga@example.org").await;
    let app = &district.app;
    app.quiet().await;
    app.count_rows("").await;
    for address in [
        "/users".to_owned(),
        "/users?role=observer&sort=-last_login".to_owned(),
        format!("/users?org={}&q=anna", district.lab),
        "/users/counts".to_owned(),
        format!("/users/{id}"),
        "/organisations".to_owned(),
    ] {
        let heard = Statements::listen();
        olga.get(&address).await.expect(200);
        let mut walks = 0;
        for statement in heard.take() {
            let plan = plan(app, &statement).await;
            for table in ["users", "memberships", "organisations"] {
                let whole = match app.backend() {
                    DatabaseBackend::Sqlite => format!("SCAN {table}"),
                    _ => format!("Seq Scan on {table}"),
                };
                let found = plan.lines().any(|line| line.trim().contains(&whole));
                assert!(
                    !found,
                    "{address}: {table} is read whole:\n{statement}\n{plan}"
                );
            }
            walks += usize::from(plan.contains("ix_organisations_parent"));
        }
        assert!(walks > 0, "{address} goes down no tree");
    }
    district.app.finish().await;
}
