//! Going somewhere by code.

use std::rc::Rc;

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen::JsValue;

use crate::places::address;

type Go = Rc<dyn Fn(&str, NavigateOptions)>;

/// Changes the address; a handle that event handlers can copy.
#[derive(Clone, Copy)]
pub(crate) struct Navigator(StoredValue<Go, LocalStorage>);

impl Navigator {
    /// Must be called below the router.
    pub(crate) fn new() -> Self {
        let navigate = use_navigate();
        Self(StoredValue::new_local(Rc::new(move |path, options| {
            navigate(path, options);
        })))
    }

    /// Opens another page.
    pub(crate) fn open(self, path: &str) {
        self.go(path, false, true);
    }

    /// Opens another page in the place of this one, so that Back does not return here.
    pub(crate) fn replace(self, path: &str) {
        self.go(path, true, true);
    }

    /// Changes the state in the address of this page, leaving the scroll position.
    pub(crate) fn amend(self, path: &str, replace: bool) {
        self.go(path, replace, false);
    }

    /// The router adds no entry for an address that it replaced before and that was left since: its
    /// own list of addresses keeps replaced ones. So the entry is added here, and the router only
    /// fills it.
    fn go(self, path: &str, replace: bool, scroll: bool) {
        if !replace && address() != path {
            let added = window()
                .history()
                .and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(path)));
            if added.is_err() {
                return;
            }
        }
        let go = self.0.with_value(Rc::clone);
        go(
            path,
            NavigateOptions {
                replace: true,
                scroll,
                ..NavigateOptions::default()
            },
        );
    }
}
