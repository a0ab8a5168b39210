//! `cargo xtask dev`: the console follows every change, the server stands behind it.

use std::io::BufRead;
use std::process::Child;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use crate::console::{self, Build};
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::run;
use crate::server::{self, Profile};
use crate::tools::Toolbox;

/// How often the children are looked at.
const TICK: Duration = Duration::from_millis(200);
const STOP_PATIENCE: Duration = Duration::from_secs(20);

/// Runs Trunk's watch and the server until one of them ends.
///
/// The browser talks to the server alone, which reads `app/dist` from disk: one origin, as the
/// strict cookies of a session demand, so no proxy of Trunk's stands in between.
///
/// # Errors
/// When a tool is missing, something does not compile at the start, or a child ends by itself.
pub(crate) fn dev(flags: &[String]) -> Outcome {
    let toolbox = Toolbox::for_development()?;
    // Built before the watch begins, so that the server has a console to serve at once.
    console::build(Build::Development, &toolbox)?;
    let mut server = start_server(flags)?;
    let watch = toolbox
        .trunk()
        .arg("watch")
        .stdin(std::process::Stdio::null())
        .spawn();
    let mut watch = watch.map_err(|error| {
        process::stop(&mut server, STOP_PATIENCE);
        Failure::new(format!("trunk could not be started: {error}"))
    })?;
    println!(
        "\nA change under app/ or scim-schema/ rebuilds the console: reload the page to see it.\n\
         After a change of the server press Enter here: it is rebuilt and restarted.\n\
         Ctrl-C stops both.\n"
    );
    let result = supervise(&mut server, &mut watch, flags);
    process::stop(&mut watch, STOP_PATIENCE);
    process::stop(&mut server, STOP_PATIENCE);
    result
}

fn supervise(server: &mut Child, watch: &mut Child, flags: &[String]) -> Outcome {
    let enter = enter_key();
    loop {
        if let Ok(Some(status)) = watch.try_wait() {
            return Err(Failure::new(format!(
                "trunk watch ended ({status}); its output is above"
            )));
        }
        if let Ok(Some(status)) = server.try_wait() {
            return Err(Failure::new(format!(
                "the server ended ({status}); its output is above"
            )));
        }
        if enter.try_recv().is_ok() {
            println!("Restarting the server.");
            restart(server, flags)?;
        }
        thread::sleep(TICK);
    }
}

/// Replaces the server if the new one compiles; otherwise the old one goes on.
fn restart(server: &mut Child, flags: &[String]) -> Outcome {
    let binary = match server::build(Profile::Development) {
        Ok(binary) => binary,
        Err(failure) => {
            println!("{failure}. The old server goes on; press Enter to try again.");
            return Ok(());
        }
    };
    process::stop(server, STOP_PATIENCE);
    *server = run::serve(&binary, flags)
        .spawn()
        .map_err(Failure::file("start", &binary))?;
    Ok(())
}

fn start_server(flags: &[String]) -> Outcome<Child> {
    let binary = server::build(Profile::Development)?;
    let mut command = run::serve(&binary, flags);
    // Our standard input is the restart key; the server has no use for it.
    command.stdin(std::process::Stdio::null());
    command.spawn().map_err(Failure::file("start", &binary))
}

/// A message for each line typed; none any more when there is no terminal.
fn enter_key() -> Receiver<()> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for _line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(()).is_err() {
                return;
            }
        }
    });
    receiver
}
