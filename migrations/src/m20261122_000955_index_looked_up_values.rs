//! The index of attribute values holds those that people are looked up by and no others: seven of
//! the 23 values of a usual user. Entries are all over the index, and a page that a commit touches
//! is written whole.

use sea_orm_migration::prelude::*;

use crate::columns::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "user_attribute_values";
const INDEX: &str = "ix_user_attribute_values_text";
/// `title`, `emails`, `phoneNumbers`, `ims`, `entitlements`, `roles`, `x509Certificates`,
/// `employeeNumber`, `department` and `manager.value` are looked up. Rows of an account's own
/// attributes, from 1000 on, are all in the index, so that they can be found and deleted.
const LEAVE: &str = "UPDATE user_attribute_values SET text_key = NULL WHERE attribute_id < 1000 \
                     AND attribute_id NOT IN (123, 140, 150, 160, 200, 210, 220, 400, 404, 411)";
const ENTER: &str = "UPDATE user_attribute_values SET text_key = '' WHERE attribute_id >= 1000 \
                     AND text_key IS NULL";
/// Every text has a key again: its first 200 characters.
const ALL_AGAIN: &str = "UPDATE user_attribute_values SET text_key = SUBSTR(text, 1, 200)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager).await?;
        let connection = manager.get_connection();
        connection.execute_unprepared(LEAVE).await?;
        connection.execute_unprepared(ENTER).await?;
        let looked_up = Expr::col("text_key").is_not_null();
        manager
            .create_index(text_index().and_where(looked_up).to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager).await?;
        manager
            .get_connection()
            .execute_unprepared(ALL_AGAIN)
            .await?;
        manager.create_index(text_index()).await
    }
}

fn text_index() -> IndexCreateStatement {
    index(TABLE, INDEX, &["attribute_id", "text_key", "user_id"])
}

async fn drop_index(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .drop_index(Index::drop().name(INDEX).table(TABLE).to_owned())
        .await
}
