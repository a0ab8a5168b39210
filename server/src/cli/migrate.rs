//! `rollcall migrate`: brings the database up to date.

use super::failure::Failure;
use super::installation;
use super::terminal::Terminal;
use crate::config::Config;
use crate::db::migrate::Changes;
use crate::ids::Ids;

pub(super) async fn run(config: &Config, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let opened = installation::make(config, &Ids::from_os()?, Changes::All).await?;
    opened.db.close().await;
    let database = &config.database;
    match opened.applied {
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
