//! Starting, finding and ending other programs.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::workspace;

/// `cargo`, the one that runs us, in the repository's root.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace::root());
    command
}

/// Runs a program with our terminal as its own and waits for it.
///
/// # Errors
/// When it cannot be started or ends with anything but success; its own output says why.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command
        .status()
        .map_err(|error| not_started(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "`{}` failed ({status}); its output is above",
        shown(command)
    )))
}

/// Runs a program quietly and returns what it wrote to standard output.
///
/// # Errors
/// As [`run`], with what the program wrote to standard error.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Failure::new(format!(
        "`{}` failed ({}): {}",
        shown(command),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    )))
}

/// Runs a program quietly and returns whether it succeeded, with all that it wrote.
///
/// # Errors
/// When it cannot be started.
pub(crate) fn transcript(command: &mut Command) -> Outcome<(bool, String)> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started(command, &error))?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text += &String::from_utf8_lossy(&output.stderr);
    Ok((output.status.success(), text))
}

/// Whether `program --version` runs and names `version` as one of its words.
pub(crate) fn has_version(program: &Path, version: &str) -> bool {
    output(Command::new(program).arg("--version"))
        .is_ok_and(|answer| answer.split_whitespace().any(|word| word == version))
}

/// The first of `folders` that holds `program`.
pub(crate) fn find_in(
    program: &str,
    folders: impl IntoIterator<Item = PathBuf>,
) -> Option<PathBuf> {
    folders
        .into_iter()
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// Looks `program` up on `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    find_in(
        program,
        env::split_paths(&env::var_os("PATH").unwrap_or_default()),
    )
}

/// `PATH` with `folders` before everything else.
pub(crate) fn path_with(folders: &[PathBuf]) -> OsString {
    let old = env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&old));
    // Joining fails only for a folder with a colon in its name; then the old value has to do.
    env::join_paths(all).unwrap_or(old)
}

/// Asks a child to end, gives it `patience`, then ends it.
pub(crate) fn stop(child: &mut Child, patience: Duration) {
    let asked = Command::new("kill")
        .arg("-TERM")
        .arg(child.id().to_string())
        .status();
    let deadline = Instant::now() + patience;
    while asked.is_ok() && Instant::now() < deadline {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    let _already_gone = child.kill();
    let _status = child.wait();
}

/// A duration as a person says it: `0.4 s`, `12 s`, `3 min 4 s`.
pub(crate) fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

fn shown(command: &Command) -> String {
    // Without its folder: `cargo fmt` reads better than the path of a toolchain.
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default();
    let words: Vec<_> = std::iter::once(program)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect();
    words.join(" ")
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    let program = command.get_program().to_string_lossy();
    Failure::new(format!("`{program}` could not be started: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_named_with_its_own_words() {
        let failure = output(Command::new("sh").args(["-c", "echo broken >&2; exit 3"]))
            .expect_err("the shell exits with 3");
        let text = failure.to_string();
        assert!(
            text.contains("exit status: 3") && text.contains("broken"),
            "{text}"
        );
    }

    #[test]
    fn a_version_must_match_as_a_whole_word() {
        let cargo = find("cargo").expect("cargo runs this test");
        let answer = output(Command::new(&cargo).arg("--version")).expect("cargo answers");
        let version = answer
            .split_whitespace()
            .nth(1)
            .expect("cargo 1.x.y")
            .to_owned();
        assert!(has_version(&cargo, &version));
        assert!(!has_version(&cargo, &version[..version.len() - 1]));
    }

    #[test]
    fn durations_are_short_to_read() {
        assert_eq!(spoken(Duration::from_millis(420)), "0.4 s");
        assert_eq!(spoken(Duration::from_secs(12)), "12 s");
        assert_eq!(spoken(Duration::from_secs(184)), "3 min 4 s");
    }

    #[test]
    fn a_child_that_ignores_the_request_is_ended_all_the_same() {
        let mut child = Command::new("sh")
            .args(["-c", "trap '' TERM; while :; do sleep 0.05; done"])
            .spawn()
            .expect("sh starts");
        thread::sleep(Duration::from_millis(100));
        stop(&mut child, Duration::from_millis(200));
        assert!(matches!(child.try_wait(), Ok(Some(_))));
    }
}
