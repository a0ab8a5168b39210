//! `/provisioning/{id}/tester`: a request of a connection is entered, or taken from the log, and
//! tried.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::{use_params_map, use_query_map};
use scim_schema::{
    api::{
        provisioning_log::LogDetail,
        rehearsals::{Rehearse, Rehearsed},
    },
    id::{ConnectionId, ProvisioningRequestId},
    permission::Permission,
};

use super::outcome::outcome;
use crate::{
    api::{self, ApiError},
    form::{FormErrors, FormState},
    pages::NotFoundPage,
    routes,
    session::Session,
    text::log::rehearsal as words,
    ui::{
        Empty, ErrorSummary, Family, Icon, Notice, PageHead, Remote, SubmitButton, TextField,
        dynamic, effect, icon, optional,
    },
};

const METHOD: &str = "method";
const PATH: &str = "path";
const BODY: &str = "body";
const METHODS: [&str; 5] = ["POST", "PUT", "PATCH", "DELETE", "GET"];

/// The tester of the connection in the address.
#[component]
pub(crate) fn TesterPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| {
            let id = params.get_str("id")?;
            id.parse::<ConnectionId>().ok()
        })
    });
    dynamic(move || match id.get() {
        Some(id) => view! { <Tester id /> }.into_any(),
        None => view! { <NotFoundPage /> }.into_any(),
    })
}

/// The form and the outcome.
#[component]
fn Tester(
    /// Whose requests.
    id: ConnectionId,
) -> impl IntoView {
    let may_manage = Session::get().may_now(Permission::ManageConnections);
    let connection = Remote::new(move || api::connections::one(id));
    let lede = Signal::derive(move || {
        let name = connection.value().map(|shown| shown.name.clone());
        Some(name.map_or_else(
            || words::LEDE.to_owned(),
            |name| format!("{name}: {}", words::LEDE),
        ))
    });
    let content = if may_manage {
        view! { <Form id /> }.into_any()
    } else {
        view! { <Empty glyph=Icon::Lock title=words::TITLE why=words::FORBIDDEN /> }.into_any()
    };
    view! {
        <PageHead
            title=Signal::stored(words::TITLE.to_owned())
            lede
            crumb=(crate::text::connections::TITLE, routes::PROVISIONING)
        >
            <a class="btn" href=routes::connection(id)>
                {words::TO_CONNECTION}
            </a>
        </PageHead>
        <div class="body narrow">{content}</div>
    }
}

/// What is entered; a handle.
#[derive(Clone, Copy)]
struct Entered {
    method: RwSignal<&'static str>,
    path: RwSignal<String>,
    body: RwSignal<String>,
}

impl Entered {
    fn new() -> Self {
        Self {
            method: RwSignal::new("POST"),
            path: RwSignal::new("/Users".to_owned()),
            body: RwSignal::new(String::new()),
        }
    }

    /// Takes over a logged request.
    fn take(self, logged: &LogDetail) {
        let row = &logged.row;
        if let Some(method) = METHODS.into_iter().find(|one| *one == row.method) {
            self.method.set(method);
        }
        self.path.set(row.path.clone());
        let body = logged.request_body.as_deref().unwrap_or_default();
        self.body.set(indented(body));
    }

    fn request(self) -> Rehearse {
        let body = self.body.get_untracked();
        Rehearse {
            method: self.method.get_untracked().to_owned(),
            path: self.path.get_untracked(),
            body: (!body.trim().is_empty()).then_some(body),
        }
    }
}

/// JSON with two spaces a level; anything else as it came.
fn indented(body: &str) -> String {
    serde_json::from_str::<serde_json::Value>(body)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| body.to_owned())
}

/// The request, and what would come of it.
#[component]
fn Form(
    /// Whose requests.
    id: ConnectionId,
) -> impl IntoView {
    let session = Session::get();
    let entered = Entered::new();
    let form = FormState::new();
    let result = RwSignal::new(None::<Rehearsed>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !form.begin(FormErrors::default()) {
            return;
        }
        result.set(None);
        session.send_while_shown(api::log::rehearse(id, &entered.request()), move |answer| {
            match answer {
                Ok(rehearsed) => {
                    form.succeed();
                    result.set(Some(rehearsed));
                }
                Err(error) => form.fail(FormErrors::from_answer(&error, &[METHOD, PATH, BODY])),
            }
        });
    };
    let shown = optional(move || {
        result.with(|result| {
            let rehearsed = result.as_ref()?;
            Some(view! {
                <section class="section">
                    <header>
                        <h2>{words::NOW}</h2>
                    </header>
                    <div class="pad-top">{outcome(rehearsed, None)}</div>
                </section>
            })
        })
    });
    view! {
        <div class="stack s8">
            <form class="stack" on:submit=submit novalidate>
                <ErrorSummary form />
                <FromLog entered />
                <MethodField entered />
                <TextField id=PATH label=words::PATH value=entered.path form hint=words::PATH_HINT />
                <div class="field">
                    <label for=BODY>{words::BODY}</label>
                    <p class="hint" id="body-hint">
                        {words::BODY_HINT}
                    </p>
                    <textarea
                        class="input mono area"
                        id=BODY
                        name=BODY
                        rows="14"
                        spellcheck="false"
                        autocomplete="off"
                        aria-describedby="body-hint"
                        prop:value=move || entered.body.get()
                        on:input=move |event| entered.body.set(event_target_value(&event))
                    ></textarea>
                </div>
                <div class="row">
                    <SubmitButton
                        label=words::TRY
                        doing=words::TRYING
                        pending=Signal::derive(move || form.is_pending())
                    />
                </div>
            </form>
            <div role="status">{shown}</div>
        </div>
    }
}

/// The method.
#[component]
fn MethodField(
    /// What is entered.
    entered: Entered,
) -> impl IntoView {
    let option = move |one: &'static str| {
        view! {
            <option value=one selected=move || entered.method.get() == one>
                {one}
            </option>
        }
    };
    let choose = move |event| {
        let value = event_target_value(&event);
        if let Some(method) = METHODS.into_iter().find(|one| *one == value) {
            entered.method.set(method);
        }
    };
    view! {
        <div class="field">
            <label for=METHOD>{words::METHOD}</label>
            <span class="select">
                <select class="input" id=METHOD name=METHOD on:change=choose>
                    {METHODS.map(option).collect_view()}
                </select>
                {icon(Icon::Down)}
            </span>
        </div>
    }
}

/// Takes over the request of the log that the address names.
#[component]
fn FromLog(
    /// What is entered.
    entered: Entered,
) -> impl IntoView {
    let session = Session::get();
    let map = use_query_map();
    let taken = RwSignal::new(None::<Result<(), ApiError>>);
    effect(move || {
        let from = map.with(|map| map.get_str("from").map(str::to_owned));
        let Some(from) = from.and_then(|from| from.parse::<ProvisioningRequestId>().ok()) else {
            return;
        };
        session.send_while_shown(api::log::one(from), move |logged| {
            taken.set(Some(logged.map(|logged| entered.take(&logged))));
        });
    });
    dynamic(move || {
        taken.get().map(|taken| {
            let (family, said) = match taken {
                Ok(()) => (Family::Rest, words::TAKEN.to_owned()),
                Err(error) => (
                    Family::Pause,
                    format!("{} {}", words::TAKE_FAILED, error.sentence()),
                ),
            };
            view! {
                <div role="status">
                    <Notice family glyph=Icon::Info>
                        {said}
                    </Notice>
                </div>
            }
        })
    })
}
