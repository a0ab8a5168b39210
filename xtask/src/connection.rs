//! Connections of a running server, made by its own command.

use std::path::Path;

use crate::failure::{Failure, Outcome};
use crate::process;
use crate::server::Store;

/// Makes a connection of the kind `generic` and returns its token. `switches` are further
/// arguments of `rollcall connection create`, such as `--with group_patch_200`.
///
/// # Errors
/// When the command fails or prints no token.
pub(crate) fn create(
    binary: &Path,
    store: &Store,
    name: &str,
    switches: &[&str],
) -> Outcome<String> {
    let answer = process::output(
        store
            .command(binary, &["connection", "create"])
            .args(["--name", name, "--kind", "generic", "--json"])
            .args(switches),
    )?;
    json_string(&answer, "token")
        .map(str::to_owned)
        .ok_or_else(|| {
            Failure::new(format!(
                "`rollcall connection create` printed no token: {answer}"
            ))
        })
}

/// The value of a string member in a flat JSON object without escapes.
fn json_string<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{name}\""))?;
    rest.trim_start()
        .strip_prefix(':')?
        .trim_start()
        .strip_prefix('"')?
        .split('"')
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_in_either_style_of_json() {
        assert_eq!(
            json_string(r#"{"id":"1","token":"rc_x"}"#, "token"),
            Some("rc_x")
        );
        assert_eq!(
            json_string("{\n  \"token\": \"rc_y\"\n}", "token"),
            Some("rc_y")
        );
        assert_eq!(json_string(r#"{"id":"1"}"#, "token"), None);
    }
}
