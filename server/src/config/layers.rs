//! Lays file, variables and flags over one another and remembers where each value came from.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::BuildHasher;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use config::{Environment, File, FileFormat, Source, Value, ValueKind};

use super::error::{ConfigError, Place};
use super::file::{ConfigFile, DEFAULT_DATA, FILE_KEY, syntax_error};
use super::flags::{self, Flags};

/// Every setting, as the file spells it.
const KEYS: [&str; 29] = [
    "body_budget",
    "body_limit",
    "data",
    "database_url",
    "listen",
    "log_filter",
    "log_format",
    "master_key",
    "mail_from",
    "metrics_listen",
    "provisioning_body_days",
    "public_url",
    "query_timeout_s",
    "request_timeout_s",
    "scim_rate_per_second",
    "second_factor",
    "shutdown_grace_s",
    "smtp_ca",
    "smtp_host",
    "smtp_password",
    "smtp_password_file",
    "smtp_port",
    "smtp_timeout_s",
    "smtp_tls",
    "smtp_user",
    "sqlite_synchronous",
    "tls_cert",
    "tls_key",
    "trusted_proxies",
];

/// The settings that were given, the strongest source of each.
pub(super) struct Layers {
    values: HashMap<String, Value>,
    file: Option<ConfigFile>,
    data: PathBuf,
}

/// One given setting.
pub(super) struct Setting {
    key: &'static str,
    place: Place,
    /// The value as text; numbers of the file are written out.
    pub(super) text: String,
}

impl Layers {
    pub(super) fn read<S: BuildHasher>(
        flags: &Flags,
        variables: &HashMap<String, String, S>,
    ) -> Result<Self, ConfigError> {
        let variables = settings_of(variables);
        let file = ConfigFile::find(&flags.store, &variables)?;
        let mut builder = config::Config::builder();
        if let Some(file) = &file {
            builder = builder.add_source(File::from_str(&file.text, FileFormat::Toml));
        }
        let variables = variables.into_iter().filter(|(key, _)| key != FILE_KEY);
        let environment = Environment::default().source(Some(variables.collect()));
        let values = builder
            .add_source(environment)
            .add_source(flags.clone())
            .build()
            .and_then(|layered| layered.collect())
            .map_err(|error| syntax_error(file.as_ref(), &error))?;

        let mut layers = Self {
            values: values.into_iter().collect(),
            file,
            data: PathBuf::from(DEFAULT_DATA),
        };
        layers.refuse_unknown_keys()?;
        if let Some(data) = layers.text("data")? {
            layers.data = PathBuf::from(data.text);
        }
        Ok(layers)
    }

    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    pub(super) fn file_path(&self) -> Option<PathBuf> {
        self.file.as_ref().map(|file| file.path.clone())
    }

    /// The setting `key` as text, if any source gives it.
    pub(super) fn text(&self, key: &'static str) -> Result<Option<Setting>, ConfigError> {
        let Some(value) = self.values.get(key) else {
            return Ok(None);
        };
        self.setting(key, value).map(Some)
    }

    /// The setting `key` as a list: an array in the file, otherwise text separated by commas.
    pub(super) fn list(&self, key: &'static str) -> Result<Vec<Setting>, ConfigError> {
        let Some(value) = self.values.get(key) else {
            return Ok(Vec::new());
        };
        if let ValueKind::Array(items) = &value.kind {
            return items
                .iter()
                .map(|item| {
                    let mut item = self.setting(key, item)?;
                    item.place = self.place(key, value);
                    Ok(item)
                })
                .collect();
        }
        let whole = self.setting(key, value)?;
        let items = whole.text.split(',').map(str::trim);
        Ok(items
            .filter(|item| !item.is_empty())
            .map(|item| Setting {
                key,
                place: whole.place.clone(),
                text: item.to_owned(),
            })
            .collect())
    }

