//! What a mail says, as text and as HTML: made of the same parts, so that they cannot differ.

/// Longest name that a mail shows, in characters: names come from others, and a mail is no place for
/// what somebody writes into one.
const NAME_MAX: usize = 120;

/// A mail before it is addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// What it says.
    pub parts: Vec<Part>,
}

/// A part of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A paragraph.
    Text(String),
    /// Something to follow, with what it does and its address.
    Link(&'static str, String),
    /// Names.
    List(Vec<String>),
}

impl Letter {
    /// The mail as plain text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let parts: Vec<String> = self.parts.iter().map(Part::to_text).collect();
        format!("{}\n", parts.join("\n\n"))
    }

    /// The mail as HTML: no style, no picture, nothing that is fetched.
    #[must_use]
    pub fn to_html(&self) -> String {
        let parts: String = self.parts.iter().map(Part::to_html).collect();
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n<body>\n{parts}</body>\n</html>\n",
            escaped(&self.subject)
        )
    }
}

impl Part {
    fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Link(label, address) => format!("{label}:\n{address}"),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|item| format!("- {item}")).collect();
                items.join("\n")
            }
        }
    }

    fn to_html(&self) -> String {
        match self {
            Self::Text(text) => format!("<p>{}</p>\n", escaped(text)),
            Self::Link(label, address) => {
                let address = escaped(address);
                format!(
                    "<p><a href=\"{address}\">{}</a><br>{address}</p>\n",
                    escaped(label)
                )
            }
            Self::List(items) => {
                let items = items.iter();
                let items: String = items
                    .map(|item| format!("<li>{}</li>\n", escaped(item)))
                    .collect();
                format!("<ul>\n{items}</ul>\n")
            }
        }
    }
}

/// A name on one line, without what could break out of a header or hide what follows.
pub(super) fn plain(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || c.is_control() || is_direction(c))
        .filter(|word| !word.is_empty())
        .collect();
    let name = words.join(" ");
    match name.char_indices().nth(NAME_MAX) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name,
    }
}

/// Characters that turn the direction of what follows them (UAX #9).
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_on_its_line() {
        assert_eq!(
            plain("Anna\r\nBcc: x@example.org"),
            "Anna Bcc: x@example.org"
        );
        assert_eq!(plain("  Zoë \u{202e} Müller\0"), "Zoë Müller");
        assert_eq!(plain(&"é".repeat(121)), format!("{}…", "é".repeat(120)));
        assert_eq!(plain(&"é".repeat(120)), "é".repeat(120));
    }

    #[test]
    fn nothing_of_a_name_is_markup() {
        let letter = Letter {
            subject: "</title><b>".to_owned(),
            parts: vec![
                Part::Text("<script>alert('x')</script> & more".to_owned()),
                Part::Link("Open", "https://example.org/?a=1&b=\"2\"".to_owned()),
                Part::List(vec!["<li>".to_owned()]),
            ],
        };
        let html = letter.to_html();
        assert!(
            !html.contains("<script>") && !html.contains("<b>"),
            "{html}"
        );
        assert!(
            html.contains("href=\"https://example.org/?a=1&amp;b=&quot;2&quot;\""),
            "{html}"
        );
        assert!(html.contains("<li>&lt;li&gt;</li>"), "{html}");
        assert!(
            letter
                .to_text()
                .contains("<script>alert('x')</script> & more")
        );
    }
}
