//! A token that has just been made: kept in memory until the person says that it is stored, shown on
//! its connection's page only.

use leptos::prelude::*;
use scim_schema::id::ConnectionId;

use crate::{
    session::Session,
    text::connections as words,
    ui::{CopyField, Icon, icon},
};

/// The one token that can be shown; a handle.
#[derive(Clone, Copy)]
pub(crate) struct FreshSecret(RwSignal<Option<(ConnectionId, String)>>);

impl FreshSecret {
    /// Provides the context; what is kept ends with the session.
    pub(crate) fn provide(session: Session) {
        let secret = Self(RwSignal::new(None));
        provide_context(secret);
        Effect::new(move |_| {
            if !session.is_signed_in() {
                secret.forget();
            }
        });
    }

    /// The context.
    pub(super) fn get() -> Self {
        use_context().unwrap_or_else(|| Self(RwSignal::new(None)))
    }

    /// Keeps `token` to be shown on the page of `connection`.
    pub(super) fn keep(self, connection: ConnectionId, token: String) {
        self.0.set(Some((connection, token)));
    }

    /// The token of `connection`, tracked.
    pub(super) fn of(self, connection: ConnectionId) -> Option<String> {
        self.0.with(|kept| match kept {
            Some((owner, token)) if *owner == connection => Some(token.clone()),
            _ => None,
        })
    }

    /// Forgets it.
    fn forget(self) {
        self.0.set(None);
    }
}

/// Base URL and token, to be copied now.
#[component]
pub(super) fn SecretPanel(
    /// Heading.
    title: String,
    /// To paste into the provider.
    base_url: String,
    /// To paste into the provider.
    token: String,
) -> impl IntoView {
    let secrets = FreshSecret::get();
    view! {
        <section class="panel secret" aria-labelledby="secret-title" data-testid="new-secret">
            <div class="stack s1">
                <h2 id="secret-title">{title}</h2>
                <p class="muted small">{words::SECRET_WHY}</p>
            </div>
            <CopyField
                id="new-base-url"
                label=words::BASE_URL
                copy_label=words::COPY_BASE_URL
                value=Signal::stored(base_url)
            />
            <CopyField
                id="new-token"
                label=words::TOKEN
                copy_label=words::COPY_TOKEN
                value=Signal::stored(token)
            />
            <div class="row">
                <button class="btn primary" type="button" on:click=move |_| secrets.forget()>
                    {icon(Icon::Check)}
                    {words::STORED}
                </button>
            </div>
        </section>
    }
}
