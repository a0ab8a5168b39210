//! Creating an organisation, changing what it is called, and moving it.

use leptos::{ev::SubmitEvent, prelude::*};
use scim_schema::{
    api::organisations::{ChangeOrganisation, CreateOrganisation, OrganisationView},
    id::OrganisationId,
    organisation::{Act, check_name},
};

use super::Acts;
use crate::{
    api,
    form::{Act as Sending, FormErrors, FormState},
    text::{self, organisations as words},
    ui::{ErrorSummary, Icon, Modal, SubmitButton, TextField, error_line, icon},
};

const NAME: &str = "name";
const TIME_ZONE: &str = "time_zone";
const PARENT: &str = "parent";
const CREATE_TITLE: &str = "create-organisation-title";
const EDIT_TITLE: &str = "edit-organisation-title";
const MOVE_TITLE: &str = "move-organisation-title";

/// The dialog that creates an organisation below another.
#[component]
pub(super) fn CreateDialog(
    /// Below which.
    acts: Acts,
) -> impl IntoView {
    let sending = Sending::on(acts.creating);
    let content = ViewFn::from(move || {
        let above = acts.creating.get_untracked();
        above.map(|above| view! { <Fields acts sending one=above act=Act::CreateBelow /> })
    });
    view! { <Modal open=sending.open title_id=CREATE_TITLE content /> }
}

/// The dialog that changes an organisation.
#[component]
pub(super) fn EditDialog(
    /// Which.
    acts: Acts,
) -> impl IntoView {
    let sending = Sending::on(acts.editing);
    let content = ViewFn::from(move || {
        let one = acts.editing.get_untracked();
        one.map(|one| view! { <Fields acts sending one act=Act::Edit /> })
    });
    view! { <Modal open=sending.open title_id=EDIT_TITLE content /> }
}

/// Name and time zone, of a new one or of one that is there; new each time the dialog opens.
#[component]
fn Fields(
    /// To be fetched again.
    acts: Acts,
    /// The form.
    sending: Sending,
    /// The one above, or the one that is changed.
    one: OrganisationView,
    /// Which of them.
    act: Act,
) -> impl IntoView {
    let form = sending.form;
    form.reset();
    let is_new = act == Act::CreateBelow;
    let before = |text: &str| {
        RwSignal::new(if is_new {
            String::new()
        } else {
            text.to_owned()
        })
    };
    let (name, zone) = (before(&one.name), before(&one.time_zone));
    let id = one.id;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (name, zone) = (trimmed(name), trimmed(zone));
        let checked = check_name(&name);
        let errors = FormErrors::default().check(NAME, checked.as_ref().copied().map_err(|e| &**e));
        if !form.begin(errors) {
            return;
        }
        let zone = (!zone.is_empty()).then_some(zone);
        let call = match is_new {
            true => api::organisations::create(&CreateOrganisation {
                parent: id,
                name,
                time_zone: zone,
            }),
            false => api::organisations::change(
                id,
                &ChangeOrganisation {
                    name: Some(name),
                    time_zone: zone,
                    parent: None,
                },
            ),
        };
        sending.send(call, &[NAME, TIME_ZONE], move |stored| {
            acts.known.reload();
            words::done(act, &stored.name)
        });
    };
    let (title_id, label, doing, hint) = match is_new {
        true => (
            CREATE_TITLE,
            words::act(act),
            words::CREATING,
            words::TIME_ZONE_HINT,
        ),
        false => (
            EDIT_TITLE,
            words::SAVE,
            words::SAVING,
            words::TIME_ZONE_KEPT_HINT,
        ),
    };
    view! {
        <form on:submit=submit novalidate>
            <header>
                <h2 id=title_id>{words::title(act, &one.name)}</h2>
            </header>
            <div class="content">
                <ErrorSummary form />
                <TextField id=NAME label=words::NAME value=name form autofocus=true />
                <TextField id=TIME_ZONE label=words::TIME_ZONE value=zone form hint />
            </div>
            {footer(sending.open, form, label, doing)}
        </form>
    }
}

fn trimmed(text: RwSignal<String>) -> String {
    text.with_untracked(|text| text.trim().to_owned())
}

