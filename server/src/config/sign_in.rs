//! What signing in asks for, and the key that seals secrets.

use std::fmt;

use scim_schema::policy::SecondFactorRule;

use super::error::ConfigError;
use super::layers::Layers;

/// Master keys as they were given; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKeySetting(String);

impl MasterKeySetting {
    pub(super) fn from_layers(layers: &Layers) -> Result<Option<Self>, ConfigError> {
        let setting = layers.text("master_key")?;
        Ok(setting.map(|setting| Self(setting.text)))
    }

    /// The keys: base64, separated by commas.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MasterKeySetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKeySetting")
    }
}

/// Who has to prove more than a password, if that was set.
pub(super) fn second_factor(layers: &Layers) -> Result<Option<SecondFactorRule>, ConfigError> {
    let Some(setting) = layers.text("second_factor")? else {
        return Ok(None);
    };
    let words = SecondFactorRule::ALL.iter().map(|rule| rule.as_str());
    let words: Vec<&str> = words.collect();
    let rule = setting.text.trim().parse().map_err(|_| {
        setting.refuse(
            format!("is \"{}\", which is no rule", setting.text),
            format!("Write one of {}", words.join(", ")),
        )
    })?;
    Ok(Some(rule))
}
