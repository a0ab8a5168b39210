//! A network between the server and PostgreSQL that breaks when it is told to. On SQLite there is
//! none to break.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use rollcall_server::config::{Config, DatabaseLocation};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Where the connection of the next COMMIT breaks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cut {
    BeforeItArrives,
    BeforeItsAnswer,
}

#[derive(Clone, Default)]
pub(super) struct Network(Arc<State>);

#[derive(Default)]
struct State {
    next_cut: Mutex<Option<Cut>>,
    /// Counts silences: connections of before a silence carry nothing any more.
    silences: AtomicU64,
    /// Counts what the server sends and waits for an answer to.
    trips: AtomicU64,
}

impl Network {
    /// Puts itself between the server and PostgreSQL.
    pub(super) fn join(&self, config: &mut Config) {
        let DatabaseLocation::PostgreSql { url } = &mut config.database else {
            return;
        };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address").to_string();
        let target = host_of(url).to_owned();
        let joint = if url.contains('?') { '&' } else { '?' };
        *url = format!(
            "{}{joint}sslmode=disable",
            url.replacen(&target, &address, 1)
        );
        let listener = TcpListener::from_std(listener).expect("a listener");
        let network = self.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(network.clone().relay(client, target.clone()));
            }
        });
    }

    /// The next COMMIT ends its connection.
    pub(super) fn cut_next(&self, cut: Cut) {
        *self.0.next_cut.lock().unwrap() = Some(cut);
    }

    /// Every connection of now stays open and says nothing any more; new ones work.
    pub(super) fn fall_silent(&self) {
        self.0.silences.fetch_add(1, Ordering::SeqCst);
    }

    /// What was sent to PostgreSQL so far.
    pub(super) fn trips(&self) -> u64 {
        self.0.trips.load(Ordering::SeqCst)
    }

    async fn relay(self, mut client: TcpStream, target: String) {
        let mut server = TcpStream::connect(&target).await.expect("PostgreSQL");
        let born = self.0.silences.load(Ordering::SeqCst);
        let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
        loop {
            tokio::select! {
                read = client.read(&mut up) => {
                    let Ok(length @ 1..) = read else { return };
                    if self.0.silences.load(Ordering::SeqCst) > born {
                        continue;
                    }
                    let sent = &up[..length];
                    self.0.trips.fetch_add(1, Ordering::SeqCst);
                    let commits = sent.windows(6).any(|part| part == b"COMMIT");
                    let cut = if commits { self.0.next_cut.lock().unwrap().take() } else { None };
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
}

fn host_of(url: &str) -> &str {
    let (_, rest) = url.split_once("://").expect("a URL");
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}
