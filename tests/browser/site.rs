//! The whole server behind a real listener on a free port.

use std::{collections::HashMap, path::Path, sync::Arc};

use rollcall_server::{
    app::App,
    clock::Clock,
    config::{Config, Flags, ServeFlags, StoreFlags},
    ctx::Ctx,
    db::Account,
    http::spa::ConsoleFiles,
    ids::Ids,
    listen::{ListenError, Listener},
    ops::{
        administrators::{self, NewAdministrator},
        connections,
        first_start::{self, FirstStartSettings},
    },
};
use scim_schema::{
    api::session::AdministratorProfile, dialect::ConnectionKind, id::RequestId,
    policy::SecondFactorRule,
};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::task::JoinHandle;

use super::Provider;
use crate::support::{PASSWORD, TestDatabase};

/// Who signs in.
pub(crate) const ADMINISTRATOR: &str = "dana@example.org";
/// Their name.
pub(crate) const ADMINISTRATOR_NAME: &str = "Dana Whitfield";

/// A server that listens. Ends with [`Site::stop`].
pub(crate) struct Site {
    app: App,
    account: Account,
    /// The address that makes the first administrator.
    pub(crate) setup_link: String,
    origin: String,
    serving: JoinHandle<Result<(), ListenError>>,
    sql: DatabaseConnection,
    _database: TestDatabase,
}

impl Site {
    /// A server after its first start: nobody can sign in yet.
    pub(crate) async fn untouched() -> Self {
        Self::asking_for(SecondFactorRule::Optional).await
    }

    /// The same, with this rule about second factors.
    pub(crate) async fn asking_for(second_factor: SecondFactorRule) -> Self {
        let database = TestDatabase::create().await;
        let config = config(&database, second_factor);
        let listener = Listener::bind(config.listen.address, None).expect("a free port");
        let config = Arc::new(config.bound_to(listener.address()));
        let origin = config.public_url.to_string();
        let grace = config.listen.shutdown_grace;
        let ids = Ids::from_os().expect("random numbers");
        let app = App::start(config, Clock::system(), ids, console())
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let settings = FirstStartSettings {
            public_url: origin.clone(),
            first_connection: None,
        };
        let state = &app.state;
        let started = first_start::run(&state.db, &state.clock, &state.ids, &settings)
            .await
            .expect("a first start");
        let serving = tokio::spawn(listener.serve(app.router.clone(), grace, app.shutdown_token()));
        Self {
            account: started.account,
            setup_link: started.setup_link.expect("a set-up link"),
            origin,
            serving,
            sql: database.connect().await,
            app,
            _database: database,
        }
    }

    /// A server with [`ADMINISTRATOR`].
    pub(crate) async fn new() -> Self {
        let site = Self::untouched().await;
        site.create("Dana", "Whitfield", ADMINISTRATOR).await;
        site
    }

    /// Robin Castellanos, a further administrator with the usual password.
    pub(crate) async fn further_administrator(&self, email: &str) {
        self.create("Robin", "Castellanos", email).await;
    }

    async fn create(&self, given: &str, family: &str, email: &str) {
        let profile = AdministratorProfile {
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            email: email.to_owned(),
        };
        let new = NewAdministrator::new(&profile).expect("a profile");
        let state = &self.app.state;
        administrators::create_with_password(
            &state.db,
            &self.operator(),
            &state.passwords,
            &new,
            PASSWORD,
        )
        .await
        .expect("an administrator");
    }

    /// Where the console is: scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// An identity provider with a connection of its own.
    pub(crate) async fn provider(&self, name: &str, kind: ConnectionKind) -> Provider {
        let state = &self.app.state;
        let issued = connections::create(&state.db, &self.operator(), &state.ids, name, kind)
            .await
            .expect("a connection");
        let base_url = connections::base_url(&self.origin);
        Provider::new(base_url, issued.secret.reveal().to_owned())
    }

    /// Changes the database behind the server's back; answers how many rows that were.
    pub(crate) async fn execute(&self, sql: &str) -> u64 {
        let done = self.sql.execute_unprepared(sql).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"))
            .rows_affected()
    }

    fn operator(&self) -> Arc<Ctx> {
        let now = self.app.state.clock.now();
        let request = RequestId(self.app.state.ids.uuid_v7(now));
        Arc::new(Ctx::operator(self.account.id, request, now))
    }

    /// Ends the server as a signal does.
    pub(crate) async fn stop(self) {
        self.app.shutdown_token().cancel();
        let served = self.serving.await.expect("no panic");
        served.unwrap_or_else(|error| panic!("{error}"));
        self.app.stop().await;
        self.sql.close().await.expect("an end");
    }
}

fn console() -> ConsoleFiles {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/dist");
    let files = ConsoleFiles::in_folder(folder);
    assert!(
        files.are_built(),
        "app/dist has no console: build it with `cargo xtask test console`"
    );
    files
}

fn config(database: &TestDatabase, second_factor: SecondFactorRule) -> Config {
    let flags = Flags {
        store: StoreFlags {
            data: Some(database.folder().display().to_string()),
            database_url: Some(database.url()),
            ..StoreFlags::default()
        },
        serve: ServeFlags {
            listen: Some("127.0.0.1:0".to_owned()),
            metrics_listen: Some("off".to_owned()),
            second_factor: Some(second_factor.as_str().to_owned()),
            ..ServeFlags::default()
        },
    };
    Config::load(&flags, &HashMap::<String, String>::new()).expect("valid settings")
}
