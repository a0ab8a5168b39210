//! `active` of a user may be unassigned (RFC 7643 section 2.5), which is neither true nor false.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("idp_active_next").boolean().null().take();
        replace(manager, column, Expr::col("idp_active")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("idp_active_next")
            .boolean()
            .not_null()
            .default(true)
            .take();
        let value = Func::coalesce([Expr::col("idp_active"), Expr::val(true)]);
        replace(manager, column, value.into()).await
    }
}

/// Puts a column with `value` in the place of `idp_active`: SQLite changes no column as it stands.
async fn replace(
    manager: &SchemaManager<'_>,
    mut column: ColumnDef,
    value: Expr,
) -> Result<(), DbErr> {
    let alter = || Table::alter().table("users").take();
    manager
        .alter_table(alter().add_column(&mut column).take())
        .await?;
    let copy = Query::update()
        .table("users")
        .value("idp_active_next", value)
        .to_owned();
    manager.execute(copy).await?;
    manager
        .alter_table(alter().drop_column("idp_active").take())
        .await?;
    manager
        .alter_table(
            alter()
                .rename_column("idp_active_next", "idp_active")
                .take(),
        )
        .await
}
