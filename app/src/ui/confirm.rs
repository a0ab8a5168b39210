//! Confirmation of dangerous acts, in the levels of the console's rules: level 2 lists the
//! consequences, level 3 also asks to type the name. Both start on the keeping button.

use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    button::SubmitButton,
    dialog::Modal,
    dynamic::{dynamic, effect},
    field::{ErrorSummary, TextField},
};
use crate::{
    form::{FormErrors, FormState},
    text,
};

const TYPED: &str = "typed-name";

/// Names of the two buttons: by the act, never Yes and No.
#[derive(Clone, Copy)]
pub(crate) struct Buttons {
    /// Keeps things as they are; has focus at first.
    pub keep: &'static str,
    /// Acts.
    pub act: &'static str,
    /// What the acting button says while it acts.
    pub doing: &'static str,
    /// Class of the acting button: `danger` only where something ends.
    pub class: &'static str,
}

/// Asks before an act that cannot be undone.
#[component]
pub(crate) fn Confirm(
    /// Whether the question is open.
    open: RwSignal<bool>,
    /// Unique id of the title.
    title_id: &'static str,
    /// The act: verb and object.
    #[prop(into)]
    title: Signal<String>,
    /// What follows, one sentence each.
    #[prop(into)]
    consequences: Signal<Vec<String>>,
    /// Names of the buttons.
    buttons: Buttons,
    /// Level 3: what must be typed.
    #[prop(optional, into)]
    typed: MaybeProp<String>,
    /// What is chosen with the act, below the consequences.
    #[prop(optional, into)]
    choices: ViewFn,
    /// State of the act.
    form: FormState,
    /// The act; it closes the question when it has succeeded.
    run: Callback<()>,
) -> impl IntoView {
    let entered = RwSignal::new(String::new());
    effect(move || {
        if !open.get() {
            entered.set(String::new());
            form.reset();
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = typed.get_untracked();
        if form.begin(check(typed.as_deref(), &entered.get_untracked())) {
            run.run(());
        }
    };
    let content = ViewFn::from(move || {
        let choices = choices.clone();
        view! {
            <form on:submit=submit novalidate>
                <header>
                    <h2 id=title_id>{move || title.get()}</h2>
                </header>
                <Question consequences typed entered choices form />
                <Answers open buttons form />
            </form>
        }
        .into_any()
    });
    view! { <Modal open title_id content /> }
}

/// The consequences and, at level 3, the field.
#[component]
fn Question(
    /// One sentence each.
    consequences: Signal<Vec<String>>,
    /// What must be typed.
    typed: MaybeProp<String>,
    /// What is typed.
    entered: RwSignal<String>,
    /// What is chosen with the act.
    choices: ViewFn,
    /// State of the act.
    form: FormState,
) -> impl IntoView {
    let lines = dynamic(move || {
        let lines = consequences.get().into_iter();
        lines.map(|line| view! { <li>{line}</li> }).collect_view()
    });
    let field = dynamic(move || {
        typed.get().map(|name| {
            view! { <TextField id=TYPED label=text::confirm::type_name(&name) value=entered form /> }
        })
    });
    view! {
        <div class="content">
            <ErrorSummary form />
            <ul class="small stack s1 bullets">{lines}</ul>
            {choices.run()}
            {field}
        </div>
    }
}

/// The buttons.
#[component]
fn Answers(
    /// Whether the question is open.
    open: RwSignal<bool>,
    /// Their names.
    buttons: Buttons,
    /// State of the act.
    form: FormState,
) -> impl IntoView {
    let Buttons {
        keep,
        act,
        doing,
        class,
    } = buttons;
    view! {
        <footer>
            <button class="btn" type="button" autofocus on:click=move |_| open.set(false)>
                {keep}
            </button>
            <SubmitButton
                label=act
                doing=doing
                pending=Signal::derive(move || form.is_pending())
                class
            />
        </footer>
    }
}

fn check(typed: Option<&str>, entered: &str) -> FormErrors {
    let errors = FormErrors::default();
    match typed {
        Some(name) if name != entered.trim() => {
            errors.check(TYPED, Err(&text::confirm::type_exactly(name)))
        }
        _ => errors,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_three_wants_the_exact_name() {
        assert!(check(Some("Okta"), " Okta ").is_empty());
        assert!(!check(Some("Okta"), "okta").is_empty());
        assert!(!check(Some("Okta"), "").is_empty());
    }

    #[test]
    fn level_two_wants_nothing_typed() {
        assert!(check(None, "").is_empty());
    }
}
