//! The whole server in the test's process: real database, real jobs, a clock that stands still.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::TimeDelta;
use rollcall_server::{
    app::App,
    clock::{Clock, ManualClock},
    config::{Config, Flags, ServeFlags, StoreFlags},
    ctx::Ctx,
    db::{Account, DbError, NewJob, PLATFORM_ACCOUNT, Written},
    http::spa::ConsoleFiles,
    ids::Ids,
    ops::{
        accounts, administrators,
        administrators::NewAdministrator,
        connection_attributes,
        connections::{self, Beginning},
        first_start,
        first_start::FirstStartSettings,
    },
};
use scim_schema::{
    api::{attributes::DeclareAttribute, session::AdministratorProfile},
    dialect::{ConnectionKind, Dialect, Switch},
    id::{RequestId, UserId},
    policy::SecondFactorRule,
};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, QueryResult, Statement, Value,
};
use serde_json::json;

use super::{
    Answer, Call, Console, ORIGIN, PASSWORD, ScimClient, SmtpServer, TestDatabase, database,
};

/// When every test begins.
const START: &str = "2026-11-22T08:00:00Z";
/// Longest time that due jobs get to be done.
const JOBS_TAKE: Duration = Duration::from_secs(10);

/// A running server. Ends with [`TestApp::finish`].
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) clock: ManualClock,
    /// The account that a first start makes.
    pub(crate) account: Account,
    /// The address that makes the first administrator.
    pub(crate) setup_link: String,
    /// The test's own connection to the database.
    pub(crate) sql: DatabaseConnection,
    database: TestDatabase,
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A server with other settings than the usual ones.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let database = TestDatabase::create().await;
        let (clock, control) = Clock::manual(START.parse().expect("an instant"));
        let mut config = config(&database);
        change(&mut config);
        let console = ConsoleFiles::in_folder(database.folder().to_path_buf());
        let app = App::start(Arc::new(config), clock, Ids::seeded(7), console)
            .await
            .unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
        let settings = FirstStartSettings {
            public_url: ORIGIN.to_owned(),
            first_connection: None,
        };
        let state = &app.state;
        let started = first_start::run(&state.db, &state.clock, &state.ids, &settings)
            .await
            .expect("a first start");
        Self {
            clock: control,
            account: started.account,
            setup_link: started.setup_link.expect("a set-up link"),
            sql: database.connect().await,
            app,
            database,
        }
    }

    /// A server that hands its mails over to this one.
    pub(crate) async fn mailing(server: &SmtpServer) -> Self {
        Self::with(|config| config.smtp = Some(server.config())).await
    }

    /// A request without anything in it.
    pub(crate) fn call(&self, method: &str, uri: &str) -> Call {
        Call::new(&self.app.router, method, uri)
    }

    /// The context of a command on the host.
    pub(crate) fn operator(&self) -> Arc<Ctx> {
        self.operator_of(&self.account)
    }

    pub(crate) fn operator_of(&self, account: &Account) -> Arc<Ctx> {
        let now = self.app.state.clock.now();
        let request = RequestId(self.app.state.ids.uuid_v7(now));
        Arc::new(Ctx::operator(account.id, request, now))
    }

    /// A new connection of this kind.
    pub(crate) async fn connection(&self, kind: ConnectionKind) -> ScimClient {
        self.connection_of(&self.account, kind).await
    }

    /// A new connection of this kind with some functions of its dialect turned on.
    pub(crate) async fn connection_with(
        &self,
        kind: ConnectionKind,
        switches: &[Switch],
    ) -> ScimClient {
        let mut dialect = Dialect::of(kind);
        for switch in switches {
            dialect.set(*switch, Some(true));
        }
        self.connection_of(&self.account, dialect).await
    }

    pub(crate) async fn connection_of(
        &self,
        account: &Account,
        dialect: impl Into<Dialect>,
    ) -> ScimClient {
        self.connection_beginning(account, dialect.into(), Beginning::default())
            .await
    }

    async fn connection_beginning(
        &self,
        account: &Account,
        dialect: Dialect,
        beginning: Beginning,
    ) -> ScimClient {
        let state = &self.app.state;
        let ctx = self.operator_of(account);
        let kind = dialect.kind.as_str();
        let name = format!("{kind} {}", state.ids.uuid_v7(ctx.now));
        let (db, ids) = (&state.db, &state.ids);
        let issued = connections::create_with(db, &ctx, ids, &name, dialect, beginning)
            .await
            .expect("a connection");
        ScimClient {
            router: self.app.router.clone(),
            connection: issued.connection,
            token_id: issued.id,
            token: issued.secret.reveal().to_owned(),
        }
    }

    /// A new connection of this kind that begins in shadow.
    pub(crate) async fn shadow_connection(&self, kind: ConnectionKind) -> ScimClient {
        let beginning = Beginning {
            shadow: true,
            ..Beginning::default()
        };
        self.connection_beginning(&self.account, kind.into(), beginning)
            .await
    }

    /// A second account in the same installation.
    pub(crate) async fn other_account(&self) -> Account {
        let state = &self.app.state;
        let (db, clock, ids) = (&state.db, &state.clock, &state.ids);
        accounts::create(db, clock, ids, "other", "Other District")
            .await
            .expect("an account");
        accounts::resolve(db, Some("other"))
            .await
            .expect("the account")
    }

    /// A browser that nobody is signed in with.
    pub(crate) fn browser(&self) -> Console {
        Console::new(&self.app.router)
    }

    /// The secret in the set-up link.
    pub(crate) fn setup_token(&self) -> String {
        let (_, secret) = self.setup_link.split_once('#').expect("a fragment");
        secret.to_owned()
    }

    /// What a first administrator sends to come into being.
    pub(crate) fn redemption(&self) -> serde_json::Value {
        json!({
            "token": self.setup_token(),
            "password": PASSWORD,
            "profile": {
                "given_name": "Dana",
                "family_name": "Whitfield",
                "email": "dana@example.org",
            },
        })
    }

    /// Makes the first administrator, `dana@example.org`, with the set-up link: break-glass, and
    /// signed in.
    pub(crate) async fn administrator(&self) -> Console {
        let mut console = self.browser();
        console.redeem(&self.redemption()).await.expect(200);
        console
    }

    /// The first administrator, once there is one, signed in anew.
    pub(crate) async fn administrator_again(&self) -> Console {
        let mut console = self.browser();
        let answer = console.sign_in("dana@example.org", PASSWORD).await;
        answer.expect(200);
        console
    }

    /// A further administrator with the usual password.
    pub(crate) async fn further_administrator(&self, account: &Account, email: &str) -> UserId {
        let profile = AdministratorProfile {
            given_name: "Robin".to_owned(),
            family_name: "Castellanos".to_owned(),
            email: email.to_owned(),
        };
        let new = NewAdministrator::new(&profile).expect("a profile");
        let state = &self.app.state;
        administrators::create_with_password(
            &state.db,
            &self.operator_of(account),
            &state.passwords,
            &new,
            PASSWORD,
        )
        .await
        .expect("an administrator")
    }

    /// Rows of a query without parameters.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        database::rows(&self.sql, sql).await
    }

    /// The one number that a query without parameters answers.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let rows = self.rows(sql).await;
        rows[0].try_get_by_index(0).expect("a number")
    }

    /// Changes rows behind the server's back; `$1` stands for the first value on both databases.
    pub(crate) async fn execute(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> u64 {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        let done = self.sql.execute_raw(statement).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"))
            .rows_affected()
    }

    pub(crate) fn backend(&self) -> DatabaseBackend {
        self.sql.get_database_backend()
    }

    /// What is stored of the domain, as numbers: equal before and after a request that changed
    /// nothing. The provisioning log is not part of it.
    pub(crate) async fn footprint(&self) -> Vec<(&'static str, i64)> {
        const QUERIES: &[(&str, &str)] = &[
            ("users", "SELECT COUNT(*) FROM users"),
            (
                "versions",
                "SELECT CAST(COALESCE(SUM(version), 0) AS bigint) FROM users",
            ),
            ("links", "SELECT COUNT(*) FROM scim_links"),
            ("values", "SELECT COUNT(*) FROM user_attribute_values"),
            ("holds", "SELECT COUNT(*) FROM holds"),
            ("memberships", "SELECT COUNT(*) FROM memberships"),
            ("groups", "SELECT COUNT(*) FROM groups"),
            (
                "group versions",
                "SELECT CAST(COALESCE(SUM(version), 0) AS bigint) FROM groups",
            ),
            ("members", "SELECT COUNT(*) FROM group_members"),
            ("subgroups", "SELECT COUNT(*) FROM group_subgroups"),
            ("connections", "SELECT COUNT(*) FROM idp_connections"),
            ("definitions", "SELECT COUNT(*) FROM attribute_definitions"),
            ("exposures", "SELECT COUNT(*) FROM connection_attributes"),
            ("tokens", "SELECT COUNT(*) FROM scim_tokens"),
            ("clients", "SELECT COUNT(*) FROM oauth_clients"),
            ("assertions", "SELECT COUNT(*) FROM oauth_assertions"),
            // That somebody was refused is recorded, and changes nothing.
            (
                "audit",
                "SELECT COUNT(*) FROM audit_events WHERE action <> 'access.refuse'",
            ),
            (
                "changes",
                "SELECT COUNT(*) FROM change_feed WHERE kind NOT IN ('provisioning_log', 'alert')",
            ),
        ];
        let mut numbers = Vec::with_capacity(QUERIES.len());
        for (name, query) in QUERIES {
            numbers.push((*name, self.number(query).await));
        }
        numbers
    }

    /// Waits until everything that was recorded for the provisioning log is in its table.
    pub(crate) async fn flush_log(&self) {
        self.app.state.scim_log.close().await;
    }

    /// Stops background work, so that the next statement is the next request's.
    pub(crate) async fn quiet(&self) {
        self.flush_log().await;
        self.app.shutdown_token().cancel();
        let mut before = self.app.state.db.statement_count();
        loop {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let now = self.app.state.db.statement_count();
            if now == before {
                return;
            }
            before = now;
        }
    }

    /// Lets PostgreSQL count a table, or all of them, as it would soon by itself; what SQLite assumes
    /// of them is fixed.
    pub(crate) async fn count_rows(&self, table: &str) {
        if self.backend() == DatabaseBackend::Postgres {
            let count = format!("ANALYZE {table}");
            self.sql.execute_unprepared(&count).await.unwrap();
        }
    }

    /// Waits until `sql` answers `wanted`; for what background work does soon.
    pub(crate) async fn until_number(&self, sql: &str, wanted: i64) {
        let deadline = tokio::time::Instant::now() + JOBS_TAKE;
        loop {
            let found = self.number(sql).await;
            if found == wanted {
                return;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "{sql}: {found}, not {wanted}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until every act in the audit log has its link.
    pub(crate) async fn until_linked(&self) {
        let unlinked = "SELECT COUNT(*) FROM audit_events e WHERE NOT EXISTS (SELECT 1 FROM audit_links l WHERE l.account_id = e.account_id AND l.event_id = e.id)";
        self.until_number(unlinked, 0).await;
    }

    /// Waits until no job is due.
    pub(crate) async fn until_idle(&self) {
        let now = self.app.state.clock.now().to_rfc3339();
        let due = match self.backend() {
            DatabaseBackend::Sqlite => format!("julianday(run_at) <= julianday('{now}')"),
            _ => format!("run_at <= '{now}'"),
        };
        let left =
            format!("SELECT COUNT(*) FROM jobs WHERE status IN ('available', 'running') AND {due}");
        self.until_number(&left, 0).await;
    }

    /// Stops the server; fails when due jobs were left over or failed.
    pub(crate) async fn finish(self) {
        if !self.app.shutdown_token().is_cancelled() {
            self.until_idle().await;
        }
        let failed = self
            .rows("SELECT queue, last_error FROM jobs WHERE last_error IS NOT NULL")
            .await;
        let failed: Vec<(String, String)> = failed
            .iter()
            .map(|row| (row.try_get_by_index(0), row.try_get_by_index(1)))
            .map(|(queue, error)| (queue.expect("a queue"), error.expect("an error")))
            .collect();
        assert!(failed.is_empty(), "failed jobs: {failed:?}");
        self.app.stop().await;
        self.sql.close().await.expect("an end");
        drop(self.database);
    }

    /// Exposes attributes that the account defines for it on a connection: type words with names.
    pub(crate) async fn expose(&self, client: &ScimClient, urn: &str, attributes: &[(&str, &str)]) {
        let state = &self.app.state;
        let ctx = self.operator();
        for (name, kind) in attributes {
            let (kind, multi_valued) = match kind.strip_suffix("[]") {
                Some(kind) => (kind, true),
                None => (*kind, false),
            };
            let new = DeclareAttribute {
                urn: urn.to_owned(),
                name: (*name).to_owned(),
                attr_type: kind.parse().expect("a type"),
                multi_valued,
            };
            let (db, tokens) = (&state.db, &state.tokens);
            connection_attributes::declare(db, &ctx, tokens, client.connection, &new)
                .await
                .expect("a declaration");
        }
    }

    /// Lets the jobs run that follow a change of attributes.
    pub(crate) async fn reread(&self) {
        self.clock.advance(TimeDelta::seconds(3));
        let open = "SELECT COUNT(*) FROM jobs WHERE queue IN ('reread_attributes', 'purge_attribute') AND status IN ('available', 'running')";
        self.until_number(open, 0).await;
    }

    /// Runs the job of a queue that the schedule would queue for later.
    pub(crate) async fn run_scheduled(&self, queue: &'static str) {
        let state = &self.app.state;
        let now = state.clock.now();
        let request = RequestId(state.ids.uuid_v7(now));
        let ctx = Arc::new(Ctx::system(PLATFORM_ACCOUNT, "test", request, now));
        let queued = state.db.write::<_, DbError, _>(&ctx, move |_| {
            Box::pin(async move {
                let job = NewJob {
                    queue,
                    payload: serde_json::json!({}),
                    run_at: now,
                    dedup_key: None,
                    max_attempts: 1,
                };
                Ok(Written::bookkeeping(()).queueing(job))
            })
        });
        queued.await.unwrap();
        let waiting = format!(
            "SELECT COUNT(*) FROM jobs WHERE queue = '{queue}' AND status IN ('available', 'running') AND payload = '{{}}' AND dedup_key IS NULL"
        );
        self.until_number(&waiting, 0).await;
    }

    /// The user behind a SCIM id.
    pub(crate) async fn user_of(&self, scim_id: &str) -> UserId {
        let id: uuid::Uuid = scim_id.parse().expect("an id");
        let statement = Statement::from_sql_and_values(
            self.backend(),
            "SELECT user_id FROM scim_links WHERE scim_id = $1",
            [id.into()],
        );
        let row = self.sql.query_one_raw(statement).await.expect("a query");
        let id: uuid::Uuid = row.expect("a link").try_get_by_index(0).expect("an id");
        UserId(id)
    }
}

/// What a request answered and how the stored numbers moved meanwhile.
impl TestApp {
    /// Fails unless `answer` left everything as `before`.
    #[track_caller]
    pub(crate) fn assert_unchanged(
        before: &[(&'static str, i64)],
        after: &[(&'static str, i64)],
        answer: &Answer,
    ) {
        assert_eq!(
            before, after,
            "changed by: {} {}",
            answer.status, answer.text
        );
    }
}

fn config(database: &TestDatabase) -> Config {
    let flags = Flags {
        store: StoreFlags {
            data: Some(database.folder().display().to_string()),
            database_url: Some(database.url()),
            public_url: Some(ORIGIN.to_owned()),
            ..StoreFlags::default()
        },
        serve: ServeFlags {
            metrics_listen: Some("off".to_owned()),
            ..ServeFlags::default()
        },
    };
    let mut config =
        Config::load(&flags, &HashMap::<String, String>::new()).expect("valid settings");
    // Tests send as fast as they can.
    config.limits.scim_rate_per_second = 1_000_000;
    // Those of second factors say otherwise.
    config.second_factor = Some(SecondFactorRule::Optional);
    config
}
