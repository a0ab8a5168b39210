//! `rollcall serve`: the server, from an empty folder to an orderly end.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use scim_schema::policy::SecondFactorRule;
use tokio_util::sync::CancellationToken;

use super::failure::Failure;
use super::terminal::Terminal;
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, Flags};
use crate::data_folder;
use crate::demo;
use crate::http::scim::BASE_PATH;
use crate::http::spa::ConsoleFiles;
use crate::ids::Ids;
use crate::listen::{ListenError, Listener};
use crate::metrics::Metrics;
use crate::ops::first_start::{self, FirstStart, FirstStartSettings};

#[derive(Args, Debug, Default)]
pub(super) struct Options {
    /// Make a connection of this name if there is none, and print its token
    #[arg(long, value_name = "NAME")]
    first_connection: Option<String>,
    /// Fill an account with a made-up school district; only on a loopback address
    #[arg(long)]
    demo: bool,
}

/// Refuses to show the demonstration beyond this machine, before the settings of such a server are
/// asked for.
pub(super) fn refuse_public_demonstration(
    options: &Options,
    flags: &Flags,
    variables: &HashMap<String, String>,
) -> Result<(), Failure> {
    if !options.demo {
        return Ok(());
    }
    let address = Config::listen_address(flags, variables)?;
    if address.ip().is_loopback() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "The people of the demonstration are made up, so it is for this machine only and does not listen on {address}. Leave out --listen, or leave out --demo."
    )))
}

/// Serves until `until` is ready, then finishes what is in flight.
pub(super) async fn run(
    config: Config,
    options: Options,
    terminal: &mut Terminal<'_>,
    until: impl Future<Output = io::Result<()>>,
) -> Result<(), Failure> {
    data_folder::prepare(&config)?;
    let mut lock = data_folder::lock(&config)?;
    let listener = Listener::bind(config.listen.address, config.listen.tls.as_ref())?;
    let mut config = config.bound_to(listener.address());
    if options.demo {
        // Whoever looks at the demonstration has no reason to fetch a second device.
        config
            .second_factor
            .get_or_insert(SecondFactorRule::Optional);
    }
    let config = Arc::new(config);
    let clock = Clock::system();
    let measuring = Measuring::prepare(&config, &clock)?;

    data_folder::prepare_database(&config)?;
    let console = ConsoleFiles::embedded();
    let app = App::start(Arc::clone(&config), clock.clone(), Ids::from_os()?, console).await?;
    let settings = FirstStartSettings {
        public_url: config.public_url.to_string(),
        first_connection: options.first_connection,
    };
    let first = first_start::run(&app.state.db, &clock, &app.state.ids, &settings).await?;
    if options.demo {
        demonstrate(&app, &first, terminal).await?;
    }
    lock.announce(&config)?;
    announce(&config, &first, terminal)?;
    tracing::info!(address = %config.listen.address, database = %config.database, "serving");

    let stop = app.shutdown_token();
    let grace = config.listen.shutdown_grace;
    let (served, measured, asked) = tokio::join!(
        ending(
            &stop,
            listener.serve(app.router.clone(), grace, stop.clone())
        ),
        ending(&stop, measuring.run(stop.clone())),
        asked_to_stop(&stop, until),
    );
    app.stop().await;
    served?;
    measured?;
    asked?;
    tracing::info!("stopped");
    Ok(())
}

/// Runs one part of the process; when it ends, the others end too.
async fn ending<T>(stop: &CancellationToken, part: impl Future<Output = T>) -> T {
    let result = part.await;
    stop.cancel();
    result
}

async fn asked_to_stop(
    stop: &CancellationToken,
    until: impl Future<Output = io::Result<()>>,
) -> io::Result<()> {
    tokio::select! {
        result = ending(stop, until) => {
            tracing::info!("stopping: requests in flight are finished");
            result
        }
        () = stop.cancelled() => Ok(()),
    }
}

/// The metrics with their listener, if they are wanted.
struct Measuring(Option<(Listener, Metrics)>);

impl Measuring {
    fn prepare(config: &Config, clock: &Clock) -> Result<Self, Failure> {
        let Some(address) = config.listen.metrics else {
            return Ok(Self(None));
        };
        let listener = Listener::bind_metrics(address)?;
        Ok(Self(Some((listener, Metrics::start(clock.now())?))))
    }

    async fn run(self, stop: CancellationToken) -> Result<(), ListenError> {
        let Some((listener, metrics)) = self.0 else {
            stop.cancelled().await;
            return Ok(());
        };
        let router = metrics.router();
        let (served, ()) = tokio::join!(
            ending(&stop, listener.serve(router, Duration::ZERO, stop.clone())),
            metrics.keep_up(stop.clone()),
        );
        served
    }
}

async fn demonstrate(
    app: &App,
    first: &FirstStart,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let state = &app.state;
    terminal
        .say("Demonstration: filling the account with the district \"Northfield Unified\" …")?;
    let base_url = format!("{}{BASE_PATH}", state.config.public_url);
    let account = first.account.id;
    let added = demo::seed(&state.db, &state.clock, &state.ids, account, &base_url).await?;
    if added.is_empty() {
        terminal.say("It is there already; everything is as you left it.")?;
        return Ok(());
    }
    terminal.say(format_args!(
        "Added {} people, {} organisations and {} groups. None of them is real.",
        added.people, added.organisations, added.groups
    ))?;
    Ok(())
}

