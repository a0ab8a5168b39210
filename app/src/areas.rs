//! Pages that a browser fetches when somebody first goes there, one file for each area.

use leptos::{prelude::*, wasm_split::SplitLoaderError};
use leptos_router::LazyRoute;

use crate::pages::{
    AttributesPage, ConflictPage, ConflictsPage, ConformancePage, ConnectionPage, ConnectionsPage,
    LogPage, MappingPage, MyAccountPage, NotLoadedPage, TesterPage, UserPage, UsersPage,
};

/// A route whose page is in the file of its area.
macro_rules! lazy {
    ($route:ident, $area:ident, $function:ident, $preload:ident, $page:ident) => {
        pub(crate) struct $route;

        #[::leptos::wasm_split::wasm_split(
                    $area,
                    wasm_split_path = ::leptos::wasm_split,
                    preload($preload),
                    fallible
                )]
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

lazy!(Users, people, users, fetch_users, UsersPage);
lazy!(User, people, user, fetch_user, UserPage);
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
    connections,
    attributes,
    fetch_attributes,
    AttributesPage
);
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
