//! What a connection exposes, and hiding it.

use std::sync::Arc;

use leptos::prelude::*;
use scim_schema::api::attributes::{ConnectionAttributes, ExposedAttribute};

use super::{Context, Place};
use crate::{
    api,
    form::{FormErrors, FormState},
    session::Session,
    text::attributes as words,
    toast::Toasts,
    ui::{Buttons, Confirm},
};

const HIDE: Buttons = Buttons {
    keep: words::KEEP_EXPOSED,
    act: words::HIDE_ACT,
    doing: words::HIDING,
    class: "danger",
};

/// The table.
#[component]
pub(super) fn Exposed(
    /// What the section shares.
    context: Context,
    /// The attributes.
    shown: Signal<Arc<ConnectionAttributes>>,
) -> impl IntoView {
    move || {
        let may_manage = context.may_manage.get();
        shown.with(|shown| {
            if shown.exposed.is_empty() {
                return view! { <p class="small muted pad-y">{words::NONE_EXPOSED}</p> }.into_any();
            }
            let row = |attribute: &ExposedAttribute| row(attribute, may_manage, context);
            table(
                shown.exposed.iter().map(row).collect_view().into_any(),
                may_manage,
            )
        })
    }
}

fn table(rows: AnyView, may_manage: bool) -> AnyView {
    let act = may_manage.then(|| {
        view! {
            <th scope="col">
                <span class="vh">{words::ACT}</span>
            </th>
        }
    });
    view! {
        <div class="table-wrap flush" tabindex="0" role="region" aria-label=words::EXPOSED_CAPTION>
            <table class="cards attrs" role="table">
                <caption class="vh">{words::EXPOSED_CAPTION}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col">{words::ATTRIBUTE}</th>
                        <th scope="col">{words::TYPE}</th>
                        {act}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(attribute: &ExposedAttribute, may_manage: bool, context: Context) -> AnyView {
    let place = StoredValue::new(Place {
        definition: attribute.definition,
        defined_name: attribute.defined_name.clone(),
        urn: attribute.urn.clone(),
        name: attribute.name.clone(),
    });
    let name = attribute.name.clone();
    let act = may_manage.then(|| {
        let begin_to_move = move |_| {
            context.moving.set(Some(place.get_value()));
            context.exposing.set(true);
        };
        view! {
            <td role="cell" class="num act">
                <button
                    class="btn quiet"
                    type="button"
                    aria-label=words::act_label(words::MOVE, &name)
                    on:click=begin_to_move
                >
                    {words::MOVE}
                </button>
                <button
                    class="btn danger-quiet"
                    type="button"
                    aria-label=words::act_label(words::HIDE, &name)
                    on:click=move |_| context.hiding.set(Some(place.get_value()))
                >
                    {words::HIDE}
                </button>
            </td>
        }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <code>{attribute.name.clone()}</code>
                <small class="muted">
                    <code>{attribute.urn.clone()}</code>
                </small>
            </th>
            <td role="cell" data-l=words::TYPE>
                {words::shape(attribute.attr_type, attribute.multi_valued)}
            </td>
            {act}
        </tr>
    }
    .into_any()
}

/// Asks before an attribute is hidden.
#[component]
pub(super) fn HideDialog(
    /// What the section shares.
    context: Context,
) -> impl IntoView {
    let (session, toasts) = (Session::get(), Toasts::get());
    let form = FormState::new();
    let open = RwSignal::new(false);
    let hiding = context.hiding;
    Effect::new(move |_| {
        if hiding.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            hiding.set(None);
        }
    });
    let title = Signal::derive(move || {
        let place = hiding.get();
        place.map_or_else(String::new, |place| words::hide_title(&place.name))
    });
    let run = Callback::new(move |()| {
        let Some(place) = hiding.get_untracked() else {
            form.succeed();
            return;
        };
        leptos::task::spawn_local(async move {
            match session.watch(api::attributes::hide(context.id, place.definition).await) {
                Ok(()) => {
                    form.succeed();
                    open.set(false);
                    toasts.success(words::hidden(&place.name));
                    context.attributes.reload();
                }
                Err(error) => form.fail(FormErrors::from_answer(&error, &[])),
            }
        });
    });
    view! {
        <Confirm
            open
            title_id="hide-attribute-title"
            title
            consequences=Signal::derive(words::hide_consequences)
            buttons=HIDE
            form
            run
        />
    }
}
