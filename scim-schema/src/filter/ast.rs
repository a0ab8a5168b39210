//! The syntax tree: what was written, nothing looked up.

/// A filter expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Every part holds; two parts at least.
    And(Vec<Self>),
    /// Some part holds; two parts at least.
    Or(Vec<Self>),
    /// The part does not hold.
    Not(Box<Self>),
    /// A test of one attribute.
    Attr {
        /// Which attribute.
        name: Name,
        /// What about it.
        test: Test,
    },
    /// A filter on one value of an attribute: `emails[type eq "work"]`.
    ValuePath {
        /// Which attribute.
        name: Name,
        /// What the value has to satisfy; its names are sub-attributes.
        filter: Box<Self>,
        /// A further test of the same value, outside the RFC's grammar:
        /// `emails[type eq "work"].value eq "x"`.
        tail: Option<Tail>,
    },
}

/// The part after a value path that the RFC does not have.
#[derive(Clone, Debug, PartialEq)]
pub struct Tail {
    /// The sub-attribute.
    pub sub: Name,
    /// What about it.
    pub test: Test,
}

/// An attribute path as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// `[URN:]attribute[.subAttribute]`.
    pub text: String,
    /// Where it stands.
    pub offset: Offset,
}

/// A byte offset in the filter's text. Trees are compared by what they say, so all are equal.
#[derive(Clone, Copy, Debug)]
pub struct Offset(pub usize);

impl PartialEq for Offset {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What is asked of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// `pr`: it has a value.
    Present,
    /// It compares with a literal.
    Compare(CompareOp, Literal),
}

/// Comparison operators (RFC 7644 Table 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater than.
    Gt,
    /// Greater than or equal.
    Ge,
    /// Less than.
    Lt,
    /// Less than or equal.
    Le,
}

impl CompareOp {
    /// Every operator.
    pub const ALL: [Self; 9] = [
        Self::Eq,
        Self::Ne,
        Self::Co,
        Self::Sw,
        Self::Ew,
        Self::Gt,
        Self::Ge,
        Self::Lt,
        Self::Le,
    ];

    /// The word of the grammar.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }

    /// The operator of this word, in any case.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|op| op.word().eq_ignore_ascii_case(word))
    }
}

/// A comparison value as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `true` or `false`.
    Boolean(bool),
    /// `null`.
    Null,
    /// A JSON number, as text.
    Number(String),
    /// A JSON string, unescaped.
    String(String),
    /// A word that is no JSON value; outside the RFC's grammar.
    Bare(String),
}
