//! Why a rule gives a person something, or does not.

use super::{
    person::Person,
    rule::Rule,
    set::{condition, users, without_status},
};
use crate::{
    dialect::Dialect,
    filter::{self, Effort, Exhausted, Expr, matches},
};

/// One rule and one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Whether the rule gives the person what it gives.
    pub fires: bool,
    /// The terms of the condition from left to right.
    pub terms: Vec<Term>,
}

/// One term of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The term as a filter.
    pub text: String,
    /// Whether it holds for the person.
    pub holds: bool,
}

/// Says for each rule whether it fires, and which of its terms hold. A condition that cannot be
/// read has no terms and does not fire.
///
/// # Errors
/// [`Exhausted`] when the person has more values than the conditions can be asked about.
pub fn explain(
    rules: &[Rule],
    dialect: &Dialect,
    person: &Person<'_>,
) -> Result<Vec<Explained>, Exhausted> {
    let resource = person.resource();
    let written_in = without_status(dialect);
    let users = users(&written_in);
    let mut effort = Effort::default();
    let mut holds = |text: &str| match condition(text, dialect) {
        Ok(filter) => matches(users, &filter, &resource, &mut effort),
        Err(_) => Ok(false),
    };
    let one = |rule: &Rule| {
        let mut texts = Vec::new();
        if let Ok(expr) = filter::parse(&rule.condition) {
            leaves(&expr, &mut |leaf| texts.push(leaf.to_string()));
        }
        let terms = texts.into_iter().map(|text| {
            let holds = holds(&text)?;
            Ok(Term { text, holds })
        });
        Ok(Explained {
            terms: terms.collect::<Result<_, _>>()?,
            fires: holds(&rule.condition)?,
        })
    };
    rules.iter().map(one).collect()
}

fn leaves(expr: &Expr, visit: &mut impl FnMut(&Expr)) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => {
            for part in parts {
                leaves(part, visit);
            }
        }
        Expr::Not(inner) => leaves(inner, visit),
        Expr::Attr { .. } | Expr::ValuePath { .. } => visit(expr),
    }
}
