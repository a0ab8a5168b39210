//! Strings of the shell and of the components.

/// The frame around every page.
pub(crate) mod shell {
    pub(crate) const SKIP: &str = "Skip to content";
    pub(crate) const NAVIGATION: &str = "Console";
    pub(crate) const OPEN_NAVIGATION: &str = "Open navigation";
    pub(crate) const PEOPLE: &str = "People";
    pub(crate) const USERS: &str = "Users";
    pub(crate) const ORGANISATIONS: &str = "Organisations";
    pub(crate) const PROVISIONING: &str = "Provisioning";
    pub(crate) const CONNECTIONS: &str = "Connections";
    pub(crate) const ATTRIBUTES: &str = "Custom attributes";
    pub(crate) const CONFLICTS: &str = "Conflicts";
    pub(crate) const APPROVALS: &str = "Approvals";
    pub(crate) const POLICIES: &str = "Policies";
    pub(crate) const LOG: &str = "Provisioning log";
    pub(crate) const MAILS: &str = "Mails";
    pub(crate) const ADMINISTRATION: &str = "Administration";
    pub(crate) const AUDIT: &str = "Audit log";
    pub(crate) const BREADCRUMB: &str = "Breadcrumb";
    pub(crate) const SWITCH_THEME: &str = "Switch theme";
    pub(crate) const APPEARANCE: &str = "Appearance";
    pub(crate) const THEME_SYSTEM: &str = "System";
    pub(crate) const THEME_LIGHT: &str = "Light";
    pub(crate) const THEME_DARK: &str = "Dark";
    pub(crate) const KEYBOARD: &str = "Keyboard shortcuts";
    pub(crate) const SIGN_OUT: &str = "Sign out";
    pub(crate) const SIGN_OUT_FAILED: &str = "You could not be signed out. Try again.";
    pub(crate) const NOTICES: &str = "Notices";
    pub(crate) const DISMISS: &str = "Dismiss";
    pub(crate) const LOADING: &str = "Loading";
    pub(crate) const CLOSE: &str = "Close";
    pub(crate) const LIVE: &str = "Live";
    pub(crate) const LIVE_INTERRUPTED: &str = "Reconnecting";
    pub(crate) const LIVE_HINT: &str = "Changes appear here by themselves";
    pub(crate) const LIVE_INTERRUPTED_HINT: &str =
        "The live connection broke off. What is shown may be out of date until it is back.";
    pub(crate) const NOT_FOUND: &str = "Page not found";
    pub(crate) const NOT_FOUND_WHY: &str =
        "Nothing is at this address. It may have been mistyped, or the page has moved.";
    pub(crate) const NOT_LOADED: &str = "Page not loaded";
    pub(crate) const NOT_LOADED_WHY: &str = "This part of the console could not be fetched. The \
        connection may be interrupted, or Rollcall has a new version since you opened it.";
    pub(crate) const LOAD_AGAIN: &str = "Load again";
    pub(crate) const GO_TO_USERS: &str = "Go to users";
    pub(crate) const GO_TO_CONNECTIONS: &str = "Go to connections";
    pub(crate) const SESSION_FAILED: &str = "Rollcall could not be reached.";
    pub(crate) const OPENING: &str = "Opening Rollcall";
    pub(crate) const OPENING_FAILED: &str = "Rollcall could not be opened";

    /// The document's title.
    pub(crate) fn page_title(page: &str) -> String {
        format!("{page} - Rollcall")
    }

    /// Name of the account menu.
    pub(crate) fn account_menu(name: &str) -> String {
        format!("{name}, account menu")
    }

    /// Keys and what they do, in the help.
    pub(crate) const SHORTCUTS: [(&[&str], &str); 7] = [
        (&["/"], "Search"),
        (&["j"], "Next row"),
        (&["k"], "Previous row"),
        (&["Enter"], "Open the row"),
        (&["g", "u"], "Go to users"),
        (&["g", "c"], "Go to connections"),
        (&["?"], "Show this help"),
    ];
    pub(crate) const SHORTCUTS_ON: &str = "Use single-key shortcuts";
    pub(crate) const SHORTCUTS_HINT: &str = "Turn them off if you use speech input or press keys by accident. F6 always leads to notices.";
}

