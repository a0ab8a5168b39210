//! What arrived on a connection without a definition, and declaring it with one click.

use leptos::prelude::*;
use scim_schema::{
    api::attributes::{ArrivedAttribute, ConnectionAttributes, DeclareAttribute},
    custom::SimpleType,
};

use super::Context;
use crate::{
    api,
    form::{FormErrors, FormState},
    format,
    session::Session,
    text::attributes as words,
    toast::Toasts,
    ui::{ErrorSummary, Present, Show},
};

/// The table; nothing at all when nothing arrived.
#[component]
pub(super) fn Arrived(
    /// What the section shares.
    context: Context,
    /// The attributes.
    shown: Present<ConnectionAttributes>,
) -> impl IntoView {
    let form = FormState::new();
    let rows = move || {
        let may_manage = context.may_manage.get();
        let row = |attribute: &ArrivedAttribute| row(attribute, may_manage, context, form);
        shown.with(|shown| shown.arrived.iter().map(row).collect_view())
    };
    let some = Memo::new(move |_| shown.with(|shown| !shown.arrived.is_empty()));
    let looked_at = move || shown.with(|shown| words::looked_at(shown.looked_at, shown.more));
    view! {
        <ErrorSummary form />
        <Show when=move || some.get()>
            <h3 class="legend">{words::ARRIVED}</h3>
            <p class="small muted">{move || looked_at()}</p>
            <div
                class="table-wrap flush"
                tabindex="0"
                role="region"
                aria-label=words::ARRIVED_CAPTION
            >
                <table class="cards attrs" role="table">
                    <caption class="vh">{words::ARRIVED_CAPTION}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col">{words::ATTRIBUTE}</th>
                            <th scope="col">{words::TYPE}</th>
                            <th scope="col" class="num">
                                {words::PEOPLE}
                            </th>
                            <Show when=move || context.may_manage.get()>
                                <th scope="col">
                                    <span class="vh">{words::ACT}</span>
                                </th>
                            </Show>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{move || rows()}</tbody>
                </table>
            </div>
        </Show>
    }
}

fn row(
    attribute: &ArrivedAttribute,
    may_manage: bool,
    context: Context,
    form: FormState,
) -> AnyView {
    let urn = attribute.urn.clone();
    let urn = match &urn {
        Some(urn) => view! { <code>{urn.clone()}</code> }.into_any(),
        None => words::NO_SCHEMA.into_any(),
    };
    let kind = match attribute.attr_type {
        Some(kind) => words::shape(kind, attribute.multi_valued),
        None => words::MIXED.to_owned(),
    };
    let obstacle = attribute
        .obstacle
        .clone()
        .map(|why| view! { <small class="muted">{why}</small> });
    let act = may_manage.then(|| {
        let button = declaration(attribute).map(|body| declare_button(body, context, form));
        view! {
            <td role="cell" class="num act">
                {button}
            </td>
        }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <code>{attribute.name.clone()}</code>
                <small class="muted">{urn}</small>
            </th>
            <td role="cell" data-l=words::TYPE>
                {kind}
                {obstacle}
            </td>
            <td role="cell" class="num" data-l=words::PEOPLE>
                {format::count(attribute.people)}
            </td>
            {act}
        </tr>
    }
    .into_any()
}

/// What is sent to declare an attribute as it arrived; `None` when it cannot be.
fn declaration(attribute: &ArrivedAttribute) -> Option<DeclareAttribute> {
    if attribute.obstacle.is_some() {
        return None;
    }
    let attr_type: SimpleType = attribute.attr_type?;
    Some(DeclareAttribute {
        urn: attribute.urn.clone()?,
        name: attribute.name.clone(),
        attr_type,
        multi_valued: attribute.multi_valued,
    })
}

fn declare_button(body: DeclareAttribute, context: Context, form: FormState) -> AnyView {
    let label = words::act_label(words::DECLARE, &body.name);
    let body = StoredValue::new(body);
    view! {
        <button
            class="btn"
            type="button"
            aria-label=label
            on:click=move |_| declare(body.get_value(), context, form)
        >
            {words::DECLARE}
        </button>
    }
    .into_any()
}

fn declare(body: DeclareAttribute, context: Context, form: FormState) {
    if !form.begin(FormErrors::default()) {
        return;
    }
    let (session, toasts) = (Session::get(), Toasts::get());
    session.send(
        api::attributes::declare(context.id, &body),
        move |answer| match answer {
            Ok(_) => {
                form.succeed();
                toasts.success(words::exposed(&body.name));
                context.attributes.reload();
            }
            Err(error) => form.fail(FormErrors::from_answer(&error, &[])),
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nothing_stands_against_is_declared() {
        let arrived = ArrivedAttribute {
            urn: Some("urn:ab:c".to_owned()),
            name: "desk".to_owned(),
            people: 2,
            attr_type: Some(SimpleType::Integer),
            multi_valued: false,
            obstacle: None,
        };
        assert!(declaration(&arrived).is_some());
        let obstructed = ArrivedAttribute {
            obstacle: Some("No.".to_owned()),
            ..arrived.clone()
        };
        let mixed = ArrivedAttribute {
            attr_type: None,
            ..arrived
        };
        assert_eq!(declaration(&obstructed), None);
        assert_eq!(declaration(&mixed), None);
    }
}