    fn setting(&self, key: &'static str, value: &Value) -> Result<Setting, ConfigError> {
        let place = self.place(key, value);
        let text = match &value.kind {
            ValueKind::Table(_) | ValueKind::Array(_) | ValueKind::Nil => None,
            _ => value.clone().into_string().ok(),
        };
        match text {
            Some(text) => Ok(Setting { key, place, text }),
            None => Err(ConfigError::Setting {
                key,
                place,
                problem: "is not a single value".to_owned(),
                mend: format!("Write it as {key} = \"…\""),
            }),
        }
    }

    fn place(&self, key: &str, value: &Value) -> Place {
        match (value.origin(), &self.file) {
            (Some(flags::ORIGIN), _) => Place::Flag(format!("--{}", key.replace('_', "-"))),
            (None, Some(file)) => Place::File {
                path: file.path.clone(),
                line: file.line_of(key),
            },
            _ => Place::Variable(variable_name(key)),
        }
    }

    fn refuse_unknown_keys(&self) -> Result<(), ConfigError> {
        let mut unknown: Vec<_> = self
            .values
            .iter()
            .filter(|(key, _)| !KEYS.contains(&key.as_str()))
            .collect();
        unknown.sort_by_key(|(key, _)| key.as_str());
        match unknown.first() {
            None => Ok(()),
            Some((key, value)) => Err(ConfigError::UnknownKey {
                key: (*key).clone(),
                place: self.place(key, value),
                known: KEYS.join(", "),
            }),
        }
    }
}

impl Setting {
    /// An error about this setting; `problem` continues "`key` (place) …", `mend` is a sentence.
    pub(super) fn refuse(
        &self,
        problem: impl Into<String>,
        mend: impl Into<String>,
    ) -> ConfigError {
        ConfigError::Setting {
            key: self.key,
            place: self.place.clone(),
            problem: problem.into(),
            mend: mend.into(),
        }
    }

    /// The setting as a `T`; `expected` says what a `T` is and `example` shows one.
    pub(super) fn parse<T: FromStr>(
        &self,
        expected: &str,
        example: &str,
    ) -> Result<T, ConfigError> {
        self.text.trim().parse().map_err(|_| {
            self.refuse(
                format!("is \"{}\", which is not {expected}", self.text),
                format!("Write it like {example}"),
            )
        })
    }

    /// The setting as a whole number within `range`; `unit` names what is counted.
    pub(super) fn whole_number<T>(
        &self,
        range: RangeInclusive<T>,
        unit: &str,
    ) -> Result<T, ConfigError>
    where
        T: FromStr + PartialOrd + Display,
    {
        let (low, high) = (range.start(), range.end());
        match self.text.trim().parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => Err(self.refuse(
                format!(
                    "is \"{}\", which is not a whole number of {unit} from {low} to {high}",
                    self.text
                ),
                format!("Write a number from {low} to {high}"),
            )),
        }
    }
}

fn variable_name(key: &str) -> String {
    format!("ROLLCALL_{}", key.to_uppercase())
}

/// The variables that are settings, by key. Others that begin with `ROLLCALL_` are not ours to
/// refuse: container platforms make such names from the name of a service.
fn settings_of<S: BuildHasher>(variables: &HashMap<String, String, S>) -> HashMap<String, String> {
    let mut settings: HashMap<String, String> = KEYS
        .iter()
        .copied()
        .chain([FILE_KEY])
        .filter_map(|key| {
            let value = variables.get(&variable_name(key))?;
            Some((key.to_owned(), value.clone()))
        })
        .filter(|(_, value)| !value.is_empty())
        .collect();
    // The variable that other Rust programs read serves as well, below our own.
    if let Some(filter) = variables
        .get("RUST_LOG")
        .filter(|filter| !filter.is_empty())
    {
        settings
            .entry("log_filter".to_owned())
            .or_insert_with(|| filter.clone());
    }
    settings
}
