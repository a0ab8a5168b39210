//! Exposing an attribute on a connection, or moving it to another URN and name.

use leptos::{ev::SubmitEvent, prelude::*};
use scim_schema::{
    api::attributes::{AttributeDefinition, ExposeAttribute},
    custom::{check_name, check_urn},
    id::AttributeDefinitionId,
};

use super::{Context, Place};
use crate::{
    api,
    form::{Act, FormErrors},
    routes,
    text::{self, attributes as words},
    ui::{
        ErrorSummary, Icon, Loaded, Modal, Present, Remote, SkeletonLines, SubmitButton, TextField,
        focus_soon, icon,
    },
};

const URN: &str = "urn";
const NAME: &str = "name";
const DEFINITION: &str = "definition";
const TITLE_ID: &str = "expose-title";

/// The dialog.
#[component]
pub(super) fn ExposeDialog(
    /// What the section shares.
    context: Context,
) -> impl IntoView {
    let content = ViewFn::from(move || {
        let content = match context.moving.get_untracked() {
            Some(place) => view! { <ExposeForm context offered=vec![place] /> }.into_any(),
            None => view! { <Another context /> }.into_any(),
        };
        view! {
            <header>
                <h2 id=TITLE_ID>{words::EXPOSE}</h2>
            </header>
            {content}
        }
    });
    view! { <Modal open=context.exposing title_id=TITLE_ID content /> }
}

/// Exposes one of those that are not exposed yet.
#[component]
fn Another(
    /// What the section shares.
    context: Context,
) -> impl IntoView {
    let definitions = Remote::new(api::attributes::list);
    let content = move |shown: Present<Vec<AttributeDefinition>>| {
        let offered = shown.with_untracked(|all| offered(all, &context));
        if offered.is_empty() {
            view! { <NoneLeft open=context.exposing /> }.into_any()
        } else {
            view! { <ExposeForm context offered /> }.into_any()
        }
    };
    view! {
        <Loaded
            remote=definitions
            what=words::FAILED
            skeleton=ViewFn::from(|| {
                view! {
                    <div class="content">
                        <SkeletonLines lines=4 />
                    </div>
                }
            })
            content
        />
    }
}

/// Those that the connection does not expose yet, each where it would be.
fn offered(all: &[AttributeDefinition], context: &Context) -> Vec<Place> {
    let exposed = context.attributes.value();
    let exposed = exposed.as_ref().map_or(&[][..], |shown| &shown.exposed);
    let usual = exposed
        .first()
        .map_or_else(|| words::USUAL_URN.to_owned(), |it| it.urn.clone());
    all.iter()
        .filter(|definition| exposed.iter().all(|it| it.definition != definition.id))
        .map(|definition| Place {
            definition: definition.id,
            defined_name: definition.name.clone(),
            urn: usual.clone(),
            name: definition.name.clone(),
        })
        .collect()
}

/// Nothing to expose.
#[component]
fn NoneLeft(
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    focus_soon("dialog[open] footer button".to_owned());
    view! {
        <div class="content">
            <p>{words::NONE_LEFT}</p>
            <p>
                <a href=routes::ATTRIBUTES>{words::TITLE}</a>
            </p>
        </div>
        <footer>
            <button class="btn" type="button" on:click=move |_| open.set(false)>
                {text::shell::CLOSE}
            </button>
        </footer>
    }
}

/// The form; new each time the dialog opens.
#[component]
fn ExposeForm(
    /// What the section shares.
    context: Context,
    /// What can be exposed, one at least.
    offered: Vec<Place>,
) -> impl IntoView {
    let act = Act::new(context.exposing);
    let form = act.form;
    let first = offered.first().cloned();
    let text_of = |pick: fn(&Place) -> String| first.as_ref().map(pick).unwrap_or_default();
    let urn = RwSignal::new(text_of(|place| place.urn.clone()));
    let name = RwSignal::new(text_of(|place| place.name.clone()));
    let chosen = RwSignal::new(first.as_ref().map(|place| place.definition));
    let send = expose(act, context);
    // The dialog may be open since before the form was there.
    focus_soon(format!("dialog[open] #{DEFINITION}"));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let body = ExposeAttribute {
            urn: urn.get_untracked().trim().to_owned(),
            name: name.get_untracked().trim().to_owned(),
        };
        if form.begin(errors(&body))
            && let Some(definition) = chosen.get_untracked()
        {
            send.run((definition, body));
        }
    };
    view! {
        <form on:submit=submit novalidate>
            <div class="content">
                <ErrorSummary form />
                <DefinitionField offered chosen name />
                <TextField id=URN label=words::SCHEMA value=urn form hint=words::SCHEMA_HINT />
                <TextField id=NAME label=words::NAME_THERE value=name form hint=words::NAME_HINT />
            </div>
            <footer>
                <button
                    class="btn"
                    type="button"
                    on:click=move |_| context.exposing.set(false)
                >
                    {text::form::CANCEL}
                </button>
                <SubmitButton
                    label=words::EXPOSE
                    doing=words::EXPOSING
                    pending=Signal::derive(move || form.is_pending())
                />
            </footer>
        </form>
    }
}

fn errors(body: &ExposeAttribute) -> FormErrors {
    let (urn, name) = (check_urn(&body.urn), check_name(&body.name));
    FormErrors::default()
        .check(URN, urn.as_ref().copied().map_err(String::as_str))
        .check(NAME, name.as_ref().copied().map_err(String::as_str))
}

fn expose(act: Act, context: Context) -> Callback<(AttributeDefinitionId, ExposeAttribute)> {
    Callback::new(
        move |(definition, body): (AttributeDefinitionId, ExposeAttribute)| {
            let call = api::attributes::expose(context.id, definition, &body);
            act.send(call, &[URN, NAME], move |()| {
                context.attributes.reload();
                words::exposed(&body.name)
            });
        },
    )
}

/// Which attribute; its name goes into the field below.
#[component]
fn DefinitionField(
    /// What can be exposed.
    offered: Vec<Place>,
    /// The chosen one.
    chosen: RwSignal<Option<AttributeDefinitionId>>,
    /// The name on the connection.
    name: RwSignal<String>,
) -> impl IntoView {
    let all = StoredValue::new(offered.clone());
    let option = move |place: Place| {
        let definition = place.definition;
        view! {
            <option
                value=definition.to_string()
                selected=move || chosen.get() == Some(definition)
            >
                {place.defined_name}
            </option>
        }
    };
    let choose = move |event| {
        let wanted = event_target_value(&event);
        let found = all.with_value(|all| {
            all.iter()
                .find(|place| place.definition.to_string() == wanted)
                .cloned()
        });
        if let Some(place) = found {
            chosen.set(Some(place.definition));
            name.set(place.name);
        }
    };
    view! {
        <div class="field">
            <label for=DEFINITION>{words::ATTRIBUTE}</label>
            <span class="select wide">
                <select class="input" id=DEFINITION name=DEFINITION on:change=choose>
                    {offered.into_iter().map(option).collect_view()}
                </select>
                {icon(Icon::Down)}
            </span>
        </div>
    }
}
