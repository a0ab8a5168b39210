//! `rollcall migrate`: brings the database up to date.

use super::failure::Failure;
use super::installation;
use super::terminal::Terminal;
use crate::config::Config;
use crate::db::migrate;
use crate::ids::Ids;

pub(super) async fn run(config: &Config, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let db = installation::connect(config, &Ids::from_os()?).await?;
    let applied = migrate::up(&db).await;
    db.close().await;
    let database = &config.database;
    match applied? {
        0 => terminal.say(format_args!("{database} is up to date."))?,
        1 => terminal.say(format_args!(
            "{database} is up to date now: 1 migration was applied."
        ))?,
        more => terminal.say(format_args!(
            "{database} is up to date now: {more} migrations were applied."
        ))?,
    }
    Ok(())
}
