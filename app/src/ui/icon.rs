//! The icons: a 16 px box, 1.5 px strokes, one sprite in `index.html`.

use leptos::prelude::*;

macro_rules! icons {
    ($($variant:ident = $name:literal,)*) => {
        /// One symbol of the sprite.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Icon { $(#[doc = $name] $variant,)* }

        impl Icon {
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            const fn href(self) -> &'static str {
                match self { $(Self::$variant => concat!("#", $name),)* }
            }
        }
    };
}

icons! {
    Alert = "alert",
    Archive = "archive",
    ArrowDown = "arrow-down",
    ArrowUp = "arrow-up",
    Ban = "ban",
    Check = "check",
    Clock = "clock",
    Copy = "copy",
    Dashed = "dashed",
    Down = "down",
    Eye = "eye",
    Filter = "filter",
    Group = "group",
    Info = "info",
    Key = "key",
    Leave = "leave",
    Left = "left",
    Lock = "lock",
    Mail = "mail",
    Menu = "menu",
    Moon = "moon",
    Ok = "ok",
    Pause = "pause",
    Plug = "plug",
    Plus = "plus",
    Retry = "retry",
    Right = "right",
    Search = "search",
    Shield = "shield",
    Signal = "signal",
    Tag = "tag",
    Theme = "theme",
    Trash = "trash",
    Unplug = "unplug",
    User = "user",
    Users = "users",
    Warn = "warn",
    X = "x",
}

/// Draws an icon that says nothing a word beside it does not say.
pub(crate) fn icon(icon: Icon) -> AnyView {
    view! {
        <svg class="i" aria-hidden="true">
            <use href=icon.href() />
        </svg>
    }
    .into_any()
}

/// The tally mark and the name.
#[component]
pub(crate) fn Brand(
    /// Where it leads.
    href: &'static str,
    /// The account, below the name.
    #[prop(optional, into)]
    account: String,
) -> impl IntoView {
    let account = (!account.is_empty()).then(|| view! { <small>{account}</small> });
    view! {
        <a class="brand" href=href>
            <svg viewBox="0 0 24 24" aria-hidden="true">
                <use href="#brand" />
            </svg>
            <span>
                <b>"Rollcall"</b>
                {account}
            </span>
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_in_the_sprite() {
        let page = include_str!("../../index.html");
        for icon in Icon::ALL {
            let symbol = format!("<symbol id=\"{}\"", icon.href().trim_start_matches('#'));
            assert!(page.contains(&symbol), "{symbol}");
        }
    }
}
