//! Pages that a browser fetches when somebody first goes there, one file for each area.

use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use leptos_router::LazyRoute;

use crate::pages::{
    ApprovalsPage, AttributesPage, AuditPage, ConflictPage, ConflictsPage, ConformancePage,
    ConnectionPage, ConnectionsPage, ForgottenPage, LogPage, MailsPage, MappingPage, MyAccountPage,
    NotLoadedPage, OrganisationsPage, PoliciesPage, SetupPage, SignInPage, TesterPage, UserPage,
    UsersPage,
};
use crate::ui::later;

/// A route whose page is in the file of its area.
macro_rules! lazy {
    ($route:ident, $area:ident, $function:ident, $preload:ident, $page:ident) => {
        pub(crate) struct $route;

        #[wasm_split($area, wasm_split_path = ::leptos::wasm_split, preload($preload), fallible)]
        fn $function() -> Result<AnyView, SplitLoaderError> {
            Ok(view! { <$page /> }.into_any())
        }

        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            async fn view(_: Self) -> AnyView {
                let page = $function().await;
                page.unwrap_or_else(|_| view! { <NotLoadedPage /> }.into_any())
            }

            async fn preload() {
                // What cannot be fetched now is asked for again when it is shown.
                let _later = $preload().await;
            }
        }
    };
}

/// A page that is there at once and fetches what it shows: outside of the frame, where nobody knows yet
/// who is there.
macro_rules! fetched {
    ($component:ident, $area:ident, $function:ident, $page:ident) => {
        #[component]
        pub(crate) fn $component() -> impl IntoView {
            later($function())
        }

        #[wasm_split($area, wasm_split_path = ::leptos::wasm_split, fallible)]
        fn $function() -> Result<AnyView, SplitLoaderError> {
            Ok(view! { <$page /> }.into_any())
        }
    };
}

fetched!(SignIn, account, sign_in, SignInPage);
fetched!(Forgotten, account, forgotten, ForgottenPage);
fetched!(Setup, account, setup, SetupPage);

lazy!(Users, people, users, fetch_users, UsersPage);
lazy!(User, person, user, fetch_user, UserPage);
lazy!(
    Organisations,
    settings,
    organisations,
    fetch_organisations,
    OrganisationsPage
);
lazy!(
    Connections,
    connections,
    connections,
    fetch_connections,
    ConnectionsPage
);
lazy!(
    Connection,
    connections,
    connection,
    fetch_connection,
    ConnectionPage
);
lazy!(Mapping, connections, mapping, fetch_mapping, MappingPage);
lazy!(
    Attributes,
    settings,
    attributes,
    fetch_attributes,
    AttributesPage
);
lazy!(
    Approvals,
    settings,
    approvals,
    fetch_approvals,
    ApprovalsPage
);
lazy!(Policies, settings, policies, fetch_policies, PoliciesPage);
lazy!(Audit, settings, audit, fetch_audit, AuditPage);
lazy!(Log, requests, log, fetch_log, LogPage);
lazy!(Tester, requests, tester, fetch_tester, TesterPage);
lazy!(
    Conformance,
    requests,
    conformance,
    fetch_conformance,
    ConformancePage
);
lazy!(
    Conflicts,
    requests,
    conflicts,
    fetch_conflicts,
    ConflictsPage
);
lazy!(Conflict, requests, conflict, fetch_conflict, ConflictPage);
lazy!(
    MyAccount,
    account,
    my_account,
    fetch_my_account,
    MyAccountPage
);
lazy!(Mails, settings, mails, fetch_mails, MailsPage);
