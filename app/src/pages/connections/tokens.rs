//! Tokens of a connection: what each may do, how long it works, and its end.

use leptos::prelude::*;
use scim_schema::api::connections::{ConnectionView, TokenView};

use super::{
    expiry::{expiry_view, valid},
    one::Shown,
    rotate::RotateDialog,
};
use crate::{
    api,
    clock::Clock,
    form::{FormErrors, FormState},
    session::Session,
    text::{self, connections as words, oauth},
    toast::Toasts,
    ui::{Buttons, Confirm, LongTime, RelativeTime, Remote},
};

const REVOKE: Buttons = Buttons {
    keep: words::KEEP_TOKEN,
    act: words::REVOKE_TOKEN,
    doing: words::REVOKING,
    class: "danger",
};

/// The tokens that were not revoked.
#[component]
pub(super) fn Tokens(
    /// The connection.
    shown: Shown,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
    /// Whether the person may end one.
    may_manage: Memo<bool>,
) -> impl IntoView {
    let acts = Acts {
        rotating: RwSignal::new(None),
        revoking: RwSignal::new(None),
    };
    let table = move || {
        let may_manage = may_manage.get();
        shown.with(|shown| {
            if shown.tokens.is_empty() {
                return view! { <p class="small muted pad-y">{words::NO_TOKENS}</p> }.into_any();
            }
            let row = |token: &TokenView| row(token, may_manage, acts);
            let rows = shown.tokens.iter().map(row).collect_view();
            view! { <Table rows=rows.into_any() may_manage /> }.into_any()
        })
    };
    view! {
        <section class="section">
            <header>
                <h2>{words::TOKENS}</h2>
                <p>{words::TOKENS_NOTE}</p>
            </header>
            {table}
        </section>
        <RotateDialog shown connection rotating=acts.rotating />
        <RevokeDialog shown connection revoking=acts.revoking />
    }
}

/// The token that is asked about.
#[derive(Clone, Copy)]
struct Acts {
    rotating: RwSignal<Option<TokenView>>,
    revoking: RwSignal<Option<TokenView>>,
}

/// The frame of the rows.
#[component]
fn Table(
    /// The rows.
    rows: AnyView,
    /// Whether there is a column of acts.
    may_manage: bool,
) -> impl IntoView {
    let act = may_manage.then(|| {
        view! {
            <th scope="col">
                <span class="vh">{words::ACT}</span>
            </th>
        }
    });
    view! {
        <div class="table-wrap flush" tabindex="0" role="region" aria-label=words::TOKENS_CAPTION>
            <table class="cards" role="table">
                <caption class="vh">{words::TOKENS_CAPTION}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col">{words::TOKEN_BEGINS}</th>
                        <th scope="col">{oauth::MAY}</th>
                        <th scope="col">{words::TOKEN_CREATED}</th>
                        <th scope="col">{words::TOKEN_EXPIRES}</th>
                        <th scope="col">{words::TOKEN_USED}</th>
                        {act}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

fn row(token: &TokenView, may_manage: bool, acts: Acts) -> AnyView {
    let used = match token.last_used_at {
        Some(at) => view! { <RelativeTime at /> }.into_any(),
        None => view! { <span class="faint">{text::time::NEVER}</span> }.into_any(),
    };
    let act = may_manage.then(|| {
        let buttons = act_buttons(token, acts);
        view! {
            <td role="cell" class="num act">
                {buttons}
            </td>
        }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <code>{format!("{}…", token.hint)}</code>
            </th>
            <td role="cell" data-l=oauth::MAY>
                {oauth::scopes(token.scopes)}
            </td>
            <td role="cell" data-l=words::TOKEN_CREATED>
                <LongTime at=token.created_at />
            </td>
            <td role="cell" data-l=words::TOKEN_EXPIRES>
                {expiry_view(token)}
            </td>
            <td role="cell" data-l=words::TOKEN_USED>
                {used}
            </td>
            {act}
        </tr>
    }
    .into_any()
}

/// What can be done with a token; one that has expired can only be removed.
fn act_buttons(token: &TokenView, Acts { rotating, revoking }: Acts) -> AnyView {
    let expires_at = token.expires_at.timestamp_millis();
    let works = Memo::new(move |_| expires_at > Clock::now().ms);
    let word = move || {
        if works.get() {
            words::REVOKE
        } else {
            words::REMOVE
        }
    };
    let kept = StoredValue::new(token.clone());
    let rotate = move || {
        works.get().then(|| {
            let token = kept.get_value();
            view! {
                <button
                    class="btn quiet"
                    type="button"
                    aria-label=oauth::rotate_label(&token.hint)
                    on:click=move |_| rotating.set(Some(token.clone()))
                >
                    {oauth::ROTATE}
                </button>
            }
        })
    };
    view! {
        {rotate}
        <button
            class="btn danger-quiet"
            type="button"
            aria-label=words::revoke_label(&token.hint)
            on:click=move |_| revoking.set(Some(kept.get_value()))
        >
            {word}
        </button>
    }
    .into_any()
}

/// Asks before a token ends.
#[component]
fn RevokeDialog(
    /// The connection.
    shown: Shown,
    /// To be fetched again.
    connection: Remote<ConnectionView>,
    /// The token to end.
    revoking: RwSignal<Option<TokenView>>,
) -> impl IntoView {
    let session = Session::get();
    let toasts = Toasts::get();
    let form = FormState::new();
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if revoking.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            revoking.set(None);
        }
    });
    let title = Signal::derive(move || {
        let token = revoking.get();
        token.map_or_else(String::new, |token| words::revoke_title(&token.hint))
    });
    let consequences = Signal::derive(move || {
        let now = Clock::now().ms;
        let works = |token: TokenView| valid(&[token], now) == 1;
        if !revoking.get().is_some_and(works) {
            return words::remove_consequences();
        }
        shown.with(|shown| words::revoke_consequences(&shown.name, valid(&shown.tokens, now) <= 1))
    });
    let run = Callback::new(move |()| {
        let Some(token) = revoking.get_untracked() else {
            form.succeed();
            return;
        };
        let id = shown.with_untracked(|shown| shown.id);
        leptos::task::spawn_local(async move {
            match session.watch(api::connections::revoke_token(id, token.id).await) {
                Ok(()) => {
                    form.succeed();
                    open.set(false);
                    toasts.success(words::REVOKED);
                    connection.reload();
                }
                Err(error) => form.fail(FormErrors::from_answer(&error, &[])),
            }
        });
    });
    view! {
        <Confirm
            open
            title_id="revoke-title"
            title
            consequences
            buttons=REVOKE
            form
            run
        />
    }
}
