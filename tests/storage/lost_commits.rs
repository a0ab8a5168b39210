//! PostgreSQL over a network that breaks: nobody is told what is not known.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use rollcall_server::config::{Config, DatabaseLocation};
use scim_schema::dialect::ConnectionKind;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::support::{TestApp, user_body};

/// Where the connection of the next COMMIT breaks.
#[derive(Clone, Copy, Debug)]
enum Cut {
    BeforeItArrives,
    BeforeItsAnswer,
}

type NextCut = Arc<Mutex<Option<Cut>>>;

/// Puts a relay between the server and PostgreSQL; on SQLite there is no network to break.
fn relayed(config: &mut Config, next: &NextCut) {
    let DatabaseLocation::PostgreSql { url } = &mut config.database else {
        return;
    };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a listener");
    let address = listener.local_addr().expect("an address");
    let target = host_of(url).to_owned();
    *url = through(url, &target, address);
    let (listener, next) = (TcpListener::from_std(listener), Arc::clone(next));
    let listener = listener.expect("a listener");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(relay(client, target.clone(), Arc::clone(&next)));
        }
    });
}

fn host_of(url: &str) -> &str {
    let (_, rest) = url.split_once("://").expect("a URL");
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

fn through(url: &str, target: &str, address: SocketAddr) -> String {
    let url = url.replacen(target, &address.to_string(), 1);
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}sslmode=disable")
}

async fn relay(mut client: TcpStream, target: String, next: NextCut) {
    let mut server = TcpStream::connect(&target).await.expect("PostgreSQL");
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(length @ 1..) = read else { return };
                let sent = &up[..length];
                let commits = sent.windows(6).any(|part| part == b"COMMIT");
                let cut = if commits { next.lock().unwrap().take() } else { None };
                if let Some(Cut::BeforeItArrives) = cut {
                    return;
                }
                server.write_all(sent).await.expect("PostgreSQL reads");
                if let Some(Cut::BeforeItsAnswer) = cut {
                    server.read_u8().await.expect("an answer");
                    return;
                }
            }
            read = server.read(&mut down) => {
                let Ok(length @ 1..) = read else { return };
                if client.write_all(&down[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_without_an_answer_is_told_as_unknown_and_a_second_try_does_no_harm() {
    let next = NextCut::default();
    let app = TestApp::with(|config| relayed(config, &next)).await;
    let client = app.connection(ConnectionKind::Generic).await;
    client.user("first").await;
    // The next commit is that of the next request.
    app.quiet().await;
    let cuts: &[(Cut, u16)] = match app.backend() {
        sea_orm::DatabaseBackend::Postgres => {
            &[(Cut::BeforeItsAnswer, 409), (Cut::BeforeItArrives, 201)]
        }
        _ => &[],
    };
    for (cut, second_try) in cuts {
        let body = user_body(&format!("{cut:?}"));
        *next.lock().unwrap() = Some(*cut);
        let answer = client.post("/Users", &body).await;
        answer.expect_scim_error(503, None, "as a whole or not at all");
        assert!(!answer.text.contains("nothing was changed"));
        assert!(answer.header("retry-after").is_some());
        client.post("/Users", &body).await.expect(*second_try);
    }
    let stored = app.number("SELECT COUNT(*) FROM users").await;
    let expected = 1 + i64::try_from(cuts.len()).unwrap();
    assert_eq!(stored, expected);
    app.finish().await;
}
