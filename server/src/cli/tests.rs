use std::path::Path;

use clap::CommandFactory;
use sea_orm::{ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, Statement};

use super::*;
use crate::{
    ids::Ids,
    sealing::{Keyring, Sealed},
};

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

async fn sql(data: &Path) -> DatabaseConnection {
    let file = data.join("rollcall.db");
    let url = format!("sqlite://{}?mode=rwc", file.display());
    Database::connect(url).await.unwrap()
}

async fn execute(data: &Path, statement: &str) {
    let connection = sql(data).await;
    connection.execute_unprepared(statement).await.unwrap();
    connection.close().await.unwrap();
}

async fn number(data: &Path, query: &str) -> i64 {
    let connection = sql(data).await;
    let statement = Statement::from_string(DatabaseBackend::Sqlite, query);
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    connection.close().await.unwrap();
    row.try_get("", "number").unwrap()
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
    assert_eq!(code("connection create --name Okta --with wings"), 2);
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
    assert!(
        short.starts_with("The password on standard input: ") && !short.contains("--password"),
        "{short}"
    );
    let text = succeed_with_remark(data, &other, "correct horse battery\n").await;
    assert!(
        text.contains("drew@example.org") && !text.contains("horse"),
        "{text}"
    );
    assert!(
        text.ends_with("sign in at http://127.0.0.1:8080/a/north.\n"),
        "{text}"
    );

    let again = fail(data, &other, "correct horse battery\n").await;
    assert!(
        again.starts_with("Somebody in this account already has drew@example.org"),
        "{again}"
    );
    assert!(
        again.contains("`rollcall admin unlock --email drew@example.org`"),
        "{again}"
    );

    let text = succeed(data, "admin unlock --email drew@example.org", "").await;
    assert_eq!(text, "drew@example.org was not locked out.\n");
    let text = fail(data, "admin unlock --user-name nobody", "").await;
    assert!(text.starts_with("Nobody in the account north"), "{text}");
}

#[tokio::test]
async fn a_lost_link_is_replaced_until_a_password_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    succeed(data, ACCOUNT, "").await;
    let first = succeed_with_remark(data, DANA, "").await;
    let second = succeed_with_remark(data, DANA, "").await;
    assert!(
        second.contains("the link of before no longer works"),
        "{second}"
    );
    assert!(second.contains("/setup#"), "{second}");
    assert_ne!(first.lines().last(), second.lines().last());
    let usable = "SELECT COUNT(*) AS number FROM one_time_links WHERE purpose = 'setup' AND used_at IS NULL AND julianday(expires_at) - julianday(created_at) > 0.5";
    assert_eq!(number(data, usable).await, 1);
    let audited =
        "SELECT COUNT(*) AS number FROM audit_events WHERE action = 'one_time_link.create'";
    assert_eq!(number(data, audited).await, 2);
    let break_glass =
        "SELECT COUNT(*) AS number FROM users WHERE break_glass AND user_name = 'dana@example.org'";
    assert_eq!(number(data, break_glass).await, 1);

    let with_password = format!("{DANA} --password-stdin");
    let text = succeed_with_remark(data, &with_password, "correct horse battery\n").await;
    assert!(text.contains("It is set now"), "{text}");
    assert_eq!(number(data, usable).await, 0);
    let audited = "SELECT COUNT(*) AS number FROM audit_events WHERE action = 'user.set_password'";
    assert_eq!(number(data, audited).await, 1);
    assert_eq!(number(data, break_glass).await, 1);

    for line in [DANA, &with_password] {
        let refused = fail(data, line, "correct horse battery\n").await;
        assert!(refused.contains("rollcall admin unlock"), "{refused}");
    }
    assert_eq!(number(data, usable).await, 0);
}

#[tokio::test]
async fn commands_that_make_the_database_at_once_wait_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new");
    let runs: Vec<_> = (0..6)
        .map(|number| {
            let data = data.clone();
            let line = match number % 2 {
                0 => "migrate".to_owned(),
                _ => format!("account create --slug a{number} --name North"),
            };
            std::thread::spawn(move || {
                let mut runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = runtime.enable_all().build().unwrap();
                runtime.block_on(rollcall(&data, &line, ""))
            })
        })
        .collect();
    let mut applied = 0;
    for run in runs {
        let done = run.join().unwrap();
        assert_eq!((done.code, done.errors.as_str()), (0, ""));
        applied += usize::from(done.output.contains("were applied"));
    }
    assert!(applied <= 1, "the migrations were applied {applied} times");
    let text = succeed(&data, "migrate", "").await;
    assert!(text.ends_with("is up to date.\n"), "{text}");
}

