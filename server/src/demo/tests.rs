use std::{sync::Arc, time::Instant};

use scim_schema::{
    api::session::AdministratorProfile,
    api::users::{Actor, Source, UserCounts, UserQuery},
    lifecycle::Status,
};
use tempfile::TempDir;

use super::*;
use crate::{
    db::{DatabaseSettings, LogFilter, UserList, migrate},
    ops::{
        administrators::{self, NewAdministrator},
        first_start::{self, FirstStartSettings},
        users,
    },
};

const BASE_URL: &str = "http://127.0.0.1:8080/scim/v2";

struct Installation {
    db: Db,
    clock: Clock,
    ids: Ids,
    account: AccountId,
    _folder: TempDir,
}

impl Installation {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/rollcall.db?mode=rwc", folder.path().display());
        let ids = Ids::seeded(1);
        let db = Db::connect(&DatabaseSettings::new(url), ids.clone())
            .await
            .unwrap();
        migrate::up(&db).await.unwrap();
        let (clock, _) = Clock::manual("2026-11-22T08:00:00Z".parse().unwrap());
        let settings = FirstStartSettings {
            public_url: "http://127.0.0.1:8080".to_owned(),
            first_connection: None,
        };
        let first = first_start::run(&db, &clock, &ids, &settings)
            .await
            .unwrap();
        Self {
            account: first.account.id,
            db,
            clock,
            ids,
            _folder: folder,
        }
    }

    async fn seed(&self) -> Result<DemoSummary, OpError> {
        seed(&self.db, &self.clock, &self.ids, self.account, BASE_URL).await
    }

    async fn counts(&self) -> UserCounts {
        self.db
            .account(self.account)
            .user_counts(&Reach::Account)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_district_is_made_once_and_quickly() {
    let installation = Installation::new().await;
    let started = Instant::now();
    let first = installation.seed().await.unwrap();
    let took = started.elapsed();
    assert_eq!(
        (first.organisations, first.people, first.groups),
        (7, 480, 30)
    );
    assert!(took.as_secs() < 20, "took {took:?}");

    let counts = installation.counts().await;
    // Three of the 480 were deleted.
    assert_eq!(counts.all, 477);
    for status in [
        Status::Active,
        Status::Staged,
        Status::Archived,
        Status::Banned,
        Status::Suspended,
        Status::IdpDisabled,
        Status::Denied,
        Status::Security,
        Status::Inactive,
        Status::Invited,
        Status::Deleted,
    ] {
        let number = counts.by_status.iter().find(|(found, _)| *found == status);
        assert!(number.is_some_and(|(_, number)| *number > 0), "{status}");
    }

    let second = installation.seed().await.unwrap();
    assert!(second.is_empty(), "{second:?}");
    assert_eq!(installation.counts().await, counts);
}

#[tokio::test]
async fn the_account_of_a_first_start_gets_the_districts_name() {
    let installation = Installation::new().await;
    installation.seed().await.unwrap();
    let accounts = installation.db.platform().accounts().await.unwrap();
    assert_eq!(accounts[0].name, NAME);
    let scope = installation.db.account(installation.account);
    let organisations = scope.organisation_tree().await.unwrap();
    assert_eq!(organisations.len(), SITES.len() + 1);
    assert_eq!(organisations[0].name, NAME);
}

#[tokio::test]
async fn people_have_a_history_and_nobody_of_them_administers() {
    let installation = Installation::new().await;
    installation.seed().await.unwrap();
    let scope = installation.db.account(installation.account);
    let query = UserQuery {
        sort: Some("-last_login".to_owned()),
        ..UserQuery::default()
    };
    let list = UserList::parse(&query).unwrap();
    let page = scope.console_users(&list, &Reach::Account).await.unwrap();
    let now = installation.clock.now();
    for row in &page.items {
        let seen = row.last_login_at.expect("the latest have signed in");
        assert!(seen < now && seen > row.created_at, "{}", row.name);
    }
    assert!(!scope.has_system_administrator().await.unwrap());
}

#[tokio::test]
async fn deleted_people_name_the_demo_as_who_deleted_them_and_their_provider() {
    let installation = Installation::new().await;
    installation.seed().await.unwrap();
    let scope = installation.db.account(installation.account);
    let query = UserQuery {
        status: Some(Status::Deleted.as_str().to_owned()),
        ..UserQuery::default()
    };
    let deleted = UserList::parse(&query).unwrap();
    let page = scope
        .console_users(&deleted, &Reach::Account)
        .await
        .unwrap();
    assert_eq!(page.items.len(), 3);
    for row in page.items {
        assert!(matches!(row.source, Source::Connection { .. }), "{row:?}");
        let detail = scope
            .user_detail(row.id, &Reach::Account)
            .await
            .unwrap()
            .unwrap();
        let name = "demo".to_owned();
        let by = detail.deletion.and_then(|deletion| deletion.by);
        assert_eq!(by, Some(Actor::System { name }), "{}", row.name);
    }
}

#[tokio::test]
async fn connections_are_alive_and_their_log_tells_what_happened() {
    let installation = Installation::new().await;
    installation.seed().await.unwrap();
    let now = installation.clock.now();
    let scope = installation.db.account(installation.account);
    let views = scope.connections(None, BASE_URL).await.unwrap();
    assert_eq!(views.len(), 2);
    for view in views {
        let [token] = view.tokens.as_slice() else {
            panic!("{} has {} tokens", view.name, view.tokens.len());
        };
        assert!(token.expires_at > now, "{}", view.name);
        let last = view.last_request.expect("a last request");
        assert_eq!(token.last_used_at, Some(last.at), "{}", view.name);
        let error = view.last_error.expect("a last error");
        assert!(error.at < last.at && last.at < now, "{}", view.name);
        assert!(error.detail.is_some(), "{}", view.name);
    }

    let query = UserQuery {
        status: Some(Status::IdpDisabled.as_str().to_owned()),
        ..UserQuery::default()
    };
    let disabled = UserList::parse(&query).unwrap();
    let page = scope
        .console_users(&disabled, &Reach::Account)
        .await
        .unwrap();
    assert!(page.items.len() > 10);
    for row in page.items {
        let filter = LogFilter {
            user: Some(row.id),
            limit: 10,
            ..LogFilter::default()
        };
        let requests = scope.log_rows(&filter).await.unwrap();
        let patch = requests.iter().find(|request| request.method == "PATCH");
        let at = patch.expect("the request that disabled them").at;
        assert!(
            row.last_login_at.is_none_or(|seen| seen < at),
            "{}",
            row.name
        );
    }
}

#[tokio::test]
async fn people_who_are_there_already_are_not_mixed_with_invented_ones() {
    let installation = Installation::new().await;
    let Installation {
        db,
        ids,
        clock,
        account,
        ..
    } = &installation;
    let request = RequestId(ids.uuid_v7(clock.now()));
    let ctx = Arc::new(Ctx::operator(*account, request, clock.now()));
    let dana = NewAdministrator::new(&AdministratorProfile {
        given_name: "Dana".to_owned(),
        family_name: "Whitfield".to_owned(),
        email: "dana@example.org".to_owned(),
    })
    .unwrap();
    let link = administrators::create_with_link(db, &ctx, ids, &dana, BASE_URL);
    link.await.unwrap();
    let stage = Stage {
        db,
        ids,
        account: *account,
        now: clock.now(),
    };
    stage
        .refuse_real_people()
        .await
        .expect("an administrator may look");

    let provider = connections::create(db, &ctx, ids, "Provider", ConnectionKind::Generic);
    let provisioner = Provisioner {
        id: provider.await.unwrap().connection,
        name: "Provider".to_owned(),
        dialect: Dialect::of(ConnectionKind::Generic),
        default_organisation: db.account(*account).organisation_tree().await.unwrap()[0].id,
        adopt_existing: true,
        rules: Arc::default(),
        base_url: BASE_URL.to_owned(),
        mode: ConnectionMode::Live,
    };
    let incoming = Arc::new(body::incoming(&roster::roster()[0], None, &provisioner).unwrap());
    db.write::<_, OpError, _>(&ctx, move |tx| {
        let (by, incoming) = (provisioner.clone(), Arc::clone(&incoming));
        Box::pin(async move { users::create(tx, &by, &incoming, None).await })
    })
    .await
    .unwrap();
    let refused = installation.seed().await;
    assert!(matches!(&refused, Err(OpError::Conflict(sentence)) if sentence.contains("--data")));
    assert_eq!(installation.counts().await.all, 2);
}

#[tokio::test]
async fn an_interrupted_start_is_completed_by_the_next() {
    let installation = Installation::new().await;
    let stage = Stage {
        db: &installation.db,
        ids: &installation.ids,
        account: installation.account,
        now: installation.clock.now(),
    };
    let mut summary = DemoSummary::default();
    let scope = installation.db.account(installation.account);
    let existing = scope.organisation_tree().await.unwrap();
    stage.organisations(&existing, &mut summary).await.unwrap();

    let rest = installation.seed().await.unwrap();
    assert_eq!((rest.organisations, rest.people), (0, 480));
}

#[tokio::test]
async fn a_connection_of_somebody_else_is_left_alone() {
    let installation = Installation::new().await;
    let Installation {
        db,
        ids,
        clock,
        account,
        ..
    } = &installation;
    let request = RequestId(ids.uuid_v7(clock.now()));
    let ctx = Arc::new(Ctx::operator(*account, request, clock.now()));
    connections::create(db, &ctx, ids, "okta", ConnectionKind::Okta)
        .await
        .unwrap();
    let refused = installation.seed().await;
    assert!(matches!(&refused, Err(OpError::Conflict(sentence)) if sentence.contains("--data")));
    assert_eq!(installation.counts().await.all, 0);
}

#[tokio::test]
async fn mails_of_the_past_are_there_once_in_every_state_of_the_past() {
    let installation = Installation::new().await;
    installation.seed().await.unwrap();
    let list = async |state| {
        let filter = crate::db::MailFilter {
            state,
            limit: 1,
            ..crate::db::MailFilter::default()
        };
        let scope = installation.db.account(installation.account);
        scope.mails(&filter).await.unwrap().1
    };
    use scim_schema::mail::MailState;
    for state in [MailState::Sent, MailState::Bounced, MailState::Dead] {
        assert!(list(Some(state)).await > 0, "{state}");
    }
    let before = list(None).await;
    installation.seed().await.unwrap();
    assert_eq!(list(None).await, before);
}
