//! The dialog that changes one setting: its value, and the floor where the person may set one.

use std::collections::BTreeMap;

use leptos::{ev::SubmitEvent, prelude::*};
use scim_schema::{
    api::policies::{ChangePolicy, PolicyView, SettingView},
    id::OrganisationId,
    policy::{Kind, Setting, Stricter, Value},
};

use super::{Shown, named};
use crate::{
    api,
    form::{Act, FieldId, FormErrors, FormState},
    text::{self, policies as words},
    ui::{ErrorSummary, Modal, Remote, SubmitButton, TextField, error_line},
};

const TITLE: &str = "policy-title";
const VALUE: &str = "value";
const FLOOR: &str = "floor";

/// The dialog.
#[component]
pub(super) fn EditDialog(
    /// Whose policy.
    id: OrganisationId,
    /// What holds.
    shown: Shown,
    /// To be fetched again.
    remote: Remote<PolicyView>,
    /// The setting to change.
    editing: RwSignal<Option<SettingView>>,
) -> impl IntoView {
    let act = Act::on(editing);
    let content = ViewFn::from(move || {
        let setting = editing.get_untracked();
        setting.map(|setting| view! { <EditForm id shown remote act setting /> })
    });
    view! { <Modal open=act.open title_id=TITLE content /> }
}

/// What is entered, as text: nothing where nothing is decided.
#[derive(Clone, Copy)]
struct Entered {
    setting: Setting,
    value: RwSignal<String>,
    floor: RwSignal<String>,
    has_floor: bool,
}

impl Entered {
    fn of(setting: &SettingView, may_set_floors: bool) -> Self {
        let text = |value: &Option<Value>| match value {
            None => String::new(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Word(word)) => word.clone(),
        };
        Self {
            setting: setting.setting,
            value: RwSignal::new(text(&setting.own)),
            floor: RwSignal::new(text(&setting.own_floor)),
            has_floor: may_set_floors && setting.setting.stricter() != Stricter::Neither,
        }
    }

    fn read(self, entered: RwSignal<String>) -> Result<Option<Value>, String> {
        let text = entered.get_untracked();
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let value = match self.setting.kind() {
            Kind::Choice(_) => Value::Word(text.to_owned()),
            Kind::Number { .. } => {
                let number = text.parse().map_err(|_| words::NOT_A_NUMBER.to_owned())?;
                Value::Number(number)
            }
        };
        self.setting.check(&value)?;
        Ok(Some(value))
    }

    fn body(self) -> Result<ChangePolicy, FormErrors> {
        match (self.read(self.value), self.read(self.floor)) {
            (Ok(value), Ok(floor)) => {
                let word = self.setting.as_str().to_owned();
                let floors = self.has_floor.then(|| (word.clone(), floor));
                Ok(ChangePolicy {
                    values: BTreeMap::from([(word, value)]),
                    floors: floors.into_iter().collect(),
                })
            }
            (value, floor) => Err(FormErrors::default()
                .check(VALUE, outcome(&value))
                .check(FLOOR, outcome(&floor))),
        }
    }
}

fn outcome(read: &Result<Option<Value>, String>) -> Result<(), &str> {
    match read {
        Ok(_) => Ok(()),
        Err(said) => Err(said),
    }
}

/// Its form; new each time it opens.
#[component]
fn EditForm(
    /// Whose policy.
    id: OrganisationId,
    /// What holds.
    shown: Shown,
    /// To be fetched again.
    remote: Remote<PolicyView>,
    /// State of the dialog.
    act: Act,
    /// The setting.
    setting: SettingView,
) -> impl IntoView {
    let (version, may_set_floors) =
        shown.with_untracked(|policy| (policy.version, policy.may_set_floors));
    let what = setting.setting;
    let entered = Entered::of(&setting, may_set_floors);
    let form = act.form;
    form.reset();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let body = entered.body();
        let errors = body.as_ref().err().cloned().unwrap_or_default();
        if form.begin(errors)
            && let Ok(body) = body
        {
            send(act, id, (version, &body), remote);
        }
    };
    let least = shown.with_untracked(|policy| {
        let (floor, of) = (setting.floor.as_ref()?, setting.floor_of?);
        let above = of != policy.organisation;
        above.then(|| words::least(&words::shown(what, floor), &named(of, policy)))
    });
    let inherited = words::undecided(&words::shown(what, &setting.inherited));
    let value = field(
        (VALUE, words::VALUE),
        what,
        entered.value,
        (form, inherited),
    );
    let floor = entered.has_floor.then(|| {
        let none = words::NO_FLOOR.to_owned();
        field((FLOOR, words::FLOOR), what, entered.floor, (form, none))
    });
    view! {
        <form on:submit=submit novalidate>
            <header>
                <h2 id=TITLE>{words::name(what)}</h2>
            </header>
            <div class="content">
                <p class="small muted">{words::why(what)}</p>
                <ErrorSummary form />
                {least.map(|least| view! { <p class="small">{least}</p> })}
                {value}
                {floor}
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| act.open.set(false)>
                    {text::form::CANCEL}
                </button>
                <SubmitButton
                    label=words::SAVE
                    doing=words::SAVING
                    pending=Signal::derive(move || form.is_pending())
                />
            </footer>
        </form>
    }
}

fn send(
    act: Act,
    id: OrganisationId,
    (version, body): (i64, &ChangePolicy),
    remote: Remote<PolicyView>,
) {
    let done = move |_| {
        remote.reload();
        words::SAVED
    };
    // The last segment of a path is the setting; the first says which field it was.
    let call = api::policies::change(id, version, body);
    act.send_by_path(call, field_of, done);
}

fn field_of(path: &str) -> Option<FieldId> {
    match path.split('.').next() {
        Some("values") => Some(VALUE.into()),
        Some("floors") => Some(FLOOR.into()),
        _ => None,
    }
}

/// A field of what the setting takes.
fn field(
    (id, label): (&'static str, &'static str),
    setting: Setting,
    value: RwSignal<String>,
    (form, nothing): (FormState, String),
) -> AnyView {
    match setting.kind() {
        Kind::Choice(_) => choices((id, label), setting, value, (form, nothing)),
        Kind::Number { .. } => {
            let hint = match id {
                FLOOR => words::FLOOR_NUMBER_HINT,
                _ => words::NUMBER_HINT,
            };
            let label = format!("{label} ({})", words::range(setting));
            view! { <TextField id label value form hint autofocus=id == VALUE /> }.into_any()
        }
    }
}

/// One of a few words, each with what it means; or nothing.
fn choices(
    (id, legend): (&'static str, &'static str),
    setting: Setting,
    value: RwSignal<String>,
    (form, nothing): (FormState, String),
) -> AnyView {
    let choice = move |word: &'static str, label: AnyView| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name=id
                    value=word
                    prop:checked=move || value.with(|value| value == word)
                    on:change=move |_| value.set(word.to_owned())
                />
                <span>{label}</span>
            </label>
        }
    };
    let known = words::choices(setting).iter().map(|(word, label, why)| {
        let label = view! {
            {*label}
            <small class="muted">{*why}</small>
        };
        choice(word, label.into_any())
    });
    let hint = (id == FLOOR).then(|| view! { <p class="hint">{words::FLOOR_HINT}</p> });
    view! {
        <fieldset id=id>
            <legend class="legend">{legend}</legend>
            {hint}
            {error_line(id.into(), form)}
            <div class="stack s1 options">
                {choice("", nothing.into_any())}
                {known.collect_view()}
            </div>
        </fieldset>
    }
    .into_any()
}
