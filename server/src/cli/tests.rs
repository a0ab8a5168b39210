use std::path::Path;

use clap::CommandFactory;

use super::*;

/// What a command left behind.
struct Done {
    code: u8,
    output: String,
    errors: String,
}

async fn rollcall(data: &Path, line: &str, input: &str) -> Done {
    let arguments = std::iter::once("rollcall").chain(line.split(' '));
    let data = data.to_str().unwrap().to_owned();
    let variables = HashMap::from([("ROLLCALL_DATA".to_owned(), data)]);
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let mut terminal = Terminal {
        input: &mut input.as_bytes(),
        output: &mut output,
        errors: &mut errors,
    };
    let code = run(arguments.map(OsString::from), &variables, &mut terminal).await;
    Done {
        code,
        output: String::from_utf8(output).unwrap(),
        errors: String::from_utf8(errors).unwrap(),
    }
}

async fn succeed(data: &Path, line: &str, input: &str) -> String {
    let done = rollcall(data, line, input).await;
    assert_eq!((done.code, done.errors.as_str()), (0, ""), "{line}");
    done.output
}

/// Succeeds with a remark beside the result, because no server runs.
async fn succeed_with_remark(data: &Path, line: &str, input: &str) -> String {
    let done = rollcall(data, line, input).await;
    assert_eq!(done.code, 0, "{line}: {}", done.errors);
    assert!(
        done.errors.starts_with("No server runs on "),
        "{}",
        done.errors
    );
    assert_eq!(done.errors.lines().count(), 1, "{}", done.errors);
    done.output
}

async fn fail(data: &Path, line: &str, input: &str) -> String {
    let done = rollcall(data, line, input).await;
    assert_eq!((done.code, done.output.as_str()), (1, ""), "{line}");
    assert_eq!(done.errors.lines().count(), 1, "{}", done.errors);
    done.errors
}

const ACCOUNT: &str = "account create --slug north --name North";
const DANA: &str =
    "admin create --email dana@example.org --given-name Dana --family-name Whitfield";

#[test]
fn the_definition_of_the_command_line_is_sound() {
    Line::command().debug_assert();
}

#[test]
fn a_line_that_cannot_be_understood_is_told_apart_from_a_failure() {
    let code = |line: &str| {
        let arguments = std::iter::once("rollcall").chain(line.split(' '));
        Line::try_parse_from(arguments).map_or_else(|error| error.exit_code(), |_| 0)
    };
    assert_eq!(code("--help"), 0);
    assert_eq!(code("doctor --listen 127.0.0.1:1"), 0);
    assert_eq!(code("migrate --listen 127.0.0.1:1"), 2);
    assert_eq!(code("admin unlock"), 2);
    assert_eq!(code("admin unlock --email a@b.c --user-name a"), 2);
    assert_eq!(code("connection create --name Okta --kind oktopus"), 2);
}

#[tokio::test]
async fn a_migration_is_applied_once() {
    let folder = tempfile::tempdir().unwrap();
    let first = succeed(folder.path(), "migrate", "").await;
    assert!(first.contains("were applied"), "{first}");
    let second = succeed(folder.path(), "migrate", "").await;
    assert!(second.ends_with("is up to date.\n"), "{second}");
}

#[tokio::test]
async fn an_administrator_gets_a_link_or_brings_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    succeed(data, ACCOUNT, "").await;

    let text = succeed_with_remark(data, DANA, "").await;
    let link = text.lines().last().unwrap();
    assert!(link.starts_with("http://127.0.0.1:8080/"), "{text}");

    let other = DANA.replace("dana@", "drew@") + " --password-stdin";
    let short = fail(data, &other, "short\n").await;
    assert!(short.starts_with("--password: "), "{short}");
    let text = succeed_with_remark(data, &other, "correct horse battery\n").await;
    assert!(
        text.contains("drew@example.org") && !text.contains("horse"),
        "{text}"
    );

    let again = fail(data, &other, "correct horse battery\n").await;
    assert!(again.contains("drew@example.org"), "{again}");

    let text = succeed(data, "admin unlock --email drew@example.org", "").await;
    assert_eq!(text, "drew@example.org was not locked out.\n");
    let text = fail(data, "admin unlock --user-name nobody", "").await;
    assert!(text.starts_with("Nobody in the account north"), "{text}");
}

#[tokio::test]
async fn a_connection_is_printed_once_and_as_json_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    succeed(data, ACCOUNT, "").await;
    let json = "connection create --name Okta --kind okta --json";
    let text = succeed_with_remark(data, json, "").await;
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<_> = value.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "base_url", "token"]);
    assert_eq!(value["base_url"], "http://127.0.0.1:8080/scim/v2");

    let text = succeed_with_remark(data, "connection create --name Entra", "").await;
    assert!(
        text.contains("not shown again") && text.contains("/scim/v2"),
        "{text}"
    );
    let taken = fail(data, "connection create --name Okta", "").await;
    assert!(taken.contains("Okta"), "{taken}");
}

#[tokio::test]
async fn the_account_is_named_only_when_there_are_several() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let create = "connection create --name Okta";
    succeed(data, "migrate", "").await;
    let none = fail(data, create, "").await;
    assert!(none.starts_with("There is no account yet."), "{none}");

    succeed(data, ACCOUNT, "").await;
    let text = fail(data, ACCOUNT, "").await;
    assert!(text.contains("north"), "{text}");
    succeed(data, "account create --slug south --name South", "").await;
    let several = fail(data, create, "").await;
    assert!(several.starts_with("There are 2 accounts."), "{several}");
    let chosen = format!("{create} --account south --public-url https://people.example.org");
    let text = succeed(data, &chosen, "").await;
    assert!(
        text.contains("https://people.example.org/scim/v2"),
        "{text}"
    );
    let unknown = fail(data, &format!("{create} --account west"), "").await;
    assert!(
        unknown.contains("west") && unknown.contains("--account"),
        "{unknown}"
    );
    let wrong = fail(data, "account create --slug North --name North", "").await;
    assert!(wrong.starts_with("--slug: "), "{wrong}");
}

#[tokio::test]
async fn a_mistyped_folder_does_not_become_a_new_installation() {
    let parent = tempfile::tempdir().unwrap();
    let data = parent.path().join("dta");
    for line in [
        DANA,
        "admin unlock --email dana@example.org",
        "connection create --name Okta",
    ] {
        let sentence = fail(&data, line, "").await;
        assert!(
            sentence.starts_with("There is no database at "),
            "{sentence}"
        );
        assert!(sentence.contains("--data"), "{sentence}");
    }
    let text = succeed(&data, "doctor", "").await;
    assert!(text.contains("warning  database: "), "{text}");
    assert!(!data.exists());
}

#[tokio::test]
async fn the_doctor_prints_a_line_for_each_check_and_fails_for_an_error() {
    let folder = tempfile::tempdir().unwrap();
    succeed(folder.path(), "migrate", "").await;
    let text = succeed(folder.path(), "doctor", "").await;
    assert!(text.contains("ok       database: "), "{text}");
    assert!(text.contains("ok       server: It does not run."), "{text}");
    assert!(text.contains("ok       write-ahead log: On."), "{text}");

    let done = rollcall(folder.path(), "doctor --trusted-proxies 0.0.0.0/0", "").await;
    assert_eq!(done.code, 1);
    assert!(
        done.output.contains("error    trusted proxies: "),
        "{}",
        done.output
    );
}