fn footer(
    open: RwSignal<bool>,
    form: FormState,
    label: &'static str,
    doing: &'static str,
) -> AnyView {
    view! {
        <footer>
            <button class="btn" type="button" on:click=move |_| open.set(false)>
                {text::form::CANCEL}
            </button>
            <SubmitButton label doing pending=Signal::derive(move || form.is_pending()) />
        </footer>
    }
    .into_any()
}

/// The dialog that puts an organisation below another one.
#[component]
pub(super) fn MoveDialog(
    /// Which.
    acts: Acts,
) -> impl IntoView {
    let sending = Sending::on(acts.moving);
    let content = ViewFn::from(move || {
        let one = acts.moving.get_untracked();
        one.map(|one| view! { <MoveForm acts sending one /> })
    });
    view! { <Modal open=sending.open title_id=MOVE_TITLE content /> }
}

/// Where to; new each time the dialog opens.
#[component]
fn MoveForm(
    /// To be fetched again.
    acts: Acts,
    /// The form.
    sending: Sending,
    /// Which.
    one: OrganisationView,
) -> impl IntoView {
    let form = sending.form;
    form.reset();
    let id = one.id;
    let parent = RwSignal::new(one.parent);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !form.begin(FormErrors::default()) {
            return;
        }
        let body = ChangeOrganisation {
            parent: parent.get_untracked(),
            ..ChangeOrganisation::default()
        };
        let call = api::organisations::change(id, &body);
        sending.send(call, &[PARENT], move |stored| {
            acts.known.reload();
            words::done(Act::Move, &stored.name)
        });
    };
    let all = untrack(|| acts.known.value());
    let offered = all.as_deref().map_or_else(Vec::new, |all| places(all, id));
    let options = offered.into_iter().map(|(to, label)| {
        let chosen = move || parent.get() == Some(to);
        view! {
            <option value=to.to_string() selected=chosen>
                {label}
            </option>
        }
    });
    let choose = move |event| parent.set(event_target_value(&event).parse().ok());
    view! {
        <form on:submit=submit novalidate>
            <header>
                <h2 id=MOVE_TITLE>{words::title(Act::Move, &one.name)}</h2>
            </header>
            <div class="content">
                <ErrorSummary form />
                <div class="field">
                    <label for=PARENT>{words::PARENT}</label>
                    <p class="hint" id="parent-hint">
                        {words::MOVE_HINT}
                    </p>
                    {error_line(PARENT.into(), form)}
                    <span class="select wide">
                        <select
                            class="input"
                            id=PARENT
                            name=PARENT
                            aria-describedby="parent-hint"
                            autofocus
                            on:change=choose
                        >
                            {options.collect_view()}
                        </select>
                        {icon(Icon::Down)}
                    </span>
                </div>
            </div>
            {footer(sending.open, form, words::act(Act::Move), words::MOVING)}
        </form>
    }
}

/// Where an organisation can go: whatever is in use and not below it. They come in the order of the
/// tree, so what is below it comes right behind it and is deeper.
fn places(all: &[OrganisationView], moved: OrganisationId) -> Vec<(OrganisationId, String)> {
    let mut within: Option<u32> = None;
    let mut places = Vec::new();
    for one in all {
        if within.is_some_and(|level| one.level <= level) {
            within = None;
        }
        if one.id == moved {
            within = Some(one.level);
        }
        if within.is_none() && one.archived_at.is_none() {
            places.push((one.id, words::indented(one)));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn nothing_goes_below_itself() {
        let organisation = |id: u128, level: u32| OrganisationView {
            id: OrganisationId(Uuid::from_u128(id)),
            parent: None,
            name: id.to_string(),
            time_zone: "UTC".to_owned(),
            level,
            members: 0,
            archived_at: None,
            version: 1,
            acts: Vec::new(),
        };
        let all = [
            organisation(1, 0),
            organisation(2, 1),
            organisation(3, 2),
            organisation(4, 1),
        ];
        let offered = |moved: usize| -> Vec<String> {
            let places = places(&all, all[moved].id).into_iter();
            places.map(|(_, label)| label.trim().to_owned()).collect()
        };
        assert_eq!(offered(1), ["1", "4"]);
        assert_eq!(offered(3), ["1", "2", "3"]);
    }
}
