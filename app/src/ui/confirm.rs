//! Confirmation of dangerous acts, in the levels of the console's rules: level 2 lists the
//! consequences, level 3 also asks to type the name. Both start on the keeping button.

use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    button::SubmitButton,
    dialog::Modal,
    field::{ErrorSummary, TextField},
};
use crate::{
    form::{FormErrors, FormState},
    text,
};

const TYPED: &str = "typed-name";

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
    /// Name of the button that keeps things as they are.
    keep: &'static str,
    /// Name of the button that acts.
    act: &'static str,
    /// What that button says while it acts.
    doing: &'static str,
    /// Classes of that button: solid red only where something ends.
    #[prop(default = "danger")]
    act_class: &'static str,
    /// Level 3: what must be typed.
    #[prop(optional, into)]
    typed: MaybeProp<String>,
    /// State of the act.
    form: FormState,
    /// The act; it closes the question when it has succeeded.
    run: Callback<()>,
) -> impl IntoView {
    let entered = RwSignal::new(String::new());
    Effect::new(move |_| {
        if !open.get() {
            entered.set(String::new());
            form.reset();
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if form.begin(check(
            typed.get_untracked().as_deref(),
            &entered.get_untracked(),
        )) {
            run.run(());
        }
    };
    let content = ViewFn::from(move || {
        let question = typed.get().map(|name| {
            view! { <TextField id=TYPED label=text::confirm::type_name(&name) value=entered form /> }
        });
        view! {
            <form on:submit=submit novalidate>
                <header>
                    <h2 id=title_id>{move || title.get()}</h2>
                </header>
                <div class="content">
                    <ErrorSummary form />
                    <ul class="small stack s1 bullets">
                        {move || {
                            let lines = consequences.get();
                            lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()
                        }}
                    </ul>
                    {question}
                </div>
                <footer>
                    <button
                        class="btn"
                        type="button"
                        autofocus
                        on:click=move |_| open.set(false)
                    >
                        {keep}
                    </button>
                    <SubmitButton
                        label=act
                        doing=doing
                        pending=Signal::derive(move || form.is_pending())
                        class=act_class
                    />
                </footer>
            </form>
        }
        .into_any()
    });
    view! { <Modal open title_id content /> }
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