#[tokio::test]
async fn a_command_leaves_the_schema_of_another_version_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    succeed(data, ACCOUNT, "").await;
    let last =
        "DELETE FROM seaql_migrations WHERE version = (SELECT MAX(version) FROM seaql_migrations)";
    execute(data, last).await;
    let lines = [
        DANA,
        "admin unlock --email dana@example.org",
        "connection create --name Okta",
        "account create --slug south --name South",
    ];
    let count = "SELECT COUNT(*) AS number FROM seaql_migrations";
    let before = number(data, count).await;
    for line in lines {
        let older = fail(data, line, "").await;
        assert!(
            older.contains("older Rollcall") && older.contains("`rollcall migrate`"),
            "{older}"
        );
    }
    assert_eq!(number(data, count).await, before);
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29991231_000100_colonise_mars', 1)";
    execute(data, newer).await;
    for line in lines {
        let sentence = fail(data, line, "").await;
        assert!(
            sentence.starts_with("The database was last changed by a newer Rollcall"),
            "{sentence}"
        );
    }
}

#[tokio::test]
async fn a_database_without_a_schema_is_no_installation() {
    let folder = tempfile::tempdir().unwrap();
    execute(folder.path(), "PRAGMA user_version = 1").await;
    for line in [DANA, "connection create --name Okta"] {
        let sentence = fail(folder.path(), line, "").await;
        assert!(
            sentence.contains(" is empty. ") && sentence.contains("--data"),
            "{sentence}"
        );
    }
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

    let reader = "connection create --name Reader --scope groups --scope read";
    let text = succeed_with_remark(data, reader, "").await;
    assert!(text.contains("scopes    read groups"), "{text}");
    let text = succeed_with_remark(data, "connection create --name Entra", "").await;
    assert!(text.contains("scopes    read users groups"), "{text}");
    assert!(
        text.contains("not shown again") && text.contains("/scim/v2"),
        "{text}"
    );
    let taken = fail(data, "connection create --name Okta", "").await;
    assert!(taken.contains("Okta"), "{taken}");
}

#[tokio::test]
async fn functions_of_the_dialect_are_turned_on_and_off_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    succeed(data, ACCOUNT, "").await;
    let line = "connection create --name Okta --kind okta --with group_patch_200 --with scim1_urns --without ignore_undeclared_urn";
    succeed_with_remark(data, line, "").await;
    let both = "connection create --name Both --with scim1_urns --without scim1_urns";
    let refused = fail(data, both, "").await;
    assert!(refused.starts_with("scim1_urns is both"), "{refused}");
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
    assert!(
        several.starts_with("There are 2 accounts.") && several.contains("--account north"),
        "{several}"
    );
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

#[tokio::test]
async fn a_new_master_key_seals_what_the_one_of_before_did() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    succeed(data, ACCOUNT, "").await;
    succeed_with_remark(data, DANA, "").await;
    let ids = Ids::seeded(1);
    let keyring = Keyring::of(&store_config(data), &ids).unwrap();
    let user = text(data, "SELECT lower(hex(id)) AS text FROM users").await;
    let owner = uuid::Uuid::parse_str(&user).unwrap();
    let sealed = keyring
        .seal(&ids, &format!("totp {owner}"), b"a key")
        .unwrap();
    let bytes: String = sealed
        .bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let insert = format!(
        "INSERT INTO second_factors (account_id, id, user_id, kind, label, key_id, secret, created_at) SELECT account_id, id, id, 'totp', 'Phone', '{}', x'{bytes}', created_at FROM users",
        sealed.key_id
    );
    execute(data, &insert).await;

    let told = succeed(data, "keys rotate", "").await;
    assert!(told.contains("sealed anew: 1."), "{told}");
    let key = text(data, "SELECT key_id AS text FROM second_factors").await;
    assert_ne!(key, sealed.key_id);
    assert!(told.contains(&key), "{told}");
    let bytes = text(
        data,
        "SELECT lower(hex(secret)) AS text FROM second_factors",
    )
    .await;
    let bytes: Vec<u8> = (0..bytes.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&bytes[at..at + 2], 16).unwrap())
        .collect();
    let now = Sealed { key_id: key, bytes };
    let opened = keyring.open(&format!("totp {owner}"), &now).unwrap();
    assert_eq!(opened, b"a key");
    let again = succeed(data, "keys rotate", "").await;
    assert!(again.contains("sealed anew: 1."), "{again}");
}

fn store_config(data: &Path) -> Config {
    let variables = [(
        "ROLLCALL_DATA".to_owned(),
        data.to_str().unwrap().to_owned(),
    )];
    Config::load(&Flags::default(), &HashMap::from(variables)).unwrap()
}

async fn text(data: &Path, query: &str) -> String {
    let connection = sql(data).await;
    let statement = Statement::from_string(DatabaseBackend::Sqlite, query);
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    connection.close().await.unwrap();
    row.try_get("", "text").unwrap()
}
