//! From names to attributes: where an unknown attribute, an operator that a type does not have or
//! a value of another type becomes `invalidFilter`.

use serde_json::{Map, Value};

use super::{
    FilterError,
    ast::{CompareOp, Expr, Literal, Name, Test},
    parser::shorten,
    typed::{AttrRef, TypedFilter, TypedValue},
};
use crate::{
    attr::{AttrDef, AttrPath, AttrType, Returned, parse_date_time},
    dialect::{Dialect, Notes, quirks},
    resource::ScimError,
    schema::{ResourceType, Unknown},
    text::fold,
};

/// Ties a filter to the attributes of one resource type.
///
/// # Errors
/// 400 `invalidFilter` with the attribute and the byte offset.
pub fn resolve(
    expr: &Expr,
    rt: &ResourceType,
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<TypedFilter, ScimError> {
    resolve_among(expr, rt, &[], dialect, notes)
}

/// The same for a query over several types: an attribute that only one of `others` has counts as
/// absent (RFC 7644 section 3.4.2.1).
///
/// # Errors
/// 400 `invalidFilter` with the attribute and the byte offset.
pub fn resolve_among(
    expr: &Expr,
    rt: &ResourceType,
    others: &[&ResourceType],
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<TypedFilter, ScimError> {
    let mut resolver = Resolver {
        rt,
        others,
        dialect,
        notes,
    };
    Ok(resolver.expr(expr, None)?)
}

/// Ties the filter of a PATCH path to the sub-attributes of `attr`.
pub(crate) fn resolve_element(
    expr: &Expr,
    attr: &AttrDef,
    rt: &ResourceType,
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<TypedFilter, ScimError> {
    let mut resolver = Resolver {
        rt,
        others: &[],
        dialect,
        notes,
    };
    Ok(resolver.expr(expr, Some(attr))?)
}

/// The value that satisfies a filter made of nothing but `eq` and `and`; `None` for any other.
pub(crate) fn seed(expr: &Expr, attr: &AttrDef) -> Option<Map<String, Value>> {
    let parts = match expr {
        Expr::And(parts) => parts.as_slice(),
        single => std::slice::from_ref(single),
    };
    let mut seed = Map::new();
    for part in parts {
        let Expr::Attr {
            name,
            test: Test::Compare(CompareOp::Eq, literal),
        } = part
        else {
            return None;
        };
        let sub = attr.sub(&name.text)?;
        seed.insert(sub.name.clone().into_owned(), seed_value(sub, literal)?);
    }
    Some(seed)
}

fn seed_value(sub: &AttrDef, literal: &Literal) -> Option<Value> {
    let text = match literal {
        Literal::Boolean(value) => return Some(Value::Bool(*value)),
        Literal::Null => return None,
        Literal::Number(text) if sub.attr_type != AttrType::String => {
            return serde_json::from_str(text).ok();
        }
        Literal::Number(text) | Literal::String(text) | Literal::Bare(text) => text,
    };
    if sub.attr_type == AttrType::Boolean {
        return read_boolean(text).map(Value::Bool);
    }
    Some(Value::String(text.clone()))
}

fn read_boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}

struct Resolver<'a> {
    rt: &'a ResourceType,
    others: &'a [&'a ResourceType],
    dialect: &'a Dialect,
    notes: &'a mut Notes,
}

/// What a name stands for: an attribute with an optional sub-attribute, or one that only another
/// resource type has.
enum Target<'a> {
    Attr(&'a AttrDef, Option<&'a AttrDef>),
    Elsewhere,
}

