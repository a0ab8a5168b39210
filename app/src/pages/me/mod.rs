//! `/me`: the signed-in person's own account, for everybody.

mod codes;
mod enrol;
mod factors;
mod password;
pub(super) mod sessions;
mod settings;

use leptos::prelude::*;
use scim_schema::api::{my_account::Restriction, session::Me};

use self::{
    factors::Factors, password::PasswordForm, sessions::SessionLists, settings::SettingsForm,
};
use crate::{
    api::my_account::Whose,
    session::Session,
    text::{self, account as words},
    ui::{Family, Icon, Notice, PageHead, dynamic, optional},
};

/// The page.
#[component]
pub(crate) fn MyAccountPage() -> impl IntoView {
    let session = Session::get();
    let restriction = Memo::new(move |_| session.restriction());
    let parts = dynamic(move || match restriction.get() {
        None => view! {
            <Summary />
            <SettingsForm />
            <PasswordForm />
            <Factors />
            <SessionLists whose=Whose::Mine />
        }
        .into_any(),
        Some(Restriction::ChangePassword) => view! { <PasswordForm /> }.into_any(),
        Some(Restriction::EnrolSecondFactor) => view! { <Factors /> }.into_any(),
    });
    let notice = optional(move || {
        let (what, why) = words::restriction(restriction.get()?);
        Some(view! {
            <Notice family=Family::Pause glyph=Icon::Lock>
                <strong>{what}</strong>
                <br />
                {why}
            </Notice>
        })
    });
    view! {
        <PageHead title=Signal::stored(words::TITLE.to_owned()) />
        <div class="body narrow stack s8">
            {notice}
            {parts}
        </div>
    }
}

/// Who it is.
#[component]
fn Summary() -> impl IntoView {
    let session = Session::get();
    let rows = optional(move || session.me().map(|me| facts(&me)));
    view! {
        <section class="section">
            <header>
                <h2>{words::SUMMARY}</h2>
            </header>
            <dl class="kv">{rows}</dl>
        </section>
    }
}

fn facts(me: &Me) -> AnyView {
    let roles = me.roles.iter().map(|role| text::status::role(*role));
    let roles = roles.collect::<Vec<_>>().join(", ");
    let roles = Some(roles).filter(|roles| !roles.is_empty());
    let facts = [
        (words::NAME, me.display_name.clone()),
        (words::USER_NAME, me.user_name.clone()),
        (
            words::EMAIL,
            me.email
                .clone()
                .unwrap_or_else(|| text::user::NOT_SET.to_owned()),
        ),
        (words::ACCOUNT, me.account.name.clone()),
        (
            words::ROLES,
            roles.unwrap_or_else(|| words::NO_ROLES.to_owned()),
        ),
    ];
    let fact = |(name, value)| {
        view! {
            <dt>{name}</dt>
            <dd>{value}</dd>
        }
    };
    facts.into_iter().map(fact).collect_view().into_any()
}
