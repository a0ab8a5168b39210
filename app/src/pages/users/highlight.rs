//! Marks what was searched for.

use leptos::prelude::*;

/// A stretch of text, found or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch<'a> {
    text: &'a str,
    found: bool,
}

/// Cuts `text` at every occurrence of any of `words`, in any case.
fn stretches<'a>(text: &'a str, words: &[String]) -> Vec<Stretch<'a>> {
    let mut out = Vec::new();
    let (mut plain_from, mut at) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = words.iter().filter_map(|word| prefix(rest, word)).max();
        let Some(length) = length.filter(|length| *length > 0) else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        push(&mut out, text, plain_from..at, false);
        push(&mut out, text, at..at + length, true);
        at += length;
        plain_from = at;
    }
    push(&mut out, text, plain_from..text.len(), false);
    out
}

fn push<'a>(out: &mut Vec<Stretch<'a>>, text: &'a str, range: std::ops::Range<usize>, found: bool) {
    if let Some(text) = text.get(range).filter(|text| !text.is_empty()) {
        out.push(Stretch { text, found });
    }
}

/// Length of the beginning of `text` that reads as `word`, which is in lower case.
fn prefix(text: &str, word: &str) -> Option<usize> {
    let mut wanted = word.chars();
    let mut length = 0;
    let mut chars = text.chars();
    while !wanted.as_str().is_empty() {
        let next = chars.next()?;
        for lower in next.to_lowercase() {
            if wanted.next() != Some(lower) {
                return None;
            }
        }
        length += next.len_utf8();
    }
    Some(length)
}

/// The words of a search, in lower case.
pub(super) fn words(q: &str) -> Vec<String> {
    q.split_whitespace().map(str::to_lowercase).collect()
}

/// `text` with what was found marked.
pub(super) fn marked(text: &str, words: &[String]) -> AnyView {
    if words.is_empty() {
        return text.to_owned().into_any();
    }
    let one = |stretch: Stretch<'_>| {
        let text = stretch.text.to_owned();
        if stretch.found {
            view! { <mark>{text}</mark> }.into_any()
        } else {
            text.into_any()
        }
    };
    stretches(text, words)
        .into_iter()
        .map(one)
        .collect_view()
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, q: &str) -> String {
        stretches(text, &words(q))
            .iter()
            .map(|stretch| match stretch.found {
                true => format!("[{}]", stretch.text),
                false => stretch.text.to_owned(),
            })
            .collect()
    }

    #[test]
    fn every_word_is_marked_wherever_it_is() {
        assert_eq!(shown("Anna Kowalczyk", "ann kow"), "[Ann]a [Kow]alczyk");
        assert_eq!(shown("anna@example.org", "ANNA"), "[anna]@example.org");
        assert_eq!(shown("banana", "an"), "b[an][an]a");
        assert_eq!(shown("banana", "x"), "banana");
        assert_eq!(shown("banana", ""), "banana");
    }

    #[test]
    fn letters_of_several_bytes_are_not_cut() {
        assert_eq!(shown("Ünal Öz", "ü ö"), "[Ü]nal [Ö]z");
        assert_eq!(shown("İstanbul", "stan"), "İ[stan]bul");
    }

    #[test]
    fn the_longest_word_wins() {
        assert_eq!(shown("Kowalczyk", "ko kowal"), "[Kowal]czyk");
    }
}