impl<'a> Resolver<'a> {
    /// `element` is the attribute whose value the expression is about, inside brackets.
    fn expr(
        &mut self,
        expr: &Expr,
        element: Option<&'a AttrDef>,
    ) -> Result<TypedFilter, FilterError> {
        Ok(match expr {
            Expr::And(parts) => TypedFilter::And(self.parts(parts, element)?),
            Expr::Or(parts) => TypedFilter::Or(self.parts(parts, element)?),
            Expr::Not(inner) => TypedFilter::Not(Box::new(self.expr(inner, element)?)),
            Expr::Attr { name, test } => match self.target(name, element)? {
                Target::Attr(attr, sub) => self.test(attr, sub, name, test)?,
                Target::Elsewhere => of_absent(test),
            },
            Expr::ValuePath { name, filter, tail } => {
                if element.is_some() {
                    return refuse(name, "cannot have brackets inside brackets");
                }
                let attr = match self.target(name, None)? {
                    Target::Attr(attr, None) if attr.attr_type == AttrType::Complex => attr,
                    Target::Attr(..) => return refuse(name, "has no sub-attributes to filter on"),
                    Target::Elsewhere => return Ok(TypedFilter::Or(Vec::new())),
                };
                let mut filter = self.expr(filter, Some(attr))?;
                if let Some(tail) = tail {
                    if !quirks::filter_beyond_abnf(
                        self.dialect,
                        "a sub-attribute after brackets",
                        self.notes,
                    ) {
                        return refuse(&tail.sub, "cannot stand after brackets in a filter");
                    }
                    let sub = self.sub(attr, &tail.sub)?;
                    let test = self.test(attr, Some(sub), &tail.sub, &tail.test)?;
                    filter = TypedFilter::And(vec![filter, test]);
                }
                element_of(attr, filter)
            }
        })
    }

    fn parts(
        &mut self,
        parts: &[Expr],
        element: Option<&'a AttrDef>,
    ) -> Result<Vec<TypedFilter>, FilterError> {
        parts.iter().map(|part| self.expr(part, element)).collect()
    }

    fn target(
        &mut self,
        name: &Name,
        element: Option<&'a AttrDef>,
    ) -> Result<Target<'a>, FilterError> {
        if let Some(attr) = element {
            return Ok(Target::Attr(attr, Some(self.sub(attr, name)?)));
        }
        let path = AttrPath::split(&name.text);
        let unknown = match self.rt.find(&path) {
            Ok(found) => return Ok(Target::Attr(found.attr, found.sub)),
            Err(unknown) => unknown,
        };
        if path.urn.is_none()
            && let Some((_, manager)) =
                quirks::manager_without_urn(self.dialect, self.rt, path.name, self.notes)
        {
            let sub = match path.sub {
                None => None,
                Some(sub) => match manager.sub(sub) {
                    None => return refuse(name, "has no such sub-attribute"),
                    known => known,
                },
            };
            return Ok(Target::Attr(manager, sub));
        }
        if self.others.iter().any(|other| other.find(&path).is_ok()) {
            return Ok(Target::Elsewhere);
        }
        match unknown {
            Unknown::Urn => refuse(name, "names a schema that is not declared"),
            Unknown::Attribute => refuse(name, "is not a known attribute"),
            Unknown::SubAttribute => refuse(name, "has no such sub-attribute"),
        }
    }

    fn sub(&self, attr: &'a AttrDef, name: &Name) -> Result<&'a AttrDef, FilterError> {
        match attr.sub(&name.text) {
            Some(sub) => Ok(sub),
            None => {
                let why = format!("is not a sub-attribute of {}", attr.name);
                refuse(name, &why)
            }
        }
    }

    fn test(
        &mut self,
        attr: &AttrDef,
        sub: Option<&AttrDef>,
        name: &Name,
        test: &Test,
    ) -> Result<TypedFilter, FilterError> {
        let leaf = sub.unwrap_or(attr);
        if leaf.returned == Returned::Never {
            return refuse(name, "cannot be used in a filter");
        }
        let Test::Compare(op, literal) = test else {
            return Ok(TypedFilter::Present(AttrRef::new(attr, sub)));
        };
        if *literal == Literal::Null {
            let present = TypedFilter::Present(AttrRef::new(attr, sub));
            return match op {
                CompareOp::Eq => Ok(TypedFilter::Not(Box::new(present))),
                CompareOp::Ne => Ok(present),
                _ => refuse(name, "can be compared with null by 'eq' and 'ne' only"),
            };
        }
        // `emails eq "x"` is about `emails.value` (RFC 7644 Figure 2).
        let sub = match leaf.attr_type {
            AttrType::Complex => match attr.sub("value") {
                None => return refuse(name, "is complex: name one of its sub-attributes"),
                value => value,
            },
            _ => sub,
        };
        let leaf = sub.unwrap_or(attr);
        check_operator(leaf, *op, name)?;
        let value = self.value(leaf, literal, name)?;
        Ok(TypedFilter::Compare {
            attr: AttrRef::new(attr, sub),
            op: *op,
            value,
        })
    }

    fn value(
        &mut self,
        def: &AttrDef,
        literal: &Literal,
        name: &Name,
    ) -> Result<TypedValue, FilterError> {
        let number = match literal {
            Literal::Number(text) => Some(text),
            _ => None,
        };
        match def.attr_type {
            AttrType::Boolean => match self.boolean(literal, name) {
                Some(value) => Ok(TypedValue::Boolean(value)),
                None => refuse(name, "must be compared with true or false"),
            },
            AttrType::Integer => match number.and_then(|text| text.parse().ok()) {
                Some(value) => Ok(TypedValue::Integer(value)),
                None => refuse(name, "must be compared with a whole number"),
            },
            AttrType::Decimal => match number.and_then(|text| text.parse().ok()) {
                Some(value) => Ok(TypedValue::Decimal(value)),
                None => refuse(name, "must be compared with a number"),
            },
            AttrType::DateTime => {
                let text = self.text(literal);
                match text.and_then(|text| parse_date_time(&text)) {
                    Some(value) => Ok(TypedValue::DateTime(value)),
                    None => refuse(
                        name,
                        "must be compared with a date and time such as \"2008-01-23T04:56:22Z\"",
                    ),
                }
            }
            _ => match self.text(literal) {
                Some(text) if def.case_exact => Ok(TypedValue::String(text)),
                Some(text) => Ok(TypedValue::String(fold(&text))),
                None => refuse(name, "must be compared with a string in quotes"),
            },
        }
    }

    fn boolean(&mut self, literal: &Literal, name: &Name) -> Option<bool> {
        let text = match literal {
            Literal::Boolean(value) => return Some(*value),
            Literal::String(text) | Literal::Bare(text) if self.dialect.boolean_as_string => text,
            _ => return None,
        };
        let value = read_boolean(text)?;
        let detail = format!("Read {} as {value} in a filter", name.text);
        self.notes.add("boolean_as_string", detail);
        Some(value)
    }

    fn text(&mut self, literal: &Literal) -> Option<String> {
        let bare = match literal {
            Literal::String(text) => return Some(text.clone()),
            Literal::Number(text) | Literal::Bare(text) => text.clone(),
            Literal::Boolean(value) => value.to_string(),
            Literal::Null => return None,
        };
        quirks::filter_beyond_abnf(self.dialect, "a value without quotes", self.notes)
            .then_some(bare)
    }
}