/// Failures.
pub(crate) mod error {
    pub(crate) const NETWORK: &str =
        "The server did not answer. Check your connection and try again.";
    pub(crate) const TIMEOUT: &str = "The server did not answer within 10 s. Try again.";
    pub(crate) const STALE: &str = "What is shown was loaded before and may be out of date.";
    pub(crate) const TRY_AGAIN: &str = "Try again";
    pub(crate) const COPY_DETAILS: &str = "Copy details";
    pub(crate) const NO_PERMISSION: &str = "You cannot see this";
    pub(crate) const NO_PERMISSION_WHY: &str =
        "Your role does not include it. Ask a System Administrator of your account.";
    pub(crate) const NOT_FOUND: &str = "Not found";
    pub(crate) const NOT_FOUND_WHY: &str = "It does not exist, or it belongs to another account.";

    /// An answer that is none of the server's.
    pub(crate) fn unreadable(status: u16) -> String {
        format!(
            "The answer (status {status}) could not be read. Something between this page and the \
             server may have changed it, or the console is older than the server: reload the page."
        )
    }

    /// Status and request id of an answer that could not be read.
    pub(crate) fn unreadable_reference(status: u16, request: Option<&str>) -> String {
        let mut text = format!("unreadable answer, status {status}");
        if let Some(request) = request {
            text.push_str(", request ");
            text.push_str(request);
        }
        text
    }

    /// Code and request id.
    pub(crate) fn reference(code: &str, request: &str) -> String {
        format!("{code}, request {request}")
    }

    /// What "Copy details" copies.
    pub(crate) fn details(what: &str, why: &str, reference: &str) -> String {
        format!("{what} {why} ({reference})")
    }
}

/// Forms.
pub(crate) mod form {
    pub(crate) const PROBLEM: &str = "There is a problem";
    pub(crate) const SHOW: &str = "Show";
    pub(crate) const HIDE: &str = "Hide";
    pub(crate) const SHOW_PASSWORD: &str = "Show password";
    pub(crate) const CANCEL: &str = "Cancel";

    /// Title of a page whose form has errors, or has them no longer.
    pub(crate) fn marked_title(title: &str, wrong: bool) -> String {
        const MARK: &str = "Error: ";
        if wrong {
            return format!("{MARK}{title}");
        }
        title.strip_prefix(MARK).unwrap_or(title).to_owned()
    }
}

/// Confirmation.
pub(crate) mod confirm {
    /// Label of the level 3 field.
    pub(crate) fn type_name(name: &str) -> String {
        format!("Type {name} to confirm")
    }

    /// Its error.
    pub(crate) fn type_exactly(name: &str) -> String {
        format!("Type the name exactly: {name}")
    }
}

/// Copying.
pub(crate) mod copy {
    pub(crate) const COPIED: &str = "Copied";
    pub(crate) const SELECTED: &str = "This page has no access to the clipboard. The text is selected; copy it with the keyboard.";
}

/// Paging.
pub(crate) mod pager {
    pub(crate) const LABEL: &str = "Pages";
    pub(crate) const ROWS: &str = "Rows";
    pub(crate) const PREVIOUS: &str = "Previous";
    pub(crate) const NEXT: &str = "Next";
}

/// Times.
pub(crate) mod time {
    pub(crate) const JUST_NOW: &str = "Just now";
    pub(crate) const YESTERDAY: &str = "Yesterday";
    pub(crate) const NEVER: &str = "Never";
    pub(crate) const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];

    /// `29 min ago`.
    pub(crate) fn minutes_ago(n: i64) -> String {
        format!("{n} min ago")
    }

    /// `2 h ago`.
    pub(crate) fn hours_ago(n: i64) -> String {
        format!("{n} h ago")
    }

    /// `9 days ago`; yesterday has a word of its own.
    pub(crate) fn days_ago(n: i64) -> String {
        format!("{n} days ago")
    }
}
