//! Tokens and OAuth clients that have just been made: kept in memory until the person says that they are stored, each
//! shown on its connection's page only.

use leptos::prelude::*;
use scim_schema::{
    api::connections::ConnectionView,
    dialect::ConnectionKind,
    id::{ConnectionId, OAuthClientId},
};

use crate::{
    session::Session,
    text::{connections as words, oauth, providers},
    ui::{CopyField, Icon, effect, focus_soon, icon},
};

const TITLE_ID: &str = "secret-title";

/// What has just been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fresh {
    /// A bearer token.
    Token(String),
    /// An OAuth client.
    Client(FreshClient),
}

/// An OAuth client that has just been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FreshClient {
    /// Its id.
    pub id: OAuthClientId,
    /// Its secret, unless it signs.
    pub secret: Option<String>,
    /// Where it gets its tokens.
    pub token_endpoint: String,
}

impl Fresh {
    /// Whether it can be read nowhere else.
    fn is_secret(&self) -> bool {
        match self {
            Self::Token(_) => true,
            Self::Client(client) => client.secret.is_some(),
        }
    }
}

/// One of them with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    owner: ConnectionId,
    fresh: Fresh,
    copied: bool,
}

/// The latest token of each connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Secrets(Vec<Kept>);

impl Secrets {
    fn keep(&mut self, owner: ConnectionId, fresh: Fresh) {
        self.forget(owner);
        self.0.push(Kept {
            owner,
            copied: !fresh.is_secret(),
            fresh,
        });
    }

    fn of(&self, owner: ConnectionId) -> Option<&Kept> {
        self.0.iter().find(|kept| kept.owner == owner)
    }

    fn copied(&mut self, owner: ConnectionId) {
        for kept in &mut self.0 {
            kept.copied |= kept.owner == owner;
        }
    }

    fn forget(&mut self, owner: ConnectionId) {
        self.0.retain(|kept| kept.owner != owner);
    }

    /// Whether a token would be lost with the page.
    fn would_be_lost(&self) -> bool {
        self.0.iter().any(|kept| !kept.copied)
    }
}

/// The tokens that can be shown; a handle.
#[derive(Clone, Copy)]
pub(crate) struct FreshSecret(RwSignal<Secrets>);

impl FreshSecret {
    /// Provides the context. What is kept outlives a change of page and ends with the session;
    /// before the window is closed or reloaded the browser asks.
    pub(crate) fn provide(session: Session) {
        let secret = Self(RwSignal::new(Secrets::default()));
        provide_context(secret);
        effect(move || {
            if !session.is_signed_in() {
                secret.0.set(Secrets::default());
            }
        });
        let _always = window_event_listener(leptos::ev::beforeunload, move |event| {
            if secret.0.with_untracked(Secrets::would_be_lost) {
                event.prevent_default();
            }
        });
    }

    /// The context.
    pub(super) fn get() -> Self {
        use_context().unwrap_or_else(|| Self(RwSignal::new(Secrets::default())))
    }

    /// Keeps what was made to be shown on the page of `connection`.
    pub(super) fn keep(self, connection: ConnectionId, fresh: Fresh) {
        self.0.update(|secrets| secrets.keep(connection, fresh));
    }

    /// The same on that page: it is shown at the top, where the focus goes.
    pub(super) fn show(self, connection: ConnectionId, fresh: Fresh) {
        self.keep(connection, fresh);
        focus_soon(format!("#{TITLE_ID}"));
    }

    /// What was made for `connection`, tracked.
    pub(super) fn of(self, connection: ConnectionId) -> Option<Fresh> {
        self.0
            .with(|secrets| secrets.of(connection).map(|kept| kept.fresh.clone()))
    }
}