/// A test of one value of `attr`. A single-valued attribute has one value, if any, so its filter
/// needs no `Element`.
fn element_of(attr: &AttrDef, filter: TypedFilter) -> TypedFilter {
    let attr_ref = AttrRef::new(attr, None);
    if attr.multi_valued {
        return TypedFilter::Element {
            attr: attr_ref,
            filter: Box::new(filter),
        };
    }
    TypedFilter::And(vec![TypedFilter::Present(attr_ref), filter])
}

/// What a test says about an attribute without value.
fn of_absent(test: &Test) -> TypedFilter {
    let holds = match test {
        Test::Present => false,
        Test::Compare(op, Literal::Null) => *op == CompareOp::Eq,
        Test::Compare(op, _) => *op == CompareOp::Ne,
    };
    if holds {
        TypedFilter::And(Vec::new())
    } else {
        TypedFilter::Or(Vec::new())
    }
}

/// Which operators a type has (RFC 7644 Table 3).
fn check_operator(def: &AttrDef, op: CompareOp, name: &Name) -> Result<(), FilterError> {
    use CompareOp as Op;
    let is_part = matches!(op, Op::Co | Op::Sw | Op::Ew);
    let is_order = matches!(op, Op::Gt | Op::Ge | Op::Lt | Op::Le);
    let allowed = match def.attr_type {
        AttrType::String | AttrType::Reference => true,
        AttrType::Boolean | AttrType::Binary | AttrType::Complex => !is_part && !is_order,
        AttrType::DateTime | AttrType::Integer | AttrType::Decimal => !is_part,
    };
    if allowed {
        return Ok(());
    }
    let why = format!("cannot be compared by '{op}'");
    refuse(name, &why)
}

fn refuse<T>(name: &Name, why: &str) -> Result<T, FilterError> {
    let reason = format!("'{}' {why}", shorten(&name.text));
    Err(FilterError::new(name.offset.0, reason))
}
