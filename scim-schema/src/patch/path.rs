//! The path of an operation (RFC 7644 Figure 7), tied to the attributes of a resource type.

use std::fmt;

use serde_json::{Map, Value};

use crate::{
    attr::{AttrDef, AttrId, AttrPath, AttrType},
    dialect::{Dialect, Notes, quirks},
    filter::{self, PathText, TypedFilter},
    resource::ScimError,
    schema::{ResourceType, Unknown},
};

/// Where an operation works.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchPath {
    text: String,
    pub(super) target: Target,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    /// All attributes of the extension with this URN.
    Extension(String),
    /// An attribute, or some of its values, or a sub-attribute of these.
    Attr(Box<AttrTarget>),
    /// An attribute of a schema that is not declared; kept aside.
    Undeclared { urn: String, name: String },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct AttrTarget {
    /// URN of the extension that holds the attribute.
    pub(super) extension: Option<String>,
    pub(super) attr: AttrId,
    /// Selects values of a multi-valued attribute.
    pub(super) filter: Option<TypedFilter>,
    /// A value that the filter would select, if it says enough.
    pub(super) seed: Option<Map<String, Value>>,
    pub(super) sub: Option<AttrId>,
}

impl PatchPath {
    /// Reads a path.
    ///
    /// # Errors
    /// 400 `invalidPath` for a path that is malformed or names nothing defined, `invalidFilter` for
    /// a filter that compares what cannot be compared.
    pub(super) fn parse(
        rt: &ResourceType,
        text: &str,
        dialect: &Dialect,
        notes: &mut Notes,
    ) -> Result<Self, ScimError> {
        let whole = quirks::scim1_urn(dialect, rt, text, notes);
        let target = match rt.extension(whole.as_deref().unwrap_or(text)) {
            Some((_, extension)) => Target::Extension(extension.schema.urn.clone().into_owned()),
            None => {
                let parts = filter::parse_path(text).map_err(|error| {
                    ScimError::invalid_path(
                        text,
                        format!("is not valid at byte {}: {}", error.offset, error.reason),
                    )
                })?;
                resolve(rt, text, &parts, dialect, notes)?
            }
        };
        Ok(Self {
            text: text.to_owned(),
            target,
        })
    }

    /// The attribute that the path is about; `None` for a whole extension.
    #[must_use]
    pub fn attribute(&self) -> Option<AttrId> {
        match &self.target {
            Target::Attr(target) => Some(target.attr),
            Target::Extension(_) | Target::Undeclared { .. } => None,
        }
    }
}

impl fmt::Display for PatchPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl AttrTarget {
    /// The whole attribute.
    pub(super) fn whole(extension: Option<&str>, def: &AttrDef) -> Self {
        Self {
            extension: extension.map(str::to_owned),
            attr: def.id,
            filter: None,
            seed: None,
            sub: None,
        }
    }
}

fn resolve(
    rt: &ResourceType,
    text: &str,
    parts: &PathText,
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<Target, ScimError> {
    let mut path = AttrPath::split(&parts.name.text);
    let rewritten = path
        .urn
        .and_then(|urn| quirks::scim1_urn(dialect, rt, urn, notes));
    if let Some(urn) = &rewritten {
        path.urn = Some(urn);
    }
    let (extension, attr, sub) = match rt.find(&path) {
        Ok(found) => (
            found.extension.map(|schema| schema.urn.as_ref()),
            found.attr,
            found.sub,
        ),
        Err(unknown) => {
            let manager = path
                .urn
                .is_none()
                .then(|| quirks::manager_without_urn(dialect, rt, path.name, notes))
                .flatten();
            let Some((extension, def)) = manager else {
                return unresolved(text, parts, &path, unknown, dialect, notes);
            };
            let sub = path.sub.map(|sub| known_sub(def, sub, text)).transpose()?;
            (Some(extension.schema.urn.as_ref()), def, sub)
        }
    };
    let mut target = AttrTarget::whole(extension, attr);
    target.sub = sub.map(|sub| sub.id);
    if let Some(expr) = &parts.filter {
        if sub.is_some() || !attr.multi_valued || attr.attr_type != AttrType::Complex {
            return Err(ScimError::invalid_path(
                text,
                "has a filter on what is not a multi-valued attribute with sub-attributes",
            ));
        }
        target.filter = Some(filter::resolve_element(expr, attr, rt, dialect, notes)?);
        target.seed = filter::seed(expr, attr);
        if let Some(sub) = &parts.sub {
            target.sub = Some(known_sub(attr, sub, text)?.id);
        }
    }
    Ok(Target::Attr(Box::new(target)))
}

fn known_sub<'a>(attr: &'a AttrDef, sub: &str, text: &str) -> Result<&'a AttrDef, ScimError> {
    attr.sub(sub).ok_or_else(|| {
        let why = format!("names no sub-attribute of {}", attr.name);
        ScimError::invalid_path(text, why)
    })
}

/// A path that names nothing: kept aside where undeclared schemas are ignored (D4), else refused.
fn unresolved(
    text: &str,
    parts: &PathText,
    path: &AttrPath<'_>,
    unknown: Unknown,
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<Target, ScimError> {
    let why = match (unknown, path.urn) {
        (Unknown::Urn, Some(urn)) if dialect.ignore_undeclared_urn && parts.filter.is_none() => {
            quirks::undeclared_urn(dialect, urn, notes)?;
            let name = match path.sub {
                Some(sub) => format!("{}.{sub}", path.name),
                None => path.name.to_owned(),
            };
            return Ok(Target::Undeclared {
                urn: urn.to_owned(),
                name,
            });
        }
        (Unknown::Urn, _) => "names a schema that is not declared on this connection",
        (Unknown::Attribute, _) => "names no known attribute",
        (Unknown::SubAttribute, _) => "names no known sub-attribute",
    };
    Err(ScimError::invalid_path(text, why))
}
