//! A helper process that removes a throw-away database server however we end.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::failure::{Failure, Outcome};

/// Waits until our end of its standard input closes, which the kernel does however we end, then
/// removes the cluster. It ignores the terminal's Ctrl-C, which is meant for us.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
cat >/dev/null
folder=$1
shift
"$@" stop --pgdata "$folder/data" --mode immediate --wait >/dev/null 2>&1
rm -rf "$folder"
"#;

/// Stops a PostgreSQL cluster and removes its folder: when dropped, and also when this process
/// is killed, since no signal handler of ours could do it then.
pub(crate) struct Guardian {
    child: Child,
}

impl Guardian {
    /// Guards `folder`, whose cluster lies in `data` below it; `pg_ctl` is how to start that program.
    ///
    /// # Errors
    /// When the shell cannot be started.
    pub(crate) fn new(folder: &Path, pg_ctl: &Command) -> Outcome<Self> {
        Command::new("sh")
            .args(["-c", SCRIPT, "guardian"])
            .arg(folder)
            .arg(pg_ctl.get_program())
            .args(pg_ctl.get_args())
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map(|child| Self { child })
            .map_err(|error| Failure::new(format!("sh could not be started: {error}")))
    }
}

impl Drop for Guardian {
    fn drop(&mut self) {
        // `wait` closes the pipe first, which is the signal to begin.
        let _status = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch;

    #[test]
    fn the_folder_goes_when_its_guardian_is_dropped() {
        let folder = scratch::create_folder("guardian-test").expect("writable");
        let guardian = Guardian::new(&folder, &Command::new("true")).expect("sh starts");
        assert!(folder.exists());
        drop(guardian);
        assert!(!folder.exists());
    }
}
