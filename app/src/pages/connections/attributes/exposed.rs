//! What a connection exposes, and hiding it.

use leptos::prelude::*;
use scim_schema::api::attributes::{ConnectionAttributes, ExposedAttribute};

use super::{Context, Place};
use crate::{
    api,
    form::Act,
    text::attributes as words,
    ui::{Buttons, Column, Confirm, Present, act_cell, cell, dynamic, row, table_of},
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
    shown: Present<ConnectionAttributes>,
) -> impl IntoView {
    dynamic(move || {
        let may_manage = context.may_manage.get();
        shown.with(|shown| {
            if shown.exposed.is_empty() {
                return view! { <p class="small muted pad-y">{words::NONE_EXPOSED}</p> }.into_any();
            }
            let line = |attribute: &ExposedAttribute| line(attribute, may_manage, context);
            let lines = shown.exposed.iter().map(line).collect_view();
            let columns = [Column::text(words::ATTRIBUTE), Column::text(words::TYPE)];
            let act = may_manage.then_some(Column::acts(words::ACT));
            let columns = columns.into_iter().chain(act);
            table_of(
                "cards attrs",
                words::EXPOSED_CAPTION,
                columns,
                lines.into_any(),
            )
        })
    })
}

fn line(attribute: &ExposedAttribute, may_manage: bool, context: Context) -> AnyView {
    let place = StoredValue::new(Place {
        definition: attribute.definition,
        defined_name: attribute.defined_name.clone(),
        urn: attribute.urn.clone(),
        name: attribute.name.clone(),
    });
    let kind = words::shape(attribute.attr_type, attribute.multi_valued);
    let mut cells = vec![cell(words::TYPE, kind)];
    cells.extend(may_manage.then(|| act_cell(buttons(&attribute.name, place, context))));
    let what = view! {
        <code>{attribute.name.clone()}</code>
        <small class="muted">
            <code>{attribute.urn.clone()}</code>
        </small>
    };
    row(what.into_any(), cells)
}

fn buttons(name: &str, place: StoredValue<Place>, context: Context) -> AnyView {
    let begin_to_move = move |_| {
        context.moving.set(Some(place.get_value()));
        context.exposing.set(true);
    };
    view! {
        <button
            class="btn quiet"
            type="button"
            aria-label=words::act_label(words::MOVE, name)
            on:click=begin_to_move
        >
            {words::MOVE}
        </button>
        <button
            class="btn danger-quiet"
            type="button"
            aria-label=words::act_label(words::HIDE, name)
            on:click=move |_| context.hiding.set(Some(place.get_value()))
        >
            {words::HIDE}
        </button>
    }
    .into_any()
}

/// Asks before an attribute is hidden.
#[component]
pub(super) fn HideDialog(
    /// What the section shares.
    context: Context,
) -> impl IntoView {
    let act = Act::on(context.hiding);
    let title = Signal::derive(move || {
        let place = context.hiding.get();
        place.map_or_else(String::new, |place| words::hide_title(&place.name))
    });
    let run = Callback::new(move |()| {
        let Some(place) = context.hiding.get_untracked() else {
            act.form.succeed();
            return;
        };
        act.send(
            api::attributes::hide(context.id, place.definition),
            &[],
            move |()| {
                context.attributes.reload();
                words::hidden(&place.name)
            },
        );
    });
    view! {
        <Confirm
            open=act.open
            title_id="hide-attribute-title"
            title
            consequences=Signal::derive(words::hide_consequences)
            buttons=HIDE
            form=act.form
            run
        />
    }
}