fn announce(config: &Config, first: &FirstStart, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let url = &config.public_url;
    terminal.say(format_args!("Rollcall runs at {url}"))?;
    if let Some(link) = &first.setup_link {
        terminal.say(
            "Make the first System Administrator with this link; it works once, within 24 hours:",
        )?;
        terminal.say(format_args!("  {link}"))?;
    }
    if let Some(connection) = &first.connection {
        terminal.say("Give these two to your identity provider; the token is not shown again:")?;
        terminal.say(format_args!("  SCIM base URL  {}", connection.base_url))?;
        terminal.say(format_args!(
            "  token          {}",
            connection.token.secret.reveal()
        ))?;
    }
    terminal.say("Stop it with Ctrl-C.")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::installation::PrintedAddress;
    use super::*;

    fn config(data: &Path) -> Config {
        let variables = [
            ("ROLLCALL_DATA", data.to_str().unwrap()),
            ("ROLLCALL_LISTEN", "127.0.0.1:0"),
            ("ROLLCALL_METRICS_LISTEN", "off"),
        ];
        let variables: HashMap<String, String> = variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Config::load(&Flags::default(), &variables).unwrap()
    }

    /// Serves until `until` is ready; what was printed.
    async fn serve(data: &Path, until: impl Future<Output = io::Result<()>>) -> String {
        let mut output = Vec::new();
        let mut terminal = Terminal {
            input: &mut io::empty(),
            output: &mut output,
            errors: &mut io::sink(),
        };
        let options = Options {
            first_connection: Some("First".to_owned()),
            demo: false,
        };
        run(config(data), options, &mut terminal, until)
            .await
            .unwrap();
        String::from_utf8(output).unwrap()
    }

    #[tokio::test]
    async fn the_first_start_tells_link_and_token_and_the_second_finds_everything() {
        let folder = tempfile::tempdir().unwrap();
        let first = serve(folder.path(), async { Ok(()) }).await;
        assert!(
            first.starts_with("Rollcall runs at http://127.0.0.1:"),
            "{first}"
        );
        assert!(!first.contains("127.0.0.1:0"), "{first}");
        assert!(
            first.contains("  http://127.0.0.1:") && first.contains("SCIM base URL"),
            "{first}"
        );

        let second = serve(folder.path(), async { Ok(()) }).await;
        assert!(!second.contains("SCIM base URL"), "{second}");
    }

    #[test]
    fn a_demonstration_listens_on_loopback_only() {
        let judged = |demo: bool, listen: &str| {
            let options = Options {
                demo,
                ..Options::default()
            };
            let variables = HashMap::from([("ROLLCALL_LISTEN".to_owned(), listen.to_owned())]);
            refuse_public_demonstration(&options, &Flags::default(), &variables)
        };
        // The public URL, which a server beyond this machine needs, is not asked for first.
        let sentence = judged(true, "0.0.0.0:8080").unwrap_err().to_string();
        assert!(
            sentence.contains("this machine only") && sentence.contains("0.0.0.0:8080"),
            "{sentence}"
        );
        assert!(judged(true, "127.0.0.1:8080").is_ok());
        assert!(judged(true, "[::1]:8080").is_ok());
        assert!(judged(false, "0.0.0.0:8080").is_ok());
    }

    #[tokio::test]
    async fn the_commands_beside_it_tell_the_address_of_the_running_server() {
        let folder = tempfile::tempdir().unwrap();
        // What the commands would say by themselves.
        let configured = {
            let mut config = config(folder.path());
            config = config.bound_to("127.0.0.1:8080".parse().unwrap());
            config
        };
        let stopped = PrintedAddress::find(&configured, false);
        assert_eq!(stopped.url.as_str(), "http://127.0.0.1:8080");
        let while_it_runs = async {
            let server = data_folder::running_server(&configured).unwrap();
            assert_ne!(server.address.port(), 0);
            let found = PrintedAddress::find(&configured, false);
            assert_eq!(found.url, server.public_url);
            let given = PrintedAddress::find(&configured, true);
            assert_eq!(given.url, configured.public_url);
            Ok(())
        };
        serve(folder.path(), while_it_runs).await;
        assert_eq!(data_folder::running_server(&configured), None);
    }

    #[tokio::test]
    async fn a_start_on_a_busy_port_leaves_no_database_behind() {
        let folder = tempfile::tempdir().unwrap();
        let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = config(folder.path());
        config.listen.address = busy.local_addr().unwrap();
        let mut terminal = Terminal {
            input: &mut io::empty(),
            output: &mut io::sink(),
            errors: &mut io::sink(),
        };
        let failed = run(
            config.clone(),
            Options::default(),
            &mut terminal,
            std::future::pending(),
        );
        let sentence = failed.await.unwrap_err().to_string();
        assert!(
            sentence.starts_with("Another program listens on "),
            "{sentence}"
        );
        assert!(data_folder::require(&config).is_err());
        assert!(!folder.path().join("rollcall.db").exists());
    }

    #[tokio::test]
    async fn a_second_server_on_the_same_folder_is_refused_while_the_first_runs() {
        let folder = tempfile::tempdir().unwrap();
        let while_it_runs = async {
            let mut terminal = Terminal {
                input: &mut io::empty(),
                output: &mut io::sink(),
                errors: &mut io::sink(),
            };
            let second = run(
                config(folder.path()),
                Options::default(),
                &mut terminal,
                std::future::pending(),
            );
            let refused = second.await.unwrap_err().to_string();
            assert!(refused.starts_with("Another Rollcall server"), "{refused}");
            Ok(())
        };
        serve(folder.path(), while_it_runs).await;
    }
}
