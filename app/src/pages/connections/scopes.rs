//! What a token may do: chosen when it is made.

use leptos::prelude::*;
use scim_schema::scope::{Scope, Scopes};

use crate::{
    form::{FormErrors, FormState},
    text::oauth as words,
    ui::ChoicesField,
};

/// Id of the question.
pub(super) const SCOPES: &str = "scopes";

/// What is chosen; `None` when nothing is.
pub(super) type Chosen = RwSignal<Option<Scopes>>;

/// Everything, as it is at first.
pub(super) fn everything() -> Chosen {
    RwSignal::new(Some(Scopes::all()))
}

/// What is wrong with a choice.
pub(super) fn checked(chosen: Option<Scopes>) -> FormErrors {
    let some = chosen.map(|_| ()).ok_or(words::SCOPES_NONE);
    FormErrors::default().check(SCOPES, some)
}

/// A box for each scope.
#[component]
pub(super) fn ScopesField(
    /// What is chosen.
    chosen: Chosen,
    /// The form it belongs to.
    form: FormState,
) -> impl IntoView {
    let one = move |scope: Scope| {
        let has = move || chosen.get().is_some_and(|scopes| scopes.has(scope));
        let toggle = move |event| {
            let on = event_target_checked(&event);
            chosen.update(|chosen| *chosen = toggled(*chosen, scope, on));
        };
        view! {
            <label class="check">
                <input type="checkbox" prop:checked=has on:change=toggle />
                {words::scope(scope)}
            </label>
        }
    };
    view! {
        <ChoicesField id=SCOPES legend=words::SCOPES form>
            {Scope::ALL.map(one).collect_view()}
        </ChoicesField>
    }
}

fn toggled(chosen: Option<Scopes>, scope: Scope, on: bool) -> Option<Scopes> {
    let has = |one: Scope| chosen.is_some_and(|scopes| scopes.has(one));
    Scopes::of(
        Scope::ALL
            .into_iter()
            .filter(|one| if *one == scope { on } else { has(*one) }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_change_one_scope_and_the_last_one_leaves_nothing() {
        let all = Some(Scopes::all());
        let less = toggled(all, Scope::Users, false);
        assert_eq!(less, Scopes::of([Scope::Read, Scope::Groups]));
        assert_eq!(toggled(less, Scope::Users, true), all);
        assert_eq!(toggled(Scopes::of([Scope::Read]), Scope::Read, false), None);
        assert!(!checked(None).is_empty());
        assert!(checked(all).is_empty());
    }
}
