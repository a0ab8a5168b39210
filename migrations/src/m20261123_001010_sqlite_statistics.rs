//! What SQLite assumes about large tables. Without numbers it believes that an account, or a connection
//! of it, leaves about ten rows, so that to read all of a connection seems as good as to look one of
//! its people up. Numbers of its own would be those of the day on which it counted; these are of ten
//! districts with twenty connections each, and make the plans of every installation the same from its
//! first row on.
//!
//! A later migration that gives one of these tables an index adds a row for it: an index without one
//! seems better than all others.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// An index, and as many numbers as it has columns and one: its rows, and how many of them agree in the
/// first column, in the first two, and so on. The key of a table without row ids has the name of the
/// table.
type Index = (&'static str, &'static str);

const TABLES: [(&str, &[Index]); 10] = [
    (
        "users",
        &[
            ("sqlite_autoindex_users_1", "500000 50000 1"),
            ("ux_users_user_name", "500000 50000 1"),
            ("ix_users_email", "500000 50000 1 1"),
            ("ix_users_name", "500000 50000 2 1"),
            ("ix_users_last_login", "500000 50000 5 1"),
            ("ix_users_updated", "500000 50000 5 1"),
            ("ix_users_status", "500000 50000 40000 2"),
        ],
    ),
    (
        "scim_links",
        &[
            ("sqlite_autoindex_scim_links_1", "500000 50000 1"),
            ("ux_scim_links_live_user", "500000 50000 1"),
            ("ux_scim_links_external_id", "500000 50000 2500 1"),
            ("ix_scim_links_external_id", "500000 50000 2500 1"),
            ("ix_scim_links_user_name", "500000 50000 2500 1"),
            ("ix_scim_links_live", "500000 50000 2500 1"),
            ("ix_scim_links_unmapped", "50000 5000 500 1"),
            ("ix_scim_links_ended_user", "10000 1000 1 1"),
        ],
    ),
    (
        "user_attribute_values",
        &[
            (
                "sqlite_autoindex_user_attribute_values_1",
                "5000000 500000 10 1 1",
            ),
            ("ix_user_attribute_values_text", "3000000 300000 50000 10 1"),
        ],
    ),
    (
        "groups",
        &[
            ("sqlite_autoindex_groups_1", "20000 2000 1"),
            ("ux_groups_external_id", "20000 2000 200 1"),
            ("ux_groups_display_name", "20000 2000 200 1"),
            ("ix_groups_connection", "20000 2000 200 1"),
            ("ix_groups_updated", "20000 2000 200 2 1"),
        ],
    ),
    (
        "group_members",
        &[
            ("group_members", "1000000 100000 50 1"),
            ("ix_group_members_user", "1000000 100000 4 1"),
        ],
    ),
    (
        "group_subgroups",
        &[
            ("group_subgroups", "10000 1000 5 1"),
            ("ix_group_subgroups_member", "10000 1000 2 1"),
        ],
    ),
    (
        "memberships",
        &[
            ("sqlite_autoindex_memberships_1", "600000 60000 2 1"),
            ("ix_memberships_organisation", "600000 60000 600 1"),
        ],
    ),
    (
        "holds",
        &[
            ("sqlite_autoindex_holds_1", "20000 2000 1"),
            ("ux_holds_open", "10000 1000 2 1 1 1 1"),
            ("ix_holds_user", "20000 2000 2 1"),
        ],
    ),
    (
        "shadow_objects",
        &[
            ("sqlite_autoindex_shadow_objects_1", "200000 20000 1"),
            ("ux_shadow_objects_external_id", "200000 20000 2000 1000 1"),
            ("ux_shadow_objects_name", "200000 20000 2000 1000 1"),
            ("ix_shadow_objects_connection", "200000 20000 2000 1000 1"),
        ],
    ),
    (
        "shadow_members",
        &[
            ("shadow_members", "500000 50000 50 1"),
            ("ix_shadow_members_member", "500000 50000 3 1"),
        ],
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DatabaseBackend::Sqlite {
            return Ok(());
        }
        let connection = manager.get_connection();
        // Nothing else makes the table that the numbers are in.
        connection.execute_unprepared("ANALYZE accounts").await?;
        for table in ["sqlite_stat1", "sqlite_stat4"] {
            if manager.has_table(table).await? {
                let empty = format!("DELETE FROM {table}");
                connection.execute_unprepared(&empty).await?;
            }
        }
        for (table, indexes) in TABLES {
            for (index, numbers) in indexes {
                let row =
                    format!("INSERT INTO sqlite_stat1 VALUES ('{table}', '{index}', '{numbers}')");
                connection.execute_unprepared(&row).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DatabaseBackend::Sqlite {
            return Ok(());
        }
        let connection = manager.get_connection();
        connection
            .execute_unprepared("DELETE FROM sqlite_stat1")
            .await?;
        Ok(())
    }
}