/// What was made, to be copied now.
#[component]
pub(super) fn SecretPanel(
    /// Whose it is.
    connection: ConnectionView,
    /// To paste into the provider.
    fresh: Fresh,
) -> impl IntoView {
    let secrets = FreshSecret::get().0;
    let ConnectionView {
        id,
        kind,
        name,
        base_url,
        ..
    } = connection;
    let copied = Callback::new(move |()| secrets.update(|secrets| secrets.copied(id)));
    let url = providers::provider_url(kind, &base_url);
    let (why, stored) = match &fresh {
        Fresh::Token(_) => (words::SECRET_WHY, words::STORED),
        Fresh::Client(client) if client.secret.is_some() => (oauth::SECRET_WHY, oauth::STORED),
        Fresh::Client(_) => (oauth::CLIENT_WHY, oauth::NOTED),
    };
    let fields = match fresh {
        Fresh::Token(token) => token_field(kind, token, copied),
        Fresh::Client(client) => client_fields(client, copied),
    };
    view! {
        <section class="panel secret" aria-labelledby=TITLE_ID data-testid="new-secret">
            <div class="stack s1">
                <h2 id=TITLE_ID tabindex="-1">
                    {words::secret_title(&name)}
                </h2>
                <p class="muted small">{why}</p>
            </div>
            <CopyField
                id="new-base-url"
                label=providers::url_label(kind)
                copy_label=providers::copy_url(kind)
                value=Signal::stored(url)
                hint=providers::url_field(kind)
            />
            {fields}
            <div class="row">
                <button
                    class="btn primary"
                    type="button"
                    on:click=move |_| secrets.update(|secrets| secrets.forget(id))
                >
                    {icon(Icon::Check)}
                    {stored}
                </button>
            </div>
        </section>
    }
}

fn token_field(kind: ConnectionKind, token: String, copied: Callback<()>) -> AnyView {
    view! {
        <CopyField
            id="new-token"
            label=words::TOKEN
            copy_label=words::COPY_TOKEN
            value=Signal::stored(token)
            hint=providers::token_field(kind)
            on_copied=copied
        />
    }
    .into_any()
}

fn client_fields(client: FreshClient, copied: Callback<()>) -> AnyView {
    let secret = client.secret.map(|secret| {
        view! {
            <CopyField
                id="new-client-secret"
                label=oauth::CLIENT_SECRET
                copy_label=oauth::COPY_SECRET
                value=Signal::stored(secret)
                hint=oauth::SECRET_HINT
                on_copied=copied
            />
        }
    });
    view! {
        <CopyField
            id="new-token-url"
            label=oauth::TOKEN_URL
            copy_label=oauth::COPY_TOKEN_URL
            value=Signal::stored(client.token_endpoint)
            hint=oauth::TOKEN_URL_HINT
        />
        <CopyField
            id="new-client-id"
            label=oauth::CLIENT_ID
            copy_label=oauth::COPY_CLIENT_ID
            value=Signal::stored(client.id.to_string())
            hint=oauth::CLIENT_ID_HINT
        />
        {secret}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(n: u128) -> ConnectionId {
        ConnectionId(Uuid::from_u128(n))
    }

    fn token(text: &str) -> Fresh {
        Fresh::Token(text.to_owned())
    }

    #[test]
    fn each_connection_keeps_its_latest_token_until_it_is_stored() {
        let mut secrets = Secrets::default();
        secrets.keep(id(1), token("first"));
        secrets.keep(id(2), token("other"));
        secrets.keep(id(1), token("second"));
        let kept = |secrets: &Secrets, n| secrets.of(id(n)).map(|kept| kept.fresh.clone());
        assert_eq!(kept(&secrets, 1), Some(token("second")));
        assert_eq!(kept(&secrets, 2), Some(token("other")));
        secrets.forget(id(1));
        assert_eq!(kept(&secrets, 1), None);
        assert_eq!(kept(&secrets, 2), Some(token("other")));
    }

    #[test]
    fn leaving_is_asked_about_until_every_token_is_copied_or_stored() {
        let mut secrets = Secrets::default();
        assert!(!secrets.would_be_lost());
        secrets.keep(id(1), token("first"));
        secrets.keep(id(2), token("other"));
        secrets.copied(id(1));
        assert!(secrets.would_be_lost());
        secrets.forget(id(2));
        assert!(!secrets.would_be_lost());
        let signs = FreshClient {
            id: OAuthClientId(Uuid::from_u128(3)),
            secret: None,
            token_endpoint: String::new(),
        };
        secrets.keep(id(2), Fresh::Client(signs));
        assert!(!secrets.would_be_lost());
    }
}
