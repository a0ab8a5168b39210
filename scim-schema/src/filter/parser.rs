//! Recursive descent over RFC 7644 Figure 1 and Figure 7.

use super::{
    ast::{CompareOp, Expr, Literal, Name, Offset, Tail, Test},
    lexer::{Lexer, Token},
};
use crate::{
    attr::AttrPath,
    resource::{ScimError, names_secret},
};

/// Longest filter in bytes.
pub const MAX_LENGTH: usize = 8 * 1024;
/// Deepest nesting of brackets and `not`.
pub const MAX_DEPTH: usize = 32;
/// Most expressions of one filter.
pub const MAX_NODES: usize = 256;

/// Why a text is no filter, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The filter is not valid at byte {offset}: {reason}")]
pub struct FilterError {
    /// Byte offset of the problem.
    pub offset: usize,
    /// What is wrong.
    pub reason: String,
}

impl FilterError {
    pub(super) fn new(offset: usize, reason: impl Into<String>) -> Self {
        Self {
            offset,
            reason: reason.into(),
        }
    }

    /// The same without words of a text that may be secrets: errors are logged.
    fn of(mut self, text: &str) -> Self {
        if names_secret(text) {
            self.reason = "it names a secret, so no word of it is repeated here".to_owned();
        }
        self
    }
}

impl From<FilterError> for ScimError {
    fn from(error: FilterError) -> Self {
        Self::invalid_filter(error.to_string())
    }
}

/// Reads a filter.
///
/// Accepted beyond the grammar, for `resolve` to judge: words without quotes as values, and a
/// sub-attribute after a value path. Accepted always, because the RFC's own examples have it: no
/// blank before a string (`eq"x"`) and before the bracket of `not` (erratum 7319).
///
/// # Errors
/// What is wrong and at which byte.
pub fn parse(text: &str) -> Result<Expr, FilterError> {
    parse_filter(text).map_err(|error| error.of(text))
}

fn parse_filter(text: &str) -> Result<Expr, FilterError> {
    let mut parser = Parser::new(text)?;
    let expr = parser.or()?;
    match parser.peeked.take() {
        None => Ok(expr),
        Some((offset, token)) => Err(FilterError::new(
            offset,
            format!("{} does not belong here", describe(&token)),
        )),
    }
}

/// The path of a PATCH operation as written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PathText {
    /// `[URN:]attribute[.subAttribute]`.
    pub(crate) name: Name,
    /// The filter in brackets.
    pub(crate) filter: Option<Expr>,
    /// The sub-attribute after the brackets.
    pub(crate) sub: Option<String>,
}

/// Reads `attrPath` or `valuePath [subAttr]` (RFC 7644 Figure 7).
pub(crate) fn parse_path(text: &str) -> Result<PathText, FilterError> {
    parse_path_text(text).map_err(|error| error.of(text))
}

