//! Tokens of a filter, with their byte offsets.

use super::parser::FilterError;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    /// A JSON string, unescaped.
    Text(String),
    /// Anything else up to a blank, bracket or quote: names, operators, numbers.
    Word(String),
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next token and its offset; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(usize, Token)>, FilterError> {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start_matches(is_blank);
        self.at += rest.len() - trimmed.len();
        let start = self.at;
        let Some(first) = trimmed.chars().next() else {
            return Ok(None);
        };
        let token = match first {
            '(' => self.single(Token::Open),
            ')' => self.single(Token::Close),
            '[' => self.single(Token::OpenBracket),
            ']' => self.single(Token::CloseBracket),
            '"' => self.string(trimmed)?,
            _ => {
                let end = trimmed
                    .find(|c: char| is_blank(c) || matches!(c, '(' | ')' | '[' | ']' | '"'))
                    .unwrap_or(trimmed.len());
                self.at += end;
                Token::Word(trimmed[..end].to_owned())
            }
        };
        Ok(Some((start, token)))
    }

    pub(super) fn offset(&self) -> usize {
        self.at
    }

    fn single(&mut self, token: Token) -> Token {
        self.at += 1;
        token
    }

    fn string(&mut self, trimmed: &str) -> Result<Token, FilterError> {
        let start = self.at;
        let end = closing_quote(trimmed)
            .ok_or_else(|| FilterError::new(start, "the string has no closing quote"))?;
        let text: String = serde_json::from_str(&trimmed[..=end])
            .map_err(|_| FilterError::new(start, "the string is not a valid JSON string"))?;
        if text.contains('\0') {
            return Err(FilterError::new(
                start,
                "the string contains the character U+0000",
            ));
        }
        self.at += end + 1;
        Ok(Token::Text(text))
    }
}

/// Offset of the quote that ends the string which the text begins with.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}
