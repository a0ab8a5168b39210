//! Strings of adoption: a connection takes over people who are here already.

pub(crate) const TITLE: &str = "Adoption";

/// Whether it is on.
pub(crate) const fn state(on: bool) -> &'static str {
    if on { "On" } else { "Off" }
}

/// What that means.
pub(crate) const fn why(on: bool) -> &'static str {
    if on {
        "Whom this provider sends and who is here already without a provider is taken over, when the user name or the address says who is meant and its domain is verified. Administrators never are."
    } else {
        "Nobody who is here already is taken over. Whom this provider sends and who is here is a conflict for you to decide."
    }
}

/// What the button does.
pub(crate) const fn act(on: bool) -> &'static str {
    if on {
        "Turn adoption off"
    } else {
        "Turn adoption on"
    }
}

/// What was done.
pub(crate) const fn done(on: bool) -> &'static str {
    if on {
        "Adoption is on"
    } else {
        "Adoption is off"
    }
}
