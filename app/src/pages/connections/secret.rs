//! Tokens that have just been made: kept in memory until the person says that they are stored, each
//! shown on its connection's page only.

use leptos::prelude::*;
use scim_schema::{api::connections::ConnectionView, id::ConnectionId};

use crate::{
    session::Session,
    text::{connections as words, providers},
    ui::{CopyField, Icon, icon},
};

/// A token with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    owner: ConnectionId,
    token: String,
    copied: bool,
}

/// The latest token of each connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Secrets(Vec<Kept>);

impl Secrets {
    fn keep(&mut self, owner: ConnectionId, token: String) {
        self.forget(owner);
        self.0.push(Kept {
            owner,
            token,
            copied: false,
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
        Effect::new(move |_| {
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

    /// Keeps `token` to be shown on the page of `connection`.
    pub(super) fn keep(self, connection: ConnectionId, token: String) {
        self.0.update(|secrets| secrets.keep(connection, token));
    }

    /// The token of `connection`, tracked.
    pub(super) fn of(self, connection: ConnectionId) -> Option<String> {
        self.0
            .with(|secrets| secrets.of(connection).map(|kept| kept.token.clone()))
    }
}

/// Address and token, to be copied now.
#[component]
pub(super) fn SecretPanel(
    /// Whose they are.
    connection: ConnectionView,
    /// To paste into the provider.
    token: String,
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
    view! {
        <section class="panel secret" aria-labelledby="secret-title" data-testid="new-secret">
            <div class="stack s1">
                <h2 id="secret-title">{words::secret_title(&name)}</h2>
                <p class="muted small">{words::SECRET_WHY}</p>
            </div>
            <CopyField
                id="new-base-url"
                label=providers::url_label(kind)
                copy_label=providers::copy_url(kind)
                value=Signal::stored(url)
                hint=providers::url_field(kind)
            />
            <CopyField
                id="new-token"
                label=words::TOKEN
                copy_label=words::COPY_TOKEN
                value=Signal::stored(token)
                hint=providers::token_field(kind)
                on_copied=copied
            />
            <div class="row">
                <button
                    class="btn primary"
                    type="button"
                    on:click=move |_| secrets.update(|secrets| secrets.forget(id))
                >
                    {icon(Icon::Check)}
                    {words::STORED}
                </button>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(n: u128) -> ConnectionId {
        ConnectionId(Uuid::from_u128(n))
    }

    #[test]
    fn each_connection_keeps_its_latest_token_until_it_is_stored() {
        let mut secrets = Secrets::default();
        secrets.keep(id(1), "first".to_owned());
        secrets.keep(id(2), "other".to_owned());
        secrets.keep(id(1), "second".to_owned());
        let token = |secrets: &Secrets, n| secrets.of(id(n)).map(|kept| kept.token.clone());
        assert_eq!(token(&secrets, 1).as_deref(), Some("second"));
        assert_eq!(token(&secrets, 2).as_deref(), Some("other"));
        secrets.forget(id(1));
        assert_eq!(token(&secrets, 1), None);
        assert_eq!(token(&secrets, 2).as_deref(), Some("other"));
    }

    #[test]
    fn leaving_is_asked_about_until_every_token_is_copied_or_stored() {
        let mut secrets = Secrets::default();
        assert!(!secrets.would_be_lost());
        secrets.keep(id(1), "first".to_owned());
        secrets.keep(id(2), "other".to_owned());
        secrets.copied(id(1));
        assert!(secrets.would_be_lost());
        secrets.forget(id(2));
        assert!(!secrets.would_be_lost());
    }
}
