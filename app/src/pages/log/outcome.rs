//! What became of a request, as a lozenge.

use leptos::prelude::*;

use crate::{
    text::log as words,
    ui::{Family, Icon, lozenge},
};

/// Colour, picture and word for a method and the status of its answer.
const fn outcome(method: Method, status: u16) -> (Family, Icon, &'static str) {
    match (status, method) {
        (500.., _) => (Family::Stop, Icon::Warn, words::SERVER_ERROR),
        (404, _) => (Family::Rest, Icon::Search, words::NOT_FOUND),
        (409, _) => (Family::Stop, Icon::Warn, words::CONFLICT),
        (412, _) => (Family::Pause, Icon::Clock, words::OUTDATED),
        (429, _) => (Family::Pause, Icon::Clock, words::SLOWED),
        (401 | 403, _) => (Family::Guard, Icon::Lock, words::NOT_LET_IN),
        (400.., _) => (Family::Stop, Icon::Warn, words::REFUSED),
        (_, Method::Read) => (Family::Rest, Icon::Eye, words::READ),
        (201, _) => (Family::Ok, Icon::Plus, words::CREATED),
        (_, Method::Change) => (Family::Ok, Icon::Check, words::CHANGED),
        (_, Method::Remove) => (Family::Ok, Icon::Trash, words::REMOVED),
        (_, Method::Other) => (Family::Ok, Icon::Check, words::ANSWERED),
    }
}

/// What a method is for.
#[derive(Clone, Copy)]
enum Method {
    Read,
    Change,
    Remove,
    Other,
}

impl Method {
    fn of(method: &str) -> Self {
        match method {
            "GET" | "HEAD" => Self::Read,
            "PUT" | "PATCH" => Self::Change,
            "DELETE" => Self::Remove,
            _ => Self::Other,
        }
    }
}

/// Draws it.
pub(crate) fn outcome_view(method: &str, status: u16) -> AnyView {
    let (family, glyph, word) = outcome(Method::of(method), status);
    lozenge(family, glyph, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_the_answer_comes_before_the_method() {
        let word = |method, status| outcome(Method::of(method), status).2;
        assert_eq!(word("GET", 200), words::READ);
        assert_eq!(word("GET", 404), words::NOT_FOUND);
        assert_eq!(word("POST", 201), words::CREATED);
        assert_eq!(word("POST", 409), words::CONFLICT);
        assert_eq!(word("PATCH", 200), words::CHANGED);
        assert_eq!(word("DELETE", 204), words::REMOVED);
        assert_eq!(word("POST", 200), words::ANSWERED);
        assert_eq!(word("PATCH", 400), words::REFUSED);
        assert_eq!(word("PATCH", 503), words::SERVER_ERROR);
    }
}
