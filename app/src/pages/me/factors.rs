//! Second factors of the signed-in person, and their recovery codes.

use leptos::prelude::*;
use scim_schema::api::second_factors::{Enrolled, SecondFactorView, SecondFactors};

use super::{
    codes::CodesPanel,
    enrol::{EnrolDialog, begin},
};
use crate::{
    api,
    form::{Act, FormState},
    session::Session,
    text::{self, account as words},
    toast::Toasts,
    ui::{
        Buttons, Column, Confirm, ErrorSummary, Icon, Loaded, LongTime, Present, RelativeTime,
        Remote, SkeletonLines, act_cell, cell, dynamic, focus_soon, icon, optional, row, table,
    },
};

const REMOVE: Buttons = Buttons {
    keep: words::KEEP_FACTOR,
    act: words::REMOVE,
    doing: words::REMOVING,
    class: "danger",
};
const RENEW: Buttons = Buttons {
    keep: words::KEEP_CODES,
    act: words::RENEW_CODES,
    doing: words::RENEWING_CODES,
    class: "primary",
};
const COLUMNS: [Column; 5] = [
    Column::text(words::FACTOR),
    Column::text(words::KIND),
    Column::text(words::ADDED),
    Column::text(words::USED),
    Column::acts(words::ACT),
];

/// The section.
#[component]
pub(super) fn Factors() -> impl IntoView {
    let remote = Remote::new(api::my_account::factors);
    let content = move |factors| view! { <List remote factors /> }.into_any();
    view! {
        <section class="section">
            <header>
                <h2>{words::FACTORS}</h2>
                <p>{words::FACTORS_NOTE}</p>
            </header>
            <Loaded
                remote
                what=words::FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=3 /> })
                content
            />
        </section>
    }
}

#[component]
fn List(
    /// To be fetched again.
    remote: Remote<SecondFactors>,
    /// The factors.
    factors: Present<SecondFactors>,
) -> impl IntoView {
    let (session, toasts) = (Session::get(), Toasts::get());
    let form = FormState::new();
    let begun = RwSignal::new(None);
    let codes = RwSignal::new(Vec::<String>::new());
    let removing = RwSignal::new(None::<SecondFactorView>);
    let renewing = RwSignal::new(false);
    let show = move |made: Vec<String>| {
        codes.set(made);
        focus_soon("#codes-title".to_owned());
    };
    let done = Callback::new(move |enrolled: Enrolled| {
        toasts.success(words::ADDED_FACTOR);
        remote.reload();
        match enrolled.recovery_codes.is_empty() {
            true => session.check(),
            false => show(enrolled.recovery_codes),
        }
    });
    // A session that was for enrolling alone opens once the codes are stored.
    let stored = Callback::new(move |()| {
        codes.set(Vec::new());
        session.check();
    });
    let fresh = optional(move || {
        let made = codes.get();
        (!made.is_empty()).then(|| view! { <CodesPanel codes=made stored /> })
    });
    let rows = dynamic(move || factors.with(|factors| rows(factors, removing)));
    let left = optional(move || {
        let left = factors
            .with(|factors| (!factors.items.is_empty()).then_some(factors.recovery_codes_left))?;
        Some(view! {
            <p class="small">
                {words::codes_left(left)} " "
                <button class="btn sm" type="button" on:click=move |_| renewing.set(true)>
                    {words::RENEW_CODES}
                </button>
            </p>
        })
    });
    let passkeys = optional(move || {
        factors.with(|factors| factors.passkeys).then(|| {
            let add = move |_| begin(session, false, begun, form);
            view! {
                <button class="btn" type="button" on:click=add>
                    {icon(Icon::Key)}
                    {words::ADD_PASSKEY}
                </button>
            }
        })
    });
    view! {
        {fresh}
        {rows}
        {left}
        <ErrorSummary form />
        <div class="row">
            {passkeys}
            <button
                class="btn"
                type="button"
                on:click=move |_| begin(session, true, begun, form)
            >
                {icon(Icon::Plus)}
                {words::ADD_APP}
            </button>
        </div>
        <EnrolDialog begun done />
        <RemoveDialog removing remote />
        <RenewDialog open=renewing remote made=Callback::new(show) />
    }
}

fn rows(factors: &SecondFactors, removing: RwSignal<Option<SecondFactorView>>) -> AnyView {
    if factors.items.is_empty() {
        return view! { <p class="small muted">{words::NO_FACTORS}</p> }.into_any();
    }
    let line = |factor: &SecondFactorView| {
        let used = match factor.last_used_at {
            Some(at) => view! { <RelativeTime at /> }.into_any(),
            None => view! { <span class="faint">{text::time::NEVER}</span> }.into_any(),
        };
        let asked = factor.clone();
        let remove = view! {
            <button
                class="btn danger-quiet"
                type="button"
                aria-label=words::remove_title(&factor.label)
                on:click=move |_| removing.set(Some(asked.clone()))
            >
                {words::REMOVE}
            </button>
        };
        row(
            factor.label.clone().into_any(),
            vec![
                cell(words::KIND, words::kind(factor.kind)),
                cell(words::ADDED, view! { <LongTime at=factor.created_at /> }),
                cell(words::USED, used),
                act_cell(remove),
            ],
        )
    };
    let lines = factors.items.iter().map(line).collect_view();
    table(words::FACTORS_CAPTION, COLUMNS, lines.into_any())
}

/// Asks before a factor goes.
#[component]
fn RemoveDialog(
    /// Which.
    removing: RwSignal<Option<SecondFactorView>>,
    /// To be fetched again.
    remote: Remote<SecondFactors>,
) -> impl IntoView {
    let act = Act::on(removing);
    let title = Signal::derive(move || {
        let factor = removing.get();
        factor.map_or_else(String::new, |factor| words::remove_title(&factor.label))
    });
    let run = Callback::new(move |()| {
        let Some(factor) = removing.get_untracked() else {
            act.form.succeed();
            return;
        };
        let call = api::my_account::remove_factor(factor.id);
        act.send(call, &[], move |()| {
            remote.reload();
            words::REMOVED
        });
    });
    view! {
        <Confirm
            open=act.open
            title_id="remove-factor-title"
            title
            consequences=Signal::derive(words::remove_consequences)
            buttons=REMOVE
            form=act.form
            run
        />
    }
}

/// Asks before recovery codes are replaced.
#[component]
fn RenewDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// To be fetched again.
    remote: Remote<SecondFactors>,
    /// What was made.
    made: Callback<Vec<String>>,
) -> impl IntoView {
    let act = Act::new(open);
    let run = Callback::new(move |()| {
        act.send(api::my_account::renew_codes(), &[], move |renewed| {
            remote.reload();
            made.run(renewed.codes);
            words::CODES_RENEWED
        });
    });
    view! {
        <Confirm
            open
            title_id="renew-codes-title"
            title=Signal::stored(words::RENEW_CODES.to_owned())
            consequences=Signal::derive(words::renew_consequences)
            buttons=RENEW
            form=act.form
            run
        />
    }
}
