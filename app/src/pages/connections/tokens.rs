//! Tokens of a connection: what each may do, how long it works, and its end.

use leptos::prelude::*;
use scim_schema::api::connections::{ConnectionView, TokenView};

use super::{
    expiry::{expiry_view, valid},
    one::Shown,
    question::question,
    rotate::RotateDialog,
};
use crate::{
    api,
    clock::Clock,
    form::Act,
    text::{self, connections as words, oauth},
    ui::{
        Buttons, Column, LongTime, RelativeTime, Remote, act_cell, cell, dynamic, optional, row,
        table,
    },
};

const REVOKE: Buttons = Buttons {
    keep: words::KEEP_TOKEN,
    act: words::REVOKE_TOKEN,
    doing: words::REVOKING,
    class: "danger",
};

const COLUMNS: [Column; 5] = [
    Column::text(words::TOKEN_BEGINS),
    Column::text(oauth::MAY),
    Column::text(words::TOKEN_CREATED),
    Column::text(words::TOKEN_EXPIRES),
    Column::text(words::TOKEN_USED),
];

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
    let list = dynamic(move || {
        let may_manage = may_manage.get();
        shown.with(|shown| {
            if shown.tokens.is_empty() {
                return view! { <p class="small muted pad-y">{words::NO_TOKENS}</p> }.into_any();
            }
            let line = |token: &TokenView| line(token, may_manage, acts);
            let lines = shown.tokens.iter().map(line).collect_view();
            let act = may_manage.then_some(Column::acts(words::ACT));
            let columns = COLUMNS.into_iter().chain(act);
            table(words::TOKENS_CAPTION, columns, lines.into_any())
        })
    });
    view! {
        <section class="section">
            <header>
                <h2>{words::TOKENS}</h2>
                <p>{words::TOKENS_NOTE}</p>
            </header>
            {list}
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

fn line(token: &TokenView, may_manage: bool, acts: Acts) -> AnyView {
    let used = match token.last_used_at {
        Some(at) => view! { <RelativeTime at /> }.into_any(),
        None => view! { <span class="faint">{text::time::NEVER}</span> }.into_any(),
    };
    let mut cells = vec![
        cell(oauth::MAY, oauth::scopes(token.scopes)),
        cell(
            words::TOKEN_CREATED,
            view! { <LongTime at=token.created_at /> },
        ),
        cell(words::TOKEN_EXPIRES, expiry_view(token)),
        cell(words::TOKEN_USED, used),
    ];
    cells.extend(may_manage.then(|| act_cell(act_buttons(token, acts))));
    let hint = view! { <code>{format!("{}…", token.hint)}</code> };
    row(hint.into_any(), cells)
}

/// What can be done with a token; one that has expired can only be removed.
fn act_buttons(token: &TokenView, Acts { rotating, revoking }: Acts) -> AnyView {
    let expires_at = token.expires_at.timestamp_millis();
    let works = Memo::new(move |_| expires_at > Clock::now().ms);
    let word = dynamic(move || {
        if works.get() {
            words::REVOKE
        } else {
            words::REMOVE
        }
    });
    let kept = StoredValue::new(token.clone());
    let rotate = optional(move || {
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
    });
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
    let act = Act::on(revoking);
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
            act.form.succeed();
            return;
        };
        let id = shown.with_untracked(|shown| shown.id);
        let call = api::connections::revoke_token(id, token.id);
        act.send(call, &[], move |()| {
            connection.reload();
            words::REVOKED
        });
    });
    question(
        shown,
        act,
        ("revoke-title", title),
        consequences,
        REVOKE,
        run,
    )
}
