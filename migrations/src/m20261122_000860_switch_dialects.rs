//! What differs from the defaults of a connection's kind, by the name of the switch: one column
//! for all of them instead of one for each.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const OLD: [&str; 3] = ["accept_password", "user_patch_204", "group_patch_200"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(
            manager,
            ColumnDef::new("switches")
                .text()
                .not_null()
                .default("{}")
                .take(),
        )
        .await?;
        for name in OLD {
            drop(manager, name).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in OLD {
            let column = ColumnDef::new(name)
                .boolean()
                .not_null()
                .default(false)
                .take();
            add(manager, column).await?;
        }
        drop(manager, "switches").await
    }
}

async fn add(manager: &SchemaManager<'_>, mut column: ColumnDef) -> Result<(), DbErr> {
    let mut table = Table::alter().table("idp_connections").take();
    manager
        .alter_table(table.add_column(&mut column).take())
        .await
}

async fn drop(manager: &SchemaManager<'_>, name: &'static str) -> Result<(), DbErr> {
    let mut table = Table::alter().table("idp_connections").take();
    manager.alter_table(table.drop_column(name).take()).await
}
