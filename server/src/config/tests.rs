use std::fs;

use super::*;

fn load(flags: &[&str], variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let flags = parse_flags(flags);
    let variables: HashMap<String, String> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Config::load(&flags, &variables)
}

fn parse_flags(flags: &[&str]) -> Flags {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        flags: Flags,
    }
    let line = std::iter::once("rollcall").chain(flags.iter().copied());
    <Line as clap::Parser>::parse_from(line).flags
}

fn refusal(flags: &[&str], variables: &[(&str, &str)]) -> String {
    load(flags, variables).unwrap_err().to_string()
}

fn folder_with(file: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rollcall.toml"), file).unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

fn refusal_of_file(file: &str) -> String {
    let (_folder, data) = folder_with(file);
    refusal(&["--data", &data], &[]).replace(&data, "DATA")
}

#[test]
fn without_any_source_the_defaults_hold() {
    let (_folder, data) = folder_with("");
    let config = load(&["--data", &data], &[]).unwrap();
    assert_eq!(config.listen.address.to_string(), "127.0.0.1:8080");
    assert_eq!(config.listen.metrics.unwrap().to_string(), "127.0.0.1:9090");
    assert_eq!(config.listen.tls, None);
    assert_eq!(config.listen.shutdown_grace.as_secs(), 25);
    assert!(config.listen.trusted_proxies.networks().is_empty());
    assert_eq!(config.public_url.to_string(), "http://127.0.0.1:8080");
    assert_eq!(config.limits.body, 16 * 1024 * 1024);
    assert_eq!(config.limits.body_budget, 64 * 1024 * 1024);
    assert_eq!(config.limits.query_timeout.as_secs(), 5);
    assert_eq!(config.limits.request_timeout.as_secs(), 30);
    assert_eq!(config.limits.scim_rate_per_second, 2_000);
    assert_eq!(config.synchronous, Synchronous::Full);
    assert_eq!(config.retention.provisioning_body_days, 30);
    assert_eq!(config.log.format, LogFormat::Text);
    assert_eq!(config.log.filter, "info,sea_orm_migration=warn");
    let path = PathBuf::from(&data).join("rollcall.db");
    assert_eq!(config.database, DatabaseLocation::Sqlite { path });
}

#[test]
fn the_budget_of_bodies_has_room_for_the_largest_body_of_four_connections() {
    let (_folder, data) = folder_with("body_limit = \"1 MiB\"\nbody_budget = \"4 MiB\"");
    let config = load(&["--data", &data], &[]).unwrap();
    assert_eq!(config.limits.body_budget, 4 * 1024 * 1024);
    let text = refusal(&["--data", &data, "--body-budget", "3 MiB"], &[]);
    assert!(text.contains("at least four times body_limit"), "{text}");
}

#[test]
fn a_flag_beats_a_variable_beats_the_file() {
    let (_folder, data) = folder_with("listen = \"127.0.0.1:1\"\nrequest_timeout_s = 5");
    let file = load(&["--data", &data], &[]).unwrap();
    assert_eq!(file.listen.address.port(), 1);
    assert_eq!(file.limits.request_timeout.as_secs(), 5);

    let variable = [("ROLLCALL_LISTEN", "127.0.0.1:2")];
    let config = load(&["--data", &data], &variable).unwrap();
    assert_eq!(config.listen.address.port(), 2);
    assert_eq!(config.limits.request_timeout.as_secs(), 5);

    let flags = ["--data", &data, "--listen", "127.0.0.1:3"];
    assert_eq!(load(&flags, &variable).unwrap().listen.address.port(), 3);
}

#[test]
fn the_file_can_be_named_and_may_then_set_the_data_folder() {
    let (folder, _) = folder_with("");
    let named = folder.path().join("other.toml");
    fs::write(&named, "data = \"/srv/rollcall\"").unwrap();
    let named = named.to_str().unwrap();
    for config in [
        load(&["--config", named], &[]).unwrap(),
        load(&[], &[("ROLLCALL_CONFIG", named)]).unwrap(),
    ] {
        assert_eq!(config.data, PathBuf::from("/srv/rollcall"));
        assert_eq!(config.file, Some(PathBuf::from(named)));
    }
    assert_eq!(
        refusal_of_file("data = \"/srv\""),
        "`data` (DATA/rollcall.toml, line 1) stands in the file that is looked for in the data \
         folder itself. Set it with --data or ROLLCALL_DATA, or name the file with --config."
    );
}

#[test]
fn a_named_file_must_exist() {
    let text = refusal(&["--config", "/nowhere/rollcall.toml"], &[]);
    assert!(
        text.starts_with(
            "The configuration file /nowhere/rollcall.toml cannot be read: No such file"
        )
    );
    assert!(text.contains("--config or ROLLCALL_CONFIG"));
}

#[test]
fn a_list_is_an_array_in_the_file_and_separated_by_commas_elsewhere() {
    let (_folder, data) = folder_with("trusted_proxies = [\"10.0.0.0/8\", \"192.0.2.7\"]");
    let expected = ["10.0.0.0/8", "192.0.2.7/32"];
    let networks = |config: Config| -> Vec<String> {
        let networks = config.listen.trusted_proxies.networks();
        networks.iter().map(ToString::to_string).collect()
    };
    assert_eq!(networks(load(&["--data", &data], &[]).unwrap()), expected);
    let variable = [("ROLLCALL_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7")];
    assert_eq!(networks(load(&[], &variable).unwrap()), expected);
    let flags = ["--trusted-proxies", "10.0.0.0/8,192.0.2.7"];
    assert_eq!(networks(load(&flags, &[]).unwrap()), expected);
    assert_eq!(
        refusal(&["--trusted-proxies", "10.0.0.0/8,proxy"], &[]),
        "`trusted_proxies` (the flag --trusted-proxies) is \"proxy\", which is not an IP address or \
         network. Write it like 10.0.0.0/8 or 192.0.2.7."
    );
}

#[test]
fn an_ipv4_proxy_is_recognised_behind_an_ipv6_socket() {
    let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
    assert!(proxies.contains("::ffff:10.1.2.3".parse().unwrap()));
    assert!(!proxies.contains("::ffff:11.1.2.3".parse().unwrap()));
}

#[test]
fn an_empty_or_foreign_variable_is_no_setting() {
    let variables = [
        ("ROLLCALL_TLS_CERT", ""),
        ("ROLLCALL_CONFIG", ""),
        ("ROLLCALL_SERVICE_HOST", "10.0.0.1"),
    ];
    assert_eq!(load(&[], &variables).unwrap().listen.tls, None);
}

#[test]
fn rust_log_filters_unless_our_own_variable_does() {
    let rust_log = ("RUST_LOG", "debug");
    assert_eq!(load(&[], &[rust_log]).unwrap().log.filter, "debug");
    let both = [rust_log, ("ROLLCALL_LOG_FILTER", "warn")];
    assert_eq!(load(&[], &both).unwrap().log.filter, "warn");
}

#[test]
fn an_unknown_key_of_the_file_is_named_with_its_line() {
    let text = refusal_of_file("# ours\nlog_format = \"json\"\npublicurl = \"https://a\"\n");
    assert!(text.starts_with("DATA/rollcall.toml, line 3 has the unknown key `publicurl`. "));
    assert!(text.contains("public_url"));
    let text = refusal_of_file("\n[server]\nlisten = 1");
    assert!(text.starts_with("DATA/rollcall.toml, line 2 has the unknown key `server`."));
}

#[test]
fn a_file_that_is_not_toml_is_refused_with_line_and_column() {
    let text = refusal_of_file("listen = \"127.0.0.1:1\"\nbody_limit = \n");
    assert!(text.starts_with("The configuration file DATA/rollcall.toml is not valid TOML: "));
    assert!(text.contains("line 2, column"), "{text}");
    assert!(!text.contains('\n'));
}

#[test]
fn a_wrong_value_is_refused_where_it_stands() {
    assert_eq!(
        refusal_of_file("\nlisten = 8080"),
        "`listen` (DATA/rollcall.toml, line 2) is \"8080\", which is not an IP address with a port. \
         Write it like 127.0.0.1:8080."
    );
    assert_eq!(
        refusal(&[], &[("ROLLCALL_LISTEN", "here")]),
        "`listen` (the variable ROLLCALL_LISTEN) is \"here\", which is not an IP address with a \
         port. Write it like 127.0.0.1:8080."
    );
    assert_eq!(
        refusal(&["--request-timeout-s", "0"], &[]),
        "`request_timeout_s` (the flag --request-timeout-s) is \"0\", which is not a whole number of \
         seconds from 1 to 3600. Write a number from 1 to 3600."
    );
    assert_eq!(
        refusal_of_file("listen = [\"127.0.0.1:1\"]"),
        "`listen` (DATA/rollcall.toml, line 1) is not a single value. Write it as listen = \"…\"."
    );
}

#[test]
fn each_number_and_choice_has_its_bounds() {
    let refused = [
        ("ROLLCALL_SHUTDOWN_GRACE_S", "3601"),
        ("ROLLCALL_PROVISIONING_BODY_DAYS", "91"),
        ("ROLLCALL_PROVISIONING_BODY_DAYS", "-1"),
        ("ROLLCALL_BODY_LIMIT", "63 KiB"),
        ("ROLLCALL_BODY_LIMIT", "2 GiB"),
        ("ROLLCALL_BODY_LIMIT", "16 MB"),
        ("ROLLCALL_BODY_LIMIT", ""),
        ("ROLLCALL_LOG_FORMAT", "xml"),
        ("ROLLCALL_LOG_FILTER", "rollcall_server=loud"),
        ("ROLLCALL_METRICS_LISTEN", "9090"),
        ("ROLLCALL_SCIM_RATE_PER_SECOND", "24"),
        ("ROLLCALL_SCIM_RATE_PER_SECOND", "many"),
    ];
    for (name, value) in refused.into_iter().filter(|(_, value)| !value.is_empty()) {
        let text = refusal(&[], &[(name, value)]);
        assert!(text.contains(name) && text.contains(value), "{text}");
    }
    let accepted = load(
        &["--body-limit", "64KiB", "--provisioning-body-days", "0"],
        &[("ROLLCALL_SCIM_RATE_PER_SECOND", "25")],
    );
    let accepted = accepted.unwrap();
    assert_eq!(accepted.limits.body, 65_536);
    assert_eq!(accepted.retention.provisioning_body_days, 0);
    assert_eq!(accepted.limits.scim_rate_per_second, 25);
}

#[test]
fn a_rate_below_that_of_entra_is_refused_with_the_reason() {
    assert_eq!(
        refusal(&["--scim-rate-per-second", "10"], &[]),
        "`scim_rate_per_second` (the flag --scim-rate-per-second) is 10, but Microsoft Entra sends \
         up to 25 requests per second and gives up on a server that refuses them. Write 25 or more."
    );
}

#[test]
fn metrics_can_be_off_and_need_a_port_of_their_own() {
    assert_eq!(
        load(&["--metrics-listen", "off"], &[])
            .unwrap()
            .listen
            .metrics,
        None
    );
    let text = refusal(&["--metrics-listen", "127.0.0.1:8080"], &[]);
    assert!(text.contains("is 127.0.0.1:8080, where the server itself listens"));
}

#[test]
fn certificate_and_key_come_together() {
    let text = refusal(&["--tls-cert", "cert.pem"], &[]);
    assert!(text.contains("`tls_cert` (the flag --tls-cert) is set, but `tls_key` is not"));
    let text = refusal(&["--tls-key", "key.pem"], &[]);
    assert!(text.contains("`tls_key` (the flag --tls-key) is set, but `tls_cert` is not"));
    let both = load(&["--tls-cert", "cert.pem", "--tls-key", "key.pem"], &[]).unwrap();
    assert_eq!(both.public_url.to_string(), "https://127.0.0.1:8080");
    assert!(both.listen.tls.is_some());
}

#[test]
fn the_public_url_is_https_unless_it_is_this_machine() {
    let public = |url: &str| load(&["--public-url", url], &[]).map(|c| c.public_url.to_string());
    assert_eq!(
        public("https://People.example.org/").unwrap(),
        "https://people.example.org"
    );
    assert_eq!(
        public("https://people.example.org:443").unwrap(),
        "https://people.example.org"
    );
    assert_eq!(
        public("https://people.example.org:8443").unwrap(),
        "https://people.example.org:8443"
    );
    assert_eq!(
        public("http://localhost:3000").unwrap(),
        "http://localhost:3000"
    );
    assert_eq!(public("http://[::1]:3000").unwrap(), "http://[::1]:3000");
    assert_eq!(
        public("http://people.example.org").unwrap_err().to_string(),
        "`public_url` (the flag --public-url) is \"http://people.example.org\": it must begin with \
         https://, because its host is not this machine. Write the address that people type, like \
         https://people.example.org."
    );
    for malformed in [
        "people.example.org",
        "ftp://people.example.org",
        "https://",
        "https://people.example.org/scim",
        "https://people.example.org?x=1",
        "https://people.example.org#top",
        "https://me@people.example.org",
        "https://people.example.org:99999",
        "https://people.example.org:",
    ] {
        let text = public(malformed).unwrap_err().to_string();
        assert!(
            text.contains("nothing behind the host"),
            "{malformed}: {text}"
        );
    }
}

#[test]
fn the_public_url_is_not_guessed_beyond_this_machine() {
    let open = [("ROLLCALL_LISTEN", "0.0.0.0:8080")];
    let text = refusal(&[], &open);
    assert!(text.starts_with("`public_url` (the built-in default) cannot be guessed when the server listens on 0.0.0.0:8080"));
    assert!(text.contains("ROLLCALL_PUBLIC_URL"));
    let told = load(&["--public-url", "https://people.example.org"], &open).unwrap();
    assert!(told.public_url.is_https());
    assert_eq!(told.public_url.port(), 443);
}

#[test]
fn a_free_port_shows_in_the_default_public_url_alone() {
    let bound = "127.0.0.1:4711".parse().unwrap();
    let free = load(&["--listen", "127.0.0.1:0"], &[])
        .unwrap()
        .bound_to(bound);
    assert_eq!(free.public_url.to_string(), "http://127.0.0.1:4711");
    assert_eq!(free.listen.address, bound);
    let flags = [
        "--listen",
        "127.0.0.1:0",
        "--public-url",
        "https://people.example.org",
    ];
    let named = load(&flags, &[]).unwrap().bound_to(bound);
    assert_eq!(named.public_url.to_string(), "https://people.example.org");
}

#[test]
fn the_database_is_sqlite_or_postgresql() {
    let database = |url: &str| load(&["--database-url", url], &[]).map(|config| config.database);
    for text in [
        "sqlite:/srv/a?b.db",
        "sqlite::memory:",
        "mysql://host/name",
        "sqlite:",
    ] {
        let text = database(text).unwrap_err().to_string();
        assert!(
            text.contains("postgres://USER:PASSWORD@HOST/NAME"),
            "{text}"
        );
    }
    for url in ["sqlite:/srv/people.db", "sqlite:///srv/people.db"] {
        assert_eq!(
            database(url).unwrap().sqlite_path().unwrap(),
            "/srv/people.db"
        );
    }
    let folder = DatabaseLocation::Sqlite {
        path: PathBuf::from("/srv/100%/r.db"),
    };
    assert_eq!(folder.url(), "sqlite:///srv/100%25/r.db?mode=rwc");
}

#[test]
fn the_password_of_a_database_is_not_printed() {
    let secret = "postgres://rollcall:hunter2@db.example.org:5432/rollcall?password=hunter2";
    let config = load(&["--database-url", secret], &[]).unwrap();
    assert_eq!(config.database.url(), secret);
    assert_eq!(
        config.database.to_string(),
        "PostgreSQL at db.example.org:5432/rollcall"
    );
    assert!(!format!("{config:?}").contains("hunter2"));
    let text = refusal(&["--database-url", "postgre://rollcall:hunter2@db"], &[]);
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_mail_server_needs_a_host_and_an_address_and_the_rest_is_usual() {
    let (_folder, data) = folder_with("");
    assert_eq!(load(&["--data", &data], &[]).unwrap().smtp, None);
    let host = ["--data", &data, "--smtp-host", "mail.example.org"];
    let from = ("ROLLCALL_MAIL_FROM", "people@example.org");
    let smtp = load(&host, &[from]).unwrap().smtp.unwrap();
    let usual = SmtpConfig::new(
        "mail.example.org",
        587,
        SmtpTls::StartTls,
        "people@example.org",
    );
    assert_eq!(smtp, usual);
    for (mode, port) in [("starttls", 587), ("tls", 465), ("none", 25)] {
        let mode = [from, ("ROLLCALL_SMTP_TLS", mode)];
        assert_eq!(load(&host, &mode).unwrap().smtp.unwrap().port, port);
    }
    assert_eq!(
        refusal(&host, &[]),
        "`smtp_host` (the flag --smtp-host) is set, but `mail_from` is not. Set mail_from to the \
         address that mails come from, like people@example.org."
    );
    assert_eq!(
        refusal(&[], &[from]),
        "`mail_from` (the variable ROLLCALL_MAIL_FROM) is set, but `smtp_host` is not. Set \
         smtp_host to the mail server, or remove this."
    );
    for (key, value, part) in [
        (
            "ROLLCALL_SMTP_HOST",
            "mail.example.org:587",
            "the port is smtp_port",
        ),
        (
            "ROLLCALL_SMTP_PORT",
            "0",
            "not a whole number of a port from 1 to 65535",
        ),
        ("ROLLCALL_SMTP_TLS", "ssl", "Write starttls, tls or none"),
        ("ROLLCALL_SMTP_TIMEOUT_S", "61", "from 1 to 60"),
        (
            "ROLLCALL_MAIL_FROM",
            "People <people@example.org>",
            "not a plain e-mail address",
        ),
    ] {
        let mut variables = vec![("ROLLCALL_SMTP_HOST", "mail.example.org"), from];
        variables.retain(|(name, _)| *name != key);
        variables.push((key, value));
        let text = refusal(&["--data", &data], &variables);
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn the_password_of_the_mail_server_is_in_a_file_or_a_variable_and_never_shown() {
    let (folder, data) = folder_with("");
    let file = folder.path().join("smtp");
    fs::write(&file, "hush hush\n").unwrap();
    let file = file.to_str().unwrap();
    let with = |more: &[(&'static str, &str)]| {
        let mut variables = vec![
            ("ROLLCALL_SMTP_HOST", "mail.example.org"),
            ("ROLLCALL_MAIL_FROM", "people@example.org"),
        ];
        variables.extend_from_slice(more);
        load(&["--data", &data], &variables)
    };
    let user = ("ROLLCALL_SMTP_USER", "rollcall");
    for password in [
        ("ROLLCALL_SMTP_PASSWORD_FILE", file),
        ("ROLLCALL_SMTP_PASSWORD", "hush hush"),
    ] {
        let config = with(&[user, password]).unwrap();
        assert!(!format!("{config:?}").contains("hush"), "{config:?}");
        let (name, password) = config.smtp.unwrap().login.unwrap();
        assert_eq!(
            (name.as_str(), password.reveal()),
            ("rollcall", "hush hush")
        );
    }
    for (more, part) in [
        (vec![user], "its password is not"),
        (
            vec![("ROLLCALL_SMTP_PASSWORD", "hush")],
            "`smtp_user` is not",
        ),
        (
            vec![user, ("ROLLCALL_SMTP_PASSWORD_FILE", "/nowhere/smtp")],
            "cannot be read",
        ),
        (
            vec![
                user,
                ("ROLLCALL_SMTP_PASSWORD", "hush"),
                ("ROLLCALL_SMTP_PASSWORD_FILE", file),
            ],
            "Set one of the two",
        ),
        (
            vec![
                user,
                ("ROLLCALL_SMTP_PASSWORD", "hush"),
                ("ROLLCALL_SMTP_TLS", "none"),
            ],
            "readable by everybody in between",
        ),
    ] {
        let text = with(&more).unwrap_err().to_string();
        assert!(text.contains(part) && !text.contains("hush"), "{text}");
    }
}