fn parse_path_text(text: &str) -> Result<PathText, FilterError> {
    let mut parser = Parser::new(text)?;
    let name = parser.name()?;
    if !parser.take(&Token::OpenBracket)? {
        parser.end()?;
        return Ok(PathText {
            name,
            filter: None,
            sub: None,
        });
    }
    let filter = Some(parser.bracketed()?);
    let sub = parser.dotted()?.map(|name| name.text);
    parser.end()?;
    Ok(PathText { name, filter, sub })
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    peeked: Option<(usize, Token)>,
    /// End of the token before `peeked`.
    end: usize,
    depth: usize,
    nodes: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, FilterError> {
        if text.len() > MAX_LENGTH {
            return Err(FilterError::new(
                text.floor_char_boundary(MAX_LENGTH),
                format!("it is longer than {MAX_LENGTH} bytes"),
            ));
        }
        let mut lexer = Lexer::new(text);
        let peeked = lexer.next()?;
        Ok(Self {
            lexer,
            peeked,
            end: 0,
            depth: 0,
            nodes: 0,
        })
    }

    fn or(&mut self) -> Result<Expr, FilterError> {
        let first = self.and()?;
        if !self.take_word("or")? {
            return Ok(first);
        }
        let mut parts = vec![first, self.and()?];
        while self.take_word("or")? {
            parts.push(self.and()?);
        }
        self.count()?;
        Ok(Expr::Or(parts))
    }

    fn and(&mut self) -> Result<Expr, FilterError> {
        let first = self.unary()?;
        if !self.take_word("and")? {
            return Ok(first);
        }
        let mut parts = vec![first, self.unary()?];
        while self.take_word("and")? {
            parts.push(self.unary()?);
        }
        self.count()?;
        Ok(Expr::And(parts))
    }

    fn unary(&mut self) -> Result<Expr, FilterError> {
        if self.take(&Token::Open)? {
            return self.group();
        }
        let name = self.word("an attribute, 'not' or '('")?;
        if name.text.eq_ignore_ascii_case("not") && self.take(&Token::Open)? {
            let inner = self.group()?;
            self.count()?;
            return Ok(Expr::Not(Box::new(inner)));
        }
        check_name(&name)?;
        self.count()?;
        if self.take(&Token::OpenBracket)? {
            let filter = Box::new(self.bracketed()?);
            let tail = match self.dotted()? {
                Some(sub) => Some(Tail {
                    sub,
                    test: self.test()?,
                }),
                None => None,
            };
            return Ok(Expr::ValuePath { name, filter, tail });
        }
        let test = self.test()?;
        Ok(Expr::Attr { name, test })
    }

    /// After `(`.
    fn group(&mut self) -> Result<Expr, FilterError> {
        self.nested(&Token::Close, "')'")
    }

    /// After `[`.
    fn bracketed(&mut self) -> Result<Expr, FilterError> {
        self.nested(&Token::CloseBracket, "']'")
    }

    fn nested(&mut self, close: &Token, shown: &str) -> Result<Expr, FilterError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let why = format!("it is nested deeper than {MAX_DEPTH} levels");
            return Err(FilterError::new(self.offset(), why));
        }
        let inner = self.or()?;
        self.depth -= 1;
        if self.take(close)? {
            return Ok(inner);
        }
        Err(self.expected(shown))
    }

    fn test(&mut self) -> Result<Test, FilterError> {
        let word = self.word("an operator")?;
        if word.text.eq_ignore_ascii_case("pr") {
            return Ok(Test::Present);
        }
        let op = CompareOp::from_word(&word.text).ok_or_else(|| {
            let why = format!("the operator '{}' is not supported", shorten(&word.text));
            FilterError::new(word.offset.0, why)
        })?;
        match self.bump()? {
            Some((_, Token::Text(text))) => Ok(Test::Compare(op, Literal::String(text))),
            Some((_, Token::Word(word))) => Ok(Test::Compare(op, literal(word))),
            Some((offset, token)) => Err(FilterError::new(
                offset,
                format!("a value was expected, not {}", describe(&token)),
            )),
            None => Err(self.expected("a value")),
        }
    }

    fn name(&mut self) -> Result<Name, FilterError> {
        let name = self.word("an attribute")?;
        check_name(&name)?;
        Ok(name)
    }

    /// `.sub` right behind a closing bracket.
    fn dotted(&mut self) -> Result<Option<Name>, FilterError> {
        let end = self.end;
        let Some((offset, Token::Word(word))) = &self.peeked else {
            return Ok(None);
        };
        let Some(sub) = word.strip_prefix('.').filter(|_| *offset == end) else {
            return Ok(None);
        };
        let name = Name {
            text: sub.to_owned(),
            offset: Offset(*offset + 1),
        };
        let path = AttrPath::split(sub);
        if !path.is_well_formed() || path.urn.is_some() || path.sub.is_some() {
            let why = format!("'{}' is not the name of a sub-attribute", shorten(sub));
            return Err(FilterError::new(name.offset.0, why));
        }
        self.bump()?;
        Ok(Some(name))
    }

    fn word(&mut self, expected: &str) -> Result<Name, FilterError> {
        if !matches!(self.peeked, Some((_, Token::Word(_)))) {
            return Err(self.expected(expected));
        }
        match self.bump()? {
            Some((offset, Token::Word(text))) => Ok(Name {
                text,
                offset: Offset(offset),
            }),
            _ => Err(self.expected(expected)),
        }
    }

    fn take(&mut self, token: &Token) -> Result<bool, FilterError> {
        let found = self.peeked.as_ref().is_some_and(|(_, next)| next == token);
        if found {
            self.bump()?;
        }
        Ok(found)
    }

    fn take_word(&mut self, word: &str) -> Result<bool, FilterError> {
        let found = matches!(
            &self.peeked,
            Some((_, Token::Word(next))) if next.eq_ignore_ascii_case(word)
        );
        if found {
            self.bump()?;
        }
        Ok(found)
    }

    fn bump(&mut self) -> Result<Option<(usize, Token)>, FilterError> {
        self.end = self.lexer.offset();
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.peeked, next))
    }

    fn end(&mut self) -> Result<(), FilterError> {
        if self.peeked.is_none() {
            return Ok(());
        }
        Err(self.expected("the end"))
    }

    fn count(&mut self) -> Result<(), FilterError> {
        self.nodes += 1;
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        let why = format!("it has more than {MAX_NODES} expressions");
        Err(FilterError::new(self.offset(), why))
    }

    fn offset(&self) -> usize {
        match &self.peeked {
            Some((offset, _)) => *offset,
            None => self.lexer.offset(),
        }
    }

    fn expected(&self, what: &str) -> FilterError {
        let found = match &self.peeked {
            Some((_, token)) => describe(token),
            None => "the end".to_owned(),
        };
        FilterError::new(self.offset(), format!("{what} was expected, not {found}"))
    }
}

fn check_name(name: &Name) -> Result<(), FilterError> {
    if AttrPath::split(&name.text).is_well_formed() {
        return Ok(());
    }
    let why = format!("'{}' is not an attribute path", shorten(&name.text));
    Err(FilterError::new(name.offset.0, why))
}

fn literal(word: String) -> Literal {
    match word.as_str() {
        "true" => Literal::Boolean(true),
        "false" => Literal::Boolean(false),
        "null" => Literal::Null,
        _ if serde_json::from_str::<serde_json::Number>(&word).is_ok() => Literal::Number(word),
        _ => Literal::Bare(word),
    }
}

fn describe(token: &Token) -> String {
    match token {
        Token::Open => "'('".to_owned(),
        Token::Close => "')'".to_owned(),
        Token::OpenBracket => "'['".to_owned(),
        Token::CloseBracket => "']'".to_owned(),
        Token::Text(_) => "a string".to_owned(),
        Token::Word(word) => format!("'{}'", shorten(word)),
    }
}

/// A word of the request as an error message repeats it.
pub(super) fn shorten(word: &str) -> &str {
    match word.char_indices().nth(60) {
        Some((end, _)) => &word[..end],
        None => word,
    }
}
